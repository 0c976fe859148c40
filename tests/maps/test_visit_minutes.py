"""Minutes of a joint survey: all that was said is in them, in both files, and nothing of it is lost or doubled."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import StreamObject

from maps.figures import photo_figure
from maps.visit_minutes import minutes_docx, minutes_pdf
from maps.visit_minutes_content import Photo, Task
from survey.visits.keeping import commands as co
from tests.maps.a_visit import CREW, GAS, OFFICE, Office, at, held, minutes, picture, plan
from tests.maps.test_documents import hold_to_golden

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"


def pdf_text(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return "".join("".join(page.extract_text() for page in pages).split()).replace("\u200b", "")


def data_of(content: bytes):
    [attached] = PdfReader(io.BytesIO(content)).attachments["data.json"]
    return json.loads(attached)


def docx_parts(content: bytes):
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def docx_text(content: bytes) -> str:
    root = ET.fromstring(docx_parts(content)["word/document.xml"])  # noqa: S314 - our own file
    return "".join("".join(node.text or "" for node in root.iter(f"{W}t")).split())


@pytest.fixture(scope="module")
def printed():
    return minutes_pdf(minutes())


@pytest.fixture(scope="module")
def written():
    return minutes_docx(minutes())


SAID = (
    "联合踏勘纪要", "滨河路给水、燃气接入联合踏勘", "2026-12-0109:00–10:50", "县测绘队", "孙经理", "未列入通知", "未到",
    "第1点滨河路穿路处", "探明排水管E1位置和埋深", "1.12±0.05m", "限值15.00m", "GB50289-2016", "待核",
    "说法不一，并列记录：1-2", "填报人李测", "填报人赵工", "自路缘石内侧量",
    "商定燃气Q1与给水同沟：不符，燃气先行施工，不同沟",
    "59.72m", "偏右1.4m", "未采用，仍按规划线判定", "现场未填写", "各方说法不一",
    "1-3未上传",
    "登记踏勘完成", "牵头单位盖章",
)  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_both_files_say_it(printed, written, said):
    assert said in pdf_text(printed)
    assert said in docx_text(written)


def test_the_same_minutes_are_the_same_bytes(printed, written):
    assert minutes_pdf(minutes()) == printed
    assert minutes_docx(minutes()) == written


@pytest.mark.parametrize("page", [1, 2, 3])
def test_golden_pictures(printed, tmp_path, page):
    hold_to_golden(printed, f"visit_minutes_{page}", tmp_path, page)


def test_signatures_and_photos_are_in_both_files(printed, written):
    reader = PdfReader(io.BytesIO(printed))
    objects = [reader.get_object(number) for number in range(1, len(reader.xref_objStm) + len(reader.xref[0]))]
    images = [one for one in objects if isinstance(one, StreamObject) and one.get("/Subtype") == "/Image"]
    assert len({one.hash_bin() for one in images}) >= 3  # both signatures are one picture
    parts = docx_parts(written)
    media = sorted(name for name in parts if name.startswith("word/media/"))
    kinds = [Image.open(io.BytesIO(parts[name])).format for name in media]
    assert (kinds.count("PNG"), kinds.count("JPEG")) == (4, 2)  # two signatures, two maps; two photos
    relations = ET.fromstring(parts["word/_rels/document.xml.rels"])  # noqa: S314 - our own file
    targets = {one.get("Id"): one.get("Target") for one in relations}
    shown = [node.attrib.values() for node in ET.fromstring(parts["word/document.xml"]).iter(A_BLIP)]  # noqa: S314 - as above
    assert sorted(f"word/{targets[name]}" for [name] in shown) == media


def test_what_a_program_reads_is_whole(printed):
    found = data_of(printed)
    assert (found["visit"], found["upto"], found["disputed"]) == ("V-2026-0001", 10, ["crossing:W1:1"])
    assert [one["answer"]["id"] for one in found["answers"]] == ["a1", "a2", "b2", "a3", "a4"]
    [line] = found["lines"]
    assert line["difference"]["greatest_m"] == pytest.approx(1.4, abs=0.01)


def test_late_answers_are_marked_when_the_minutes_are_issued_again():
    office = held()
    office.give(co.IssueMinutes("V-2026-0001-纪要-1"), OFFICE, at(11, 30))
    office.answer("a5", "site:2026-00001", "ok", CREW, hour=10, minute=41, note="接入点无障碍")
    again = minutes(office, head={"number": "V-2026-0001-纪要-2", "issue": 2, "earlier": "V-2026-0001-纪要-1"},
                    late=frozenset({"a5"}))  # fmt: skip
    said = pdf_text(minutes_pdf(again))
    assert "本纪要为第2次印发，替代V-2026-0001-纪要-1：补入此后收到的1条现场结果" in said
    assert "〔补〕符合：接入点无障碍" in said
    assert said.count("〔补〕") == 1


def test_a_correction_stays_beside_what_it_corrects_and_ends_the_dispute():
    office = held()
    office.answer("a6", "crossing:W1:1", "value", CREW, hour=10, value=15.9, unit="m", replaces="a2")
    said = pdf_text(minutes_pdf(minutes(office)))
    assert "（已更正）" in said
    assert "说法不一，并列记录" not in said


def test_what_was_found_outside_of_the_plan_is_told_apart():
    office = held()
    office.answer("a7", "finding:gone", "not_ok", GAS, note="另见一处渗漏")
    said = pdf_text(minutes_pdf(minutes(office)))
    assert "计划外的现场结果" in said
    assert "另见一处渗漏" in said


def test_who_does_what_until_when_is_printed_where_somebody_says_so():
    task = {"crossing:W1:1": Task("县测绘队", dt.date(2026, 12, 4))}
    said = pdf_text(minutes_pdf(minutes(tasks=task)))
    assert "各方说法不一县测绘队2026-12-04" in said


def test_what_is_open_is_done_by_whose_line_it_is_about():
    """Everybody who was called to the stop had stood there, ten companies for one pipe."""
    said = pdf_text(minutes_pdf(minutes()))
    assert "各方说法不一县自来水公司" in said
    assert "不符，须处理县燃气公司" in said


def test_what_was_known_has_the_decimals_of_the_atlas():
    said = pdf_text(minutes_pdf(minutes()))
    assert "踏前16.02m±0.30m限值15.00m" in said
    assert "踏前0.50m限值0.70m" in said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_numbers_and_clauses_in_the_docx_are_not_said_to_be_chinese(language):
    """LibreOffice breaks text that is said to be Chinese anywhere: GB 50289-2|016 4.1.14, 11-2|7 09:10."""
    styles = ET.fromstring(docx_parts(minutes_docx(minutes(), language))["word/styles.xml"])  # noqa: S314 - our own file
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    (said,) = styles.iter(f"{word}lang")
    assert not said.get(f"{word}val").startswith("zh")
    assert said.get(f"{word}eastAsia") == "zh-CN"


def test_a_draft_says_that_it_is_one_and_english_minutes_are_english():
    draft = minutes(head={"number": ""})
    assert "草稿，未印发" in pdf_text(minutes_pdf(draft))
    english = pdf_text(minutes_pdf(draft, "en"))
    for said in ("draft,notissued", "Disputed,sidebyside:1-2", "Stillopen", "measurethecrossingofW1"):
        assert said in english
    assert "Stillopen" in docx_text(minutes_docx(draft, "en"))


def test_a_visit_with_nothing_but_its_plan_is_printed():
    office = Office()
    office.give(co.PlanVisit(plan("空")))
    bare = minutes(office, lines=(), steps=())
    bare = replace(bare, layers={}, pictures={})
    said = pdf_text(minutes_pdf(bare))
    for words in ("未登记", "未填写", "没有实测线", "不附现场图"):
        assert words in said


@pytest.mark.parametrize("name", ["龘" * 200, "路" * 199 + "𰻝", "A" * 200, "a\u202eb<script>&\x00\ud800"])
def test_names_of_every_kind_reach_the_paper(name):
    office = held(title=name)
    bad = minutes(office, head={"authority": name or "局"})
    assert minutes_pdf(bad).startswith(b"%PDF-")
    ET.fromstring(docx_parts(minutes_docx(bad))["word/document.xml"])  # noqa: S314 - our own file


def test_a_character_that_the_faces_lack_is_marked_and_kept_in_the_data_and_the_docx():
    office = held()
    office.answer("a9", "site:2026-00001", "ok", note="户主𰻝某")
    pdf = minutes_pdf(minutes(office))
    assert "户主〓某" in pdf_text(pdf)
    assert "〓处为字库缺字" in pdf_text(pdf)
    assert data_of(pdf)["answers"][-1]["answer"]["note"] == "户主𰻝某"
    assert "户主𰻝某" in docx_text(minutes_docx(minutes(office)))


def test_a_stay_in_two_parts_is_told_with_both_times():
    two = plan("两段")
    [day] = two.days
    first, second = day.calls
    parts = (replace(first, leaves=at(9, 40)), replace(first, way_s=0.0, arrives=at(9, 50), begins=at(9, 50)))
    office = Office()
    office.give(co.PlanVisit(replace(two, days=(replace(day, calls=(*parts, second)),))))
    said = pdf_text(minutes_pdf(minutes(office)))
    assert "2026-12-0109:10–09:40、2026-12-0109:50–10:20" in said
    assert "2处/5项" in said


def test_identity_numbers_are_masked_in_both_files():
    office = held()
    office.answer("a8", "site:2026-00001", "ok", note="房主 11010519491231002X 在场")
    for said in (pdf_text(minutes_pdf(minutes(office))), docx_text(minutes_docx(minutes(office)))):
        assert "11010519491231002X" not in said
        assert "110***********002X" in said


def test_a_large_photo_is_no_larger_than_the_print_shows():
    large = picture("#335577", (6000, 4000))
    found = photo_figure(large, 78.0, 62.0, "x")
    assert found is not None
    assert max(Image.open(io.BytesIO(found.pixels)).size) <= 78 / 25.4 * 220 + 1
    assert (found.width, found.height) == (78.0, 52.0)
    assert len(minutes_pdf(replace(minutes(), pictures={"p1": Photo(large)}))) < 2_000_000


def test_a_visit_that_was_never_planned_has_no_minutes():
    with pytest.raises(ValueError, match="never planned"):
        minutes_pdf(minutes(Office()))
