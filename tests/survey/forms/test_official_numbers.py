"""Check characters agree with another implementation, and catch every slip that they are made to catch."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from survey.forms.official_numbers import (
    CREDIT_ALPHABET,
    PROVINCES,
    bare_number,
    credit_code_end,
    credit_code_fault,
    id_number_end,
    id_number_fault,
    mask_id_numbers,
    masked,
    phone_fault,
    tidy_phone,
)

#: Of enterprises known to everybody, as their licences print them.
KNOWN_CODES = ("91340122MA2MXMLJX5", "91110000600037341L", "914403001922038216")
LETTERS = st.sampled_from(CREDIT_ALPHABET)


@st.composite
def credit_codes(draw):
    first = draw(LETTERS) + draw(LETTERS) + draw(st.from_regex(r"[0-9]{6}", fullmatch=True))
    first += "".join(draw(st.lists(LETTERS, min_size=9, max_size=9)))
    return first + credit_code_end(first)


@st.composite
def id_numbers(draw):
    born = draw(st.dates(date(1900, 1, 1), date(2026, 12, 1)))
    place = draw(st.sampled_from(sorted(PROVINCES))) + draw(st.from_regex(r"[0-9]{4}", fullmatch=True))
    first = f"{place}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first + id_number_end(first)


@pytest.mark.parametrize("code", KNOWN_CODES)
def test_codes_that_were_given_pass(code):
    assert credit_code_fault(code) is None


@given(credit_codes())
def test_a_code_made_by_the_rule_passes_here_and_there(code):
    assert credit_code_fault(code) is None
    assert uscc.calc_check_digit(code[:-1]) == code[-1]
    assert uscc.is_valid(code) == code[:2].isdecimal()  # theirs knows no N2 (rural collectives) and no Y1


@given(credit_codes(), st.integers(0, 17), LETTERS)
def test_every_wrong_character_of_a_code_is_caught(code, place, other):
    assume(other != code[place])
    wrong = code[:place] + other + code[place + 1 :]
    assert credit_code_fault(wrong) is not None
    assert not uscc.is_valid(wrong)


@given(credit_codes(), st.integers(0, 16))
def test_every_swap_of_neighbours_in_a_code_is_caught(code, place):
    assume(code[place] != code[place + 1])
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert credit_code_fault(swapped) is not None


@given(st.text(alphabet=CREDIT_ALPHABET + "IOZSV", min_size=14, max_size=16))
def test_any_text_is_judged_as_the_other_implementation_does(rest):
    text = "91" + rest
    assert (credit_code_fault(text) is None) == uscc.is_valid(text)
    ended = text[:2] + "340122" + rest[:9].translate(str.maketrans("IOZSV", "10252"))
    assert uscc.is_valid(ended + credit_code_end(ended))


@given(id_numbers())
def test_an_identity_number_made_by_the_rule_passes_and_its_end_is_theirs(number):
    assert id_number_fault(number, date(2026, 12, 1)) is None
    assert ric.calc_check_digit(number) == number[-1]


@given(id_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_wrong_digit_of_an_identity_number_is_caught(number, place, other):
    assume(other != number[place])
    assert id_number_fault(number[:place] + other + number[place + 1 :]) is not None


@given(id_numbers(), st.integers(0, 16))
def test_every_swap_of_neighbours_in_an_identity_number_is_caught(number, place):
    assume(number[place] != number[place + 1])
    assert id_number_fault(number[:place] + number[place + 1] + number[place] + number[place + 2 :]) is not None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("110105491231002", "id_number.old"),
        ("11010519491231002x", "id_number.form"),
        ("1101051949123100２X", "id_number.form"),
        ("99010519491231002X", "id_number.division"),
        ("110105194902300020", "id_number.birth"),
        ("110105189912310020", "id_number.birth"),
        ("110105194912310021", "id_number.check"),
        ("", "id_number.form"),
    ],
)
def test_what_is_wrong_with_an_identity_number_is_named(number, code):
    assert id_number_fault(number).code == code


def test_nobody_is_born_after_the_day_of_entry():
    number = "11010520261201002"
    number += id_number_end(number)
    assert id_number_fault(number, date(2026, 12, 1)) is None
    assert id_number_fault(number, date(2026, 11, 30)).code == "id_number.birth"


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86-138-0013-8000", "13800138000"),
        ("（0391）729 0000", "0391-7290000"),
        ("010-65290000转1234", "010-65290000转1234"),
        ("0391-7290000 ext 12", "0391-7290000转12"),
        ("021－62345678", "021-62345678"),
        ("7290000", "7290000"),
        ("4008 123 123", "4008123123"),
        ("95598", "95598"),
    ],
)
def test_telephone_numbers_as_people_write_them(typed, tidy):
    assert phone_fault(bare_number(typed)) is None
    assert tidy_phone(bare_number(typed)) == tidy


@pytest.mark.parametrize(
    "typed", ["", "123", "12800138000", "1380013800", "138001380000", "0391-1290000", "无", "138O0138000"]
)
def test_what_is_no_telephone_number(typed):
    assert phone_fault(bare_number(typed)).code == "phone.form"


@given(id_numbers(), st.text(alphabet="甲乙，：。 ", max_size=5))
def test_a_masked_text_keeps_no_identity_number(number, around):
    text = f"{around}{number}{around}"
    shown = mask_id_numbers(text)
    assert number not in shown
    assert masked(number) in shown
    assert len(shown) == len(text)


@given(st.text(max_size=40))
def test_masking_keeps_the_length_and_shows_seven_at_most(text):
    shown = masked(text)
    assert len(shown) == len(text)
    assert len([1 for a, b in zip(shown, text, strict=True) if a == b != "*"]) <= 7
