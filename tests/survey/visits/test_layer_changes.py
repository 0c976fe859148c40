"""Differences of layers as QGIS and phones make them: splits, copies, renamed fields, edits on both sides."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.faults import BadInputError
from survey.visits.layer_changes import apply_changes, compare_layers
from survey.visits.layer_names import match_layers

CRS = "EPSG:4546"


def layer(*rows, crs=CRS, **columns):
    """Rows of id, x of a line ten metres long, and cover."""
    lines = [shapely.LineString([(x, 0), (x + 10, 0)]) for _, x, _ in rows]
    made = {"id": [row[0] for row in rows], "cover_m": [row[2] for row in rows], **columns}
    return gpd.GeoDataFrame(made, geometry=lines, crs=crs)


GIVEN = layer(("a", 0, 1.0), ("b", 50, 1.2), ("c", 90, None))


def kinds(found):
    return {change.key: change.conflict for change in found.changes}


def test_what_is_identical_or_only_written_otherwise_is_no_change():
    """NaN for nothing, a multi-line of one part, numbers of numpy, another order of rows."""
    edited = GIVEN.assign(cover_m=np.array([1.0, 1.2, np.nan])).iloc[::-1]
    edited = edited.set_geometry([shapely.MultiLineString([line]) for line in edited.geometry])
    assert compare_layers(GIVEN, edited, GIVEN).changes == ()
    days = GIVEN.assign(start=[date(2026, 12, 1), None, None])
    assert compare_layers(days, days.assign(start=pd.to_datetime(days["start"])), days).changes == ()


def test_moved_by_how_many_metres_and_what_was_changed():
    found = compare_layers(GIVEN, layer(("a", 3, 1.5), ("b", 50, 1.2)), GIVEN)
    assert kinds(found) == {"a/moved": False, "a/changed/cover_m": False, "c/deleted": False}
    moved = next(change for change in found.changes if change.kind == "moved")
    assert moved.moved_m == 3.0
    cover = next(change for change in found.changes if change.kind == "changed")
    assert (cover.before, cover.edited, cover.now) == (1.0, 1.5, 1.0)


def test_edits_made_meanwhile_stand_side_by_side():
    now = layer(("a", 7, 1.0), ("b", 50, 2.0), ("c", 90, 3.0))
    edited = layer(("a", 3, 1.1), ("b", 50, 2.0))
    found = compare_layers(GIVEN, edited, now)
    assert kinds(found) == {"a/moved": True, "a/changed/cover_m": False, "c/deleted": True}
    kept = apply_changes(now, found.changes, ["a/changed/cover_m"])
    assert kept.set_index("id").loc["a", "cover_m"] == 1.1
    assert kept.geometry.iloc[0].equals(now.geometry.iloc[0])
    assert list(kept["id"]) == ["a", "b", "c"]


def test_edited_on_site_and_deleted_meanwhile_is_not_lost():
    found = compare_layers(GIVEN, layer(("a", 3, 1.0), ("b", 50, 1.2), ("c", 90, None)), layer(("b", 50, 1.2)))
    assert kinds(found) == {"a/restored": True}
    back = apply_changes(layer(("b", 50, 1.2)), found.changes, ["a/restored"])
    assert list(back["id"]) == ["b", "a"]
    assert back.geometry.iloc[1].coords[0] == (3, 0)


def test_a_split_line_keeps_its_id_once_and_no_part_is_lost():
    """QGIS gives both parts of a split line the same id; the longer one lies nearer to what was given out."""
    edited = GIVEN.copy()
    edited.loc[0, "geometry"] = shapely.LineString([(0, 0), (8, 0)])
    rest = edited.iloc[[0]].set_geometry([shapely.LineString([(8, 0), (10, 0)])])
    found = compare_layers(GIVEN, pd.concat([rest, edited], ignore_index=True), GIVEN)
    assert [(change.kind, change.copied_from) for change in found.changes if change.kind == "added"] == [("added", "a")]
    assert not any(change.conflict for change in found.changes)  # else one half is accepted without the other
    assert next(change.moved_m for change in found.changes if change.kind == "moved") == 2.0


def test_what_was_drawn_without_an_id_is_added_once_however_often_it_is_sent():
    edited = layer(("a", 0, 1.0), ("b", 50, 1.2), ("c", 90, None), (None, 200, 1.0), (None, 200, 1.0))
    found = compare_layers(GIVEN, edited, GIVEN)
    assert [change.kind for change in found.changes] == ["added", "added"]
    now = apply_changes(GIVEN, found.changes, [change.key for change in found.changes])
    assert len(now) == 5
    assert compare_layers(GIVEN, edited, now).changes == ()


def test_one_id_for_two_new_features_keeps_both():
    """Two phones call their first new line n1: the second gets an id of its own, and a person is told."""
    now = layer(("a", 0, 1.0), ("b", 50, 1.2), ("c", 90, None), ("n1", 300, 1.0))
    edited = layer(("a", 0, 1.0), ("b", 50, 1.2), ("c", 90, None), ("n1", 400, 1.0))
    (change,) = compare_layers(GIVEN, edited, now).changes
    assert (change.kind, change.conflict, change.copied_from) == ("added", True, "n1")
    both = apply_changes(now, [change], [change.key])
    assert len(set(both["id"])) == 5
    assert compare_layers(GIVEN, edited, both).changes == ()


def test_renamed_fields_and_ids_are_recognised_by_what_they_hold():
    edited = layer(("a", 3, 1.0), ("b", 50, 1.2), ("c", 90, None), note=[1, 2, 3])
    edited = edited.rename(columns={"id": "编号", "cover_m": "覆土"})
    found = compare_layers(GIVEN, edited, GIVEN)
    assert kinds(found) == {"a/moved": False}
    assert found.renamed == {"id": "编号", "cover_m": "覆土"}
    assert found.extra == ("note",)


def test_what_is_not_recognised_is_refused_all_at_once():
    lost = layer(("a", 0, 1.0), ("b", 50, 1.2)).drop(columns="cover_m").to_crs("EPSG:4547")
    with pytest.raises(BadInputError, match="coordinates"):
        compare_layers(GIVEN, lost, GIVEN)
    with pytest.raises(BadInputError, match="cover_m") as caught:
        compare_layers(GIVEN, GIVEN.drop(columns="cover_m"), GIVEN, "routes")
    assert caught.value.faults[0].layer == "routes"
    empty = GIVEN.set_geometry([None, *GIVEN.geometry[1:]])
    with pytest.raises(BadInputError, match="without a shape"):
        compare_layers(GIVEN, empty, GIVEN)


def test_layers_are_recognised_by_their_ids_or_refused_by_name():
    others = layer(("x", 0, 1.0))
    assert match_layers({"routes": GIVEN, "roads": others}, {"x": GIVEN, "roads": others}) == {
        "routes": "x", "roads": "roads",
    }  # fmt: skip
    with pytest.raises(BadInputError, match="routes"):
        match_layers({"routes": GIVEN}, {"x": GIVEN, "y": GIVEN})
    with pytest.raises(BadInputError, match="routes"):
        match_layers({"routes": GIVEN}, {"x": others})


def test_a_key_that_no_change_has_is_refused():
    with pytest.raises(BadInputError, match="no such change"):
        apply_changes(GIVEN, [], ["a/moved"])


def test_a_geopackage_written_edited_and_read_again(tmp_path):
    """A real file: unedited it has no difference; one vertex moved by a program that knows only the file is found."""
    given = GIVEN.assign(start=[date(2026, 12, 1), None, None], owner=["县水司", "", None], lines=[1, 2, 3])
    file = tmp_path / "pack.gpkg"
    given.to_file(file, layer="routes")
    back = gpd.read_file(file, layer="routes")
    assert compare_layers(given, back, given).changes == ()
    back.loc[1, "geometry"] = shapely.LineString([(50, 0), (60, 2.5)])
    back.to_file(file, layer="routes")
    (change,) = compare_layers(given, gpd.read_file(file, layer="routes"), given).changes
    assert (change.key, change.moved_m) == ("b/moved", 2.5)
