"""Hold what lies around planned routes besides other lines: roads, kerbs, buildings, trees; built once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.near_areas import NearAreas
from geo.near_objects import NearPoints
from geo.outlines import outer_edges
from survey.finding_columns import Subjects
from survey.periods import after_months

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.polylines import Polylines
    from survey.surroundings import Surroundings

    Objects = NDArray[np.object_]

BRIDGE_WORDS = frozenset({"bridge", "桥", "桥梁", "yes", "true", "1", "viaduct"})
RAIL_WORDS = frozenset({"railway", "铁路", "rail"})
HIGHWAY_WORDS = frozenset({"highway", "公路", "trunk_highway"})
_POLYGONS, _POINTS = (3, 6), (0,)
_OF_ROADS = ("kerbs", "kerb_tree", "_protected")
"""What is made once of the roads alone."""


@dataclass(frozen=True)
class Around:
    """What lies around, in the county's grid. Build with `from_frames`; build anew when one of the layers changes.

    Parameters
    ----------
    surroundings
        The roads as `survey.surroundings` holds them.
    roads
        Their ids, by road number.
    bridge, railway, highway
        bool[roads]: stated by the layer (``bridge`` = yes, or ``kind``).
    buildings, building_shapes
        Ids and polygons; rows that are no polygon are left out.
    trees, tree_points
        Ids and points.
    building_names, tree_kinds
        Names of buildings and species of trees; None where not stated.
    accuracy_m
        Mean error of a building or a tree (metres): that of the county's own layers.
    corner
        The least coordinates of the layer of buildings where these are only some of it; None: they are all.
    """

    surroundings: Surroundings
    roads: Subjects
    bridge: NDArray[np.bool_]
    railway: NDArray[np.bool_]
    highway: NDArray[np.bool_]
    buildings: Subjects
    building_shapes: Objects
    trees: Subjects
    tree_points: Objects
    building_names: Objects
    tree_kinds: Objects
    accuracy_m: float
    corner: tuple[float, float] | None = None

    @classmethod
    def from_frames(
        cls,
        surroundings: Surroundings,
        roads: gpd.GeoDataFrame | None,
        buildings: gpd.GeoDataFrame | None,
        trees: gpd.GeoDataFrame | None,
    ) -> Around:
        """Build from the layers in the grid (None: no such layer); ``surroundings`` holds the same ``roads``."""
        facts = surroundings.facts
        marks = _marks(roads)
        stated = [marks.get(name, frozenset()) for name in facts.ids]
        building_ids, building_shapes, names = _kept(buildings, _POLYGONS, "name")
        tree_ids, tree_points, species = _kept(trees, _POINTS, "species")
        return cls(
            surroundings=surroundings,
            roads=Subjects("roads", np.array(facts.ids, dtype=object)),
            bridge=np.array([bool(words & BRIDGE_WORDS) for words in stated], dtype=bool),
            railway=np.array([bool(words & RAIL_WORDS) for words in stated], dtype=bool),
            highway=np.array([bool(words & HIGHWAY_WORDS) for words in stated], dtype=bool),
            buildings=Subjects("buildings", building_ids),
            building_shapes=building_shapes,
            trees=Subjects("trees", tree_ids),
            tree_points=tree_points,
            building_names=names,
            tree_kinds=species,
            accuracy_m=float(surroundings.defaults.accuracy_m["greens"]),
        )

    def beside(
        self,
        buildings: gpd.GeoDataFrame | None,
        trees: gpd.GeoDataFrame | None,
        corner: tuple[float, float] | None,
    ) -> Around:
        """Return the same roads beside some buildings and trees of layers; what was made of the roads is kept."""
        building_ids, building_shapes, names = _kept(buildings, _POLYGONS, "name")
        tree_ids, tree_points, species = _kept(trees, _POINTS, "species")
        made = replace(
            self, buildings=Subjects("buildings", building_ids), building_shapes=building_shapes,
            building_names=names, trees=Subjects("trees", tree_ids), tree_points=tree_points, tree_kinds=species,
            corner=corner,
        )  # fmt: skip
        made.__dict__.update({name: getattr(self, name) for name in _OF_ROADS})
        return made

    def building_called(self, row: int) -> tuple[str, str]:
        """Return what a building is called in both languages: its name beside its id."""
        number, name = self.buildings.ids[row], self.building_names[row]
        return (
            (f"建筑物 {number}（{name}）", f"building {number} ({name})")
            if name
            else (f"建筑物 {number}", f"building {number}")
        )

    def tree_called(self, row: int) -> tuple[str, str]:
        """Return what a tree is called in both languages: its species beside its id."""
        number, kind = self.trees.ids[row], self.tree_kinds[row]
        return (f"树木 {number}（{kind}）", f"tree {number} ({kind})") if kind else (f"树木 {number}", f"tree {number}")

    @cached_property
    def near_buildings(self) -> NearAreas:
        """The buildings, ready to be asked."""
        return NearAreas(self.building_shapes, corner=self.corner)

    @cached_property
    def near_trees(self) -> NearPoints:
        """The trees, ready to be asked."""
        return NearPoints(shapely.get_x(self.tree_points), shapely.get_y(self.tree_points))

    @cached_property
    def kerb_tree(self) -> shapely.STRtree:
        """The edges of `kerbs` by place."""
        return shapely.STRtree(self.kerbs[0].to_shapely())

    def kerbs_near(self, shapes: Objects, reach: float) -> tuple[Polylines, NDArray[np.int64]]:
        """Return the kerbs within ``reach`` metres of a few lines, and the road of each."""
        edges, road = self.kerbs
        near = np.unique(self.kerb_tree.query(shapes, predicate="dwithin", distance=reach)[1])
        return edges.take(near), road[near]

    def protected_until(self, column: str, years: float) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
        """Return the day each road was ``delivered`` or ``overhauled``, and its last protected day; NaT: not known."""
        key = (column, years)
        if key not in self._protected:
            facts = self.surroundings.facts
            days = facts.delivered if column == "delivered" else facts.overhauled
            last = [None if day is None else after_months(day, round(12 * years)) for day in days]
            self._protected[key] = (np.array(days, dtype="datetime64[D]"), np.array(last, dtype="datetime64[D]"))
        return self._protected[key]

    @cached_property
    def _protected(self) -> dict[tuple[str, float], tuple[NDArray[np.datetime64], NDArray[np.datetime64]]]:
        return {}

    @cached_property
    def kerbs(self) -> tuple[Polylines, NDArray[np.int64]]:
        """The edges of all carriageways together (where two meet there is no kerb), and the road of each edge."""
        return outer_edges(self.surroundings.facts.shapes, workers=2)  # the longest step of a county: on both cores


def _marks(roads: gpd.GeoDataFrame | None) -> dict[str, frozenset[str]]:
    """Return the words ``bridge`` and ``kind`` say of each road, by id as `survey.surroundings` gives it."""
    if roads is None or not len(roads) or not {"bridge", "kind"} & set(roads.columns):
        return {}
    names = list(roads["id"]) if "id" in roads else [None] * len(roads)
    made = {}
    for number, name in enumerate(names):
        words = {_word(roads[column].iloc[number]) for column in ("bridge", "kind") if column in roads}
        made[str(name) if name is not None else str(number)] = frozenset(words) - {""}
    return made


def _word(value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    return "" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value).strip().lower()


def _kept(frame: gpd.GeoDataFrame | None, types: tuple[int, ...], words: str) -> tuple[Objects, Objects, Objects]:
    """Return ids, geometries and a column of words of the rows of some types, sorted by id."""
    if frame is None or not len(frame):
        none = np.array([], dtype=object)
        return none, none, none
    shapes = frame.geometry.to_numpy()
    kept = np.flatnonzero(np.isin(shapely.get_type_id(shapes), types) & ~shapely.is_empty(shapes))
    ids = np.array([str(i) for i in (frame["id"] if "id" in frame else range(len(frame)))], dtype=object)[kept]
    order = np.argsort(ids.astype(str), kind="stable")
    said = np.full(len(kept), None, dtype=object)
    if words in frame:
        said[:] = [word.strip() or None if isinstance(word, str) else None for word in frame[words].to_numpy()[kept]]
    return ids[order], shapes[kept][order], said[order]
