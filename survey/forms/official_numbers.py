"""Tell whether a credit code, an identity card number or a telephone number can be one, and mask what is private."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: digits and capital letters without I, O, Z, S, V, which are read for digits."""
CREDIT_LENGTH = ID_LENGTH = 18
OLD_ID_LENGTH = 15
FIRST_BIRTH_YEAR = 1900
KEPT_BEFORE, KEPT_AFTER = 3, 4
ID_ENDS = "10X98765432"
"""GB 11643-1999: the check character for each remainder of the weighted sum by 11."""
PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for code in range(first, last + 1)
)
"""GB/T 2260: the first two digits; 81 to 83 are those of residence permits of Hong Kong, Macao and Taiwan."""

_ID = re.compile(r"[0-9]{17}[0-9X]")
_ID_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"(?:\+?86|0086)?(0(?:10|2[0-9])|0[3-9][0-9]{2})([2-9][0-9]{6,7})(?:(?:转|x|ext)([0-9]{1,6}))?")
_LOCAL = re.compile(r"[2-9][0-9]{6,7}")
_SERVICE = re.compile(r"[48]00[0-9]{7}|9[56][0-9]{3,4}")


class Wrong(NamedTuple):
    """Why a number cannot be one, and what to do."""

    code: str
    zh: str
    en: str
    mend_zh: str
    mend_en: str


def credit_code_fault(text: str) -> Wrong | None:
    """Return what is wrong with a unified social credit code; None where nothing is.

    GB 32100-2015: 18 characters of `CREDIT_ALPHABET`, places 3 to 8 a division's digits, the last
    ``(31 - Σ value·3**place mod 31) mod 31``. That a code passes does not say that it was ever given to anybody.

    Examples
    --------
    >>> credit_code_fault("91340122MA2MXMLJX5") is None
    True
    >>> credit_code_fault("91340122MA2MXMLJX6").code, credit_code_fault("9134").code
    ('credit_code.check', 'credit_code.length')
    """
    if len(text) != CREDIT_LENGTH:
        return Wrong(
            "credit_code.length",
            f"统一社会信用代码应为18位，现为{len(text)}位",
            f"a unified social credit code has 18 characters, not {len(text)}",
            "照营业执照抄写18位",
            "copy the 18 characters of the licence",
        )
    strange = sorted(set(text) - set(CREDIT_ALPHABET))
    if strange or not text[2:8].isdecimal():
        said = "、".join(strange) or text[2:8]
        return Wrong(
            "credit_code.character",
            f"统一社会信用代码中不会出现：{said}",
            f"a unified social credit code has no {said} there",
            "字母 I、O、Z、S、V 不用，第3至8位为数字",
            "I, O, Z, S, V are not used; places 3 to 8 are digits",
        )
    if credit_code_end(text[:-1]) != text[-1]:
        return Wrong(
            "credit_code.check",
            "统一社会信用代码校验位不符",
            "the check character of the unified social credit code does not fit",
            "逐位核对，有一位抄错或两位颠倒",
            "compare it place by place: one is wrong or two are swapped",
        )
    return None


def credit_code_end(first: str) -> str:
    """Return the check character that belongs to the first 17 of a credit code.

    >>> credit_code_end("91340122MA2MXMLJX")
    '5'
    """
    total = sum(CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(first))
    return CREDIT_ALPHABET[-total % 31]


def id_number_fault(text: str, on: dt.date | None = None) -> Wrong | None:
    """Return what is wrong with a resident identity number; None where nothing is.

    GB 11643-1999: six digits of a division, eight of the day of birth, three of order, and a check character
    (ISO 7064 MOD 11-2). With ``on`` nobody is born later than that day.

    Examples
    --------
    >>> id_number_fault("11010519491231002X") is None
    True
    >>> id_number_fault("11010519490231002X").code, id_number_fault("110105194912310021").code
    ('id_number.birth', 'id_number.check')
    """
    if len(text) == OLD_ID_LENGTH and text.isdecimal():
        return Wrong(
            "id_number.old",
            "15位身份证号码已停用",
            "identity numbers of 15 digits are no longer in use",
            "填写18位号码",
            "give the number of 18 places",
        )
    if not _ID.fullmatch(text):
        return Wrong(
            "id_number.form",
            "身份证号码应为17位数字加一位校验码",
            "an identity number is 17 digits and a check character",
            "照身份证抄写18位，末位可为 X",
            "copy the 18 places of the card; the last may be X",
        )
    if text[:2] not in PROVINCES:
        return Wrong(
            "id_number.division",
            "身份证号码的省级代码不存在",
            "no province has the first two digits",
            "核对前两位",
            "compare the first two digits",
        )
    if not _born(text[6:14], on):
        return Wrong(
            "id_number.birth",
            "身份证号码中的出生日期不存在",
            "the day of birth in the number does not exist",
            "核对第7至14位",
            "compare places 7 to 14",
        )
    if id_number_end(text[:-1]) != text[-1]:
        return Wrong(
            "id_number.check",
            "身份证号码校验位不符",
            "the check character of the number does not fit",
            "逐位核对，有一位抄错或两位颠倒",
            "compare it place by place: one is wrong or two are swapped",
        )
    return None


def id_number_end(first: str) -> str:
    """Return the check character that belongs to the first 17 digits of an identity number.

    >>> id_number_end("11010519491231002")
    'X'
    """
    return ID_ENDS[sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first)) % 11]


def _born(text: str, on: dt.date | None) -> bool:
    try:
        day = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return day.year >= FIRST_BIRTH_YEAR and (on is None or day <= on)


def phone_fault(text: str) -> Wrong | None:
    """Return what is wrong with a telephone number as `bare_number` gives it; None where nothing is.

    A mobile number, a landline number with its area code or (7 or 8 digits) without, an extension after ``转``, or a
    service number.

    >>> phone_fault("13800138000") is None, phone_fault("03917290000") is None, phone_fault("1380013800").code
    (True, True, 'phone.form')
    """
    if any(pattern.fullmatch(text) for pattern in (_MOBILE, _LANDLINE, _LOCAL, _SERVICE)):
        return None
    return Wrong(
        "phone.form",
        "不是电话号码",
        "not a telephone number",
        "手机11位，座机写成 0391-7290000，分机写“转”",
        "11 digits, or a landline as 0391-7290000",
    )


def bare_number(text: str) -> str:
    """Return a number without blanks, hyphens and brackets, in capital letters.

    >>> bare_number("（0391） 729-0000"), bare_number("1101051949 1231 002x")
    ('03917290000', '11010519491231002X')
    """
    return re.sub(r"[\s\-‐‑–—－()（）·.]", "", text).upper().replace("EXT", "转")


def tidy_phone(bare: str) -> str:
    """Return a telephone number as people write it.

    >>> tidy_phone("+8613800138000"), tidy_phone("03917290000转12"), tidy_phone("7290000")
    ('13800138000', '0391-7290000转12', '7290000')
    """
    mobile, landline = _MOBILE.fullmatch(bare), _LANDLINE.fullmatch(bare)
    if mobile:
        return mobile[1]
    if landline:
        return f"{landline[1]}-{landline[2]}" + (f"转{landline[3]}" if landline[3] else "")
    return bare


def masked(number: str) -> str:
    """Return a number with everything but its first 3 and last 4 characters hidden; a short one is hidden wholly.

    >>> masked("11010519491231002X"), masked("1234567")
    ('110***********002X', '*******')
    """
    hidden = len(number) - KEPT_BEFORE - KEPT_AFTER
    if hidden <= 0:
        return "*" * len(number)
    return number[:KEPT_BEFORE] + "*" * hidden + number[-KEPT_AFTER:]


def mask_id_numbers(text: str) -> str:
    """Return a text with every identity number in it masked; what only looks like one stays.

    >>> mask_id_numbers("经办人 11010519491231002X，编号 110105194912310021")
    '经办人 110***********002X，编号 110105194912310021'
    """
    return _ID_IN_TEXT.sub(lambda found: masked(found[0]) if _is_id(found[0].upper()) else found[0], text)


def _is_id(text: str) -> bool:
    return id_number_fault(text) is None


FAULTS: Mapping[str, Callable[[str], Wrong | None]] = {
    "credit_code": credit_code_fault,
    "id_number": id_number_fault,
    "phone": phone_fault,
}
"""What holds an entry, by the key in `survey.policies.forms.CHECKS`."""
