"""`cotrench user` and `cotrench token`: what they make, say and refuse."""

import re

import pytest

from api.db.store import open_store
from api.identity.permissions import ROLES
from api.identity.sign_in import SignIn
from tests.api.identity.moments import NOW, PASSWORD, after
from tests.api.test_cli import cotrench

COMMANDS = ["user", "user add", "user list", "user disable", "user enable", "user roles", "user password"]
COMMANDS += ["token", "token add", "token list", "token revoke"]
SHOWN_ONCE = re.compile(r"once\): (\S+)")


@pytest.fixture
def door(tmp_path):
    """Yield who is at the door of the store that the commands use."""
    with open_store(None, tmp_path / "data") as store:
        yield SignIn(store)


def add(folder, name, *more, **variables):
    done = cotrench("user", "add", name, *more, folder=folder, **variables)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_both_languages(tmp_path, command):
    pages = [cotrench(*command.split(), "--help", folder=tmp_path, zh=zh) for zh in (False, True)]
    assert [page.returncode for page in pages] == [0, 0]
    assert re.search("[\u4e00-\u9fff]", pages[1].stdout)
    assert not re.search("[\u4e00-\u9fff]", pages[0].stdout)


def test_the_help_names_every_role(tmp_path):
    shown = cotrench("user", "add", "--help", folder=tmp_path).stdout
    assert all(role in shown for role in set(ROLES) - {"guest"})


def test_an_account_with_a_new_organisation(tmp_path, door):
    (tmp_path / "p.txt").write_text(f"\ufeff{PASSWORD}\r\nnot this line\n", encoding="utf-8")
    company = ("--organisation", "县燃气公司", "--kind", "utility", "--utility", "燃气")
    file = ("--password-file", tmp_path / "p.txt")
    done = add(tmp_path, "wang", "--role", "utility", "--role", "surveyor", *company, "--name-shown", "王工", *file)
    assert PASSWORD not in done.stdout + done.stderr
    account = door.authenticate("wang", PASSWORD, NOW)
    who = door.people.person(account)
    assert (who.name, who.organisation_name, who.utility, who.roles) == (
        "王工",
        "县燃气公司",
        "gas",
        ("utility", "surveyor"),
    )
    add(tmp_path, "zhang", "--role", "utility", *company, *file)  # the same company again, as it is
    assert len(door.people.organisations()) == 1
    listed = cotrench("user", "list", folder=tmp_path).stdout
    assert "王工" in listed
    assert "gas" in listed
    assert "argon2" not in listed


def test_a_password_is_made_and_shown_once_where_nobody_can_be_asked(tmp_path, door):
    done = add(tmp_path, "admin", "--role", "admin")
    made = SHOWN_ONCE.search(done.stdout)[1]
    assert door.authenticate("admin", made, NOW) is not None
    changed = SHOWN_ONCE.search(cotrench("user", "password", "admin", folder=tmp_path).stdout)[1]
    assert door.authenticate("admin", made, NOW) is None
    assert door.authenticate("admin", changed, NOW) is not None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("user", "add", "x", "--role", "boss"), "there is no such role"),
        (("user", "add", "x", "--role", "utility", "--organisation", "y"), "there is no such organisation"),
        (("user", "add", "x", "--role", "utility", "--organisation", "y", "--kind", "utility"), "no utility is given"),
        (("user", "add", "x", "--role", "admin", "--organisation", "y", "--utility", "gas"), "no such kind"),
        (("user", "add", "x", "--role", "admin", "--password-file", "nowhere"), "cannot be read"),
        (("user", "disable", "nobody"), "there is no such account"),
        (("token", "add", "nobody"), "there is no such account"),
        (("token", "revoke", "nothing"), "there is no such token"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(tmp_path, door, arguments, said):
    done = cotrench(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    door.store.upgrade()
    assert door.people.accounts() == door.people.organisations() == []


def test_an_organisation_that_is_there_is_not_redefined(tmp_path, door):
    add(tmp_path, "a", "--role", "applicant", "--organisation", "某公司", "--kind", "applicant")
    more = ("--organisation", "某公司", "--kind", "utility", "--utility", "gas")
    done = cotrench("user", "add", "b", "--role", "utility", *more, folder=tmp_path)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert [account.name for account in door.people.accounts()] == ["a"]


def test_disable_enable_and_roles(tmp_path, door):
    add(tmp_path, "Zhao", "--role", "surveyor")
    assert cotrench("user", "disable", "zhao", folder=tmp_path).returncode == 0
    assert door.people.find("zhao").disabled_at is not None
    assert cotrench("user", "enable", "zhao", folder=tmp_path).returncode == 0
    assert door.people.find("zhao").disabled_at is None
    assert cotrench("user", "roles", "zhao", "--role", "supervisor", folder=tmp_path).returncode == 0
    assert door.people.find("zhao").roles == ("supervisor",)


def test_tokens(tmp_path, door):
    add(tmp_path, "zhao", "--role", "surveyor")
    done = cotrench("token", "add", "zhao", "--label", "qgis", "--days", "3", folder=tmp_path)
    value = SHOWN_ONCE.search(done.stdout)[1]
    [kept] = door.tokens()
    assert door.token(value, kept.created_at).name == "zhao"
    assert (kept.expires_at - kept.created_at).days == 3
    listed = cotrench("token", "list", folder=tmp_path).stdout
    assert kept.id in listed
    assert "qgis" in listed
    assert value not in listed
    assert cotrench("token", "revoke", kept.id, folder=tmp_path).returncode == 0
    assert door.token(value, after()) is None
