"""`cotrench policies` and `cotrench policy`: the rules of the counties, with document, clause and evidence."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.language import both
from api.cli.procedure import show_procedure
from api.cli.reporting import answering, say, show_table, words
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from survey.policies import Rule, Together

commands = typer.Typer()
_SIGNS = {"<=": "≤"}
#: The county whose rules were entered first and completely; another is named with --policy.
DEFAULT_POLICY = "neixiang"
PolicyOption = Annotated[
    str, typer.Option("--policy", metavar="ID", help=both("按哪个县的政策", "By the rules of which county"))
]
OnOption = Annotated[
    str | None,
    typer.Option("--on", metavar="YYYY-MM-DD", help=both("按哪一天（默认今天）", "On which day; today if not said")),
]


def day(text: str | None) -> dt.date:
    """Return the day asked for; today where none is. The clock is read here and nowhere below.

    >>> day("2026-12-01")
    datetime.date(2026, 12, 1)
    """
    if text is None:
        return dt.datetime.now().astimezone().date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        fault = Fault("date.unreadable", "看不懂的日期", "not a date", "写成 2026-12-01", "write it as 2026-12-01")
        raise BadInputError([fault.at(field="--on", value=text)]) from error


@commands.command("policies", help=both("列出各县政策", "List the counties whose rules are known"))
@answering
def policies(on: OnOption = None) -> None:
    """Print one row a policy."""
    from survey.policies import load_policy, policy_ids

    when = day(on)
    rows = []
    for policy_id in policy_ids():
        policy = load_policy(policy_id)
        county = words(policy.county_zh, policy.county_en)
        parts = (policy.rules, policy.stages, policy.approvals)
        counts = [sum(one.in_force(when) for one in part) for part in parts]
        fields = sum(len(form.fields) for form in policy.forms if form.in_force(when))
        others = sum(one.in_force(when) for one in policy.provisions)
        rows.append((policy_id, county, policy.document, policy.issued, *counts, fields, others))
    columns = words(
        "编号,县,文件,印发,有效规则,阶段,审批,表单栏目,其他规定",
        "id,county,document,issued,rules in force,stages,permissions,form fields,other provisions",
    ).split(",")
    show_table(words(f"{when} 的政策", f"Policies on {when}"), columns, rows)


@commands.command(
    "policy",
    help=both(
        "列出一县在某日有效的规则、阶段、审批、表单，附文件、条款、依据",
        "The rules, stages, permissions and forms in force on a day, with their source",
    ),
)
@answering
def policy(
    policy_id: Annotated[
        str, typer.Argument(metavar="ID", help=both("政策编号，如 neixiang", "Policy, such as neixiang"))
    ],
    on: OnOption = None,
) -> None:
    """Print every rule of one county that is in force."""
    from survey.policies import load_policy

    when = day(on)
    county = load_policy(policy_id)
    name = words(county.county_zh, county.county_en)
    say(f"{name} · {county.document} {county.title} · {county.issued} · {when}")
    rules = county.rules_on(when)
    if not rules:
        say(words(f"{when} 没有有效的规则。", f"No rule is in force on {when}."))
        return
    shown_below = {approval.id for approval in county.approvals}
    for rule in rules:
        if rule.id not in shown_below:
            _show(rule, county.document)
    if county.together:
        _show_together(county.together)
    show_procedure(county, when)


def _show(rule: Rule, document: str) -> None:
    """Print a rule: what it says in one line; below it the sentence, how it was read, and what stays open in it."""
    subject = words(rule.subject_zh, rule.subject_en)
    clause = rule.clause if rule.document == document else f"{rule.document}{rule.clause}"
    facts = [f"{rule.id}  {subject} {limit(rule)}".rstrip(), clause, _period(rule)]
    say(" · ".join(fact for fact in facts if fact))
    if rule.quote:
        say(f"    「{rule.quote}」")
    say("    " + words(f"依据：{rule.evidence_zh}", f"evidence: {rule.evidence_en}"))
    for reading in rule.readings:
        taken, other = words(reading.taken_zh, reading.taken_en), words(reading.other_zh, reading.other_en)
        say("    " + words(f"取：{taken}；另一读法：{other}", f"taken: {taken}; the other reading: {other}"))
    after = rule.consequence
    if after:
        say("    " + words(after.zh, after.en) + f" · {after.document}{after.clause} 「{after.quote}」")
        say("    " + words(f"依据：{after.evidence_zh}", f"evidence: {after.evidence_en}"))


def _show_together(rule: Together) -> None:
    """Print which routes the county counts as one work."""
    say(f"{rule.id}  {words('合并计算', 'routes counted together')} · {words('文件未规定', 'not in the document')}")
    taken, other = words(rule.taken_zh, rule.taken_en), words(rule.other_zh, rule.other_en)
    say("    " + words(f"取：{taken}；另一读法：{other}", f"taken: {taken}; the other reading: {other}"))
    say("    " + words(f"依据：{rule.evidence_zh}", f"evidence: {rule.evidence_en}"))


def limit(rule: Rule) -> str:
    """Return what a rule compares with, as text; a blank in the document stays one."""
    if rule.kind == "blank":
        return words("文件未规定", "not in the document")
    if isinstance(rule.value, tuple):
        return words("、", ", ").join(words(*_names(word)) for word in rule.value)
    if rule.value is None:
        return ""
    unit = {"m2": "m²", "year": words("年", "years")}.get(rule.unit, rule.unit)
    return f"{_SIGNS.get(rule.op or '', rule.op)} {rule.value:g} {unit}"


def _names(word: str) -> tuple[str, str]:
    """Return a class of road or a utility in Chinese and English."""
    from survey.policies import ROAD_CLASSES
    from survey.utilities import UTILITIES

    utility = UTILITIES.get(word)
    return (utility.zh, utility.en) if utility else ROAD_CLASSES[word]


def _period(rule: Rule) -> str:
    return f"{rule.valid_from} –{f' {rule.valid_to}' if rule.valid_to else ''}"
