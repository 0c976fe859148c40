"""Write a paper as a DOCX that an office can edit: the blocks of its PDF in their order, the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from html import escape
from typing import TYPE_CHECKING, Any

from maps.figures import Figure, drawing_pixels
from maps.word_parts import CONTENT_TYPES, FOOTERS, RELATIONS, STYLES, core_properties

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Block = dict[str, Any]

TEXT_MM = 166.0
TWIPS_PER_MM, EMU_PER_MM = 1440 / 25.4, 36_000
# A block that is to stay with the one after it has the style with ``Kept``; of these only a note ever is one.
_STYLED = {"head": "Heading2", "text": "BodyText", "result": "Result", "note": "Note"}
"""Blocks of one paragraph, and its style."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_PAGE = (
    '<w:sectPr><w:footerReference w:type="default" r:id="footer"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1021" w:right="1247" w:bottom="1134" w:left="1247" w:header="567" w:footer="567" w:gutter="0"/>'
    "</w:sectPr>"
)
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def word_document(
    head: Mapping[str, str], blocks: Sequence[Block], issued: dt.date, language: str = "zh"
) -> bytes:  # fmt: skip
    """Return a paper as DOCX, A4.

    Parameters
    ----------
    head
        ``authority title number author`` as they stand at the head of the paper.
    blocks
        As `maps.paper_blocks` has them; figures as `Figure`, in blocks ``drawing`` and ``figures`` and in cells.
    issued
        The day in the file's properties; the clock is not asked.
    language
        ``zh`` or ``en``: of the foot and of spelling.

    Raises
    ------
    KeyError
        Of a block that is not known.

    Examples
    --------
    >>> import datetime as dt
    >>> head = {"authority": "住建局", "title": "纪要", "number": "", "author": "住建局"}
    >>> word_document(head, [{"is": "text", "text": "一致同意。"}], dt.date(2026, 12, 1))[:2]
    b'PK'
    """
    writer = _Writer(issued)
    body = [
        _paragraph(head["authority"], "Authority"), _paragraph(head["title"], "Title"),
        *([_paragraph(head["number"], "Number")] if head["number"] else []),
        *(part for block in blocks for part in writer.block(block)), _PAGE,
    ]  # fmt: skip
    document = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document {_NAMESPACES}><w:body>'
    document += "".join(body) + "</w:body></w:document>"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES, "_rels/.rels": RELATIONS["package"],
        "docProps/core.xml": core_properties(clean(head["title"]), clean(head["author"]), issued),
        "word/document.xml": document, "word/styles.xml": STYLES[language], "word/footer1.xml": FOOTERS[language],
        "word/_rels/document.xml.rels": RELATIONS["document"].format(pictures="".join(writer.relations)),
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in {**parts, **writer.media}.items():
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def clean(text: str) -> str:
    """Return a text as XML can hold it: without controls and half surrogates, marked up characters escaped.

    >>> clean("a<b" + chr(0) + chr(0xD800))
    'a&lt;b'
    """
    kept = (
        letter
        for letter in text
        if letter in "\n\t" or (letter >= " " and not "\ud800" <= letter <= "\udfff" and letter not in "\ufffe\uffff")
    )
    return escape("".join(kept))


class _Writer:
    """Writes blocks one after another and gathers the pictures that they show."""

    def __init__(self, issued: dt.date) -> None:
        self._issued = issued
        self.media: dict[str, bytes] = {}
        self.relations: list[str] = []
        self._kinds: Mapping[str, Callable[[Block], Iterable[str]]] = {
            **{kind: self._styled(style) for kind, style in _STYLED.items()},
            "facts": self._facts, "table": self._table, "quote": self._quote, "list": self._list, "sign": self._sign,
            "drawing": self._drawing, "figures": self._figures,
        }  # fmt: skip

    def block(self, block: Block) -> Iterable[str]:
        """Return the paragraphs and tables of a block."""
        return self._kinds[block["is"]](block)

    @staticmethod
    def _styled(style: str) -> Callable[[Block], Iterable[str]]:
        return lambda block: [_paragraph(block["text"], f"{style}Kept" if block.get("sticky") else style)]

    def _facts(self, block: Block) -> Iterable[str]:
        shares = (3, 7, 3, 5)
        widths = [TEXT_MM * share / sum(shares) for share in shares]
        rows = []
        for row in block["rows"]:
            wide = len(row) == 2  # noqa: PLR2004 - a name and its value
            cells = [
                self._cell(text, sum(widths[1:]) if wide and at else widths[at], span=3 if wide and at else 1,
                           shaded=at % 2 == 0)
                for at, text in enumerate(row)
            ]  # fmt: skip
            rows.append(_row(cells))
        yield _table(widths, rows)
        yield _paragraph("", "Gap")

    def _table(self, block: Block) -> Iterable[str]:
        widths = [TEXT_MM * share / sum(block["widths"]) for share in block["widths"]]
        pairs = list(zip(block["columns"], widths, strict=True))
        rows = [_row([self._cell(name, wide, shaded=True, centred=True) for name, wide in pairs], header=True)]
        rows += [
            _row([self._cell(text, widths[at], centred=at in block["centred"]) for at, text in enumerate(row)])
            for row in block["rows"]
        ]
        yield _table(widths, rows)
        yield _paragraph("", "Gap")

    def _quote(self, block: Block) -> Iterable[str]:
        yield _paragraph(f"「{block['text']}」 {block['source']}", "Quote")

    def _list(self, block: Block) -> Iterable[str]:
        for number, item in enumerate(block["items"], 1):
            yield _paragraph(f"{number}. {item}", "ListNumber")

    def _sign(self, block: Block) -> Iterable[str]:
        parties = block["parties"] if len(block["parties"]) > 1 else [{"title": "", "lines": []}, *block["parties"]]
        wide = TEXT_MM / len(parties)
        cells = []
        for one in parties:
            lines = "\n".join([one["title"], *([one["seal"], ""] if one.get("seal") else []), *one["lines"]])
            cells.append(self._cell(lines, wide))
        yield _paragraph("", "Gap")
        yield _table([wide] * len(parties), [_row(cells)], bordered=False)
        yield _paragraph("", "Gap")

    def _drawing(self, block: Block) -> Iterable[str]:
        yield f'<w:p><w:pPr><w:pStyle w:val="Figure"/></w:pPr>{self._picture(block["figure"])}</w:p>'

    def _figures(self, block: Block) -> Iterable[str]:
        wide = TEXT_MM / 2
        for at in range(0, len(block["items"]), 2):
            pair = block["items"][at : at + 2]
            cells = [self._cell([one["figure"], one["caption"]], wide) for one in pair]
            cells += [self._cell("", wide)] * (2 - len(pair))
            yield _table([wide, wide], [_row(cells)], bordered=False)
        yield _paragraph("", "Gap")

    def _cell(
        self, content: Any, wide: float, *, span: int = 1, shaded: bool = False, centred: bool = False  # noqa: ANN401 - text, figure or both
    ) -> str:  # fmt: skip
        inside = "".join(
            f'<w:p><w:pPr><w:pStyle w:val="Cell"/></w:pPr>{self._picture(part)}</w:p>'
            if isinstance(part, Figure)
            else _paragraph(part, "CellCentred" if centred else "Cell")
            for part in (content if isinstance(content, list) else [content])
        )
        spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        shade = '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>' if shaded else ""
        size = f'<w:tcW w:w="{_twips(wide)}" w:type="dxa"/>'
        return f'<w:tc><w:tcPr>{size}{spanned}{shade}<w:vAlign w:val="center"/></w:tcPr>{inside}</w:tc>'

    def _picture(self, figure: Figure) -> str:
        number = len(self.media) + 1
        ending = "jpeg" if figure.media == "image/jpeg" else "png"
        name = f"word/media/image{number}.{ending}"
        self.media[name] = figure.pixels or drawing_pixels(figure, self._issued)
        self.relations.append(
            f'<Relationship Id="image{number}" Target="media/image{number}.{ending}" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>'
        )
        wide, tall = (round(side * EMU_PER_MM) for side in (figure.width, figure.height))
        shape = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{tall}"/>'
            f'<wp:docPr id="{number}" name="image{number}" descr="{clean(figure.alt)}"/><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="{number}" name="image{number}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
            f'<a:blip r:embed="image{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
            f'<a:off x="0" y="0"/><a:ext cx="{wide}" cy="{tall}"/></a:xfrm>{shape}</pic:spPr></pic:pic>'
            "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )


def _twips(mm: float) -> int:
    return round(mm * TWIPS_PER_MM)


def _paragraph(text: str, style: str) -> str:
    lines = clean(text).split("\n")
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    said = f"<w:r>{runs}</w:r>" if text else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{said}</w:p>'


def _row(cells: Sequence[str], *, header: bool = False) -> str:
    again = "<w:tblHeader/>" if header else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{again}</w:trPr>{''.join(cells)}</w:tr>"


def _table(widths: Sequence[float], rows: Sequence[str], *, bordered: bool = True) -> str:
    columns = "".join(f'<w:gridCol w:w="{_twips(wide)}"/>' for wide in widths)
    borders = f"<w:tblBorders>{_BORDERS}</w:tblBorders>" if bordered else ""
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{_twips(sum(widths))}" w:type="dxa"/>{borders}<w:tblLayout w:type="fixed"/>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
