"""Tell what a filled form asks a case for: applicant, utilities, channel; and what is lacking for that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from geo.faults import BadInputError, Fault, refuse
from survey.forms.reading import plain_text
from survey.forms.values import Filled, wanted_utilities
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from survey.forms.values import Checked
    from survey.policies import Form

APPLICANT, ADDRESS = "basic.applicant", "basic.address"
MOST_CHARACTERS = {"channel": 20, "agent": 200, "applicant": 200, "address": 500}


@dataclass(frozen=True, slots=True)
class Filing:
    """What a case needs to know beside the county's form; what the form itself asks stays empty here.

    Parameters
    ----------
    channel
        By which way it is handed in: ``online``, ``window``, ``agent``.
    agent
        Who acts for the applicant; of the channel ``agent`` only.
    applicant, utilities, address
        Where the form does not ask them, or is not attached to the document (文件未附).
    """

    channel: str = "online"
    agent: str = ""
    applicant: str = ""
    address: str = ""
    utilities: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return asdict(self) | {"utilities": list(self.utilities)}


def read_filing(given: Mapping[str, Any]) -> Filing:
    """Return what was given as a filing, texts in their normal form; what is left out is as at first.

    Raises
    ------
    BadInputError
        With every member that is unknown, no text, too long, or no utility.

    Examples
    --------
    >>> read_filing({"applicant": "甲　公司", "utilities": ["gas"]}).applicant
    '甲 公司'
    """
    if not isinstance(given, Mapping):
        raise BadInputError([Fault("filing.not_an_object", "办件信息应为一个对象", "the filing must be an object",
                                   "写成 JSON 对象", "write a JSON object", field="filing")])  # fmt: skip
    refuse(_wrong(given))
    texts = {name: plain_text(str(given[name])) for name in MOST_CHARACTERS if name in given}
    return Filing(**texts, utilities=tuple(key for key in UTILITIES if key in given.get("utilities", ())))


def _wrong(given: Mapping[str, Any]) -> Iterable[Fault]:
    for name, value in given.items():
        if name == "utilities":
            if not isinstance(value, list) or not all(isinstance(one, str) and one in UTILITIES for one in value):
                known = " ".join(UTILITIES)
                yield Fault("filing.utilities", "不认识的报装业务", "unknown utility", f"可用：{known}",
                            f"use: {known}", field="filing.utilities")  # fmt: skip
        elif name not in MOST_CHARACTERS:
            yield Fault("filing.unknown", "没有这一项", "there is no such member", "去掉", "leave it out",
                        field=f"filing.{name}"[:80])  # fmt: skip
        elif not isinstance(value, str) or len(value) > MOST_CHARACTERS[name]:
            most = MOST_CHARACTERS[name]
            yield Fault("filing.text", f"应为至多 {most} 字的文字", f"a text of at most {most} characters",
                        "改短", "make it shorter", field=f"filing.{name}")  # fmt: skip


def asks_utilities(form: Form) -> bool:
    """Return whether the form itself asks which utilities are wanted.

    >>> from survey.forms import main_form
    >>> from survey.policies import load_policy
    >>> [asks_utilities(main_form(load_policy(one))) for one in ("wuzhi", "chibi", "huaibei", "jiyuan")]
    [True, True, False, False]
    """
    return any(group.utility for group in form.groups)


def applicant_of(form: Form, checked: Checked, filing: Filing) -> str:
    """Return who applies: as the form says, else as told beside it; empty where nobody is named."""
    asked = any(one.key == APPLICANT for one in form.fields)
    return str(checked.entries.get(APPLICANT, "")) if asked else filing.applicant


def utilities_of(form: Form, checked: Checked, filing: Filing) -> tuple[str, ...]:
    """Return the utilities applied for: as the form says, where it asks; else as told beside it."""
    return wanted_utilities(Filled(form, checked.entries, draft=True)) if asks_utilities(form) else filing.utilities


def lacking(form: Form, checked: Checked, filing: Filing) -> tuple[Fault, ...]:
    """Return what a case cannot do without and neither the form nor what stands beside it says.

    Examples
    --------
    >>> from survey.forms import check, main_form
    >>> from survey.policies import load_policy
    >>> form = main_form(load_policy("wuzhi"))
    >>> [fault.field for fault in lacking(form, check(form, {}), Filing("agent"))]
    ['basic.applicant', 'filing.utilities', 'filing.agent']
    """
    return tuple(_lacking(form, checked, filing))


def _lacking(form: Form, checked: Checked, filing: Filing) -> Iterable[Fault]:
    told = {fault.field for fault in (*checked.wrong, *checked.missing)}
    asked = next((one for one in form.fields if one.key == APPLICANT), None)
    if not applicant_of(form, checked, filing) and APPLICANT not in told:
        zh, en = ("申请单位", "applicant") if asked is None else (asked.label_zh, asked.label_en)
        yield Fault("filing.no_applicant", f"“{zh}”未填，办件要有申请人", f"{en}: a case needs an applicant",
                    "填写这一栏", "fill it in", field="filing.applicant" if asked is None else APPLICANT)  # fmt: skip
    if not utilities_of(form, checked, filing):
        yield Fault("filing.no_utility", "没有选报装业务", "no utility is applied for",
                    "至少选一项", "choose one at least", field="filing.utilities")  # fmt: skip
    if (filing.channel == "agent") != bool(filing.agent):
        yield Fault("filing.agent", "代办须注明代办人，其他渠道不填",
                    "an agent is named where, and only where, one acts", "填写代办人或改办理渠道",
                    "name the agent or change the channel", field="filing.agent")  # fmt: skip
