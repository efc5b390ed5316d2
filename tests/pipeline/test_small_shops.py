"""Shops that have hardly begun, or where nobody comes back, are scored like others."""

import shutil

import handmade
import pandas as pd
import pytest
from workshop import NO_UNIT_TESTS, STORIES

SCORES = ["recency_score", "frequency_score", "monetary_score"]
CUSTOMERS = 40


def only_with(shop, lines):
    """The shop with these orders and no others, built from the start."""
    shop.deliver("orders_of_all.parquet", lines)
    for file in shop.files():
        if file.name != "orders_of_all.parquet":
            file.unlink()
    return shop.forget_builds().build(*NO_UNIT_TESTS), shop


def first_day(shop):
    """Three customers who did the same, before anything could be trained."""
    shutil.rmtree(shop.home / "bundles")
    days = ["2025-03-03 10:00", "2025-03-03 10:00", "2025-03-03 10:00"]
    after = handmade.line("Z", "H-later", "2025-03-04 10:00")
    return only_with(shop, [*one_order_each(days), after])


def nobody_came_back(shop):
    """One order each, on days and for amounts of their own."""
    days = pd.date_range("2025-01-01 10:00", periods=CUSTOMERS, freq="D")
    return only_with(shop, one_order_each(map(str, days), amounts=range(5, 100)))


def one_order_each(days, amounts=(25,) * 3):
    return [
        handmade.line(f"O{number}", f"H{number:03d}", day, f"{amount}.00")
        for number, (day, amount) in enumerate(zip(days, amounts, strict=False))
    ]


STORIES |= {story.__name__: story for story in (first_day, nobody_came_back)}


@pytest.fixture
def segments(stories, request):
    return stories[request.param].result()[1].marts()["customer_segments"]


@pytest.mark.parametrize(
    ("segments", "count"),
    [("first_day", 3), ("nobody_came_back", CUSTOMERS - 1)],
    indirect=["segments"],
)
def test_everybody_has_scores_and_a_segment(segments, count):
    assert len(segments) == count
    assert segments["rfm_segment"].notna().all()
    assert segments[SCORES].isin(range(1, 6)).all(axis=None)


@pytest.mark.parametrize("segments", ["first_day"], indirect=True)
def test_customers_who_did_the_same_have_the_same_scores(segments):
    assert len(segments[SCORES].drop_duplicates()) == 1


@pytest.mark.parametrize("segments", ["nobody_came_back"], indirect=True)
def test_a_score_that_tells_nobody_apart_leaves_the_others(segments):
    assert segments["frequency_score"].eq(1).all()
    assert set(segments["recency_score"]) == {1, 2, 3, 4, 5}
    assert set(segments["monetary_score"]) == {1, 2, 3, 4, 5}
