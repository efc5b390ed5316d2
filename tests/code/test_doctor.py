"""The doctor without dbt: what lies there, what it is, how far to trust it."""

import gzip
import io
import json
import re
import shlex
import shutil
import subprocess
import zipfile
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml

from ml.doctor.columns import Column
from ml.doctor.examination import Report
from ml.doctor.figures import Figures
from ml.doctor.files import Delivery, look_at
from ml.doctor.formats import known_layouts, project_settings
from ml.doctor.layout import Proposal, propose
from ml.doctor.reading import measure
from ml.doctor.roles import guess_roles
from ml.doctor.tables import read_contents, told
from ml.doctor.text import make_line, report_json, report_text, vars_line
from ml.doctor.verdict import (
    CARE,
    NO,
    NO_CURRENCY,
    YES,
    cautions,
    fitting_limit,
    obstacles,
    trust,
)
from ml.errors import SourceError

GOOD = b"customer,date,amount\nA,2024-01-13,3.50\nB,2024-02-14,4.25\n"


def excel():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("orders.csv", GOOD.decode())
    return file.getvalue()


WRONG = {
    "photo.csv": (b"\x89PNG\r\n\x1a\n\0\0\0", "an image"),
    "photo.jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF", "an image"),
    "empty.csv": (b"", "an empty file"),
    "blank.csv": (b" \n\n", "an empty file"),
    "orders.zip": (archive(), "a zip archive; unpack it"),
    "orders.xlsx": (excel(), "an Excel workbook; save it as CSV"),
    "orders.html": (b"<html></html>", "a web page"),
    "noise.csv": (bytes(range(256)), "a binary file"),
    "orders.parquet": (GOOD, "text by its content; rename it to ….csv"),
    "orders.csv.gz": (gzip.compress(GOOD)[:-9], "cut off or damaged"),
    "old.csv": (GOOD + b"\x80,2024-03-01,1\n", "Windows-1252"),
    "zeros.csv": (GOOD * 9000 + b"\0", "binary zeros"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_gets_one_sentence_that_says_what_it_is(name, tmp_path):
    content, words = WRONG[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=words) as told_so:
        look_at(str(tmp_path / name))
    assert "\n" not in str(told_so.value)


@pytest.mark.skipif(shutil.which("iconv") is None, reason="no iconv on this machine")
@pytest.mark.parametrize("name", ["an old one.csv", "old.csv.gz"])
def test_the_command_for_an_excel_export_of_windows_makes_it_readable(name, tmp_path):
    words = "customer,date,amount\n“Zoë” – 5 €,2024-03-01,1\n"
    content = words.encode("cp1252")
    is_zipped = name.endswith(".gz")
    (tmp_path / name).write_bytes(gzip.compress(content) if is_zipped else content)
    with pytest.raises(SourceError, match="Windows-1252") as told_so:
        look_at(str(tmp_path / name))
    command = re.search(r"\((mkdir .*)\), and", str(told_so.value))[1]
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    copy = tmp_path / "utf8" / name.removesuffix(".gz")
    assert look_at(str(copy)).encoding == "utf-8"
    assert copy.read_text(encoding="utf-8") == words


def test_what_is_no_readable_place_is_said(tmp_path):
    for path in (tmp_path / "nowhere", tmp_path, "https://shop.example/orders.csv"):
        with pytest.raises(SourceError):
            look_at(str(path))
    (tmp_path / "a.csv").write_bytes(GOOD)
    (tmp_path / "b.json").write_text('[{"id": 1}]')
    with pytest.raises(SourceError, match=r"mixes text \(a.csv\), JSON \(b.json\)"):
        look_at(str(tmp_path))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (GOOD, "utf-8"),
        (b"\xef\xbb\xbf" + GOOD, "utf-8"),
        (GOOD + "Müller,2024-03-01,1\n".encode(), "utf-8"),
        # one umlaut, after more than one chunk of plain letters
        (GOOD * 400_000 + "Müller,2024-03-01,1\n".encode("latin-1"), "latin-1"),
        (GOOD.decode().encode("utf-16"), "utf-16"),
    ],
)
def test_the_encoding_is_that_of_every_byte(content, encoding, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_bytes(content)
    assert look_at(str(file)).encoding == encoding


def proposed(tmp_path, content, name="orders.csv", **given):
    """What is proposed for a file of this content."""
    (tmp_path / name).write_bytes(content)
    delivery = look_at(str(tmp_path / name))
    with duckdb.connect() as session:
        return propose(session, delivery, read_contents(session, delivery), given)


def csv_of(head, rows, delimiter=";"):
    return "\n".join(delimiter.join(row) for row in [head, *rows]).encode("latin-1")


def test_a_german_export_is_understood(tmp_path):
    days = [
        f"{day:02}.{month:02}.2024 10:30" for month in (1, 2) for day in range(1, 28)
    ]
    rows = [(f"K{n % 7}", day, f"{n},50", "Köln") for n, day in enumerate(days)]
    found = proposed(tmp_path, csv_of(["Kundennr", "Datum", "Betrag", "Ort"], rows))
    assert found.settings["csv_delimiter"] == ";"
    assert found.settings["csv_encoding"] == "latin-1"
    assert found.settings["decimal_comma"] is True
    assert found.settings["date_format"] == "%d.%m.%Y %H:%M"
    assert found.settings["generic_columns"] == {
        "customer_id": "Kundennr",
        "ordered_at": "Datum",
        "amount": "Betrag",
    }
    assert found.questions == []


@pytest.mark.parametrize(("pattern", "day"), [("%d/%m/%Y", 13), ("%m/%d/%Y", 31)])
def test_one_day_above_twelve_decides_which_comes_first(pattern, day, tmp_path):
    days = [*pd.date_range("2024-01-01", periods=12), pd.Timestamp(2024, 1, day)]
    rows = [(f"K{n}", when.strftime(pattern), "1.5") for n, when in enumerate(days)]
    found = proposed(tmp_path, csv_of(["customer", "date", "amount"], rows, ","))
    assert found.settings["date_format"] == pattern
    assert found.questions == []


def test_the_day_that_decides_may_stand_behind_the_sample(tmp_path):
    rows = [("K1", "01/02/2024", "1.5")] * 30_000 + [("K1", "02/25/2024", "1.5")]
    found = proposed(tmp_path, csv_of(["customer", "date", "amount"], rows, ","))
    assert found.settings["date_format"] == "%m/%d/%Y"
    assert found.questions == []


def test_days_that_may_be_months_are_asked_for(tmp_path):
    rows = [("K1", f"03/{day:02}/2024", "1.5") for day in range(1, 13)]
    content = csv_of(["customer", "date", "amount"], rows, ",")
    found = proposed(tmp_path, content)
    assert "Day or month first?" in found.questions[0]
    assert "2024-03-01 to 2024-03-12" in found.questions[0]
    decided = proposed(tmp_path, content, date_format="%d/%m/%Y")
    assert decided.questions == []
    assert decided.settings["date_format"] == "%d/%m/%Y"


def test_a_price_of_one_piece_is_not_taken_for_an_amount_unasked(tmp_path):
    rows = [("K1", "2024-03-25", "2", "1.5")] * 9
    content = csv_of(["customer", "date", "quantity", "unit price"], rows, ",")
    assert "price of one" in proposed(tmp_path, content).questions[0]


QUANTITIES = """order_qty, Stück, STU\u0308CK, pcs, Anzahl Artikel, item_count,
no_of_items, sales_qty, Menge (Stk), quantité, Qté, cantidad_pedida, aantal, ilość,
OrderQty, Bestellmenge, Artikelanzahl, number of CDs, units_sold, total_quantity,
quantidade, Stückzahl, customer_qty"""


@pytest.mark.parametrize("name", re.split(r",\s+", QUANTITIES))
def test_a_number_of_pieces_is_known_by_many_names_and_by_no_other_role(name, tmp_path):
    rows = [("K1", "2024-03-25", "2", "1.5")] * 9
    content = "\n".join(map(",".join, [("customer", "date", name, "price"), *rows]))
    found = proposed(tmp_path, content.encode())
    assert found.settings["generic_columns"] == {
        "customer_id": "customer",
        "ordered_at": "date",
        "amount": "price",
        "quantity": name,
    }
    assert "price of one" in found.questions[0]


OTHERS = """order_number, unit_price, Mengenrabatt, units_in_stock, units_per_case,
Preis je Stück, quantity_returned, number_of_orders, Anzahl Kunden, order_count, unit,
business_units, item_no, Stück-Nr."""


@pytest.mark.parametrize("name", re.split(r",\s+", OTHERS))
def test_what_counts_or_costs_something_else_is_no_number_of_pieces(name):
    assert "quantity" not in guess_roles([Column(name, 1, 1, different=0.1)])[0]


RECEIPTS = """beleg, bon, Belegnr, Bon-Nr., Kassenbon, ticket, Ticket Nr,
Auftragsnummer, sales_no, num_ticket, numéro de commande, N° facture"""


@pytest.mark.parametrize("name", re.split(r",\s+", RECEIPTS))
def test_an_order_s_number_is_known_by_the_names_of_receipts(name):
    columns = [
        Column("Filiale", 1, 1, different=0.1),
        Column(name, 1, 1, different=0.9),
    ]
    assert guess_roles(columns)[0]["order_id"].name == name


UNIT_PRICES = (
    "unit_price, Einzelpreis, price each, prix unitaire, Preis/Stk, unit amount"
)


@pytest.mark.parametrize("name", UNIT_PRICES.split(", "))
def test_a_unit_price_without_a_number_of_pieces_is_asked_for(name, tmp_path):
    rows = [("K1", "2024-03-25", "2", "1.5")] * 9
    content = csv_of(["customer", "date", "Zahl", name], rows, ",")
    found = proposed(tmp_path, content)
    assert len(found.questions) == 1
    assert "no column was recognised as the number of pieces" in found.questions[0]
    assert found.unused == ["Zahl"]
    columns = found.settings["generic_columns"]
    assert proposed(tmp_path, content, generic_columns=columns).questions == []


def test_a_mere_price_without_a_number_of_pieces_is_noted(tmp_path):
    content = csv_of(["customer", "date", "Preis"], [("K1", "2024-03-25", "1.5")] * 9)
    found = proposed(tmp_path, content)
    assert found.questions == []
    assert "'Preis' is taken for the amount of a line" in found.notes[0]


def test_the_price_of_a_line_goes_before_that_of_one_piece_and_needs_no_question(
    tmp_path,
):
    head = ["customer", "date", "qty", "Preis", "line price"]
    found = proposed(tmp_path, csv_of(head, [("K1", "2024-03-25", "2", "1.5", "3.0")]))
    assert found.settings["generic_columns"]["amount"] == "line price"
    assert (found.questions, found.unused) == ([], ["Preis"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"customer,date,amount\nA,2024-01-13,three\n", "no column holds amounts"),
        (b"customer,date,amount\nA,sometime,3.5\n", "no column holds days"),
        (b"2024-01-13,7,3.5\n2024-01-14,8,4.5\n", "does not begin with a header"),
        (b"only one column\n1\n2\n", "one column only"),
    ],
)
def test_columns_that_tell_too_little_are_refused_with_the_reason(
    content, words, tmp_path
):
    with pytest.raises(SourceError, match=words):
        proposed(tmp_path, content)


def test_a_value_of_a_line_is_not_told():
    error = duckdb.InvalidInputException(
        "CSV Error on Line: 7\nOriginal Line: jane@example.com,4\nToo few columns. \n"
    )
    said = str(told("orders.csv", error))
    assert said == ("orders.csv cannot be read: CSV Error on Line: 7: Too few columns.")


def test_the_table_of_a_database_is_found_by_its_columns(tmp_path):
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as session:
        session.execute("create table staff as select 1 as id, 'x' as name")
        session.execute("create schema web")
        session.execute(
            "create table web.sold as select 'A' as customer_id, date '1997-01-01' as "
            "date, 1 as number_of_cds, 9.99 as dollar_value"
        )
        session.execute("checkpoint")
    found = proposed(tmp_path, (tmp_path / "shop.duckdb").read_bytes(), "shop.duckdb")
    assert found.settings["source_format"] == "cdnow"
    assert found.settings["source_table"] == "web.sold"


def test_a_file_of_nothing_but_returns_is_square_s_too(tmp_path):
    order = b'{"id": "R1", "state": "COMPLETED", "returns": [{"uid": "r"}]}\n'
    found = proposed(tmp_path, order, "returns.jsonl")
    assert found.settings["source_format"] == "square"


def test_every_format_of_the_project_is_known_by_what_its_mapping_requires():
    names = project_settings()["source_formats"]
    known = {layout.name: layout for layout in known_layouts(names)}
    # one has columns of one's own choice, the other is JSON
    assert set(names) - set(known) == {"generic", "square"}
    assert known["olist"].is_folder
    assert not known["canonical"].is_folder


def test_roles_are_given_to_one_column_each():
    day = Column("Order Date", 1, 0, date_format="", different=0.5)
    money = Column("Total", 1, 1, decimals=".", different=0.9)
    person = Column("Customer e-mail", 1, 0, different=0.4)
    text = Column("Comment", 1, 0, different=0.4)
    roles, lacking = guess_roles([text, money, day, person])
    assert [column.name for column in roles.values()] == [
        "Customer e-mail", "Order Date", "Total",
    ]  # fmt: skip
    assert lacking == {}
    assert set(guess_roles([text, person])[1]) == {"ordered_at", "amount"}


# --- figures, against pandas


@pytest.fixture(scope="module")
def lines():
    """Lines of a shop as stg_order_lines gives them, some of them set aside."""
    dice = np.random.default_rng(5)
    count = 3000
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(
        dice.integers(0, 300, count), "D"
    )
    net = (
        dice.integers(100, 9000, count)
        / 100
        * np.where(dice.random(count) < 0.1, -1, 1)
    )
    frame = pd.DataFrame({
        "order_id": dice.integers(0, 1200, count).astype(str),
        "customer_id": [f"c{number}" for number in dice.integers(0, 380, count)],
        "ordered_at": day, "product_id": dice.integers(0, 5, count).astype(str),
        "category": "goods", "quantity": 1, "gross_amount": net, "net_amount": net,
        "line_type": np.where(net < 0, "return", "sale"), "currency": "EUR",
        "recorded_at": pd.NaT, "source_name": "web", "order_date": day,
    })  # fmt: skip
    frame["reject_reason"] = None
    frame.loc[:99, ["customer_id", "reject_reason"]] = [None, "customer_id: missing"]
    frame.loc[100:119, "reject_reason"] = "quantity: zero"
    frame.loc[400:419, "customer_id"] = frame["customer_id"].str.upper()
    frame.loc[200, "net_amount"] = 99_999.0
    return pd.concat([frame, frame.iloc[300:340]], ignore_index=True)


@pytest.fixture(scope="module")
def figures(lines, tmp_path_factory):
    database = tmp_path_factory.mktemp("doctor") / "working.duckdb"
    with duckdb.connect(str(database)) as session:
        session.register("frame", lines)
        session.execute(
            "create table stg_order_lines as select * replace (order_date::date as "
            "order_date, net_amount::decimal(18, 4) as net_amount) from frame"
        )
    return measure(database, Delivery("orders.csv", ["orders.csv"], "csv", 0, "utf-8"))


def test_figures_are_those_that_pandas_counts(figures, lines):
    kept = lines[lines["reject_reason"].isna()]
    sales = kept[kept["line_type"] == "sale"]
    days = sales.groupby("customer_id")["order_date"].nunique()
    orders = sales.drop_duplicates(["customer_id", "order_id", "order_date"])
    per_customer = orders.groupby("customer_id").size()
    assert (figures.lines, figures.accepted) == (3040, len(kept))
    assert figures.set_aside == {"customer_id: missing": 100, "quantity: zero": 20}
    assert figures.guests == 100
    assert figures.customers == kept["customer_id"].nunique()
    assert figures.buyers == sales["customer_id"].nunique()
    assert figures.repeat_buyers == (days > 1).sum()
    assert figures.one_time_buyers == (per_customer == 1).sum()
    ids = pd.Series(kept["customer_id"].unique())
    assert figures.spelt_twice == len(ids) - ids.str.lower().nunique() > 10
    assert figures.orders == len(orders)
    assert (
        figures.days == (kept["order_date"].max() - kept["order_date"].min()).days + 1
    )
    assert figures.days_with_orders == kept["order_date"].nunique()
    gaps = kept["order_date"].drop_duplicates().sort_values().diff().dt.days.max()
    assert figures.longest_gap_days == gaps - 1
    assert figures.net_amount == pytest.approx(kept["net_amount"].sum())
    returned = -kept["net_amount"][kept["line_type"] == "return"].sum()
    assert figures.return_share == pytest.approx(returned / sales["net_amount"].sum())
    assert figures.duplicates == kept.duplicated().sum() == 40
    assert figures.outliers == 1
    spent = kept.groupby("customer_id")["net_amount"].sum().nlargest(4).sum()
    assert figures.top_share == pytest.approx(spent / kept["net_amount"].sum())
    assert figures.currencies == {"EUR": len(kept)}


# --- the verdict


@pytest.fixture(scope="module")
def plenty(figures):
    """Figures of orders of which nothing is short."""
    return replace(
        figures, lines=100_000, accepted=100_000, customers=5000, buyers=5000,
        repeat_buyers=2000, days=800, days_with_orders=790, net_amount=1e6,
        spelt_twice=0, duplicates=0, top_share=0.2, set_aside={},
    )  # fmt: skip


SETTINGS = {"horizon_days": 90, "many_rejected_share": 0.9}
SETTINGS |= {"large_amounts_share": 0.01, "largest_line_amount": 10_000_000}


def levels(figures):
    return [each.level for each in trust(figures, SETTINGS)]


def test_plenty_of_orders_can_be_trusted(plenty):
    assert levels(plenty) == [YES] * 4
    assert obstacles(plenty, SETTINGS, trust(plenty, SETTINGS)) == []
    assert cautions(plenty) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"spelt_twice": 1200}, "1,200 customer ids differ from another by capitals"),
        ({"duplicates": 2000}, "2.0% of the accepted lines are exact copies"),
        (
            {"set_aside": {"quantity: a sale below zero": 706}},
            "706 lines have a quantity below zero and an amount above",
        ),
        ({"top_share": 0.6}, "the best hundredth of the customers brings 60.0%"),
        ({"whole_amounts": 1.0, "median_line": 2550.0}, "the typical one is 2,550"),
        ({"return_share": 0.9}, "90.0% of what was sold came back"),
        ({"currencies": {NO_CURRENCY: 9}}, "nothing says the currency"),
    ],
)
def test_what_is_odd_is_told(plenty, changed, said):
    (told,) = cautions(replace(plenty, **changed))
    assert said in told


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"buyers": 499}, [CARE, CARE, CARE, NO]),
        ({"buyers": 49}, [CARE, CARE, NO, NO]),
        ({"days": 179}, [NO, NO, YES, NO]),
        ({"days": 200}, [CARE, CARE, YES, NO]),
        ({"days": 400}, [CARE, YES, YES, CARE]),
        ({"repeat_buyers": 0}, [CARE, NO, CARE, CARE]),
        ({"repeat_buyers": 99}, [CARE, CARE, YES, CARE]),
        ({"accepted": 60_000}, [CARE] * 4),
        ({"days_with_orders": 1, "days": 1}, [NO, NO, NO, NO]),
    ],
)
def test_what_is_short_is_trusted_less(plenty, changed, wanted):
    assert levels(replace(plenty, **changed)) == wanted


def test_a_build_that_would_stop_is_not_ready(plenty):
    two = replace(plenty, currencies={"EUR": 5, "USD": 5})
    assert "currencies are never added up" in stops(two)
    assert not stops(two, reporting_currency="EUR")
    assert "many_rejected_share" in stops(replace(plenty, accepted=9_000))
    none = replace(plenty, accepted=0, set_aside={"customer_id: missing": 100_000})
    assert "customer_id: missing" in stops(none)


def test_amounts_of_a_small_currency_are_not_ready_and_a_limit_is_proposed(plenty):
    rupiah = replace(plenty, large_lines=42_500, large_amount=1.4e7)
    assert "42.5% of the lines would be set aside" in stops(rupiah)
    assert fitting_limit(rupiah, SETTINGS) == 1_000_000_000
    slips = replace(plenty, large_lines=1000)
    assert not stops(slips)
    assert fitting_limit(slips, SETTINGS) is None


def stops(figures, **settings):
    settings = SETTINGS | settings
    return "\n".join(obstacles(figures, settings, trust(figures, settings)))


# --- what is said


@pytest.fixture
def report(plenty):
    settings = {"source_format": "generic", "source_path": "my orders/über $.csv",
                "csv_delimiter": "\t", "generic_columns": {"amount": "it's: 5, {x}"},
                "date_format": "%d/%m/%Y", "source_currency": "NO"}  # fmt: skip
    delivery = Delivery(settings["source_path"], ["a.csv"], "csv", 5_000_000, "utf-8")
    understood = ["read as a generic one"]
    proposal = Proposal(settings, understood)
    return Report(delivery, proposal, plenty, [], [], trust(plenty, SETTINGS))


def test_the_settings_survive_shell_and_yaml(report):
    (words,) = shlex.split(vars_line(report))
    assert yaml.safe_load(words) == report.proposal.settings


def test_the_make_line_holds_every_setting(report):
    words = dict(word.split("=", 1) for word in shlex.split(make_line(report))[2:])
    settings = yaml.safe_load("{" + words["SETTINGS"].replace("$$", "$") + "}")
    settings |= {"source_format": words["SOURCE"], "source_path": words["DATA"]}
    assert settings == report.proposal.settings


def test_text_and_json_say_the_same_verdict(report):
    assert report_text(report).startswith("Ready.\n")
    said = json.loads(report_json(report))
    assert said["is_ready"] is True
    assert said["figures"]["buyers"] == 5000
    asked = replace(report, obstacles=["no"])
    assert report_text(asked).startswith("Not ready.\n")
    assert json.loads(report_json(asked))["is_ready"] is False


def test_columns_that_are_not_used_are_named_in_lines_of_a_screen(report):
    assert "not used" not in report_text(report)
    names = ["Zahl", *(f"extra column {number}" for number in range(60))]
    wide = replace(report, proposal=replace(report.proposal, unused=names))
    heading = report_text(wide).split("\n\n")[0]
    lines = heading[
        heading.index("not used: 'Zahl', 'extra column 0', ") :
    ].splitlines()
    assert max(map(len, lines)) <= 88
    assert all(line.count("'") % 2 == 0 for line in lines)
    assert lines[-1].endswith("'extra column 38' and 21 more")
    assert json.loads(report_json(wide))["not_used"] == names


def test_every_figure_is_told_in_json(report):
    said = json.loads(report_json(report))["figures"]
    assert set(said) == set(Figures.__dataclass_fields__)
