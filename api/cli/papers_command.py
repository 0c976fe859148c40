"""`cotrench form` and `cotrench paper`: a county's forms and papers as PDF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.language import both
from api.cli.policies import OnOption, day
from api.cli.reporting import answering, say, words, write_file
from api.cli.texts import text_of
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from survey.policies import Form

commands = typer.Typer()
OutOption = Annotated[Path, typer.Option("-o", "--out", help=both("结果文件 .pdf", "File to write: .pdf"))]


@commands.command(
    "form",
    help=both("打印一县的报装表单，空白或填好的", "Print a county's form, blank or filled in"),
)
@answering
def form(
    policy_id: Annotated[
        str, typer.Argument(metavar="POLICY", help=both("政策编号，如 wuzhi", "Policy, such as wuzhi"))
    ],
    out: OutOption,
    *,
    values: Annotated[
        Path | None,
        typer.Option(
            "--values", metavar="FILE.json", help=both("填写内容：栏目编号: 内容", "Entries: field key: entry")
        ),
    ] = None,
    form_id: Annotated[
        str, typer.Option("--form", metavar="ID", help=both("表单编号，如 CB-FM3", "Form, such as CB-FM3"))
    ] = "",
    draft: Annotated[
        bool, typer.Option("--draft", help=both("草稿：必填项可空", "A draft: required fields may be blank"))
    ] = False,
    mask: Annotated[
        bool, typer.Option("--mask", help=both("身份证号码只显示前3后4位", "Hide all but 7 digits of identity numbers"))
    ] = False,
    on: OnOption = None,
) -> None:
    """Write the form; entries that do not fit are listed and nothing is written."""
    from maps.documents import form_pdf
    from survey.forms import blank, fill, main_form
    from survey.policies import load_policy

    _check_ending(out)
    when = day(on)
    county = load_policy(policy_id)
    chosen = main_form(county, form_id)
    filled = blank(chosen) if values is None else fill(chosen, _json(values), draft=draft, on=when)
    write_file(out, form_pdf(filled, county, when, full_numbers=not mask))
    _tell(out, chosen, len(filled.entries))


def _tell(out: Path, chosen: Form, entries: int) -> None:
    fields = len(chosen.fields)
    zh, en = f"{fields} 个栏目，已填 {entries}", f"{fields} fields, {entries} filled in"
    if not chosen.attached:
        zh, en = "文件未附此表，没有栏目", "not attached to the document: no fields"
    say(f"{out.name} · {chosen.id} {words(chosen.name_zh, chosen.name_en)} · {words(zh, en)}")


@commands.command(
    "paper",
    help=both(
        "打印一份文书：受理、踏勘、答复、承诺、决定、整改、验收",
        "Print a paper: receipt, survey notice, reply, commitment, decision, rectification, acceptance",
    ),
)
@answering
def paper(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help=both("文书种类，如 receipt", "Kind of paper, such as receipt"))
    ],
    data: Annotated[Path, typer.Option("--data", metavar="FILE.json", help=both("文书内容", "What the paper says"))],
    out: OutOption,
) -> None:
    """Write the paper; what is missing or unreadable in its data is listed and nothing is written."""
    from maps.documents import paper_pdf
    from maps.paper_reading import PAPERS, read_paper

    _check_ending(out)
    read = read_paper(kind, _json(data))
    write_file(out, paper_pdf(read))
    _, zh, en = PAPERS[kind]
    say(f"{out.name} · {words(zh, en)} · {read.head.case}")


def _check_ending(out: Path) -> None:
    if out.suffix.lower() != ".pdf":
        fault = Fault(
            "write.unknown_ending", "文书是 .pdf 文件", "the paper is a .pdf file", "改扩展名", "name it .pdf"
        )
        raise BadInputError([fault.at(file=out.name)])


def _json(path: Path) -> Any:  # noqa: ANN401 - any JSON value
    """Return what a JSON file holds; a key that comes twice is a fault, since one of its entries would be lost."""
    text = text_of(path)
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError as error:
        fault = Fault("json.too_deep", "嵌套过深", "is nested too deeply", "写成平铺的内容", "write it flat")
        raise BadInputError([fault.at(file=path.name)]) from error
    except ValueError as error:
        fault = Fault(
            "json.unreadable",
            f"不是 JSON：{error}",
            f"not JSON: {error}",
            "用 UTF-8 存为 JSON",
            "save it as JSON in UTF-8",
        )
        raise BadInputError([fault.at(file=path.name)]) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            message = f"{key!r} comes twice"
            raise ValueError(message)
        found[key] = value
    return found
