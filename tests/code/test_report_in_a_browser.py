"""The report page in headless Chromium: it opens, sorts, searches and says its age."""

import shutil
from datetime import date, timedelta

import pytest
from marts_by_hand import ODD, write_release

from report import write_page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
WIDTHS = (1280, 390)
SLIPPING = "#saving table"

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no chromium on this machine (Debian: apt install chromium)",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    write_release(folder)
    return write_page(folder).as_uri()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        # no sandbox, no shared memory: tests run as root, and in small containers
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        try:
            yield driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        except playwright.Error as error:
            pytest.skip(f"{CHROMIUM} does not start on this machine: {error}")


@pytest.fixture(params=WIDTHS)
def page(request, browser, address):
    """The page in a window of some width; whatever is wrong with it fails the test."""
    page = browser.new_page(viewport={"width": request.param, "height": 800})
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda failed: said.append(failed.url))
    page.set_default_timeout(120_000)  # milliseconds; the machine may be busy
    page.goto(address)
    yield page
    assert said == []
    page.close()


def column(page, place):
    """Cells of a column of the list of who is slipping away, as they are shown."""
    return page.locator(f"{SLIPPING} tbody tr:visible td:nth-child({place})")


def test_every_chart_is_drawn(page):
    pictures = page.locator(".picture svg").all()
    assert len(pictures) == 9
    for picture in pictures:
        box = picture.bounding_box()
        assert box["width"] > 250
        assert box["height"] > 80
        assert len(picture.screenshot()) > 2000  # an empty one has hardly any bytes


def test_nothing_is_wider_than_the_window(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_table_says_whose_it_is_and_stands_in_columns(page):
    for table in page.locator("table:visible").all():
        caption = table.locator("caption").bounding_box()
        assert caption["x"] + caption["width"] <= page.viewport_size["width"]
    aligned = "cells => cells.map(cell => getComputedStyle(cell).textAlign)"
    for table in (SLIPPING, "#segments table"):
        heads = page.locator(f"{table} thead th").evaluate_all(aligned)
        cells = page.locator(f"{table} tbody tr:first-child td").evaluate_all(aligned)
        assert heads == cells
        assert set(heads) == {"left", "right"}


def test_on_a_desk_no_table_is_cut_off(page):
    if page.viewport_size["width"] < 1280:
        pytest.skip("on a phone they are moved with a finger")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    cut = "tables => tables.filter(t => t.scrollWidth > t.clientWidth).length"
    assert page.locator(".wide").evaluate_all(cut) == 0


def test_a_heading_shows_that_it_sorts(page):
    mark = "th => getComputedStyle(th.querySelector('button'), '::after').content"
    heading = page.locator(f"{SLIPPING} th").nth(4)
    assert heading.evaluate(mark) == '"\u00a0↕"'
    heading.get_by_role("button").click()
    assert heading.evaluate(mark) == '"\u00a0▼"'


def test_a_click_on_a_heading_sorts_by_numbers(page):
    heading = page.locator(f"{SLIPPING} th", has_text="Chance of ordering")
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    chances = [float(text.strip("%")) for text in column(page, 5).all_inner_texts()]
    assert chances == sorted(chances, reverse=True)
    heading.get_by_role("button").press("Enter")  # the keyboard does as well
    assert heading.get_attribute("aria-sort") == "ascending"
    chances = [float(text.strip("%")) for text in column(page, 5).all_inner_texts()]
    assert chances == sorted(chances)
    assert len(set(chances)) > 10


def test_searching_leaves_what_was_searched(page):
    everybody = column(page, 1).all_inner_texts()
    page.get_by_label("with the most value at risk").first.fill("c11")
    found = column(page, 1).all_inner_texts()
    assert found == [one for one in everybody if "C11" in one]
    assert 0 < len(found) < len(everybody)
    assert f"{len(found)} of {len(everybody)} rows" in page.inner_text("#saving")
    page.get_by_label("with the most value at risk").first.fill("")
    assert column(page, 1).all_inner_texts() == everybody


def test_an_id_that_is_a_script_is_text(page):
    page.get_by_label("with the highest predicted value").first.fill("<script>")
    rows = page.locator("#keeping tbody tr:visible td:first-child")
    assert rows.all_inner_texts() == [ODD]


def test_the_numbers_behind_a_chart_open(page):
    behind = page.locator("#segments details").first
    assert not behind.locator("table").is_visible()
    behind.locator("summary").click()
    assert behind.locator("table").is_visible()


def age_on(browser, address, day, zone="UTC"):
    """What the page says of its age when the reader's clock shows a day, late."""
    context = browser.new_context(timezone_id=zone)
    page = context.new_page()
    page.clock.set_fixed_time(f"{day}T20:00:00Z")
    page.goto(address)
    age = page.locator("#age")
    said, marked = age.inner_text(), "old" in (age.get_attribute("class") or "")
    context.close()
    return said, marked


def test_it_says_how_old_it_is(browser, address):
    as_of = date(2025, 6, 30)
    said, marked = age_on(browser, address, as_of + timedelta(days=1))
    assert "What it knows ended yesterday." in said
    assert not marked
    said, marked = age_on(browser, address, as_of + timedelta(days=7))
    assert "What it knows ended 7 days ago." in said
    assert not marked
    said, marked = age_on(browser, address, as_of + timedelta(days=8))
    assert "This page is old" in said
    assert "8 days ago" in said
    assert marked


def test_its_age_is_by_the_readers_own_calendar(browser, address):
    said, _ = age_on(browser, address, date(2025, 7, 1), zone="Asia/Tokyo")
    assert "What it knows ended 2 days ago." in said


def test_dark_and_light_are_followed(browser, address):
    colours = set()
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(address)
        read = "getComputedStyle(document.body).backgroundColor"
        bar = "document.querySelector('#segments svg path[style*=series]')"
        bar = f"getComputedStyle({bar}).fill"
        colours |= {page.evaluate(read), page.evaluate(bar)}
        page.close()
    assert len(colours) == 4


def test_on_paper_the_numbers_are_open(browser, address):
    page = browser.new_page()
    page.goto(address)
    assert len(page.pdf()) > 20_000
    assert page.evaluate("[...document.querySelectorAll('details')].every(d => d.open)")
    page.close()
