"""Read the address of a tile service that the page shows under the county's layers: which hosts it names."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_RANGE = re.compile(r"\{(\d-\d|[a-z]-[a-z])\}")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?")
PLACES = ("{z}", "{x}", "{y}")


def tile_hosts(template: str) -> list[str]:
    """Return scheme and host of every server of a template: those from which the page may load pictures.

    Raises
    ------
    ValueError
        It is no address of tiles; the message says what it is to be.

    Examples
    --------
    >>> tile_hosts("https://t{0-2}.tiles.example/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=KEY")
    ['https://t0.tiles.example', 'https://t1.tiles.example', 'https://t2.tiles.example']
    >>> tile_hosts("")
    []
    """
    if not template:
        return []
    address = _RANGE.sub(lambda found: found[1][0], template)
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.netloc) or not template.isprintable():
        raise ValueError("应为 http(s)://主机/… / must be http(s)://host/… without a name or password")
    missing = [place for place in PLACES if place not in template]
    if missing:
        raise ValueError(f"缺 {' '.join(missing)} / {' '.join(missing)} is missing")
    host = template.partition("://")[2].partition("/")[0]
    found = _RANGE.search(host)
    if found is None:
        return [f"{parts.scheme}://{parts.netloc}"]
    first, last = (ord(found[1][at]) for at in (0, -1))
    if first > last:
        raise ValueError(f"{found[0]}: 先小后大 / the lower one comes first")
    names = (host[: found.start()] + chr(code) + host[found.end() :] for code in range(first, last + 1))
    return [f"{parts.scheme}://{name}" for name in names]
