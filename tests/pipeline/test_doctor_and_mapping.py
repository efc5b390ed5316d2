"""The doctor beside the build: both read the same lines alike; a mapping is written."""

import json
import random
from datetime import datetime, timedelta

import pandas as pd
import pytest
from workshop import BIN, green, story

ONLY_FOLD = ("--select", "+folded_deliveries", "--indirect-selection", "cautious")


def examined(shop, path, *options):
    """What `python -m ml doctor --json` says."""
    said = shop.run("python", "-m", "ml", "doctor", str(path), "--json", *options)
    return said.code, json.loads(said.words[said.words.index("{\n") :])


@story
def before_the_shop(shop):
    """The sample shop's own orders, examined as by somebody who has not begun yet."""
    return examined(shop, "data/sample/orders")


def test_the_doctor_sets_aside_what_the_build_does(before_the_shop, shop):
    _, said = before_the_shop
    aside = shop.table("rejected_lines")
    reasons = (aside["column_name"] + ": " + aside["reason"]).value_counts()
    assert said["figures"]["set_aside"] == reasons.to_dict()
    run = shop.marts()["scoring_runs"].iloc[0]
    assert said["figures"]["lines"] == run["line_count"]
    assert said["figures"]["accepted"] == run["accepted_line_count"]


def test_the_doctor_counts_customers_and_days_as_the_build_does(before_the_shop, shop):
    code, said = before_the_shop
    figures, days = said["figures"], shop.table("customer_days")
    assert code == 0
    assert said["settings"]["source_format"] == "canonical"
    assert figures["customers"] == days["customer_id"].nunique()
    assert figures["orders"] == days["order_count"].sum()
    assert figures["net_amount"] == pytest.approx(
        days["net_amount"].astype(float).sum()
    )
    assert figures["last_day"] == str(pd.Timestamp(days["order_date"].max()).date())
    bought = (
        days[days["order_count"] > 0].groupby("customer_id")["order_date"].nunique()
    )
    assert figures["repeat_buyers"] == (bought > 1).sum()


def an_export():
    """A till's export: German, a price per piece, no layout that anybody knows."""
    dice = random.Random(4)
    yield "Bon-Nr;Kundennr;Bestelldatum;Artikel;Menge;Preis je Stück;Bemerkung\n"
    for number in range(4000):
        day = datetime.fromisoformat("2023-01-01") + timedelta(days=dice.randrange(600))
        price = f"{dice.randrange(100, 9000) / 100:.2f}".replace(".", ",")
        yield (
            f"B{number // 3};K{dice.randrange(300):04};{day:%d.%m.%Y};"
            f"P{dice.randrange(9)};{dice.randrange(1, 4)};{price};Tüte\n"
        )


@story
def till(project):
    """A layout of one's own: a mapping is written, the doctor asked, the build run."""
    file = project.folder / "data" / "kasse.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(an_export()), encoding="latin-1")
    write = ("python", "-m", "ml", "mapping", "data/kasse.csv", "--name", "kasse")
    written = green(project.run(*write))
    before = (project.folder / "models/staging/stg_kasse.sql").read_text()
    again = project.run(*write)
    said = examined(project, "data/kasse.csv")
    building = project.try_build(*ONLY_FOLD, **said[1]["settings"])
    return project, written, (before, again), said, building


def test_a_mapping_is_written_and_understood_by_the_doctor(till):
    _, written, _, (code, said), _ = till
    assert "not used     'Bemerkung'" in written.words
    assert code == 0
    assert said["settings"] == {
        "source_format": "kasse",
        "source_path": "data/kasse.csv",
        "csv_delimiter": ";",
        "csv_encoding": "latin-1",
        "decimal_comma": True,
        "date_format": "%d.%m.%Y",
    }


def test_a_written_mapping_builds_with_the_proposed_settings(till):
    project, _, _, (_, said), building = till
    assert green(building)
    days = project.table("customer_days")
    rows = [line.split(";") for line in list(an_export())[1:]]
    total = sum(int(row[4]) * float(row[5].replace(",", ".")) for row in rows)
    assert days["line_count"].sum() == said["figures"]["lines"] == len(rows)
    assert days["net_amount"].astype(float).sum() == pytest.approx(total)
    assert days["customer_id"].nunique() == len({row[1] for row in rows})


def test_nothing_is_overwritten(till):
    project, _, (before, again), _, _ = till
    assert again.code == 1
    assert "there is a format kasse already" in again.words
    assert (project.folder / "models/staging/stg_kasse.sql").read_text() == before


def test_a_written_mapping_lints_clean(till):
    project, *_ = till
    for part in ("pyproject.toml", "tests/style/dbt_words"):
        there = project.folder / part
        there.parent.mkdir(parents=True, exist_ok=True)
        if not there.exists():
            there.symlink_to(BIN.parents[1] / part)
    green(project.run("sqlfluff", "lint", "models/staging/stg_kasse.sql"))
