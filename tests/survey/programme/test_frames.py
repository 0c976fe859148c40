import geopandas as gpd
import pytest
import shapely

from geo.faults import BadInputError
from survey.programme.frames import works_of


def routes(**columns):
    told = {"id": ["W1"], "start": ["2026-03-01"], "end": ["2026-06-30"]} | {
        name: [one] for name, one in columns.items()
    }
    return gpd.GeoDataFrame(told, geometry=[shapely.LineString([(0, 0), (200, 0)])], crs="EPSG:4546")


@pytest.mark.parametrize(("given", "weeks"), [(4, 4), ("4", 4), (4.0, 4), (None, 3), (float("nan"), 3), ("", 3)])
def test_takes_whole_weeks_and_estimates_the_others(given, weeks):
    assert works_of(routes(weeks=given))[0].weeks == weeks


@pytest.mark.parametrize("given", ["four", "2.5", float("inf"), "1e400", "nan"])
def test_names_a_duration_that_is_no_whole_number(given):
    with pytest.raises(BadInputError) as refused:
        works_of(routes(weeks=given))
    assert [(one.code, one.feature, one.field) for one in refused.value.faults] == [("programme.weeks", "W1", "weeks")]
