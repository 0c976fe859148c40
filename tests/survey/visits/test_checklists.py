"""The checklist: everything of every stop once, in the order of the visit, with limit and clause."""

from survey.visits.checklists import checklist_of
from survey.visits.county_data import known_visit_pace
from survey.visits.items import from_findings
from survey.visits.stops import stops_of
from tests.survey.visits.scene import finding, item, streets


def test_lines_follow_the_visit_and_tell_limit_and_clause():
    found = from_findings([finding("f", (10, 5), clause="4.1.9 注 2", unverified=True)], ["W1"], 40.0)
    others = [item("a", 12, 5), item("b", 900, 0)]
    stops = stops_of([*found, *others], [], {}, streets([(0, 0), (1000, 0)]), known_visit_pace()).stops
    order = sorted(range(2), key=lambda at: -stops[at].x)
    lines = checklist_of(stops, order)
    assert [(line.number, line.item.id) for line in lines] == [("1-1", "b"), ("2-1", "a"), ("2-2", "finding:f")]
    told = lines[2].as_dict()
    assert (told["limit"], told["clause"], told["unverified"], told["tool_zh"]) == (1.0, "4.1.9 注 2", True, "探挖")
    assert told["kind_en"] == "verify"


def test_a_stop_that_is_not_visited_has_no_line():
    stops = stops_of([item("a", 0, 0), item("b", 900, 0)], [], {}, streets(), known_visit_pace()).stops
    assert [line.stop for line in checklist_of(stops, [1])] == [stops[1].id]
