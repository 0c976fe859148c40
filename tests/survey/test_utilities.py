import csv
from pathlib import Path

import numpy as np
import pytest

from geo.faults import BadInputError
from survey.utilities import UTILITIES, group_of, unknown_utility, utility_key, utility_keys


def test_the_seven_in_their_order():
    assert list(UTILITIES) == ["water", "drainage", "power", "gas", "heat", "telecom", "broadcast"]
    assert all(key == utility.key for key, utility in UTILITIES.items())


def test_codes_and_colours_are_those_of_cjj_61():
    colours = {"JS": "#00ffff", "PS": "#4c3926", "RQ": "#ff00ff", "RL": "#ff8000", "DL": "#ff0000", "TX": "#00ff00"}
    for utility in UTILITIES.values():
        assert utility.colour == colours.get(utility.code, "#00ff00")  # broadcast bears the colour of telecom
    assert UTILITIES["broadcast"].code == "GB"


def test_a_width_that_no_page_confirms_says_so():
    status = {key: utility.width_status for key, utility in UTILITIES.items()}
    assert status["water"] == status["drainage"] == "one source"
    assert {status[key] for key in ("power", "gas", "heat", "telecom", "broadcast")} == {"memory only"}
    assert all(0.3 <= utility.trench_width_m <= 2 for utility in UTILITIES.values())


def test_no_word_names_two_utilities():
    seen = {}
    for utility in UTILITIES.values():
        for word in {utility.key, utility.zh, utility.en.lower(), *utility.synonyms}:
            assert seen.setdefault(word, utility.key) == utility.key, word


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("给水", "water"), ("供水", "water"), ("自来水", "water"), ("WATER", "water"), (" js ", "water"),
        ("污水", "drainage"), ("雨水", "drainage"), ("供电", "power"), ("天然气", "gas"), ("暖气", "heat"),
        ("district_heating", "heat"), ("电信", "telecom"), ("有线电视", "broadcast"), ("ＧＡＳ", "gas"),
        ("", None), (None, None), (3, None), (float("nan"), None), ("<script>", None),
    ],
)  # fmt: skip
def test_words(word, key):
    assert utility_key(word) == key


def test_every_unknown_is_named_at_once_with_what_is_known():
    with pytest.raises(BadInputError) as error:
        group_of(["water", "oil", None, "石油"])
    assert [fault.feature for fault in error.value.faults] == [1, 2, 3]
    assert [fault.code for fault in error.value.faults] == ["utility.unknown", "utility.missing", "utility.unknown"]
    assert "给水（water）" in error.value.faults[0].mend_zh


def test_faults_carry_the_features_id():
    keys, faults = utility_keys(["气", "x"], ids=["R1", "R2"])
    assert keys == ["gas", None]
    assert faults[0].feature == "R2"
    assert unknown_utility(float("nan")).code == "utility.missing"


def test_numbers_are_places():
    assert group_of(list(UTILITIES)).tolist() == list(range(7))
    assert group_of([]).dtype == np.int64


def test_the_reference_table_agrees_where_it_is_at_hand():
    table = Path(__file__).parents[3] / "shared/reference/standards/cjj61_utility_codes.csv"
    if not table.is_file():
        pytest.skip("the reference tables are not part of the repository")
    with table.open(encoding="utf-8-sig", newline="") as opened:
        rows = {row["major_code"]: row["rgb"] for row in csv.DictReader(opened)}
    for utility in UTILITIES.values():
        rgb = rows["TX" if utility.key == "broadcast" else utility.code]
        assert utility.colour == "#" + "".join(f"{int(part):02x}" for part in rgb.split(","))
