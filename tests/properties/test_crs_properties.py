"""What holds for every coordinate of China, in every zone."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import coordinate_faults, grid, grid_at, zones_at

LON = st.floats(73.5, 135.4)
LAT = st.floats(3.5, 53.6)


@settings(deadline=None)
@given(LON, LAT, st.booleans())
def test_there_and_back_in_the_grid_of_the_place(lon, lat, prefixed):
    here = grid_at(lon, lat, prefixed=prefixed)
    x, y = here.from_lonlat(lon, lat)
    assert abs(x - here.false_easting) < 168_000
    assert coordinate_faults([x], [y], here) == []
    back = here.to_lonlat(x, y)
    assert abs(back[0] - lon) < 1e-11
    assert abs(back[1] - lat) < 1e-11


@settings(deadline=None)
@given(LON, LAT)
def test_every_other_reading_is_found(lon, lat):
    bare, numbered = grid_at(lon, lat), grid_at(lon, lat, prefixed=True)
    x, y = (float(value) for value in bare.from_lonlat(lon, lat))
    zone = int(zones_at(lon))
    readings = {
        "coordinate.zone_prefix": (x + zone * 1e6, y, bare),
        "coordinate.zone_prefix_missing": (x, y, numbered),
        "coordinate.degrees": (lon, lat, bare),
        "coordinate.lonlat_swapped": (lat, lon, bare),
    }
    if y > 1_000_000:  # nearer the equator a northing may pass for an easting
        readings["coordinate.axes_swapped"] = (y, x, bare)
    for code, (east, north, read_as) in readings.items():
        (fault,) = coordinate_faults([east], [north], read_as)
        assert fault.code == code
        assert fault.value == (east, north)
    (fault,) = coordinate_faults([x + zone * 1e6], [y], bare)
    assert fault.mend_zh == f"应使用 {numbered.code}"


@settings(deadline=None)
@given(st.lists(st.tuples(LON, LAT), min_size=1, max_size=20), st.integers(4534, 4554))
def test_many_at_once_are_each_as_alone(places, epsg):
    here = grid(epsg)
    lon, lat = np.array(places).T
    near = np.abs(lon - here.central_meridian) < 2.4
    x, y = here.from_lonlat(lon, lat)
    found = coordinate_faults(x[near], y[near], here, feature=np.arange(near.sum()))
    assert found == []
    for i in range(len(lon)):
        alone = here.from_lonlat(lon[i], lat[i])
        assert (x[i], y[i]) == alone or np.isnan(x[i])
