"""`cotrench section`: the narrowest trench that holds some lines, drawn to scale."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.language import both, language
from api.cli.policies import day
from api.cli.reporting import FINDINGS, answering, say, show_table, words, write_file
from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from survey.sections import Section, SectionLine
    from survey.subjects import Buried

commands = typer.Typer()
EXAMPLE = "water:300,gas:200:0.4,power:150:10,雨水:600"
MOST_PARTS = 3


@commands.command(
    "section",
    help=both("求同沟最窄断面并按比例画出", "Find the narrowest trench for some lines, and draw it to scale"),
)
@answering
def section(
    utilities: Annotated[
        str,
        typer.Option(
            "--utilities",
            metavar="LIST",
            help=both(
                f"管线:管径mm[:压力MPa或电压kV]，逗号分隔，如 {EXAMPLE}",
                "line:diameter mm[:pressure MPa or voltage kV], by commas: water:300,gas:200:0.4,power:150:10",
            ),
        ),
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", help=both("结果文件 .svg 或 .pdf", "File to write: .svg or .pdf"))
    ],
    *,
    soil: Annotated[
        str | None,
        typer.Option("--soil", help=both("土类，如 clay；不填取最缓边坡", "Soil, such as clay; else flattest")),
    ] = None,
    under: Annotated[
        str, typer.Option("--under", help=both("carriageway 车行道 或 footway 人行道", "carriageway or footway"))
    ] = "carriageway",
    load: Annotated[
        str | None,
        typer.Option("--load", help=both("坡顶荷载：none static dynamic", "On the edge: none static dynamic")),
    ] = None,
    stepped: Annotated[bool, typer.Option("--stepped", help=both("分台阶", "A bench for every level"))] = False,
    shored: Annotated[bool, typer.Option("--shored", help=both("支护直壁", "Vertical walls that are held"))] = False,
    max_width: Annotated[
        float | None, typer.Option("--max-width", min=0, help=both("允许沟宽（米）", "Width there is (m)"))
    ] = None,
    max_depth: Annotated[
        float | None, typer.Option("--max-depth", min=0, help=both("允许沟深（米）", "Depth there may be (m)"))
    ] = None,
    red_line: Annotated[
        float | None,
        typer.Option("--red-line", min=0, help=both("沟边距道路红线（米）", "From the red line to the trench (m)")),
    ] = None,
    bedding: Annotated[float, typer.Option("--bedding", min=0, help=both("垫层厚（米）", "Bedding (m)"))] = 0.1,
    paper: Annotated[str, typer.Option("--paper", help=both("PDF 图幅：a4 或 a3", "Paper of a PDF: a4 or a3"))] = "a4",
    project: Annotated[
        str, typer.Option("--project", help=both("PDF 图签中的工程名称", "Project, in the title block of a PDF"))
    ] = "",
    check: Annotated[
        bool, typer.Option("--check", help=both("不可行时以 1 结束", "End with 1 where it cannot be built"))
    ] = False,
) -> None:
    """Write the drawing, print where each line lies."""
    from survey.sections import best_section

    _check_asked(out, paper)
    found = best_section(
        lines_of(utilities),
        soil=soil,
        under=under,
        load=load,
        stepped=stepped,
        shored=shored,
        max_width_m=max_width,
        max_depth_m=max_depth,
        red_line_m=red_line,
        bedding_m=bedding,
    )
    write_file(out, _drawing(found, out.suffix.lower(), paper, project))
    _show(found, out.name)
    if check and not found.feasible:
        raise typer.Exit(FINDINGS)


def _check_asked(out: Path, paper: str) -> None:
    """Refuse an ending that no drawing has and a paper that nobody sells, both at once."""
    from maps.section_paper import PAPERS

    faults = []
    if out.suffix.lower() not in (".svg", ".pdf"):
        faults.append(
            Fault("write.unknown_ending", "断面图是 .svg 或 .pdf 文件", "the drawing is an .svg or .pdf file",
                  "改扩展名", "name it .svg or .pdf", file=out.name)
        )  # fmt: skip
    if paper not in PAPERS:
        known = " ".join(PAPERS)
        faults.append(
            Fault("value.unknown", "不认识的图幅", "unknown paper", f"可用：{known}", f"use one of: {known}",
                  field="--paper", value=paper[:80])
        )  # fmt: skip
    refuse(faults)


def _drawing(found: Section, ending: str, paper: str, project: str) -> bytes:
    """Return the bytes of the file: the drawing alone, or the sheet with title block, schedule and evidence."""
    from maps.section_drawing import section_svg
    from maps.section_paper import section_pdf

    if ending == ".svg":
        return section_svg(found, language()).encode()
    return section_pdf(found, day(None), paper=paper, language=language(), project=project)


def lines_of(text: str) -> list[SectionLine]:
    """Return the lines that a text lists; ids are their numbers from 1.

    Raises
    ------
    BadInputError
        With every entry that cannot be read.

    Examples
    --------
    >>> [(line.id, line.buried.utility, line.buried.subtype) for line in lines_of("雨水:600,gas")]
    [('1', 'drainage', 'storm'), ('2', 'gas', None)]
    """
    from survey.sections import SectionLine

    lines, faults = [], []
    for number, entry in enumerate(text.split(","), 1):
        buried = _buried(entry.strip())
        if buried is None:
            faults.append(
                Fault("line.unreadable", "看不懂的管线", "a line that cannot be read", f"写成 {EXAMPLE}",
                      f"write {EXAMPLE}", field="--utilities", value=entry[:80])
            )  # fmt: skip
        else:
            lines.append(SectionLine(str(number), buried))
    refuse(faults)
    return lines


def _buried(entry: str) -> Buried | None:
    """Return the line of one entry; None where it cannot be read."""
    from survey.subjects import Buried, subtype_key
    from survey.utilities import utility_key

    word, *rest = entry.split(":")
    subtype = subtype_key(word)
    utility = utility_key(word) or ("water" if subtype == "reclaimed" else None)
    try:
        numbers = [float(part) for part in rest]
    except ValueError:
        return None
    if utility is None or len(numbers) >= MOST_PARTS or not all(0 < number < float("inf") for number in numbers):
        return None
    diameter, grade = (*numbers, None, None)[:2]
    if grade is not None and utility not in {"gas", "power"}:
        return None
    gas = utility == "gas"
    return Buried(utility, subtype, diameter, grade if gas else None, None if gas else grade)


def _show(found: Section, name: str) -> None:
    """Print where each line lies, and what stands in the way."""
    dug = found.excavation
    size = words("未能布置", "no place to be given") if dug is None else f"{dug.top_width_m:.2f} × {dug.depth_m:.2f} m"
    zh, en = "编号,管线,距沟边 m,距红线 m,覆土 m,沟底 m", "id,line,from the edge m,red line m,cover m,floor m"
    columns = words(zh, en).split(",")
    rows = [
        (
            laid.need.line.id,
            words(laid.need.line.kind_zh, laid.need.line.kind_en),
            laid.x_m,
            laid.red_line_m,
            laid.need.cover_m,
            laid.floor_m,
        )
        for laid in found.lines
    ]
    show_table(f"{name} · {size}", columns, rows)
    told = [(one.zh, one.en) for one in found.obstacles] + [(one.zh, one.en) for one in found.notes]
    for zh, en in told:
        say(f"· {words(zh, en)}")
    if found.saved_m3 is not None:
        zh, en = ("少", "less") if found.saved_m3 >= 0 else ("多", "more")
        earth = f"{abs(found.saved_m3):.2f} m³/m"
        say(words(f"同沟比分沟{zh}挖 {earth}", f"one trench instead of several digs {earth} {en}"))
