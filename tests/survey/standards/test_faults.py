"""Broken tables are refused, with file and line, every fault at once; whole ones are cited through and through."""

import csv
import io

import pytest

from geo.faults import BadInputError
from survey.standards import clauses, codes, gas, orders, quality, trenches
from survey.standards.citations import Citation
from survey.standards.sheets import read_text, sources
from survey.standards.tables import COVER, HORIZONTAL, KINDS, VERTICAL, parse_table

EMPTY = read_text("empty_cells.csv")
PARSERS = {
    "clauses.csv": clauses.parse_clauses,
    "orders.csv": orders.parse_orders,
    "gas_pressure_classes.csv": gas.parse_gas_classes,
    "quality_levels.csv": quality.parse_qualities,
    "gb50268_working_width.csv": trenches.parse_working_widths,
    "gb50268_slopes.csv": trenches.parse_slopes,
    "trench_widths.csv": trenches.parse_trench_widths,
    "cjj61_utility_codes.csv": codes.parse_utility_codes,
    "cjj61_feature_codes.csv": codes.parse_feature_codes,
    "cjj61_laying_methods.csv": codes.parse_laying_methods,
    "cjj61_statuses.csv": codes.parse_statuses,
    "cjj61_fields.csv": codes.parse_fields,
} | {kind.file: (lambda text, kind=kind: parse_table(kind, text, EMPTY)) for kind in KINDS}


def faults_of(name, text):
    with pytest.raises(BadInputError) as error:
        PARSERS[name](text)
    return error.value.faults


def line_of(text, part):
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(part))


def changed(name, start, change):
    """Return the text with the line that begins with ``start`` changed, and the number of that line."""
    text = read_text(name)
    number = line_of(text, start)
    lines = text.splitlines()
    lines[number - 1] = change(lines[number - 1])
    return "\n".join(line for line in lines if line is not None) + "\n", number


def cited(thing):
    if isinstance(thing, Citation):
        yield thing
    elif isinstance(thing, dict) or hasattr(thing, "items"):
        for value in thing.values():
            yield from cited(value)
    elif isinstance(thing, tuple):
        for value in thing:
            yield from cited(value)
    elif hasattr(thing, "cells"):
        yield from cited(thing.cells)
    else:
        yield thing.cell


@pytest.mark.parametrize("name", PARSERS)
def test_every_value_of_every_table_is_cited(name):
    found = list(cited(PARSERS[name](read_text(name))))
    assert len(found) == len(read_text(name).splitlines()) - 1
    for each in found:
        assert each.standard
        assert each.clause
        assert each.text_zh or name == "trench_widths.csv"
        assert each.unverified == (each.status == "memory only") == (not each.sources) == ("待核" in each.evidence_zh)
        assert all(key in sources() for key in each.sources)
        assert bool(each.note_zh) == bool(each.note_en)


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("status", "sure", "standard.unknown_word"), ("status", "", "standard.empty"),
        ("directness", "guessed", "standard.unknown_word"), ("clause", "", "standard.empty"),
        ("standard", "", "standard.empty"), ("sources", "S999", "standard.source"),
        ("note_zh", "只有中文", "standard.note"),
    ],
)  # fmt: skip
def test_a_cell_without_its_evidence_is_refused_with_its_line(name, column, value, code):
    rows = list(csv.DictReader(io.StringIO(read_text(name))))
    rows[0][column] = value
    if column == "note_zh":
        rows[0]["note_en"] = ""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    assert (code, f"{name}:2") in {(fault.code, fault.file) for fault in faults_of(name, text.getvalue())}


def test_all_faults_are_told_at_once():
    text = read_text("gb50289_horizontal.csv")
    text = text.replace("building,water_d_le_200,,1.0,m", "building,water_d_le_200,,-1,m")
    text = text.replace("building,reclaimed,,1.0,m", "building,reclaimed,sometimes,1.0,ft")
    text = text.replace(
        "building,gas_low,,0.7,m,GB 50289-2016,4.1.9,confirmed", "building,gas_low,,0.7,m,GB 50289-2016,4.1.9,one"
    )
    found = {(fault.code, fault.file, fault.field) for fault in faults_of("gb50289_horizontal.csv", text)}
    at = {
        part: f"gb50289_horizontal.csv:{line_of(text, part)}"
        for part in ("building,water_d_le", "building,recl", "building,gas_low")
    }
    assert ("standard.number", at["building,water_d_le"], "value") in found
    assert ("standard.unknown_word", at["building,recl"], "condition") in found
    assert ("standard.unknown_word", at["building,recl"], "unit") in found
    assert ("standard.unknown_word", at["building,gas_low"], "status") in found


def test_a_gap_in_a_table_is_noticed():
    text, _ = changed("gb50289_horizontal.csv", "sewage,heat_direct", lambda _: None)
    (fault,) = faults_of("gb50289_horizontal.csv", text)
    assert (fault.code, fault.value) == ("standard.gap", "heat_direct · sewage")


def test_a_pair_listed_as_empty_that_has_a_value_is_refused_with_the_line_of_the_list():
    lists = EMPTY + "horizontal,sewage,building,没有,none\n"
    with pytest.raises(BadInputError) as error:
        parse_table(HORIZONTAL, read_text(HORIZONTAL.file), lists)
    (fault,) = error.value.faults
    assert (fault.code, fault.file) == ("standard.not_empty", f"empty_cells.csv:{len(lists.splitlines())}")


def test_a_pair_given_twice_is_refused_whichever_way_round():
    text = read_text(VERTICAL.file)
    text += "sewage,water,,0.4,m,GB 50289-2016,4.1.14,confirmed,sibling,S3 S4,,\n"
    (fault,) = faults_of(VERTICAL.file, text)
    assert (fault.code, fault.file) == ("standard.duplicate", f"{VERTICAL.file}:{len(text.splitlines())}")
    assert "line 3" in fault.en


def test_half_a_partition_is_refused():
    text, _ = changed("gb50289_horizontal.csv", "power_direct,telecom_direct,kv>=35", lambda _: None)
    (fault,) = faults_of("gb50289_horizontal.csv", text)
    assert fault.code == "standard.condition"
    assert fault.value == "kv<35"


@pytest.mark.parametrize(("status", "keys"), [("confirmed", "S3"), ("one source", ""), ("memory only", "S3")])
def test_a_status_must_fit_its_sources(status, keys):
    old = "water,water,,0.15,m,GB 50289-2016,4.1.14,confirmed,sibling,S3 S4,,"
    text = read_text(VERTICAL.file)
    assert old in text
    new = f"water,water,,0.15,m,GB 50289-2016,4.1.14,{status},sibling,{keys},,"
    (fault,) = faults_of(VERTICAL.file, text.replace(old, new))
    assert (fault.code, fault.file) == ("standard.evidence", f"{VERTICAL.file}:2")


def test_a_pair_the_table_cannot_have_is_refused():
    text = read_text(COVER.file) + "water,meadow,,0.4,m,GB 50289-2016,4.1.1,memory only,recalled,,,\n"
    (fault,) = faults_of(COVER.file, text)
    assert fault.code == "standard.unknown_pair"


def test_heads_and_lines_of_the_wrong_shape():
    text = read_text("orders.csv")
    found = faults_of("orders.csv", text.replace("rank", "place", 1))
    assert {(f.code, f.field, f.file) for f in found} == {
        ("standard.missing_column", "rank", "orders.csv:1"), ("standard.unknown_column", "place", "orders.csv:1"),
    }  # fmt: skip
    (fault,) = faults_of("orders.csv", text + "crossing,9\n")
    assert (fault.code, fault.file) == ("standard.cells", f"orders.csv:{len(text.splitlines()) + 1}")


@pytest.mark.parametrize(
    ("name", "start", "old", "new", "code"),
    [
        ("orders.csv", "crossing,3", "crossing,3", "crossing,4", "standard.rank"),
        ("gas_pressure_classes.csv", "medium_a", "0.2,0.4", "0.3,0.4", "standard.gap"),
        ("gb50268_working_width.csv", "500,1000,metal", "500,1000", "600,1000", "standard.gap"),
        ("trench_widths.csv", "gas,direct,80", "80,200", "90,200", "standard.gap"),
        ("gb50268_slopes.csv", "clay", "clay", "mud", "standard.unknown_word"),
        ("quality_levels.csv", "ASCE 38-22,QLD", ",qld,", ",qlc,", "standard.duplicate"),
        ("clauses.csv", "skew_least", "60,degree", "60,", "standard.unit"),
        ("cjj61_utility_codes.csv", "给水,JS,1,原水", "#00ffff", "cyan", "standard.form"),
        ("cjj61_feature_codes.csv", "给水管线,原水,弯头", "51012101", "5101", "standard.form"),
        ("cjj61_laying_methods.csv", "直埋", "direct", "dug", "standard.unknown_word"),
    ],
)
def test_what_each_table_means_is_checked_too(name, start, old, new, code):
    text, number = changed(name, start, lambda line: line.replace(old, new, 1))
    found = faults_of(name, text)
    assert code in {fault.code for fault in found}
    assert all(fault.file.startswith(f"{name}:") for fault in found)
    assert any(int(fault.file.rsplit(":", 1)[1]) >= number for fault in found if fault.code == code)
