"""Workbooks of layers hold what people have typed, whatever it is."""

import geopandas as gpd
import pytest
import shapely
from openpyxl import load_workbook

from api.layer_files import write_layers

LINE = shapely.LineString([(579_000, 3_658_000), (579_100, 3_658_000)])


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("甲\x0b乙\x00", "甲乙"), ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"), ("两行\n文字\t", "两行\n文字\t")],
)
def test_a_cell_holds_what_a_workbook_can_and_is_no_formula(tmp_path, typed, shown):
    """A control character that a form or a file has brought along must not keep everybody from the whole table."""
    frame = gpd.GeoDataFrame({"operator": [typed]}, geometry=[LINE], crs="EPSG:4546")
    write_layers({"works": frame}, tmp_path / "a.xlsx")
    cell = load_workbook(tmp_path / "a.xlsx")["works"]["A2"]
    assert (cell.value, cell.data_type) == (shown, "s")
