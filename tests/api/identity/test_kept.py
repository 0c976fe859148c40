"""Accounts in backups, and through the migrations."""

import sqlalchemy as sa

from api.db.store import open_store
from api.db.transfer import backup, copy, restore
from api.identity.people import People
from api.identity.sign_in import SignIn
from tests.api.identity.moments import NOW, PASSWORD, after, codes_of
from tests.postgis import fresh_database


def test_accounts_and_tokens_travel_in_a_backup_and_sessions_do_not(store, door, people, li, tmp_path, postgis_server):
    session, (_, token) = door.open_session(li, NOW), door.add_token("li.wei", "qgis", now=NOW)
    ended, _ = door.add_token("li.wei", expires_at=after(days=9), now=NOW)
    door.revoke_token(ended.id, after(days=1))
    people.add("wang", ["admin"], PASSWORD, now=NOW)
    people.disable("wang", now=after(days=2))
    door.authenticate("li.wei", "wrong", NOW)
    assert backup(store, tmp_path / "b.db") == 5  # 1 organisation, 2 accounts, 2 tokens

    def same(other):
        there = SignIn(other)
        assert there.people.accounts() == people.accounts()
        assert there.people.organisations() == people.organisations()
        assert there.tokens() == door.tokens()
        assert there.token(token, NOW) == door.token(token, NOW) is not None
        assert there.session(session, NOW) is None
        assert there.authenticate("li.wei", PASSWORD, NOW) == li
        with other.reading() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM wrong_tries")) == 0
        assert other.verify() == []

    with open_store(None, tmp_path / "other") as other:
        restore(tmp_path / "b.db", other)
        same(other)
    with fresh_database(postgis_server) as url, open_store(url, "") as other:
        restore(tmp_path / "b.db", other)
        same(other)


def test_a_store_with_an_account_is_not_empty(store, tmp_path):
    with open_store(None, tmp_path / "other") as other:
        other.upgrade()
        People(other).add("admin", ["admin"], PASSWORD, now=NOW)
        assert codes_of(copy, store, other) == ["store.not_empty"]
        assert len(People(other).accounts()) == 1


def test_a_store_from_before_the_accounts_keeps_its_rows(store):
    store.downgrade("0003")
    with store.reading() as connection:
        left = set(sa.inspect(connection).get_table_names())
    assert left.isdisjoint({"accounts", "organisations", "sessions", "tokens", "wrong_tries"})
    assert "cases" in left
    county = store.county
    store.upgrade()
    assert store.county == county
    People(store).add("admin", ["admin"], PASSWORD, now=NOW)
