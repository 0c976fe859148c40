"""One suite over both stores: a store that does not fit together says where."""

import pytest
import sqlalchemy as sa

from tests.api.stores import BY, line, route, routes_frame


@pytest.fixture
def used(store):
    """Return a store with a past: rows that came, changed, went and came back."""
    store.import_frame("routes", routes_frame(200), **BY)
    store.update("routes", "R000003", {"geometry": line(), "start": "2026-04-01"}, 1, **BY)
    store.delete("routes", "R000004", 1, **BY)
    store.delete("routes", "R000005", 1, **BY)
    store.insert("routes", [route("R000005")], **BY)
    return store


def test_a_sound_store_has_no_faults(used):
    assert used.verify() == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE routes SET name = 'x' WHERE id = 'R000007'", ("store.row", "R000007")),
        ("UPDATE routes SET geometry = (SELECT geometry FROM routes WHERE id = 'R000003') WHERE id = 'R000007'",
         ("store.row", "R000007")),
        ("UPDATE routes SET revision = 9 WHERE id = 'R000007'", ("store.row", "R000007")),
        ("DELETE FROM changes WHERE id = 'R000003' AND revision = 1", ("store.revisions", "R000003")),
    ],
)  # fmt: skip
def test_what_was_changed_behind_the_store_is_found(used, statement, found):
    with used.transaction() as connection:
        connection.execute(sa.text(statement))
    assert found in {(fault.code, fault.feature) for fault in used.verify()}


def test_a_row_that_vanished_and_an_index_that_lies_are_found(used):
    with used.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM routes WHERE id = 'R000007'")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("DROP INDEX routes_tree")
    assert {fault.code for fault in used.verify()} == {"store.lost", "store.index"}


def test_a_missing_number_is_found(used):
    with used.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM changes WHERE number = 17")
    assert "store.numbers" in {fault.code for fault in used.verify()}
