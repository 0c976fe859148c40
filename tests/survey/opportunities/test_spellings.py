import itertools

import pytest

from survey.opportunities.spellings import suggested_spellings

WATER = ["内乡县供水有限公司", "内乡县供水公司", "内乡 县供水有限责任公司", "内乡供水有限公司", "供水公司"]


def groups(*names):
    return [set(found.names) for found in suggested_spellings(names)]


def test_one_company_in_five_spellings_is_suggested_as_one():
    (found,) = suggested_spellings([*WATER, WATER[1], "内乡县供电公司", None, "  "])
    assert set(found.names) == set(WATER)
    assert found.names[0] == WATER[1]  # the most used
    assert len(found.why) == 10
    assert all(one.zh and one.en for one in found.why)


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("ＡＢＣ水司", "abc 水司", None),  # they answer as one party already
        ("城投燃气集团有限公司", "城投燃气", "form"),
        ("河南省内乡县热力公司", "内乡县热力有限公司", "form"),
        ("内乡县城投燃气公司", "内乡县城投然气公司", None),  # four characters are too short for a slip
        ("中国联合网络通信公司", "中国联台网络通信公司", "slip"),
        ("中国联合网络通信公司", "中国合联网络通信公司", "slip"),
        ("Telecom Ltd", "Telecon ltd.", "slip"),
        ("中国联合网络通信公司", "中国联合网络通信通公司", "slip"),
    ],
)
def test_why(a, b, kind):
    assert [one.kind for found in suggested_spellings([a, b]) for one in found.why] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("内乡县电力公司", "内乡县热力公司"),
        ("内乡县供水公司", "西峡县供水公司"),
        ("自来水公司（内乡）", "自来水公司（西峡）"),
        ("城区第一自来水建设公司", "城区第二自来水建设公司"),
        ("东城市政管网建设公司", "西城市政管网建设公司"),
        ("长江自来水建设运营公司", "长江自来气建设运营公司"),
        ("城投通信工程A公司", "城投通信工程G公司"),
    ],
)
def test_never_suggested(a, b):
    assert groups(a, b) == []


def test_what_differs_in_width_or_blanks_alone_is_told_as_one_by_its_most_used_spelling():
    (found,) = suggested_spellings(["ＡＢＣ水司", "abc水司", "abc 水司有限公司", "abc水司"])
    assert found.names == ("abc水司", "abc 水司有限公司")


def test_a_name_without_its_place_may_be_either_and_joins_neither_for_good():
    assert groups("内乡县供水公司", "西峡县供水公司", "供水公司") == [
        {"内乡县供水公司", "供水公司"}, {"西峡县供水公司", "供水公司"},
    ]  # fmt: skip


def test_the_order_of_names_changes_nothing():
    names = [*WATER[:3], "供水公司", "西峡县供水公司"]
    expected = suggested_spellings(names)
    assert all(suggested_spellings(order) == expected for order in itertools.permutations(names))
