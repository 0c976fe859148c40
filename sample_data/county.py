"""Make the sample county: a seeded town with plans of six utilities and routes whose answers are known."""

from __future__ import annotations

import random
from dataclasses import dataclass

import geopandas as gpd

from sample_data import ground
from sample_data.borderline import GRID, KnownAnswer, new_quarter, road_row
from sample_data.clashes import KnownFinding, lay_strip
from sample_data.networks import lay_pipes
from sample_data.plans import MAIN, NAMES, Row, choose_sites, plan
from sample_data.plots import fill
from sample_data.streets import lay_out
from survey.utilities import UTILITIES

SEED = 20261201


@dataclass(frozen=True)
class SampleCounty:
    """A county seat of about 4 by 3 km.

    ``frames`` maps each stored layer's name to a GeoDataFrame in ``grid`` with a text column ``id``; ``answers`` lists
    the routes whose verdict is known beforehand, ``findings`` what must be found about those of the
    strip for trials.
    """

    frames: dict[str, gpd.GeoDataFrame]
    answers: list[KnownAnswer]
    findings: list[KnownFinding]
    grid: str = GRID
    policy: str = "neixiang"
    name_zh: str = "内乡县（样例）"
    name_en: str = "Neixiang (sample)"


def make_county(seed: int = SEED) -> SampleCounty:
    """Make the sample county; the same ``seed`` gives the same county to the last digit.

    Examples
    --------
    >>> county = make_county()
    >>> len(county.frames["sites"])
    12
    >>> sorted(county.frames["routes"]["utility"].unique())
    ['broadcast', 'gas', 'heat', 'power', 'telecom', 'water']
    """
    rng = random.Random(seed)
    town = lay_out(rng)
    site_blocks = choose_sites(town, rng)
    plots = fill(town, site_blocks, rng)
    plans = plan(town, site_blocks, rng)
    quarter = new_quarter(UTILITIES["water"].trench_width_m)
    strip = lay_strip()
    roads = [road_row(street, street.width_m, ground.line(street.points)) for street in town.streets] + quarter.roads
    greens = [*plots.greens, *quarter.greens]
    pipes = lay_pipes(town, rng)
    _renew(plans.routes, pipes)
    rows = {
        "waters": plots.waters,
        "parcels": plots.parcels,
        "greens": [row | {"id": f"G{k:03d}"} for k, row in enumerate(greens, 1)],
        "roads": [row | {"id": f"D{k:03d}"} for k, row in enumerate(roads, 1)],
        "buildings": plots.buildings,
        "trees": plots.trees,
        "pipes": pipes + strip.pipes,
        "sites": plans.sites,
        "routes": plans.routes + quarter.routes + strip.routes,
    }
    frames = {layer: gpd.GeoDataFrame(listed, geometry="geometry", crs=GRID) for layer, listed in rows.items()}
    return SampleCounty(frames, quarter.answers, strip.findings)


def _renew(routes: list[Row], pipes: list[Row]) -> None:
    """Say of each planned main which pipe of its street it takes the place of."""
    laid = {(pipe["name"].removesuffix("现状管"), pipe["utility"]): pipe["id"] for pipe in pipes}
    for route in routes:
        name = route["name"]
        if name.endswith(MAIN):
            street = name.removesuffix(MAIN).removesuffix(NAMES[route["utility"]])
            route["replaces"] = laid.get((street, route["utility"]))
