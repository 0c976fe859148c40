"""Print what a county hands out and takes in: its forms, blank and filled, and its papers, as PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.form_grid import lay_out
from maps.paper_blocks import blocks_of
from maps.paper_reading import as_data, kind_of
from maps.typesetting import typeset
from survey.forms import mask_id_numbers

if TYPE_CHECKING:
    import datetime as dt

    from maps.papers import Paper
    from survey.forms import Filled
    from survey.policies import Form, Policy

ROOMY_INSET, TIGHT_INSET = 8.5, 4.3
"""Points above and below the text of a row."""
TIGHT_ROWS = 24
"""A grid of more rows is set tight, so that it stays on one sheet."""
LARGE_TITLE, SMALL_TITLE, LONG_TITLE = 18, 15, 20
_DEFAULT_SIGNS = (
    {"is": "seal", "label": "申请单位/个人", "text": "单位盖章处"},
    {"is": "day", "label": "填表日期", "parts": []},
)


def form_pdf(filled: Filled, policy: Policy, issued: dt.date, *, full_numbers: bool = True) -> bytes:
    """Return a county's form as PDF: A4, blank where nothing was entered.

    Parameters
    ----------
    filled
        The form with its entries, of `survey.forms.fill`; without entries the blank form.
    policy
        The county's policy, for the document that is cited above the title.
    issued
        The day it is printed, in the metadata only: the form's own dates are filled in by hand or by entries.
    full_numbers
        The form demands the identity number, so it is printed and attached in full; False for copies: 110****002X.

    Notes
    -----
    A form that the county's text does not include (文件未附) is a sheet that says so and has no fields.
    ``data.json`` inside the file holds form, document and every field with its entry.

    Examples
    --------
    >>> import datetime as dt
    >>> from survey.forms import fill, main_form
    >>> from survey.policies import load_policy
    >>> county = load_policy("chibi")
    >>> form_pdf(fill(main_form(county), {}), county, dt.date(2026, 12, 1))[:5]
    b'%PDF-'
    """
    form, grid = filled.form, lay_out(filled, full_numbers=full_numbers)
    rows = [[cell.as_dict() for cell in row] for row in grid.rows]
    sheet = {
        "title": form.name_zh,
        "title_size": SMALL_TITLE if len(form.name_zh) > LONG_TITLE else LARGE_TITLE,
        "author": policy.county_zh,
        "description": f"{form.document} {form.clause}",
        "keywords": [policy.county_zh, form.id],
        "source": f"{form.document} {form.clause}",
        "draft": filled.draft,
        "rows": rows,
        "row_inset": TIGHT_INSET if len(rows) > TIGHT_ROWS else ROOMY_INSET,
        "notice": [] if form.attached else _not_attached(form, policy),
        "signs": (grid.signs or list(_DEFAULT_SIGNS)) if form.attached else [],
        "remark": _remark(form),
        "foot_left": f"{policy.county_zh} · {form.id}",
        "qr_says": f"CoTrench form {policy.id} {form.id}",
    }
    return typeset("form", sheet, _form_data(filled, policy, full_numbers=full_numbers), issued)


def paper_pdf(paper: Paper) -> bytes:
    """Return a paper of a county as PDF: A4, ``data.json`` inside holds the inputs.

    Parameters
    ----------
    paper
        One of `maps.papers`; its day is that of ``head.issued``. Identity numbers in any of its texts are masked.

    Examples
    --------
    >>> import datetime as dt
    >>> from maps.papers import ApprovalDecision, Head
    >>> head = Head(county="武陟县", document="武建〔2023〕54号", authority="城市管理局", case="WZ-1",
    ...             applicant="甲", project="乙", issued=dt.date(2026, 12, 1))
    >>> paper_pdf(ApprovalDecision(head=head, item="挖掘城市道路", result="granted"))[:5]
    b'%PDF-'
    """
    head, (title, to, blocks) = paper.head, blocks_of(paper)
    data = {"kind": kind_of(paper), **as_data(paper)}
    sheet = {
        "title": title,
        "author": head.authority,
        "description": f"{head.document} {head.title}".strip(),
        "keywords": [head.county, head.case, kind_of(paper)],
        "authority": head.authority,
        "number": head.number,
        "to": to,
        "blocks": [*blocks[:-1], *_asking(head.contact, head.phone), blocks[-1]],
        "foot_left": f"{head.county} · 办件 {head.case}",
        "qr_says": f"CoTrench {kind_of(paper)} {head.case[:80]}",
    }
    return typeset("paper", masked(sheet), masked(data), head.issued)


def _asking(contact: str, phone: str) -> list[dict[str, Any]]:
    """Return whom to ask, before the signatures; nothing where nobody is named."""
    who = "　".join(part for part in (contact, phone) if part)
    return [{"is": "note", "text": f"联系人：{who}"}] if who else []


def masked(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value with every identity number in its texts masked."""
    if isinstance(value, str):
        return mask_id_numbers(value)
    if isinstance(value, dict):
        return {key: masked(one) for key, one in value.items()}
    return [masked(one) for one in value] if isinstance(value, (list, tuple)) else value


def _remark(form: Form) -> str:
    if any(one.required for one in form.fields):
        return "标“*”的为必填。"
    return ""


def _not_attached(form: Form, policy: Policy) -> list[str]:
    return [
        f"{policy.county_zh}{form.document}《{policy.title}》{form.clause}提到“{form.name_zh}”：",
        f"「{form.quote}」",
        "该表未随文件附上，栏目文件未规定，此处不代拟。请使用主管部门发布的表样；录入该县 form.toml 后即可打印。",
        f"依据：{form.evidence_zh}",
    ]


def _form_data(filled: Filled, policy: Policy, *, full_numbers: bool) -> dict[str, Any]:
    """Return what a program reads from a printed form."""
    form, entries = filled.form, filled.as_dict(full_numbers=full_numbers)
    return {
        "kind": "form",
        "policy": policy.id,
        "document": form.document,
        "clause": form.clause,
        "form": form.id,
        "name": form.name_zh,
        "attached": form.attached,
        "draft": filled.draft,
        "fields": [
            {
                "key": one.key, "label": one.label_zh, "type": one.type, "unit": one.unit, "required": one.required,
                "options": [option.zh for option in one.options], "value": entries.get(one.key),
            }
            for one in form.fields
        ],
    }  # fmt: skip
