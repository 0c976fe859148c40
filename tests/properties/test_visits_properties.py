"""Layers edited at random: what is accepted makes the edited layer, what is not edited is no change."""

import geopandas as gpd
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.visits.layer_changes import apply_changes, compare_layers

POINTS = st.tuples(st.integers(0, 9), st.integers(0, 9))
ROWS = st.dictionaries(
    st.sampled_from("abcdef"), st.tuples(POINTS, st.none() | st.integers(0, 3), st.sampled_from(["", "甲", "乙"]))
)


def frame(rows):
    made = {"id": list(rows), "cover": [row[1] for row in rows.values()], "owner": [row[2] for row in rows.values()]}
    shapes = [shapely.LineString([row[0], (20, 20)]) for row in rows.values()]
    return gpd.GeoDataFrame(made, geometry=shapes, crs="EPSG:4546")


def content(layer):
    cells = zip(layer["id"], layer["cover"], layer["owner"], layer.geometry, strict=True)
    return {name: (None if pd.isna(cover) else cover, owner or None, shape.wkt) for name, cover, owner, shape in cells}


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS)
def test_all_accepted_changes_make_the_edited_layer(before, edited):
    """Nobody edited meanwhile: no conflict, and with everything accepted the edited layer; compared again, nothing."""
    given_out, back = frame(before), frame(edited)
    found = compare_layers(given_out, back, given_out)
    assert not any(change.conflict for change in found.changes)
    made = apply_changes(given_out, found.changes, [change.key for change in found.changes])
    assert content(made) == content(back)
    assert compare_layers(given_out, back, made).changes == ()


@settings(max_examples=50, deadline=None)
@given(ROWS, ROWS)
def test_what_was_not_edited_is_no_change_whatever_happened_meanwhile(before, now):
    assert compare_layers(frame(before), frame(before), frame(now)).changes == ()


@settings(max_examples=50, deadline=None)
@given(ROWS, ROWS, ROWS, st.data())
def test_only_what_is_accepted_changes(before, edited, now, data):
    """Every feature that no accepted change names stays as it is; nothing is accepted, nothing changes."""
    current = frame(now)
    found = compare_layers(frame(before), frame(edited), current)
    keys = [change.key for change in found.changes]
    assert len(set(keys)) == len(keys)
    accepted = data.draw(st.sets(st.sampled_from(keys)) if keys else st.just(set()))
    made = content(apply_changes(current, found.changes, accepted))
    touched = {change.id for change in found.changes if change.key in accepted}
    was = content(current)
    assert {name: row for name, row in made.items() if name not in touched} == {
        name: row for name, row in was.items() if name not in touched
    }


@settings(max_examples=50, deadline=None)
@given(ROWS, ROWS, ROWS)
def test_a_conflict_is_an_edit_on_both_sides(before, edited, now):
    """What differs on both sides from what was given out, and between them, is a conflict; the oracle is by cell."""
    found = compare_layers(frame(before), frame(edited), frame(now))
    cells = [content(frame(rows)) for rows in (before, edited, now)]
    for name in cells[0].keys() & cells[1].keys() & cells[2].keys():
        for place, kind in ((0, "changed/cover"), (1, "changed/owner"), (2, "moved")):
            was, given_back, current = (rows[name][place] for rows in cells)
            listed = [change for change in found.changes if change.key == f"{name}/{kind}"]
            assert len(listed) == (given_back not in (was, current))
            assert all(change.conflict == (current != was) for change in listed)
