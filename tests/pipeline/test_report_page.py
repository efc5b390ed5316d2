"""The report page follows the release, and says so when it cannot."""

import json

import pytest
from workshop import story


@story
def page_fails(shop):
    """Publish once more with a template that asks for what is not there."""
    before = (shop.release / "report.html").read_text()
    template = shop.folder / "report" / "templates" / "page.html"
    template.write_text(template.read_text() + "{{ nothing_of_this_name }}")
    return shop, before, shop.try_build("--select", "release+")


def page(release):
    return (release / "report.html").read_text()


def test_every_build_ends_with_a_page(shop):
    told = shop.table("report").iloc[0]
    assert told["path"] == "home/release/report.html"
    assert told["is_current"]
    assert told["byte_count"] == len(page(shop.release).encode())
    assert f"{len(shop.marts()['customer_value']):,}" in page(shop.release)
    history = (shop.release / "parquet").resolve().parent
    assert (history / "report.html").samefile(shop.release / "report.html")


def test_a_page_that_cannot_be_written_is_told_and_the_marts_are_there(page_fails):
    shop, before, run = page_fails
    assert run.code != 0
    assert "Published, but what came after the release failed: report" in run.words
    status = json.loads((shop.home / "run_status.json").read_text())
    assert status["status"] == "incomplete"
    assert len(shop.releases_of(shop.info()["as_of_date"].date())) == 2
    assert page(shop.release) == before


@pytest.mark.parametrize("word", ["null", "None", "nan", "undefined"])
def test_nothing_on_the_page_is_a_programmers_word(shop, word):
    assert f">{word}<" not in page(shop.release)
    assert f" {word} " not in page(shop.release).split("<script>", 1)[0]
