"""The offsets of web maps against published vectors."""

import mpmath
import numpy as np
import pytest

from geo import datums

# input, expected, tolerance in degrees; coordtransform and eviltransform to 1e-9, gcoord as far as it publishes digits
FORWARD = [
    ("gcj02_to_bd09", (116.404, 39.915), (116.41036949371029, 39.92133699351021), 1e-9),
    ("wgs84_to_gcj02", (116.404, 39.915), (116.41024449916938, 39.91640428150164), 1e-9),
    ("wgs84_to_gcj02", (121.5272106, 31.1774276), (121.531541859215, 31.17530398364597), 1e-9),
    ("wgs84_to_gcj02", (113.912316, 22.543847), (113.9171764808363, 22.540796131694766), 1e-9),
    ("wgs84_to_gcj02", (116.377817, 39.911954), (116.38404722455657, 39.91334545536069), 1e-9),
    ("wgs84_to_gcj02", (113.2354538, 35.2164016), (113.2418262, 35.2158971), 5e-5),
    ("wgs84_to_gcj02", (112.5224433, 32.9926469), (112.5283103, 32.9906692), 5e-5),
    ("wgs84_to_gcj02", (114.3170429, 29.8439136), (114.322446, 29.8414423), 5e-5),
    ("wgs84_to_gcj02", (116.7928599, 33.957264), (116.7982688, 33.9558493), 5e-5),
    ("wgs84_to_gcj02", (114.0164322, 33.0133556), (114.022306, 33.0115324), 5e-5),
    ("gcj02_to_bd09", (113.2418262, 35.2158971), (113.2483741, 35.2217573), 5e-7),
    ("gcj02_to_bd09", (112.5283103, 32.9906692), (112.53481, 32.9966367), 5e-7),
    ("gcj02_to_bd09", (114.322446, 29.8414423), (114.3289631, 29.8473056), 5e-7),
    ("gcj02_to_bd09", (116.7982688, 33.9558493), (116.8048074, 33.9617011), 5e-7),
    ("gcj02_to_bd09", (114.022306, 33.0115324), (114.0287781, 33.0176697), 5e-7),
    ("gcj02_to_wgs84", (113.2418262, 35.2158971), (113.2354538, 35.2164016), 5e-5),
    ("gcj02_to_wgs84", (116.7982688, 33.9558493), (116.7928599, 33.957264), 5e-5),
    # one step of the usual inverse formulas; the exact inverse is some decimetres away
    ("bd09_to_gcj02", (116.404, 39.915), (116.39762729119315, 39.90865673957631), 1e-6),
    ("gcj02_to_wgs84", (116.404, 39.915), (116.39775550083061, 39.91359571849836), 1e-6),
    # the standard formula where eviltransform's own BD-09 is 8 to 38 m off
    ("bd09_to_wgs84", (120.019809, 29.199786), (120.008728623, 29.196207983), 2e-5),
    ("bd09_to_wgs84", (120.036455, 29.210504), (120.025272856, 29.207147174), 2e-5),
]
PAIRS = [("wgs84", "gcj02"), ("gcj02", "bd09"), ("wgs84", "bd09")]


@pytest.mark.parametrize(("name", "given", "expected", "tolerance"), FORWARD)
def test_published_vectors(name, given, expected, tolerance):
    found = getattr(datums, name)(*given)
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_inverse_over_all_china(one, other):
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.arange(73.0, 135.5, 0.25), np.arange(3.0, 54.0, 0.25)))
    there = getattr(datums, f"{one}_to_{other}")(lon, lat)
    assert np.hypot(there[0] - lon, there[1] - lat).max() < 0.02
    back = getattr(datums, f"{other}_to_{one}")(*there)
    np.testing.assert_allclose(back, (lon, lat), rtol=0, atol=1e-11)


@pytest.mark.parametrize("place", [(183.0, 45.0), (2.35, 48.86), (-70.0, -33.0), (139.7, 35.7), (100.0, 0.5)])
def test_nothing_is_changed_outside_the_box(place):
    assert datums.wgs84_to_gcj02(*place) == place
    assert datums.gcj02_to_wgs84(*place) == place


def test_shapes_and_nan():
    lon, lat = datums.wgs84_to_bd09([[113.4, np.nan]], 35.1)
    assert lon.shape == lat.shape == (1, 2)
    assert np.isnan([lon[0, 1], lat[0, 1]]).any()
    back = datums.bd09_to_wgs84(lon, lat)
    assert abs(back[0][0, 0] - 113.4) < 1e-11
    assert datums.wgs84_to_gcj02([], [])[0].shape == (0,)


def test_inverse_against_fifty_digits():
    """The root of the forward formula, found by Newton's method in 50 digits."""
    mpmath.mp.dps = 50
    target = (mpmath.mpf("113.25"), mpmath.mpf("35.25"))

    def forward(lon, lat):
        radius = mpmath.sqrt(lon**2 + lat**2) + mpmath.mpf("0.00002") * mpmath.sin(lat * mpmath.pi * 3000 / 180)
        angle = mpmath.atan2(lat, lon) + mpmath.mpf("0.000003") * mpmath.cos(lon * mpmath.pi * 3000 / 180)
        east = radius * mpmath.cos(angle) + mpmath.mpf("0.0065") - target[0]
        return east, radius * mpmath.sin(angle) + mpmath.mpf("0.006") - target[1]

    root = mpmath.findroot(forward, target)
    found = datums.bd09_to_gcj02(113.25, 35.25)
    assert abs(found[0] - float(root[0])) < 1e-13
    assert abs(found[1] - float(root[1])) < 1e-13
