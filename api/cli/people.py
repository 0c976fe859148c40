"""`cotrench user …` and `cotrench token …`: who may sign in, and what programs sign in with."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.database import opened
from api.cli.language import both
from api.cli.reporting import answering, say, show_table, words
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.db.accounts import Account, Token
    from api.identity.people import People

commands = typer.Typer()
user = typer.Typer(no_args_is_help=True)
token = typer.Typer(no_args_is_help=True)
commands.add_typer(user, name="user", help=both("账号", "Accounts"))
commands.add_typer(token, name="token", help=both("程序用的令牌", "Tokens for programs"))
ROLE_NAMES = "applicant surveyor utility coordinator approver supervisor admin"
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help=both("登录名", "The login name"))]
RoleOption = Annotated[
    list[str],
    typer.Option("--role", metavar="ROLE", help=both(f"角色，可重复：{ROLE_NAMES}", f"A role, repeat: {ROLE_NAMES}")),
]
PasswordOption = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        help=both(
            "密码文件（第一行）；不给则询问，无终端时自动生成并显示一次",
            "File whose first line is the password; else it is asked for, or without a terminal made and shown once",
        ),
    ),
]


@user.command("add", help=both("新建账号", "Make an account"))
@answering
def add(
    name: NameArgument,
    *,
    role: RoleOption,
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="O", help=both("单位名称", "Name of the organisation"))
    ] = "",
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="K",
            help=both("新单位的种类：department utility applicant", "Kind of a new one: department utility applicant"),
        ),
    ] = None,
    utility: Annotated[
        str, typer.Option("--utility", metavar="U", help=both("新单位的管线类别", "Utility of a new organisation"))
    ] = "",
    department: Annotated[
        str,
        typer.Option(
            "--department", metavar="D", help=both("新单位在政策中的部门编号", "Department of the policy that it is")
        ),
    ] = "",
    name_shown: Annotated[
        str, typer.Option("--name-shown", metavar="S", help=both("显示的姓名", "The name that people see"))
    ] = "",
    password_file: PasswordOption = None,
) -> None:
    """Make an account, and its organisation where it is new; all or nothing."""
    from api.identity.people import People

    password, made = _password(password_file)
    now = dt.datetime.now(dt.UTC)
    with opened() as store, store.transaction():
        people = People(store)
        _settle_organisation(people, organisation, kind, utility, department, now)
        account = people.add(name, role, password, shown=name_shown, organisation=organisation, now=now)
    say(words(f"已建账号 {account.name}（{'、'.join(account.roles)}）。",
              f"The account {account.name} is made ({', '.join(account.roles)})."))  # fmt: skip
    _show_password(password, made=made)


def _settle_organisation(
    people: People, named: str, kind: str | None, utility: str, department: str, now: dt.datetime
) -> None:
    """Add the organisation where a kind is given; one that is there must be what was said of it."""
    if kind is None and not (utility or department):
        return
    there = people.find_organisation(named) if named else None
    if there is None:
        people.add_organisation(kind or "", named, utility=utility, department=department, now=now)
        return
    from survey.utilities import utility_key

    said = (kind or there.kind, utility_key(utility) if utility else there.utility, department or there.department)
    if said != (there.kind, there.utility, there.department):
        known = " ".join(one for one in (there.kind, there.utility, there.department) if one)
        fault = Fault(
            "organisation.differs", f"已有这个单位，且是 {known}", f"the organisation is there already, and is {known}",
            "去掉 --kind、--utility、--department，或换一个名称",
            "leave --kind, --utility and --department out, or use another name", field="organisation", value=named,
        )  # fmt: skip
        raise BadInputError([fault])


@user.command("list", help=both("列出账号", "List the accounts"))
@answering
def list_users() -> None:
    """Print every account with its organisation; the disabled ones say since when."""
    from api.identity.people import People

    with opened() as store:
        people = People(store)
        rows = [_row(people, account) for account in people.accounts()]
    columns = words(
        "登录名,姓名,角色,单位,管线或部门,停用", "name,shown,roles,organisation,utility or department,disabled"
    )
    show_table(words("账号", "Accounts"), columns.split(","), rows)


def _row(people: People, account: Account) -> tuple[str, ...]:
    who = people.person(account)
    acts_for = who.utility or who.department
    roles = " ".join(account.roles)
    return account.name, account.shown, roles, who.organisation_name, acts_for, _day(account.disabled_at)


@user.command("disable", help=both("停用账号：不能登录，令牌失效", "Disable an account and its tokens"))
@answering
def disable(name: NameArgument) -> None:
    """Shut an account; its sessions end at once."""
    from api.identity.people import People

    with opened() as store:
        account = People(store).disable(name, now=dt.datetime.now(dt.UTC))
    say(words(f"已停用 {account.name}。", f"{account.name} is disabled."))


@user.command("enable", help=both("重新启用账号", "Enable an account again"))
@answering
def enable(name: NameArgument) -> None:
    """Open an account that was disabled."""
    from api.identity.people import People

    with opened() as store:
        account = People(store).enable(name, now=dt.datetime.now(dt.UTC))
    say(words(f"已启用 {account.name}。", f"{account.name} is enabled."))


@user.command("roles", help=both("更改账号的角色", "Change the roles of an account"))
@answering
def roles(name: NameArgument, *, role: RoleOption) -> None:
    """Put other roles in the place of those that the account has."""
    from api.identity.people import People

    with opened() as store:
        account = People(store).set_roles(name, role, now=dt.datetime.now(dt.UTC))
    listed = " ".join(account.roles)
    say(words(f"{account.name} 的角色：{listed}", f"The roles of {account.name}: {listed}"))


@user.command("password", help=both("更改账号的密码", "Change the password of an account"))
@answering
def password(name: NameArgument, *, password_file: PasswordOption = None) -> None:
    """Set another password; whoever is signed in with the account is signed out."""
    from api.identity.people import People

    given, made = _password(password_file)
    with opened() as store:
        account = People(store).set_password(name, given, now=dt.datetime.now(dt.UTC))
    say(words(f"已更改 {account.name} 的密码。", f"The password of {account.name} is changed."))
    _show_password(given, made=made)


def _password(file: Path | None) -> tuple[str, bool]:
    """Return the password of the file, of the terminal, or one made here, and whether it was made."""
    from api.identity.passwords import made_password

    if file is not None:
        return _first_line(file), False
    if sys.stdin.isatty():
        asked = words("密码（留空自动生成）", "Password (empty: one is made)")
        again = words("再输一次", "Once more")
        given = str(typer.prompt(asked, default="", show_default=False, hide_input=True, confirmation_prompt=again))
        if given:
            return given, False
    return made_password(), True


def _first_line(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(
            "file.unreadable", "不能读取密码文件", "the file of the password cannot be read",
            "检查路径和权限，文字须为 UTF-8", "check the path and the permissions; the text must be UTF-8",
            file=file.name,
        )  # fmt: skip
        raise BadInputError([fault]) from error


def _show_password(given: str, *, made: bool) -> None:
    if made:
        say(words(f"密码（只显示这一次）：{given}", f"Password (shown this once): {given}"))


@token.command("add", help=both("新建令牌：只显示一次", "Make a token, shown once"))
@answering
def add_token(
    name: NameArgument,
    *,
    label: Annotated[str, typer.Option("--label", metavar="L", help=both("用途", "What it is for"))] = "",
    days: Annotated[
        int | None,
        typer.Option(
            "--days", min=1, max=3650, help=both("有效天数，默认到撤销为止", "Days that it lasts; else until revoked")
        ),
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option("--role", metavar="ROLE", help=both("只给这些角色，可重复", "Only these of its roles; repeat")),
    ] = None,
) -> None:
    """Make a token for programs that act as an account."""
    from api.identity.sign_in import SignIn

    now = dt.datetime.now(dt.UTC)
    ends = None if days is None else now + dt.timedelta(days=days)
    with opened() as store:
        kept, made = SignIn(store).add_token(name, label, roles=role or None, expires_at=ends, now=now)
    say(words(f"令牌 {kept.id}（只显示这一次）：{made}", f"Token {kept.id} (shown this once): {made}"))


@token.command("list", help=both("列出令牌", "List the tokens"))
@answering
def list_tokens() -> None:
    """Print every token with whose it is, never the token itself."""
    from api.identity.sign_in import SignIn

    with opened() as store:
        door = SignIn(store)
        names = {account.id: account.name for account in door.people.accounts()}
        rows = [_token_row(one, names[one.account]) for one in door.tokens()]
    columns = words("编号,登录名,用途,角色,建立,截止,撤销", "id,name,label,roles,made,ends,revoked").split(",")
    show_table(words("令牌", "Tokens"), columns, rows)


def _token_row(one: Token, name: str) -> Sequence[str]:
    days = (_day(one.created_at), _day(one.expires_at), _day(one.revoked_at))
    return one.id, name, one.label, " ".join(one.roles), *days


@token.command("revoke", help=both("撤销令牌", "Revoke a token"))
@answering
def revoke(
    identity: Annotated[str, typer.Argument(metavar="ID", help=both("令牌编号，见 token list", "Its id: token list"))],
) -> None:
    """End a token at once."""
    from api.identity.sign_in import SignIn

    with opened() as store:
        ended = SignIn(store).revoke_token(identity, dt.datetime.now(dt.UTC))
    say(words(f"已撤销令牌 {ended.id}。", f"The token {ended.id} is revoked."))


def _day(moment: dt.datetime | None) -> str:
    """Return the day of a moment in Beijing, where the office is; empty for none."""
    from survey.calendar import local

    return "" if moment is None else f"{local(moment):%Y-%m-%d}"
