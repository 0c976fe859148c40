"""Migrations on both stores: up, down, up; and what they make is what the tables say."""

import pytest
import sqlalchemy as sa

from api.db import migrations
from api.db.errors import SchemaError
from api.db.store import open_store
from api.db.tables import METADATA
from geo.faults import BadInputError
from tests.api.stores import BY, route
from tests.conftest import NEIXIANG
from tests.postgis import fresh_database


def tables(store):
    with store.transaction() as connection:
        return set(sa.inspect(connection).get_table_names())


def differences(store):
    with store.transaction() as connection:
        return migrations.differences(connection)


def test_up_down_up(bare_store):
    before = tables(bare_store)
    assert not bare_store.is_current()
    bare_store.upgrade()
    assert bare_store.is_current()
    assert set(METADATA.tables) <= tables(bare_store)
    assert differences(bare_store) == []
    bare_store.county = NEIXIANG
    bare_store.insert("routes", [route()], **BY)
    assert differences(bare_store) == []

    bare_store.downgrade()
    assert tables(bare_store) - before == {"alembic_version"}
    assert not bare_store.is_current()

    bare_store.upgrade()
    assert differences(bare_store) == []
    bare_store.county = NEIXIANG
    bare_store.insert("routes", [route()], **BY)
    assert bare_store.last_change() == 1


def test_upgrading_twice_changes_nothing(store):
    store.insert("routes", [route()], **BY)
    store.upgrade()
    assert store.get("routes", "W1").revision == 1


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE greens ADD COLUMN smell TEXT",
        "ALTER TABLE greens DROP COLUMN kind",
        "CREATE TABLE cats (name TEXT)",
        "DROP INDEX ix_answers_at",
    ],
)
def test_a_difference_is_seen(store, statement):
    with store.transaction() as connection:
        connection.exec_driver_sql(statement)
    assert len(differences(store)) == 1


def test_a_migration_that_fails_leaves_nothing(bare_store):
    before = tables(bare_store)
    broken = sa.Table("county", sa.MetaData(), sa.Column("in_the_way", sa.Integer))
    with bare_store.transaction() as connection:
        broken.create(connection)  # the last table of the migration finds its place taken
    with pytest.raises(sa.exc.DBAPIError):
        bare_store.upgrade()
    assert tables(bare_store) - before == {"county"}
    with bare_store.transaction() as connection:
        broken.drop(connection)
    bare_store.upgrade()
    assert bare_store.is_current()


def test_a_database_of_a_newer_program_is_refused(store):
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert not store.is_current()
    with pytest.raises(SchemaError, match="9999"):
        store.upgrade()


@pytest.mark.postgis
def test_postgis_is_made_where_it_may_be(postgis_server):
    with fresh_database(postgis_server) as url, open_store(url, "") as store:
        with store.transaction() as connection:
            connection.exec_driver_sql("DROP EXTENSION postgis")
        store.upgrade()
        store.county = NEIXIANG
        store.insert("routes", [route()], **BY)


@pytest.mark.postgis
def test_who_may_not_make_postgis_is_told_whom_to_ask(postgis_database):
    with open_store(postgis_database, "") as store, store.transaction() as connection:
        connection.exec_driver_sql("DROP EXTENSION postgis")
        connection.exec_driver_sql("DO $$BEGIN CREATE ROLE clerk LOGIN; EXCEPTION WHEN duplicate_object THEN END$$")
    as_clerk = postgis_database.replace("postgres@", "clerk@")
    with open_store(as_clerk, "") as store, pytest.raises(BadInputError, match="administrator run CREATE EXTENSION"):
        store.upgrade()


@pytest.mark.postgis
def test_postgis_knows_the_county_s_grid(postgis_database):
    """QGIS and others read the SRID from the database; another one is refused by the database itself."""
    with open_store(postgis_database, "") as store:
        store.upgrade()
        store.county = NEIXIANG
        store.insert("routes", [route()], **BY)
        with store.transaction() as connection:
            srid = "SELECT srid FROM geometry_columns WHERE f_table_name = 'routes'"
            assert connection.scalar(sa.text(srid)) == 4546
            assert connection.scalar(sa.text("SELECT st_srid(geometry) FROM routes")) == 4546
        with pytest.raises(sa.exc.IntegrityError), store.transaction() as connection:
            connection.exec_driver_sql("UPDATE routes SET geometry = st_setsrid(geometry, 4547)")


@pytest.mark.postgis
def test_a_box_is_found_by_the_index(postgis_database):
    with open_store(postgis_database, "") as store:
        store.upgrade()
        with store.transaction() as connection:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = connection.scalars(
                sa.text("EXPLAIN SELECT * FROM routes WHERE geometry && st_makeenvelope(0, 0, 1, 1)")
            ).all()
    assert "routes_tree" in "\n".join(plan)


def test_rows_outlive_the_columns_that_came_later(bare_store):
    """A store of the first version is brought up to date with its rows, and back to it without the new columns."""
    bare_store.upgrade()
    bare_store.county = NEIXIANG
    bare_store.insert("routes", [route(diameter_mm=300.0, laying="duct", covers_m="0.9 1.1")], **BY)
    bare_store.downgrade("0001")
    with bare_store.transaction() as connection:
        names = {column["name"] for column in sa.inspect(connection).get_columns("routes")}
        assert "laying" not in names
        assert connection.scalar(sa.text("SELECT diameter_mm FROM routes")) == 300.0
    bare_store.upgrade()
    row = bare_store.get("routes", "W1")
    assert (row.properties["diameter_mm"], row.properties["laying"], row.revision) == (300.0, None, 1)
    assert differences(bare_store) == []
