"""Hold what every DOCX has beside its text: types, relations, styles, foot, properties."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"

CONTENT_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    '<Default Extension="jpeg" ContentType="image/jpeg"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_TYPES}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
    f'<Override PartName="/word/footer1.xml" ContentType="{_TYPES}.footer+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        "package": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="document" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="core" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>',
        "document": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="styles" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="footer" Type="{_OFFICE}/footer" Target="footer1.xml"/>{{pictures}}</Relationships>',
    }
)
"""Of the package; of the document, with room for ``pictures``."""


def core_properties(title: str, author: str, issued: dt.date) -> str:
    """Return title, author and day of a document; both texts escaped already."""
    moment = f"{issued.isoformat()}T00:00:00Z"
    times = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{moment}</dcterms:{name}>' for name in ("created", "modified")
    )
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title>'
        f"<dc:creator>{author}</dc:creator>{times}</cp:coreProperties>"
    )


LATIN = "en-GB"
"""Of what is no Chinese, in Chinese papers too: where it is said to be Chinese, words and numbers break anywhere."""


def _style(name: str, half_points: int, more: str = "", look: str = "") -> str:
    size = f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
        f"<w:pPr>{more}</w:pPr><w:rPr>{look}{size}</w:rPr></w:style>"
    )


def _styles(language: str) -> str:
    hei = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="黑体"/>'
    centre, none = '<w:jc w:val="center"/>', '<w:spacing w:before="0" w:after="0"/>'
    cell = '<w:spacing w:before="20" w:after="20"/>'
    rule = '<w:pBdr><w:bottom w:val="double" w:sz="6" w:space="4" w:color="000000"/></w:pBdr>'
    indent = '<w:ind w:firstLineChars="200" w:firstLine="420"/>' if language == "zh" else ""
    return (
        f'{_XML}<w:styles xmlns:w="{_WORD}"><w:docDefaults><w:rPrDefault><w:rPr>'
        '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体" w:cs="Times New Roman"/>'
        f'<w:sz w:val="21"/><w:szCs w:val="21"/><w:lang w:val="{LATIN}" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:before="60" w:after="60"/></w:pPr></w:pPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        + _style("Authority", 32, rule + centre, hei)
        + _style("Title", 40, '<w:spacing w:before="160" w:after="60"/>' + centre, hei)
        + _style("Number", 20, centre)
        + _style("Heading2", 23, '<w:keepNext/><w:spacing w:before="240" w:after="100"/><w:outlineLvl w:val="1"/>', hei)
        + _style("BodyText", 21, indent + '<w:jc w:val="both"/>')
        + _style("Result", 26, '<w:spacing w:before="120" w:after="120"/>' + centre, hei)
        + _style("Note", 16, "", '<w:color w:val="5A5A5A"/>')
        + _style("NoteKept", 16, "<w:keepNext/>", '<w:color w:val="5A5A5A"/>')
        + _style("Quote", 19, '<w:ind w:left="240"/>')
        + _style("ListNumber", 21, '<w:ind w:left="700" w:hanging="300"/>')
        + _style("Figure", 21, "<w:keepNext/>" + centre)
        + _style("Cell", 19, cell) + _style("CellCentred", 19, cell + centre)
        + _style("Gap", 8, none)
        + "</w:styles>"
    )  # fmt: skip


def _footer(before: str, between: str, after: str) -> str:
    def field(name: str) -> str:
        return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'

    def said(text: str) -> str:
        return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'

    return (
        f'{_XML}<w:ftr xmlns:w="{_WORD}"><w:p><w:pPr><w:pStyle w:val="Note"/><w:jc w:val="center"/></w:pPr>'
        f"{said(before)}{field('PAGE')}{said(between)}{field('NUMPAGES')}{said(after)}</w:p></w:ftr>"
    )


STYLES: Mapping[str, str] = MappingProxyType({language: _styles(language) for language in ("zh", "en")})
FOOTERS: Mapping[str, str] = MappingProxyType(
    {"zh": _footer("第 ", " 页 共 ", " 页"), "en": _footer("Page ", " of ", "")}
)
