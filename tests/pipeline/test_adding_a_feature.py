"""A feature is one SQL line and one YAML entry; without the entry the build stops."""

from workshop import NO_TESTS, NO_UNIT_TESTS, Run, story

LAST_LINE = " as spend_trend_180d"
LINE = ",\n        spend_365d - spend_180d as spend_half_year_before"
ENTRY = """\
      - name: spend_half_year_before
        data_type: double
        description: Net amount 181 to 365 days ago, in the shop's currency.
"""
NEXT_ENTRY = "      - name: spend_trend_180d\n"


@story
def new_feature(shop):
    """Add the SQL line and build, then the YAML entry and build."""
    model = shop.folder / "models" / "features" / "spend_features.sql"
    text = model.read_text()
    assert text.count(LAST_LINE) == 1
    model.write_text(text.replace(LAST_LINE, LAST_LINE + LINE))
    before = shop.fingerprint()
    without_entry = shop.try_build(*NO_TESTS)
    after = shop.fingerprint()

    listing = model.with_name("_features.yml")
    text = listing.read_text()
    assert text.count(NEXT_ENTRY) == 1
    listing.write_text(text.replace(NEXT_ENTRY, ENTRY + NEXT_ENTRY))
    shop.build(*NO_UNIT_TESTS)
    return shop, without_entry, before == after


def test_without_the_entry_the_build_stops_and_names_the_column(new_feature):
    _, without_entry, _ = new_feature
    assert isinstance(without_entry, Run)
    assert without_entry.code != 0
    assert "spend_half_year_before" in without_entry.words
    assert "customer_features" in without_entry.words


def test_without_the_entry_the_last_release_stays_as_it_was(new_feature):
    assert new_feature[2]


def test_with_both_the_column_is_among_the_features(new_feature):
    shop = new_feature[0]
    rows = shop.table("customer_features")
    expected = rows["spend_365d"] - rows["spend_180d"]
    assert (rows["spend_half_year_before"] == expected).all()
    assert expected.abs().sum() > 0


def test_the_champion_scores_on_until_the_next_training(shop, new_feature):
    value = new_feature[0].marts()["customer_value"]
    assert set(value["score_source"]) == {"champion"}
    before = shop.marts()["customer_value"]
    assert value["predicted_value"].tolist() == before["predicted_value"].tolist()
