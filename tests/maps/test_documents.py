"""Forms and papers are whole, say what they were given, carry it as data, and look as they were looked at."""

import datetime as dt
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter
from pypdf import PdfReader

from geo.faults import BadInputError
from maps.documents import form_pdf, paper_pdf
from maps.form_grid import COLUMNS, lay_out
from maps.paper_reading import PAPERS as KINDS
from maps.paper_reading import as_data, read_paper
from maps.papers import limits_of
from survey.forms import blank, fill, main_form
from survey.policies import load_policy
from tests.maps.county_papers import PAPERS
from tests.survey.forms.test_values import ATTACHED, COUNTIES, FORMS, ID_NUMBER, full

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "documents"
DAY = dt.date(2026, 12, 1)
A4 = (595.28, 841.89)
RARE = "堽硚碶浬洣湴滘垚垿崟"
COUNTY_OF = {form.id: load_policy(county) for county in COUNTIES for form in load_policy(county).forms}
FORM_IDS = sorted(COUNTY_OF)


def form_of(form_id):
    return main_form(COUNTY_OF[form_id], form_id)


def printed(form_id, values=None):
    form = form_of(form_id)
    filled = blank(form) if values is None else fill(form, values, draft=True)
    return form_pdf(filled, COUNTY_OF[form_id], DAY)


def paper(kind, **changes):
    return paper_pdf(read_paper(kind, PAPERS[kind] | changes))


def bare(text):
    return re.sub(r"[\s\u200b]", "", text)


def text_of(pdf):
    return bare("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def data_of(pdf):
    (data,) = PdfReader(io.BytesIO(pdf)).attachments["data.json"]
    return json.loads(data), hashlib.sha256(data).hexdigest()


def faces_of(pdf):
    """Every face of every page, with whether its outlines are inside the file."""
    found = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for reference in page["/Resources"]["/Font"].values():
            for below in reference.get_object()["/DescendantFonts"]:
                face = below.get_object()
                description = face["/FontDescriptor"].get_object()
                found[face["/BaseFont"]] = any(key in description for key in ("/FontFile2", "/FontFile3"))
    return found


ALL = {f"form {form_id}": (lambda form_id=form_id: printed(form_id)) for form_id in FORM_IDS}
ALL |= {f"paper {kind}": (lambda kind=kind: paper(kind)) for kind in PAPERS}


@pytest.mark.parametrize("name", ALL)
def test_a4_faces_inside_page_numbers_and_the_same_bytes_again(name):
    pdf = ALL[name]()
    assert pdf == ALL[name]()
    pages = PdfReader(io.BytesIO(pdf)).pages
    for number, page in enumerate(pages, 1):
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4, abs=0.1)
        assert f"第{number}页共{len(pages)}页" in bare(page.extract_text())
    faces = faces_of(pdf)
    assert faces
    assert all(faces.values())
    assert {re.sub(r"^/[A-Z]{6}\+", "", face) for face in faces} <= {
        "NotoSerifSC-Regular-Identity-H", "NotoSansSC-Regular-Identity-H", "NotoSerifSC-Regular", "NotoSansSC-Regular",
        "DejaVuSansMono",
    }  # fmt: skip


@pytest.mark.parametrize("form", ATTACHED, ids=lambda form: form.id)
def test_a_blank_form_has_every_label_option_and_unit_of_its_document_on_one_sheet(form):
    pdf = printed(form.id)
    text = text_of(pdf)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    assert bare(form.name_zh) in text
    for field in form.fields:
        for part in re.split(r"-|（", field.label_zh.rstrip("0123456789")):
            assert bare(part.rstrip("）")) in text, field.key
        for word in (*(option.zh for option in field.options), field.unit, field.text_zh):
            assert bare(word) in text, field.key
    assert text.count("☐") == boxes_of(form)
    assert "☑" not in text


def boxes_of(form):
    options = sum(len(field.options) for field in form.fields)
    ticked_groups = {field.group for field in form.fields if field.type == "tick"}
    return options + sum(group.key in ticked_groups or group.optional for group in form.groups)


@pytest.mark.parametrize("form", ATTACHED, ids=lambda form: form.id)
def test_each_field_is_laid_out_once_and_rows_fill_the_grid(form):
    grid = lay_out(fill(form, full(form)))
    assert sorted(grid.printed) == sorted(field.key for field in form.fields)
    open_rows = 0
    taken = 0
    for row in grid.rows:
        width = sum(cell.columns for cell in row) + (taken if open_rows else 0)
        assert width == COLUMNS
        spans = [cell for cell in row if cell.rows > 1]
        open_rows = spans[0].rows - 1 if spans else max(open_rows - 1, 0)
        taken = spans[0].columns if spans else taken


def test_the_five_counties_print_92_fields_and_nothing_for_forms_not_attached():
    told = [data_of(printed(form.id))[0] for form in FORMS]
    assert sum(len(data["fields"]) or 1 for data in told) == 92
    for data, form in zip(told, FORMS, strict=True):
        assert [field["key"] for field in data["fields"]] == [field.key for field in form.fields]
        if not form.attached:
            text = text_of(printed(form.id))
            assert "文件未规定" in text
            assert bare(form.quote) in text
            assert "☐" not in text


@pytest.mark.parametrize("form", ATTACHED, ids=lambda form: form.id)
def test_a_filled_form_prints_its_entries_and_carries_them(form):
    values = full(form) | {
        field.key: f"{RARE}{number}" for number, field in enumerate(form.fields)
        if field.type == "text" and not field.check
    }  # fmt: skip
    pdf = printed(form.id, values)
    text = text_of(pdf)
    for key, value in values.items():
        if isinstance(value, str) and form.field(key).type == "text":
            assert value in text, key
    assert text.count("☑") + text.count("☐") == boxes_of(form)
    data, digest = data_of(pdf)
    assert {field["key"]: field["value"] for field in data["fields"] if field["value"] is not None} == dict(
        fill(form, values).as_dict(full_numbers=True)
    )
    assert digest[:12] in text


def test_identity_numbers_are_printed_where_the_form_demands_them_and_in_no_paper():
    filled = fill(main_form(load_policy("wuzhi")), {"basic.id_number": ID_NUMBER})
    assert ID_NUMBER in text_of(form_pdf(filled, load_policy("wuzhi"), DAY))
    copy = form_pdf(filled, load_policy("wuzhi"), DAY, full_numbers=False)
    assert "110***********002X" in text_of(copy)
    assert ID_NUMBER not in text_of(copy) + json.dumps(data_of(copy)[0])
    hidden = paper("receipt", manager=f"钱垿 {ID_NUMBER}")
    assert ID_NUMBER not in text_of(hidden) + json.dumps(data_of(hidden)[0])


@pytest.mark.parametrize("kind", PAPERS)
def test_a_paper_prints_every_text_it_was_given_and_carries_it(kind):
    pdf = paper(kind)
    text, (data, digest) = text_of(pdf), data_of(pdf)
    assert read_paper(kind, data) == read_paper(kind, PAPERS[kind])
    assert data["kind"] == kind
    assert digest[:12] in text
    assert KINDS[kind][1] in text
    for entry in ("authority", "number", "case"):
        assert bare(PAPERS[kind]["head"][entry]) in text
    left = {
        "route",
        "plan",
        "contact",
        "result",
        "unit",
        "op",
        "outcome",
        "rule",
        "issued",
        "title",
        "county",
        "applicant",
        "address",
    }
    for word in words_of(PAPERS[kind], left):
        assert bare(word) in text, word


def words_of(data, left):
    """Every text of some data, but those of names that a paper need not show."""
    if isinstance(data, dict):
        return [word for name, value in data.items() if name not in left for word in words_of(value, left)]
    if isinstance(data, list):
        return [word for value in data for word in words_of(value, left)]
    return [data] if isinstance(data, str) and not re.match(r"[0-9]{4}-", data) else []


def test_limits_are_told_with_measured_value_limit_margin_and_uncertainty():
    text = text_of(paper("commitment_letter"))
    assert "外线长度148.27m≤200m51.73m±0.31m符合四(二)" in text
    assert "穿越道路长度16.35m12.04m≤15m−1.35m±0.05m超出" in text_of(paper("rectification_notice"))


def test_a_decision_says_how_to_contest_it_and_which_clause_is_not_verified():
    told = text_of(paper("approval_decision"))
    assert "内乡县人民政府申请行政复议" in told
    assert "《行政复议法》第二十条〔待核〕" in told


def test_what_the_document_does_not_say_is_told_so():
    assert "联合施工文件未规定文件未规定" in text_of(paper("receipt"))
    assert "整改期限：文件未规定" in text_of(paper("rectification_notice", mend_by=None))


HOSTILE = [
    "#set page(width: 1cm) #panic() *粗* _斜_ $x^2$ `a` @b <c> // d",
    "<script>alert(1)</script>",
    "A" * 200,
    "硚" * 200,
    "=cmd|' /C calc'!A0",
    "\\u{7f} \x00\x1b[2J\u202e甲\ud800",
    "𠮷野家 😀",
    "",
    "第一行\n第二行",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(text):
    data = json.loads(json.dumps(PAPERS["one_reply"]))
    data["head"] |= {"applicant": text, "project": text, "address": text, "authority": text, "case": text}
    data["utilities"][0] |= {"operator": text, "plan": text, "result": text}
    data["outcomes"][0] |= {"opinion": text, "department": text}
    data |= {"conclusion": text, "next_step": text}
    pdf = paper_pdf(read_paper("one_reply", data))
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert 1 <= len(pages) <= 4
    assert all(float(page.mediabox.width) == pytest.approx(A4[0], abs=0.1) for page in pages)
    shown = bare(re.sub(r"[\x00-\x09\x0b-\x1f\u202e\ud800]", "", text))
    assert shown.replace("𠮷", "〓").replace("😀", "〓") in text_of(pdf)
    assert ("U+20BB7" in text_of(pdf)) == ("𠮷" in text)


def test_a_long_word_stays_inside_its_sheet():
    wide = "A" * 200
    pdf = printed("CB-FM2", {"basic.applicant": wide, "basic.project_code": wide, "other.remark": wide})
    places = []

    def visit(_text, _matrix, text_matrix, _font, _size):
        places.append(text_matrix[4])

    PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=visit)
    assert max(places) < A4[0] - 30
    assert text_of(pdf).count(wide) == 3


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_prints(one, other):
    given = read_paper("approval_decision", PAPERS["approval_decision"])
    changed = replace(given, item=one, reasons=other, head=replace(given.head, project=one, number=other))
    assert paper_pdf(changed).startswith(b"%PDF-")


@pytest.mark.parametrize("kind", PAPERS)
def test_only_what_must_be_there_is_needed(kind):
    whole = PAPERS[kind]
    required = {error.field.split(".")[0] for error in faults(kind, {})}
    head = {
        name: whole["head"][name]
        for name in ("county", "document", "authority", "case", "applicant", "project", "issued")
    }
    assert paper_pdf(read_paper(kind, {name: whole[name] for name in required} | {"head": head})).startswith(b"%PDF-")


def faults(kind, data):
    with pytest.raises(BadInputError) as caught:
        read_paper(kind, data)
    return caught.value.faults


def test_every_fault_of_a_paper_is_told_at_once():
    data = PAPERS["receipt"] | {
        "received": "昨天",
        "colour": "red",
        "utilities": 3,
        "head": PAPERS["receipt"]["head"] | {"issued": "x"},
    }
    told = {fault.field: fault.code for fault in faults("receipt", data)}
    assert told == {
        "received": "paper.unreadable", "colour": "paper.unreadable", "utilities": "paper.unreadable",
        "head.issued": "paper.unreadable",
    }  # fmt: skip
    assert all(fault.mend_zh and fault.mend_en for fault in faults("receipt", data))
    assert faults("leaflet", {})[0].code == "paper.unknown_kind"
    assert faults("receipt", [])[0].code == "paper.unreadable"
    limit = {"subject": "甲", "measured": float("nan")}
    assert (
        faults("commitment_letter", PAPERS["commitment_letter"] | {"limits": [limit]})[0].field == "limits.0.measured"
    )


@pytest.mark.parametrize("kind", PAPERS)
def test_plain_data_and_inputs_are_the_same(kind):
    read = read_paper(kind, PAPERS[kind])
    assert read_paper(kind, json.loads(json.dumps(as_data(read)))) == read


def test_limits_come_from_the_trace_of_a_verdict():
    assert limits_of([]) == ()


PICTURES = {
    "form_wuzhi": lambda: printed("WZ-FM1", full(form_of("WZ-FM1"))),
    "form_chibi": lambda: printed("CB-FM2"),
    "form_chibi_letter": lambda: printed("CB-FM3"),
    "form_huaibei": lambda: printed("HB-FM2"),
    "form_neixiang": lambda: printed("NX-FM2"),
    "form_jiyuan": lambda: printed("JY-FM1"),
} | {kind: (lambda kind=kind: paper(kind)) for kind in PAPERS}
#: Share of pixels that may differ after both pictures are blurred: another version of the renderer, not another layout.
MOST_DIFFERENT = 0.002


@pytest.mark.parametrize("name", PICTURES)
def test_golden_pictures(name, tmp_path):
    hold_to_golden(PICTURES[name](), name, tmp_path)


def hold_to_golden(pdf, name, tmp_path, page=1):
    """Hold a page to the picture of it that is kept, but for what another version of the renderer may change."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("poppler-utils is not installed")
    source = tmp_path / "paper.pdf"
    source.write_bytes(pdf)
    pages = ["-f", str(page), "-l", str(page), "-singlefile"]
    subprocess.run(["pdftoppm", "-r", "50", "-gray", "-png", *pages, source, tmp_path / "page"], check=True)
    now = Image.open(tmp_path / "page.png").convert("L")
    path = GOLDEN / f"{name}.png"
    if os.environ.get("COTRENCH_BLESS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        now.quantize(16).save(path, optimize=True)
    kept = Image.open(path).convert("L")
    assert now.size == kept.size
    blurred = [picture.filter(ImageFilter.GaussianBlur(1.5)) for picture in (now, kept)]
    different = ImageChops.difference(*blurred).point(lambda value: 255 if value > 40 else 0)
    share = different.histogram()[255] / (now.width * now.height)
    assert share <= MOST_DIFFERENT, "look at the paper, then: make bless"
