"""Network and phone die on site at every step: nothing is lost, nothing doubled, nothing kept by halves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.web.onsite_visits import answers, on_server, page_of, phone, visit, wire
from tests.web.phones import photo

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.web.phones import Phone
    from tests.web.wire import Wire

__all__ = ["phone", "visit", "wire"]

BREAKS = [
    (b"/entries", 300),  # within the answers
    (b"/entries", None),  # they are taken, and nobody on site hears of it
    (b"/pictures/", 0),
    (b"/pictures/", 5000),
    (b"/pictures/", None),
]
"""Words of a request, and after how many of its bytes the wire breaks; None: before its answer."""
BROKEN_S = 60
WATCH_WRITING = """() => {
  const { prototype } = IDBDatabase;
  const usual = prototype.transaction;
  window.writing = 0;
  prototype.transaction = function (names, mode, how) {
    const begun = usual.call(this, names, mode, how);
    if (mode === 'readwrite') {
      window.writing += 1;
      begun.addEventListener('complete', () => { window.writing -= 1; });
    }
    return begun;
  };
}"""
"""Counts what is on its way to the device's disk: others read it before it would survive a death."""


def test_nothing_is_lost_and_nothing_doubled_wherever_network_and_phone_die(
    wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]
) -> None:
    url, numbers = page_of(wire, visit), [item["number"] for stop in visit["stops"] for item in stop["items"]]
    on_site = phone("one")
    # While it is taken along: there is no visit on the device then, and it is taken along anew.
    wire.break_at(b"/collections/buildings/", None)
    on_site.start(url).page.get_by_role("button", name="下载到本机").click()
    assert wire.met.wait(BROKEN_S)
    on_site.die()
    wire.mend()
    on_site.start(url).take_along()

    for step, (words, after) in enumerate(BREAKS):
        wire.break_at(words, after)
        on_site.photograph(numbers[0], photo(step))
        on_site.answer(numbers[0], "不符", note=f"第 {step} 次")
        on_site.page.evaluate("dispatchEvent(new Event('online'))")
        _die_and_go_on(on_site, wire, url)
    wire.break_at(b"/surveyed/", None)
    on_site.draw_a_line()
    _die_and_go_on(on_site, wire, url)

    told = on_server(wire, visit)
    assert sorted(one["note"] for one in answers(told)) == [f"第 {step} 次" for step in range(len(BREAKS))]
    photos = [each for one in answers(told) for each in one["photos"]]
    pictures = on_server(wire, visit, "/pictures")["pictures"]
    assert sorted(photos) == sorted(each["id"] for each in pictures)
    assert len({each["sha256"] for each in pictures}) == len(BREAKS)
    assert len(on_server(wire, visit, "/surveyed")["lines"]) == 1
    kinds = [event["kind"] for event in on_server(wire, visit, "/events")["events"]]
    assert kinds.count("item_answered") == len(BREAKS)


def _die_and_go_on(on_site: Phone, wire: Wire, url: str) -> None:
    """Let the phone die where the wire has broken; it opens without a network, and sends once there is one."""
    assert wire.met.wait(BROKEN_S), "the wire was to break"
    on_site.die()
    on_site.start(url)
    expect(on_site.page.locator("header button")).to_contain_text("待上传")
    wire.mend()
    on_site.page.evaluate("dispatchEvent(new Event('online'))")
    on_site.send_all()


def test_a_phone_that_dies_as_somebody_presses_keeps_all_of_it_or_all_of_the_draft(
    wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]
) -> None:
    url, numbers = page_of(wire, visit), [item["number"] for stop in visit["stops"] for item in stop["items"]]
    on_site = phone("one").start(url)
    on_site.take_along()
    wire.sever()
    kept = 0
    for number, pause_ms in zip(numbers, (0, 12, 120), strict=False):
        on_site.open_item(number)
        on_site.page.evaluate(WATCH_WRITING)
        on_site.page.get_by_role("button", name="符合", exact=True).click()
        on_site.page.get_by_label("说明（可语音输入）").fill(f"第 {number} 项")
        _written_down(on_site.page)
        on_site.page.get_by_role("button", name="存到本机").dispatch_event("click")
        on_site.page.wait_for_timeout(pause_ms)
        on_site.die()
        on_site.start(url).open_item(number)
        left = on_site.page.get_by_label("说明（可语音输入）").input_value()
        is_kept = on_site.page.get_by_text("已有结果").count()
        assert (left, is_kept) in {("", 1), (f"第 {number} 项", 0)}
        kept += is_kept
    wire.mend()
    on_site.page.evaluate("dispatchEvent(new Event('online'))")
    expect(on_site.page.locator("header button")).to_have_text("已全部上传" if kept else "无待传")
    assert len(answers(on_server(wire, visit))) == kept


def _written_down(page: Page) -> None:
    """Wait until what was typed is on the disk: it is put there when nobody has typed for a moment."""
    page.evaluate("() => new Promise((done) => setTimeout(done, 500))")
    page.wait_for_function("window.writing === 0")


def test_half_an_answer_and_half_a_line_survive_too(
    wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]
) -> None:
    on_site = phone("one").start(page_of(wire, visit))
    on_site.take_along()
    wire.sever()
    number = visit["stops"][0]["items"][0]["number"]
    on_site.photograph(number, photo(3))
    page = on_site.page
    page.evaluate(WATCH_WRITING)
    page.get_by_role("button", name="未能核实").click()
    page.get_by_label("说明（可语音输入）").fill("井盖打不")
    _written_down(page)
    on_site.sheet("画线")
    page.get_by_role("button", name="十字处加点").click()
    expect(page.get_by_text("1 点，其中实测 0 点")).to_be_visible()
    on_site.die()

    page = on_site.start(page_of(wire, visit)).page
    on_site.open_item(number)
    expect(page.get_by_role("button", name="未能核实")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("说明（可语音输入）")).to_have_value("井盖打不")
    expect(page.get_by_text("照片 1 张已存本机", exact=True)).to_be_visible()
    on_site.sheet("画线")
    expect(page.get_by_text("1 点，其中实测 0 点")).to_be_visible()


def test_a_full_device_says_so_and_keeps_nothing_by_halves(
    wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]
) -> None:
    number, url = visit["stops"][0]["items"][0]["number"], page_of(wire, visit)
    on_site = phone("one").start(url)
    on_site.take_along()
    on_site.die()
    page = on_site.start(url).page
    on_site.context.new_cdp_session(page).send(
        "Storage.overrideQuotaForOrigin", {"origin": wire.url, "quotaSize": 1000}
    )
    on_site.open_item(number)
    page.get_by_role("button", name="符合", exact=True).click()
    page.get_by_role("button", name="存到本机").click()
    expect(page.get_by_role("alert").first).to_contain_text("本机空间已满")
    expect(page.get_by_text("已存本机，联网后自动上传")).to_have_count(0)
    expect(page.locator("header button")).to_have_text("无待传")
    on_site.die()
    on_site.start(url)
    on_site.answer(number, "符合")
    on_site.send_all()
    assert [one["outcome"] for one in answers(on_server(wire, visit))] == ["ok"]
