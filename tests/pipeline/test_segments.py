"""Segments that stay, movement that adds up, audiences that are never reshuffled."""

import hashlib
import itertools
import shutil

import pandas as pd
import pytest
from workshop import NO_TESTS, green, same, story

DATES = ["2025-10-31", "2025-11-30", "2025-12-15", "2025-12-30"]
CONTACTS = "contacts.csv"
SETTINGS = {"contacts_path": CONTACTS}


def write_contacts(shop, refused=()):
    """Everybody may be written to, but for some; and two who have never ordered."""
    ids = sorted(shop.raw_lines()["customer_id"].dropna().str.strip().unique())
    contacts = pd.DataFrame({"customer_id": [*filter(None, ids), "P-old", "P-later"]})
    contacts["email"] = " " + contacts["customer_id"] + "@Example.com"
    contacts["has_consent"] = "yes"
    contacts.loc[contacts["customer_id"].isin(refused), "has_consent"] = "no"
    contacts["known_since"] = ""
    contacts.loc[contacts["customer_id"] == "P-later", "known_since"] = "2025-12-20"
    contacts.to_csv(shop.folder / CONTACTS, index=False)
    return contacts


@story
def moved(shop):
    """Tell four dates, one of them filled in last and one told twice."""
    shop.forget_builds()
    write_contacts(shop, refused=["H-one-time"])
    for day in (DATES[0], DATES[1], DATES[3]):
        shop.build(*NO_TESTS, as_of_date=day, **SETTINGS)
    members = shop.table("audience_members")
    shop.build("--exclude-resource-type", "unit_test", as_of_date=DATES[2], **SETTINGS)
    filled_in = shop.table("audience_members")
    shop.build("--exclude-resource-type", "unit_test", as_of_date=DATES[3], **SETTINGS)
    first = {name: shop.table(name) for name in KEPT}
    shop.build(*NO_TESTS, as_of_date=DATES[3], **SETTINGS)
    return shop, first, members, filled_in


KEPT = ["segment_moves", "segment_history", "segment_migration", "customer_history"]
KEPT += ["audience_members", "score_cut_points", "customer_segments", "audiences"]


def told(shop):
    """Segment of each customer on each date, as it was told: a row per customer."""
    history = shop.table("customer_history", "customer_id, as_of_date, rfm_segment")
    return history.pivot_table("rfm_segment", "customer_id", "as_of_date", "first")


def stays_of(shop):
    """Stays, found by walking through the dates one by one."""
    stays = []
    for customer, segments in told(shop).iterrows():
        before = None
        for day, segment in segments.items():
            segment = None if pd.isna(segment) else segment
            if segment != before:
                if before is not None:
                    stays[-1][3] = day
                if segment is not None:
                    stays.append([customer, segment, day, pd.NaT, before])
            before = segment
    columns = ["customer_id", "rfm_segment", "entered_date", "left_date"]
    return pd.DataFrame(stays, columns=[*columns, "previous_segment"])


def test_every_stay_is_that_of_a_walk_through_the_dates(moved):
    shop = moved[0]
    expected = stays_of(shop)
    found = shop.table("segment_history")[list(expected.columns)]
    assert len(found) > len(told(shop))
    expected = expected.where(expected.notna(), None)
    found = found.where(found.notna(), None)
    key = ["customer_id", "entered_date"]
    one, other = (table.sort_values(key).astype(str) for table in (expected, found))
    assert one.to_numpy().tolist() == other.to_numpy().tolist()


def test_movement_adds_up_to_the_customer(moved):
    shop = moved[0]
    segments = told(shop)
    ways = shop.table("segment_migration")
    days = list(segments.columns)
    assert sorted(ways["as_of_date"].unique()) == days
    for before, day in itertools.pairwise(days):
        own = ways[ways["as_of_date"] == day]
        assert (own["previous_date"] == before).all()
        counted = segments.fillna("-").groupby([before, day]).size()
        counted = counted.drop(("-", "-"), errors="ignore")
        found = own.fillna({"from_segment": "-", "to_segment": "-"})
        found = found.set_index(["from_segment", "to_segment"])["customer_count"]
        assert found.sort_index().to_dict() == counted.to_dict()


def test_a_segment_is_entered_when_the_walk_says(moved):
    shop = moved[0]
    today = shop.table("customer_segments").set_index("customer_id")
    stays = stays_of(shop)
    last = stays[stays["left_date"].isna()].set_index("customer_id")
    assert (today["segment_entered_date"] == last["entered_date"][today.index]).all()
    entered = today["as_of_date"] - today["segment_entered_date"]
    assert (today["days_in_segment"] == entered.dt.days).all()


@pytest.mark.parametrize("table", KEPT)
def test_a_date_told_twice_changes_nothing(moved, table):
    shop, first, _, _ = moved
    same(first[table], shop.table(table))


def test_a_date_filled_in_brings_no_members_and_moves_nobody(moved):
    shop, _, members, filled_in = moved
    same(members, filled_in)
    now = shop.table("audience_members")
    groups = ["audience", "customer_id", "is_control", "entered_date"]
    same(now.merge(members[groups])[groups], members[groups])


def test_cut_points_are_kept_for_the_quarter(moved):
    shop = moved[0]
    made = shop.table("score_cut_points", "distinct made_on")["made_on"]
    assert made.astype(str).tolist() == [DATES[0]]


def test_who_has_not_bought_has_a_place(moved):
    shop = moved[0]
    today = shop.table("customer_segments").set_index("customer_id")
    assert today["rfm_segment"]["P-old"] == today["rfm_segment"]["P-later"]
    assert today["lifecycle_stage"]["P-old"] == "prospect"
    assert today["rfm_segment"]["H-only-returns"] == "only_returns"
    assert today["rfm_segment"]["H-gifts-only"] == "only_returns"
    before = told(shop)
    assert pd.isna(before.loc["P-later"].iloc[0])
    assert before.loc["P-old"].iloc[0] == "prospects"


def test_nobody_without_consent_gets_an_action_or_a_letter(moved):
    shop = moved[0]
    today = shop.table("customer_segments").set_index("customer_id")
    assert pd.isna(today["recommended_action"]["H-one-time"])
    assert today["action_reason"]["H-one-time"] == "No consent"
    others = today[today["has_consent"].fillna(value=False)]
    assert others["recommended_action"].notna().all()
    assert not others["action_reason"].str.contains(r"[{}]").any()
    assert "H-one-time" not in set(shop.table("audience_members")["customer_id"])


def test_nobody_who_has_just_ordered_is_to_be_won_back(moved):
    shop = moved[0]
    said = "customer_id, recommended_action, action_reason"
    wanted = shop.table("customer_segments", said).set_index("customer_id")
    rhythm = "customer_id, recency_days, average_gap_days"
    features = shop.table("customer_features", rhythm).set_index("customer_id")
    is_here = features["recency_days"] < features["average_gap_days"]
    here = features.index[is_here]
    lists = shop.table("audiences").astype({"entered_date": str})
    entered = lists[lists["entered_date"] == DATES[3]]
    members = entered.query("audience == 'win_back'")["customer_id"]

    assert is_here.sum() > 50
    assert len(members) > 0
    risky = wanted["action_reason"].str.contains("the risk is").fillna(False)
    assert risky.sum() > 0
    assert not risky.reindex(here).any()
    assert not members.isin(here).any()


def test_a_number_in_a_reason_is_written_as_a_reader_writes_it(moved):
    reasons = moved[0].table("customer_segments")["action_reason"]
    assert reasons.str.contains(r"\d,\d{3} EUR expected").any()
    assert not reasons.str.contains(r"\d{4}").any()


def test_an_export_holds_the_treated_and_nobody_of_the_control_group(moved):
    shop = moved[0]
    listed = shop.table("audiences")
    audience = listed["audience"].mode()[0]
    listed = listed[listed["audience"] == audience].set_index("customer_id")
    command = ("python", "-m", "ml", "export", audience)
    green(shop.run(*command, "--out", "list.parquet"))
    green(shop.run(*command, "--out", "hashes.csv", "--hashed-email"))
    ids = pd.read_parquet(shop.folder / "list.parquet")["customer_id"]
    assert set(ids) == set(listed.index[listed["may_be_written_to"]])
    assert (listed["audience_group"][ids] == "treated").all()
    hashes = pd.read_csv(shop.folder / "hashes.csv")
    addresses = [f"{one}@Example.com".lower().encode() for one in ids]
    expected = sorted(hashlib.sha256(one).hexdigest() for one in addresses)
    assert hashes["hashed_email"].tolist() == expected


def test_an_audience_that_is_none_is_refused_with_those_there_are(moved):
    shop = moved[0]
    run = shop.run("python", "-m", "ml", "export", "nope", "--out", "list.csv")
    assert run.code == 1
    assert "second_order" in run.words
    assert "Traceback" not in run.words


def test_an_erased_customer_is_in_no_list_and_no_history(moved):
    shop = moved[0].copy()
    someone = shop.table("audiences")["customer_id"].iloc[0]
    green(shop.run("python", "-m", "ml", "erase", someone))
    where = f"customer_id = '{someone}'"
    for table in (*KEPT, "contacts", "told_before", "rfm_scores", "audience_matches"):
        if "customer_id" in shop.table(table):
            assert shop.table(table, where=where).empty


BASIS_DATES = ["2025-10-31", "2025-11-30", "2025-12-15"]


@story
def another_basis(shop):
    """Go over from net to gross values within a quarter, then fill in a date."""
    shop.forget_builds()
    shutil.rmtree(shop.home / "bundles")  # a model knows one basis
    write_contacts(shop)
    settings = {**SETTINGS, "accept_audit": ["shares", "predicted_value", "drift"]}
    first, filled_in, last = BASIS_DATES
    shop.build(*NO_TESTS, as_of_date=first, **settings)
    shop.build(*NO_TESTS, as_of_date=last, value_basis="gross", **settings)
    told = shop.marts()
    shop.build(*NO_TESTS, as_of_date=filled_in, **settings)
    return shop, told


def test_another_value_basis_has_cut_points_of_its_own(another_basis):
    made = another_basis[0].table("score_cut_points", "distinct made_on, period")
    periods = made.set_index(made["made_on"].astype(str))["period"]
    assert sorted(periods.index) == [BASIS_DATES[0], BASIS_DATES[2]]
    assert periods.iloc[0] != periods.iloc[1]


def test_a_step_is_told_in_the_basis_of_the_date_it_leads_to(another_basis):
    ways = another_basis[0].table(
        "segment_migration", "distinct as_of_date, value_basis"
    )
    found = ways.set_index(ways["as_of_date"].astype(str))["value_basis"].to_dict()
    expected = ["net_of_returns", "net_of_returns", "gross"]
    assert found == dict(zip(BASIS_DATES, expected, strict=True))


def test_a_member_keeps_the_basis_in_which_his_value_was_told(another_basis):
    members = another_basis[1]["audiences"]
    first = members["entered_date"].astype(str) == BASIS_DATES[0]
    assert 0 < first.sum() < len(members)
    assert set(members["value_basis"][first]) == {"net_of_returns"}
    assert set(members["value_basis"][~first]) == {"gross"}
