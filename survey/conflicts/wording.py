"""Put pieces of sentences together: where a space belongs in Chinese, and how exactly a figure must be said."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import numpy as np

from survey.conflicts.judging import TINY

_HAN, _LATIN = r"[\u3400-\u9fff]", r"[A-Za-z0-9]"
_MEET = re.compile(rf"(?<={_HAN})\0(?={_LATIN})|(?<={_LATIN})\0(?={_HAN}|{_LATIN})")
MOST_DIGITS = 6
_SLACK = 1e-9


def joined(*parts: str) -> str:
    """Join pieces of a Chinese sentence, with a space where a character meets a letter or a figure.

    So does a name that ends in a figure and the figure after it, which would read as one number.

    Inside a piece nothing changes: a name stays as its owner writes it.

    Examples
    --------
    >>> joined("与", "支路160", "的交角"), joined("与", "文化路", "的交角"), joined("与", "R2（城东）", "的净距")
    ('与支路160 的交角', '与文化路的交角', '与 R2（城东）的净距')
    >>> joined("距建筑物 B3665", "3.16 m")
    '距建筑物 B3665 3.16 m'
    """
    text = "\0".join(part for part in parts if part)
    return _MEET.sub(" ", text).replace("\0", "")


def opened(text: str) -> str:
    """Return an English sentence with a capital at its beginning.

    >>> opened("the gas line R1 stays")
    'The gas line R1 stays'
    """
    return text[:1].upper() + text[1:]


class Figures(NamedTuple):
    """What was measured and its limit as texts without the sign, such as ``0.14``, and the uncertainty with its unit.

    ``off`` is such as `` ± 0.04 m``; empty where there is none.
    """

    measured: str
    limit: str
    off: str


def figures(measured: float, limit: float, uncertainty: float) -> Figures:
    """Return lengths (metres) in words, to the centimetre, and finer where they would read as if all were well.

    Examples
    --------
    >>> figures(0.14, 0.15, 0.0)
    Figures(measured='0.14', limit='0.15', off='')
    >>> figures(0.146, 0.15, 0.0)
    Figures(measured='0.146', limit='0.150', off='')
    >>> figures(-0.2, 0.15, 0.1)
    Figures(measured='0.20', limit='0.15', off=' ± 0.10 m')
    """
    margin = abs(measured - limit)
    apart = [margin, abs(margin - uncertainty), abs(measured) if measured < 0 else np.nan]
    least = min((one for one in apart if math.isfinite(one) and one > TINY), default=1.0)
    digits = next((n for n in range(2, MOST_DIGITS) if least >= 10.0**-n - _SLACK), MOST_DIGITS)
    off = "" if uncertainty <= 0 else f" ± {uncertainty:.{digits}f} m" if math.isfinite(uncertainty) else " ± ? m"
    return Figures(f"{abs(measured):.{digits}f}", f"{limit:.{digits}f}", off)
