"""An implausible delivery stops the run; accepting, correcting or deleting it helps."""

import gzip
import re
import shutil
import subprocess
import sys

import handmade
import numpy as np
import pandas as pd
from workshop import ROOT, rows_of, same, story

LAST_MONTH = "orders_2025-12.parquet"
FOLD = ["--select", "+folded_deliveries", "--exclude-resource-type", "unit_test"]
FOLD += ["--indirect-selection", "cautious"]
CLASSES = ["net_amount is 'NaN'", "cents_for_euros", "few_lines_at_random"]
LATE = [handmade.line("M1", "H-edges", "2025-12-30 12:00", f"{n}.25") for n in (1, 2)]


def said(run):
    return " ".join(run.words.split())


@story
def cents(shop):
    """Deliver a month in cents: stopped, accepted, and then no longer asked about."""
    lines = pd.read_parquet(shop.orders / LAST_MONTH)
    shop.deliver(LAST_MONTH, lines.assign(net_amount=lines["net_amount"] * 100))
    before = shop.fingerprint()
    runs = [shop.try_build(*FOLD)]
    kinds = re.search(r"accept_delivery: \[([^]]+)\]", said(runs[0]))[1].split(", ")
    runs.append(shop.try_build(*FOLD, accept_delivery=kinds))
    runs.append(shop.try_build(*FOLD))
    return runs, before == shop.fingerprint(), shop.table("delivery_findings")


@story
def manifests(shop):
    """Deliver a late file with a manifest that is wrong, then take both away."""
    before = shop.table("customer_days")
    shop.deliver("orders_late.parquet", LATE)
    manifest = shop.orders / "orders_late.parquet.manifest.json"
    manifest.write_text('{"rows": 3, "control_total": 3.5}')
    stopped = shop.try_build(*FOLD)
    (shop.orders / "orders_late.parquet").unlink()
    manifest.unlink()
    repaired = shop.try_build(*FOLD)
    return stopped, repaired, before, shop.table("customer_days")


@story
def tills(project):
    """Two tills at fixed prices, without numbers of orders; then one of them twice."""
    dice = np.random.default_rng(7)
    lines = pd.DataFrame(
        {
            "customer_id": dice.integers(1, 20, 600),
            "date": pd.Timestamp("2025-01-01")
            + pd.to_timedelta(dice.integers(0, 90, 600), unit="D"),
            "amount": dice.choice([2.5, 3.0], 600),
        }
    )
    project.orders.mkdir(parents=True)
    for till, own in lines.groupby(dice.integers(0, 2, 600)):
        own.to_csv(project.orders / f"till_{till}.csv", index=False)
    settings = {"source_format": "generic", "source_currency": "EUR"}
    runs = [project.try_build(*FOLD, **settings)]
    days = project.table("customer_days")
    shutil.copy(project.orders / "till_1.csv", project.orders / "again.csv")
    runs.append(project.try_build(*FOLD, **settings))
    return lines, days, runs


@story
def short_campaign(project):
    """Run a few classes of the campaign; the project is not needed."""
    del project
    campaign = ("-m", "tests.campaigns.bad_input", "--customers=3000", "--only")
    return subprocess.run(
        [sys.executable, *campaign, *CLASSES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@story
def audited(shop):
    """Score a day, then the next with a limit that it breaks, and accept that."""
    options = ("--resource-type", "model", "--resource-type", "seed")
    shop.build(*options, as_of_date="2025-12-29")
    before = shop.fingerprint()
    runs = [shop.try_build(*options, drift_limit=0.0001)]
    stayed = before == shop.fingerprint()
    runs.append(shop.try_build(*options, drift_limit=0.0001, accept_audit=["drift"]))
    return shop, runs, stayed


@story
def odd_files(shop):
    """Files as programs write them; one that was cut short; one without a column."""
    for file in shop.files():
        file.unlink()
    days = [f"2025-03-{day:02d} 10:00" for day in range(1, 31)]
    lines = [
        handmade.line(f"#{number}", f"{100 + number % 7}.0", day, f"{number + 5}.00")
        for number, day in enumerate(days)
    ]
    lines[3] |= {"recorded_at": "16.12.2025 10:00"}
    lines[4] |= {"product_id": "P1\nP2"}
    orders = pd.DataFrame(lines)
    orders.to_csv(shop.orders / "orders.csv", index=False)
    (shop.orders / ".partial").mkdir()
    orders.to_csv(shop.orders / ".partial" / "orders.csv", index=False)
    runs = [shop.forget_builds().try_build(*FOLD)]
    tables = shop.table("customer_days"), shop.table("rejected_lines")
    whole = gzip.compress(orders.assign(order_id="late").to_csv(index=False).encode())
    for name, content in (
        ("late.csv.gz", whole[: len(whole) * 3 // 4]),
        ("late.csv", orders.drop(columns="category").to_csv(index=False).encode()),
    ):
        (shop.orders / name).write_bytes(content)
        runs.append(shop.try_build(*FOLD))
        (shop.orders / name).unlink()
    return runs, tables


def test_every_line_of_odd_files_is_read_or_set_aside(odd_files):
    runs, (days, rejected) = odd_files
    assert runs[0].code == 0
    assert days["line_count"].sum() == 28
    assert set(days["customer_id"]) == {str(100 + number) for number in range(7)}
    assert sorted(rejected["column_name"]) == ["order_id", "recorded_at"]


def test_a_compressed_file_that_was_cut_short_stops_the_run(odd_files):
    assert odd_files[0][1].code != 0  # how it is found: tests/code/test_manifests.py


def test_a_file_that_lacks_a_column_stops_the_run_though_others_have_it(odd_files):
    assert odd_files[0][2].code != 0
    assert re.search(r"late\.csv lacks the column\(s\) category", said(odd_files[0][2]))


def test_a_month_in_cents_stops_the_run_with_the_figures(cents):
    words = said(cents[0][0])
    assert cents[0][0].code != 0
    assert "orders_2025-12.parquet, all its days: amount of an order" in words
    assert "accept_delivery: [amounts" in words


def test_a_stopped_delivery_leaves_the_release_as_it_was(cents):
    assert cents[1]


def test_what_was_accepted_once_is_not_asked_about_again(cents):
    assert [run.code for run in cents[0][1:]] == [0, 0]
    assert len(cents[2]) == 0


def test_a_manifest_is_enforced_and_both_figures_are_said(manifests):
    stopped = manifests[0]
    assert stopped.code != 0
    assert "orders_late.parquet: rows is 2, in the manifest 3" in said(stopped)


def test_a_stopped_delivery_that_is_deleted_leaves_no_trace(manifests):
    _, repaired, before, after = manifests
    assert repaired.code == 0
    same(before, after)


def test_equal_lines_of_two_tills_are_orders_of_their_own(tills):
    lines, days, (first, _) = tills
    assert first.code == 0, first.words
    assert days["order_count"].sum() == len(lines)


def test_a_till_that_comes_twice_is_known_by_its_contents(tills):
    twice = tills[2][1]
    assert twice.code != 0
    assert "repeated_lines" in said(twice)


def test_nothing_wrong_enters_silently(short_campaign):
    assert short_campaign.returncode == 0, short_campaign.stdout + short_campaign.stderr
    assert f"{len(CLASSES)} deliveries" in short_campaign.stdout
    assert "0 silently wrong" in short_campaign.stdout


def test_a_drift_keeps_the_last_release_until_it_is_accepted(audited):
    shop, (stopped, accepted), stayed = audited
    assert stopped.code != 0
    assert "has drifted since 2025-12-29" in said(stopped)
    assert "accept_audit: [drift]" in said(stopped)
    assert stayed
    assert "report.html" in shop.fingerprint()  # the page stays as well
    assert accepted.code == 0


def test_the_drift_of_segments_is_that_of_their_shares(audited):
    shop = audited[0]
    files = [shop.releases_of(day)[-1] for day in ("2025-12-29", "2025-12-30")]
    before, now = (
        rows_of(file / "marts.duckdb", "customer_segments")["rfm_segment"]
        .value_counts(normalize=True)
        .sort_index()
        for file in files
    )
    drift = shop.marts()["feature_drift"].set_index(["as_of_date", "feature"])
    row = drift.loc[(pd.Timestamp("2025-12-30"), "rfm_segment")]
    expected = ((now - before) * np.log(now / before)).sum()
    assert np.isclose(row["stability_index"], expected)
    assert np.isclose(row["largest_share_change"], (now - before).abs().max())


def test_the_profile_of_a_feature_is_that_of_its_column(audited):
    shop = audited[0]
    features = shop.table("customer_features")
    drift = shop.marts()["feature_drift"].set_index(["as_of_date", "feature"])
    row = drift.loc[(pd.Timestamp("2025-12-30"), "average_gap_days")]
    assert np.isclose(row["null_share"], features["average_gap_days"].isna().mean())
    assert np.isclose(row["mean"], features["average_gap_days"].mean(), atol=0.001)
