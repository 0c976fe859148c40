"""Load the one symbology that web client, offline map and print share."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def symbols() -> dict[str, Any]:
    """Return the symbology of ``symbols.json``: colours, widths, names in Chinese and English.

    Widths and dashes are in screen pixels, ``max_resolution`` in metres of the grid a pixel (a layer is left out where
    the map is coarser; None: always shown). ``standard`` is the colour CJJ 61 names, ``screen`` the same hue dark
    enough to be read on a light ground.

    Examples
    --------
    >>> symbols()["utilities"]["gas"]["zh"]
    '燃气'
    >>> [layer["key"] for layer in symbols()["layers"]][-2:]
    ['routes', 'trenches']
    """
    loaded: dict[str, Any] = json.loads((files("maps") / "symbols.json").read_text(encoding="utf-8"))
    return loaded


def layer_symbol(key: str) -> dict[str, Any]:
    """Return the symbol of one layer; ``KeyError`` names a layer that has none.

    >>> layer_symbol("greens")["zh"]
    '绿地'
    """
    for layer in symbols()["layers"]:
        if layer["key"] == key:
            found: dict[str, Any] = layer
            return found
    raise KeyError(key)
