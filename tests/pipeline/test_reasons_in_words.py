"""Reasons in words: the customer's own numbers, exact effects, words that are data."""

import re

import pandas as pd
import pytest
from workshop import NO_TESTS, rows_of, story

CHECK = """\
import sys, duckdb
from pathlib import Path
from ml.bundles.bundle import load_champion
from ml.reasons.effects import Reasons
bundle = load_champion(Path("home/bundles"))
with duckdb.connect("home/working.duckdb", read_only=True) as con:
    features = con.sql("from customer_features order by customer_id").df()
    themes = dict(con.sql("select feature_name, theme from feature_themes").fetchall())
found = Reasons(bundle.model, themes).explain(features[list(bundle.features)])
rows = found.strongest().assign(customer_id=features["customer_id"])
rows["total"] = found.typical_value + found.effects.sum(axis=1)
rows.to_parquet("explained.parquet")
"""


@pytest.fixture(scope="module")
def value(shop):
    return shop.marts()["customer_value"].set_index("customer_id")


@pytest.fixture(scope="module")
def ledger(shop):
    return shop.table("predictions").set_index("customer_id")


@pytest.fixture(scope="module")
def explained(shop):
    done = shop.run("python", "-c", CHECK)
    assert done.code == 0, done.words
    return pd.read_parquet(shop.folder / "explained.parquet").set_index("customer_id")


def test_everybody_has_three_reasons(value):
    reasons = value[["reason_1", "reason_2", "reason_3"]]
    assert reasons.notna().all().all()
    assert (
        reasons.map(lambda words: words.startswith(("Higher: ", "Lower: "))).all().all()
    )
    assert not reasons.map(lambda words: "{" in words or "nan" in words).any().any()


def test_effects_add_up_to_the_score_in_the_ledger(ledger, explained):
    difference = explained["total"] - ledger["predicted_value"]
    assert difference.abs().max() < 1e-8


def test_the_ledger_keeps_the_three_strongest(ledger, explained):
    for place in (1, 2, 3):
        for what in ("theme", "effect"):
            name = f"reason_{place}_{what}"
            assert ledger[name].tolist() == explained[name].loc[ledger.index].tolist()
    sizes = ledger[[f"reason_{place}_effect" for place in (1, 2, 3)]].abs()
    assert (sizes.diff(axis=1).iloc[:, 1:] <= 0).all().all()


def test_words_say_the_direction_of_the_effect(value, ledger):
    for place in (1, 2, 3):
        raised = ledger[f"reason_{place}_effect"] > 0
        said = value.loc[ledger.index, f"reason_{place}"].str.startswith("Higher")
        assert (raised == said).all()


def test_numbers_are_the_customers_own(shop, value):
    features = shop.table("customer_features").set_index("customer_id")
    told = value["reason_1"].str.extract(r"no order for (\d+) days; usual gap (\d+)$")
    told = told.dropna().astype(int)
    assert len(told) > 20
    own = features.loc[told.index]
    assert told[0].tolist() == own["recency_days"].tolist()
    assert (told[1] - own["average_gap_days"]).abs().max() <= 0.5


def test_thousands_are_set_apart_as_on_the_report_page(value):
    said = pd.concat([value[f"reason_{place}"] for place in (1, 2, 3)])
    assert said.str.contains(r"\d,\d{3}\b").any()
    assert not said.str.contains(r"\d{4}").any()


@story
def other_words(shop):
    """Edit the words, then misspell a feature, then take a theme's words away."""
    file = shop.folder / "seeds" / "reason_words.csv"
    text = file.read_text()
    file.write_text(text.replace("Lower: no order for", "Silent, isn't it, for"))
    shop.build(*NO_TESTS)
    edited = shop.marts()["customer_value"]
    file.write_text(text.replace("{recency_days}", "{recency_dayz}"))
    misspelt = shop.try_build(*NO_TESTS)
    kept = [line for line in text.splitlines() if not line.startswith("frequency")]
    file.write_text("\n".join(kept) + "\n")
    shop.build(*NO_TESTS)
    return edited, misspelt, shop.marts()["customer_value"]


def test_words_are_the_analysts(value, other_words):
    edited = other_words[0].set_index("customer_id")["reason_1"]
    before = value["reason_1"].str.contains("Lower: no order for")
    assert edited.str.startswith("Silent, isn't it, for ").tolist() == before.tolist()


def test_a_misspelt_feature_stops_the_build_and_is_named(other_words):
    run = other_words[1]
    assert run.code != 0
    assert "{recency_dayz}" in run.words
    assert "reason_words.csv" in run.words


def test_a_theme_without_words_gets_the_general_ones(value, other_words):
    after = other_words[2].set_index("customer_id")["reason_1"]
    was = value["reason_1"].str.contains("orders in the last year|on one day only")
    assert after[was].str.contains("the whole history").all()
    assert after[~was].tolist() == value["reason_1"][~was].tolist()


@story
def plain_reasons(shop):
    """Nothing is trained: the annual run rate gives its own reasons."""
    (shop.home / "bundles").rename(shop.home / "put away")
    shop.build(*NO_TESTS)
    return shop


def test_the_baseline_tells_orders_and_money(plain_reasons):
    value = plain_reasons.marts()["customer_value"]
    assert set(value["score_source"]) == {"baseline"}
    assert value["reason_1"].notna().all()
    pattern = (
        r"(Higher|Lower): (orders in the last year|average order|bought on one day)"
    )
    assert value["reason_1"].map(lambda words: bool(re.match(pattern, words))).all()


@story
def theme_of_an_analyst(shop):
    """Give one feature a theme that nobody wrote words for."""
    listing = shop.folder / "models" / "features" / "_features.yml"
    text = listing.read_text()
    entry = "      - name: recency_days\n        data_type: integer\n"
    entry += "        config: {meta: {theme: "
    assert text.count(f"{entry}recency") == 1
    text = text.replace(f"{entry}recency", f"{entry}silence")
    listing.write_text(text)
    shop.build(*NO_TESTS)
    return shop


def test_a_theme_of_an_analyst_needs_no_training(theme_of_an_analyst, value):
    shop = theme_of_an_analyst
    themes = shop.table("feature_themes").set_index("feature_name")["theme"]
    assert themes["recency_days"] == "silence"
    assert themes["weekend_order_share"] == "general"
    ledger = shop.table("predictions")
    is_new = ledger[["reason_1_theme", "reason_2_theme", "reason_3_theme"]] == "silence"
    assert is_new.any().any()
    rows = rows_of(shop.release / "current.duckdb", "customer_value")
    assert rows["predicted_value"].tolist() == value["predicted_value"].tolist()
    assert rows["reason_3"].notna().all()
