"""Shops that have hardly begun, or where nobody comes back, are scored like others."""

import shutil

import handmade
import pandas as pd
import pytest
from workshop import NO_UNIT_TESTS, STORIES, green, story

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


@story
def sold_at_a_loss(shop):
    """Orders whose margin is something, nothing or a loss, by turns, at two prices."""
    shutil.rmtree(shop.home / "bundles")
    costs = {"H000": "4.00", "H001": "10.00", "H002": "12.00"}
    lines = [
        handmade.line(f"O{day}-{who}", who, f"2025-03-{day:02d} 10:00", "10.00")
        for day in range(1, 29)
        for who in costs
    ]
    orders = pd.DataFrame(lines)
    orders["unit_cost"] = orders["customer_id"].map(costs)
    orders["quantity"] = 1
    for file in shop.files():
        file.unlink()
    orders.to_csv(shop.orders / "orders.csv", index=False)
    settings = {"value_basis": "margin", "source_path": str(shop.orders)}
    return shop.forget_builds().build(*NO_UNIT_TESTS, **settings), shop


@story
def addresses_as_ids(shop):
    """Customers whose address, or id, is written in many ways; contacts too."""
    shutil.rmtree(shop.home / "bundles")
    ids = [
        "Anna@Example.com",
        " anna@example.com",
        "ANNA@EXAMPLE.COM\t",
        "B1",
        "\xa0B1 ",
        "b1",
    ]
    days = [f"2025-03-{day:02d} 10:00" for day in range(1, 31)]
    lines = [
        handmade.line(f"O{number}", ids[number % len(ids)], day)
        for number, day in enumerate(days)
    ]
    contacts = shop.folder / "contacts.csv"
    contacts.write_text(
        "customer_id,email,has_consent,known_since\n"
        "anna@Example.com,anna@Example.com,yes,\nB1 ,b@example.com,no,\n"
    )
    shop.deliver("orders_of_all.parquet", lines)
    for file in shop.files():
        if file.name != "orders_of_all.parquet":
            file.unlink()
    run = shop.forget_builds().build(*NO_UNIT_TESTS, contacts_path=str(contacts))
    told = shop.marts()["customer_segments"].set_index("customer_id")
    green(shop.run("python", "-m", "ml", "erase", "aNNa@example.com"))
    return told, shop.marts()["customer_segments"], run


def one_order_each(days, amounts=(25,) * 3):
    return [
        handmade.line(f"O{number}", f"H{number:03d}", day, f"{amount}.00")
        for number, (day, amount) in enumerate(zip(days, amounts, strict=False))
    ]


STORIES |= {one.__name__: one for one in (first_day, nobody_came_back)}


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


def test_who_buys_at_a_loss_is_a_customer_all_the_same(sold_at_a_loss):
    marts = sold_at_a_loss[1].marts()
    values = marts["customer_value"].set_index("customer_id")["historic_value"]
    assert values.round(2).to_dict() == {"H000": 162.0, "H001": 0.0, "H002": -54.0}
    stages = marts["customer_segments"]["lifecycle_stage"]
    assert not stages.isin(["only_returns", "prospect"]).any()


def test_an_address_is_one_customer_however_it_is_written(addresses_as_ids):
    told = addresses_as_ids[0].drop("b1")
    assert told["order_count"].to_dict() == {"anna@example.com": 15, "B1": 10}
    assert told["has_consent"].to_dict() == {"anna@example.com": True, "B1": False}


def test_other_ids_keep_their_capitals_and_that_is_told(addresses_as_ids):
    told, _, run = addresses_as_ids
    assert told["order_count"]["b1"] == 4
    # one pair: the ways to write an address are no ids of their own
    assert "WARN 1 ids_differ_in_more_than_capitals" in run.words


def test_an_address_is_erased_however_it_is_written(addresses_as_ids):
    left = addresses_as_ids[1]
    assert left["customer_id"].tolist() == ["B1", "b1"]
