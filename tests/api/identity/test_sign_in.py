"""Passwords, sessions and tokens: who comes in, for how long, and what is kept of it."""

import dataclasses
import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from api.db import accounts as kept
from api.db.tables import METADATA
from api.identity.sign_in import SignIn, TooManyTriesError
from tests.api.identity.moments import NOW, PASSWORD, after, codes_of


def everything(store):
    """Return all that the tables hold, as text."""
    with store.reading() as connection:
        return "\n".join(str(connection.execute(sa.select(table)).all()) for table in METADATA.tables.values())


def test_name_and_password_belong_together(door, people, li):
    assert door.authenticate("LI.WEI", PASSWORD, NOW) == li
    for name, password in (("li.wei", PASSWORD + "x"), ("li.wei", ""), ("nobody", PASSWORD), ("li.wei", "\ud800")):
        assert door.authenticate(name, password, NOW) is None
    assert door.authenticate("li\0wei", PASSWORD, NOW) is None
    people.disable("li.wei", now=NOW)
    assert door.authenticate("li.wei", PASSWORD, NOW) is None


def test_five_wrong_tries_shut_the_door_until_the_first_is_old(door, li):
    for minute in range(5):
        assert door.authenticate("li.wei", "wrong", after(minutes=minute)) is None
    with pytest.raises(TooManyTriesError) as refused:
        door.authenticate("Li.Wei", PASSWORD, after(minutes=14, seconds=59))
    assert refused.value.until == after(minutes=15)
    assert "1 min" in refused.value.fault.mend_en
    assert "1 分钟" in refused.value.fault.mend_zh
    assert door.authenticate("li.wei", PASSWORD, after(minutes=15)) == li


def test_what_was_refused_is_no_try_and_the_right_password_forgets_the_wrong_ones(door, li):
    for _ in range(4):
        door.authenticate("li.wei", "wrong", NOW)
    assert door.authenticate("li.wei", PASSWORD, NOW) == li
    for _ in range(5):
        assert door.authenticate("li.wei", "wrong", NOW) is None
    for _ in range(20):
        with pytest.raises(TooManyTriesError):
            door.authenticate("li.wei", "wrong", after(minutes=10))
    assert door.authenticate("li.wei", PASSWORD, after(minutes=15)) == li


def test_an_unknown_name_is_refused_as_a_known_one(store, door, li):
    for _ in range(5):
        assert door.authenticate("my secret typed here", "wrong", NOW) is None
    with pytest.raises(TooManyTriesError):
        door.authenticate("MY secret typed here", "wrong", NOW)
    assert "my secret" not in everything(store)
    assert door.authenticate("li.wei", PASSWORD, NOW) == li
    door.authenticate("x", "wrong", after(hours=1))
    with store.reading() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM wrong_tries")) == 1  # the old ones are forgotten


def test_an_unknown_name_costs_a_hash_of_the_same_parameters(door, li, monkeypatch):
    """The work is counted, not timed: one verification each, of equal cost."""
    seen, verify = [], PasswordHasher.verify

    def counted(hasher, known, password):
        seen.append(known.split("$")[1:4])
        return verify(hasher, known, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for name in ("li.wei", "nobody"):
        door.authenticate(name, "wrong", NOW)
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_many_at_once_have_no_more_tries(store, li):
    def guess(_):
        try:
            return SignIn(store).authenticate("li.wei", "wrong", NOW)
        except TooManyTriesError:
            return "refused"

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(guess, range(12)))
    assert (answers.count(None), answers.count("refused")) == (5, 7)


def test_an_old_hash_is_made_anew_when_its_password_comes_by(store, door, people, li):
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    kept.change(store, dataclasses.replace(li, password=old))
    assert door.authenticate("li.wei", "wrong", NOW) is None
    assert people.find("li.wei").password == old
    assert door.authenticate("li.wei", PASSWORD, NOW) is not None
    new = people.find("li.wei").password
    assert "m=19456,t=2,p=1" in new
    assert door.authenticate("li.wei", PASSWORD, NOW).password == new


def test_another_password_signs_everybody_out(door, people, li):
    session = door.open_session(li, NOW)
    assert codes_of(people.set_password, "li.wei", "li.wei", now=NOW) == ["password.short", "password.name"]
    assert door.session(session, NOW) is not None
    people.set_password("li.wei", "another long one", now=NOW)
    assert door.session(session, NOW) is None
    assert door.authenticate("li.wei", PASSWORD, NOW) is None
    assert door.authenticate("li.wei", "another long one", NOW).id == li.id


def test_the_administrator_opens_a_door_that_was_shut(door, people, li):
    for _ in range(5):
        door.authenticate("li.wei", "wrong", NOW)
    people.set_password("li.wei", "another long one", now=NOW)
    assert door.authenticate("li.wei", "another long one", NOW).id == li.id


def test_a_session_slides_for_seven_days_at_most(door, people, li):
    session = door.open_session(li, NOW)
    assert door.session(session, NOW) == people.person(li)
    for hours in range(11, 168, 11):
        assert door.session(session, after(hours=hours)) is not None
    assert door.session(session, after(days=7, seconds=-1)) is not None
    assert door.session(session, after(days=7)) is None


def test_a_session_that_is_left_alone_ends(door, li):
    session = door.open_session(li, NOW)
    assert door.session(session, after(seconds=30)) is not None  # within the minute it is not written again
    assert door.session(session, after(hours=12)) is None
    other = door.open_session(li, NOW)
    assert door.session(other, after(minutes=5)) is not None
    assert door.session(other, after(hours=12)) is not None
    assert door.session(other, after(hours=24)) is None


def test_a_session_is_closed(store, door, people, li):
    one, other = door.open_session(li, NOW), door.open_session(li, NOW)
    door.close_session(one)
    door.close_session("never there")
    assert door.session(one, NOW) is None
    assert door.session(other, NOW) is not None
    people.disable("li.wei", now=NOW)
    people.enable("li.wei", now=NOW)
    assert door.session(other, NOW) is None
    third = door.open_session(li, NOW)
    door.open_session(li, after(days=8))
    assert hashlib.sha256(third.encode()).hexdigest() not in everything(store)  # over, and forgotten


def test_only_hashes_of_sessions_and_tokens_are_kept(store, door, li):
    session, (token, value) = door.open_session(li, NOW), door.add_token("li.wei", "qgis", now=NOW)
    held = everything(store)
    assert session not in held
    assert value not in held
    assert value.removeprefix("cotrench_") not in held
    assert len(value.removeprefix("cotrench_")) >= 43  # 256 bits
    assert value.startswith("cotrench_")
    assert hashlib.sha256(session.encode()).hexdigest() in held
    assert hashlib.sha256(value.encode()).hexdigest() == token.hash
    assert door.session(value, NOW) is None
    assert door.token(session, NOW) is None
    assert door.token(token.hash, NOW) is None


def test_a_token_is_its_account_with_the_roles_it_was_given(door, people, li):
    people.set_roles("li.wei", ["utility", "surveyor"], now=NOW)
    token, value = door.add_token("li.wei", "qgis", roles=["surveyor"], now=NOW)
    whole, all_roles = door.add_token("li.wei", now=NOW)
    assert door.token(value, after(days=900)).roles == ("surveyor",)
    assert door.token(all_roles, NOW) == people.person(people.find("li.wei"))
    people.set_roles("li.wei", ["utility"], now=NOW)
    assert door.token(value, NOW).roles == ()
    assert door.token(all_roles, NOW).roles == ("utility",)
    assert door.tokens() == door.tokens(li) == sorted([token, whole], key=lambda one: one.id)


def test_a_token_ends_is_revoked_and_falls_with_its_account(door, people, li):
    ending, value = door.add_token("li.wei", expires_at=after(days=1), now=NOW)
    assert door.token(value, after(days=1, microseconds=-1)) is not None
    assert door.token(value, after(days=1)) is None
    people.disable("li.wei", now=NOW)
    assert door.token(value, NOW) is None
    assert codes_of(door.add_token, "li.wei", now=NOW) == ["account.disabled"]
    people.enable("li.wei", now=NOW)
    assert door.token(value, NOW) is not None
    ended = door.revoke_token(ending.id, NOW)
    assert ended.revoked_at == NOW
    assert door.revoke_token(ending.id, after(hours=1)) == ended
    assert door.token(value, NOW) is None


def test_every_fault_of_a_token_is_said_at_once(door, li):
    codes = codes_of(door.add_token, "li.wei", "x" * 101, roles=["admin"], expires_at=NOW - timedelta(days=1), now=NOW)
    assert codes == ["token.role", "name.unreadable", "token.past"]
    assert codes_of(door.add_token, "li.wei", roles=[], now=NOW) == ["role.none"]
    assert codes_of(door.add_token, "nobody", now=NOW) == ["account.unknown"]
    assert codes_of(door.revoke_token, "nothing", NOW) == ["token.unknown"]
    assert door.tokens() == []
