"""The report page, read by an HTML parser: it tells the truth, and only as text."""

import re
from html.parser import HTMLParser

import duckdb
import pytest
from marts_by_hand import ODD, write_release

from ml.publishing.release_history import PAGE
from report import words, write_page

VOID = {"meta", "link", "input", "br"}
CHARTS = 9


class Page(HTMLParser):
    """A page taken apart: elements with their attributes, and text by section."""

    def __init__(self, html):
        super().__init__()
        self.html, self.elements, self.open = html, [], []
        self.words, self.rows = {}, []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append((tag, dict(attributes)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        inside = [tag for tag, _ in self.open]
        if "script" in inside or "style" in inside:
            return
        if "td" in inside or "th" in inside:
            self.rows[-1][-1] += data
        sections = [names["id"] for tag, names in self.open if tag == "section"]
        for key in sections or ["head"]:
            self.words[key] = " ".join([self.words.get(key, ""), *data.split()])

    def having(self, tag, **attributes):
        wanted = attributes.items()
        return [
            names
            for name, names in self.elements
            if name == tag and all(names.get(key) == value for key, value in wanted)
        ]

    def findings(self):
        return [
            re.sub(r"\s+", " ", found).strip()
            for found in re.findall("<figcaption>(.*?)</figcaption>", self.html)
        ]


def page_of(folder, *arguments, **options):
    write_release(folder, *arguments, **options)
    return Page(write_page(folder).read_text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("release")


@pytest.fixture(scope="module")
def page(folder):
    return page_of(folder)


@pytest.fixture(scope="module")
def value(folder, page):
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as reader:
        return reader.execute("from customer_value").df()


# --- it is one page, and safe -------------------------------------------------


def test_every_element_is_closed_and_every_id_stands_once(page):
    assert page.open == []
    ids = [names["id"] for _, names in page.elements if "id" in names]
    assert len(ids) == len(set(ids))


def test_it_needs_nothing_from_elsewhere(page):
    loads = [
        (tag, key, value)
        for tag, names in page.elements
        for key, value in names.items()
        if key in ("src", "href", "xlink:href", "action") and value[:1] != "#"
    ]
    assert loads == [("link", "href", "data:,")]
    assert "url(http" not in page.html
    assert "@import" not in page.html


def test_what_comes_from_data_is_shown_as_text(page):
    assert ODD in page.words["keeping"]
    assert "Higher: spent 5 EUR & more <b>" in page.words["keeping"]
    assert "Call, <now>" in page.words["saving"]
    assert "quantity: not $a$ <number>" in page.words["data"]
    assert ">quantity: not $a$ &lt;number&gt;</text>" in page.html  # no formula
    assert len(page.having("script")) == 1
    assert page.having("b") == page.having("now") == page.having("number") == []


def test_nobody_but_an_id_stands_on_it(page):
    assert not re.search(r"[\w.]+@[\w.]+\.\w+", page.html)


# --- it tells the truth ---------------------------------------------------------


def test_the_sums_are_those_of_the_marts(page, value):
    said = page.words["summary"]
    assert f"{len(value):,} customers are expected to spend" in said
    assert f"{value['predicted_value'].sum():,.0f} EUR" in said
    assert f"{value['historic_value'].sum():,.0f} EUR" in said
    assert f"Expected to order {value['probability_active'].sum():,.0f}" in said


def losable(value):
    chance = value["probability_active"]
    those = value[(chance >= 0.15) & (chance < 0.7)]
    return those.assign(
        at_risk=those["predicted_value"]
        * (1 - those["probability_active"])
        / those["probability_active"]
    )


def slipping(value):
    """By the length of the id, the stages of marts_by_hand: 0 stands for active."""
    return losable(value)[lambda rows: rows["customer_id"].str.len() % 3 > 0]


def test_value_at_risk_is_that_of_who_can_still_be_lost(page, value):
    at_risk = losable(value)["at_risk"].sum()
    assert f"Value at risk {at_risk:,.0f} EUR" in page.words["summary"]


def test_who_is_slipping_away_has_been_silent_for_long(page, value):
    those = slipping(value)
    assert 0 < len(those) < len(losable(value))
    assert f"{len(those)} customers are slipping away" in page.words["saving"]
    assert f"puts {those['at_risk'].sum():,.0f} EUR at risk" in page.words["saving"]


def test_the_list_begins_with_who_would_be_missed_most(page, value):
    best = slipping(value).nlargest(3, "at_risk")["customer_id"]
    start = page.rows.index(next(row for row in page.rows if "Value at risk" in row))
    assert [row[0] for row in page.rows[start + 1 : start + 4]] == list(best)


def test_the_most_valuable_are_listed_and_nobody_else(page, value):
    best = value.nlargest(200, "predicted_value")["customer_id"]
    start = page.rows.index(
        next(row for row in page.rows if row[1:2] == ["Spent so far"])
    )
    assert [row[0] for row in page.rows[start + 1 : start + 201]] == list(best)


def test_the_top_tenth_holds_what_the_title_says(page, value):
    top = value["predicted_value"].nlargest(len(value) // 10).sum()
    share = top / value["predicted_value"].sum()
    wanted = f"The top 10% of customers hold {share:.0%} of predicted value"
    assert wanted in page.findings()


def test_every_title_is_a_finding_with_a_number(page):
    assert len(page.findings()) == CHARTS
    assert all(re.search(r"\d", finding) for finding in page.findings())


def test_the_last_predictions_are_held_against_what_came(page):
    said = page.words["grades"]
    assert "1,040 EUR were predicted for the 90 days after it, and 1,000 EUR" in said
    assert "That was 4.0% too much; the annual run rate was 20% too little." in said
    assert "Of the top tenth 200 EUR were expected, and 180 EUR came" in said
    assert "The bounds held least often in the 10th tenth: for 72%" in said


def test_what_changed_is_said_with_its_direction(page):
    said = page.words["changes"]
    assert "Since 29 June 2025 there are 5 more customers" in said
    assert "+11%" in said
    assert "Moved most: spend 90d." in said


def test_who_moved_is_counted_by_direction(page):
    wanted = "47 of 247 customers moved since 29 June 2025: 30 to a better segment, "
    wanted += "12 to a worse one and 5 new here"
    assert wanted in page.findings()
    assert ["new here", "loyal", "5", "50 EUR"] in page.rows


def test_clusters_are_as_big_and_worth_as_much_as_their_customers(page, value):
    group = value["customer_id"].str.len().eq(3)
    shares = [group.mean(), value["predicted_value"][group].sum()]
    shares[1] /= value["predicted_value"].sum()
    row = next(row for row in page.rows if row[0] == "rare, <small> baskets")
    assert row[1] == "rare, long silent"
    assert row[2] == f"{group.sum():,}"
    assert [row[3], row[5]] == [words.share(share) for share in shares]
    chance = value["probability_active"][group].mean()
    assert row[7] == words.share(chance)
    assert any("of predicted value: " in one for one in page.findings())


def test_lists_say_whom_to_write_to_and_whom_to_leave_alone(page, folder):
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as reader:
        members = reader.execute("from audiences").df()
    members = members[members["audience"] == "second_order"]
    listed = members[members["may_be_written_to"]]
    row = next(row for row in page.rows if row[:2] == ["second order", "Win & <keep>"])
    assert row[2:4] == [
        str(len(listed)),
        str((members.audience_group == "control").sum()),
    ]
    assert row[4] == words.money(listed["predicted_value"].sum(), "EUR")
    assert row[5] == "29 August 2025"
    assert f"and {len(listed)} for second order." in page.words["audiences"]


def test_what_writing_was_worth_is_said_with_its_bounds(page):
    wanted = "Win back brought 12 EUR more from each customer who was written to "
    assert f"{wanted}(likely between 7 and 17 EUR)" in page.findings()
    row = next(row for row in page.rows if "no difference shown" in row)
    assert row[6:10] == ["1 EUR", "−4 and 6 EUR", "800 EUR", "+10% and +50%"]


def test_a_gain_that_only_the_lift_shows_is_said_as_a_share(tmp_path):
    change = "update campaign_lift set difference_lower = -1 where gained_value > 800"
    wanted = "Win back brought 40% more from each customer who was written to "
    found = page_of(tmp_path, change=change).findings()
    assert f"{wanted}(likely between +10% and +50%)" in found


def test_what_the_model_learnt_from_and_how_it_was_tested_is_said(page):
    said = page.words["model"]
    assert "It learnt from 250 customers and from what they did until 30 June" in said
    assert "later than 1 April 2025 was tried on the 90 days after it" in said
    assert "held 68% of what came (the annual run rate: 65%)" in said
    assert "its total was 8.8% too little" in said


def test_lines_set_aside_are_counted_with_their_reason(page):
    assert "5.0% of all lines could not be trusted" in page.words["data"]
    wanted = "75% of the lines set aside have one reason – customer id: missing"
    assert wanted in page.findings()


# --- everybody can read it ------------------------------------------------------


def test_every_chart_is_drawn_described_and_backed_by_numbers(page):
    pictures = page.having("div", role="img")
    assert len(pictures) == len(page.having("svg")) == CHARTS
    assert all(len(names["aria-label"]) > 30 for names in pictures)
    behind = re.findall("<figure>.*?</figure>", page.html, re.DOTALL)
    assert all("<table" in figure for figure in behind)


def test_colours_are_those_of_the_style_sheet(page):
    charts = "".join(re.findall("<svg.*?</svg>", page.html, re.DOTALL))
    assert "var(--series-1)" in charts
    assert set(re.findall("#[0-9a-f]{6}", charts)) <= {"#000000", "#ffffff"}


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """Contrast of two colours, as WCAG 2.1 defines it."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_and_bars_stand_out(page, scheme):
    blocks = re.findall(r":root \{(.*?)\}", page.html, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", blocks[scheme]))
    for name in ("ink", "muted", "series-1", "warning"):  # also as words
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
        assert contrast(colours[name], colours["panel"]) >= 4.5, name
    for name in ("series-2", "series-3"):
        assert contrast(colours[name], colours["paper"]) >= 3, name


def test_every_term_has_its_meaning_on_the_page(page):
    labels = re.findall(r"<dt>(.*?)</dt>\s*<dd class=\"value\">", page.html)
    assert len(labels) >= 8
    assert page.html.count('class="meaning"') == len(labels)


def test_it_says_until_when_it_holds(page):
    assert page.having("body") == [
        {"data-as-of": "2025-06-30", "data-valid-until": "2025-07-07"}
    ]
    assert "due by 7 July 2025" in page.words["head"]


# --- there is not always something to say ------------------------------------------


def test_a_release_with_nothing_but_values_says_what_is_missing(tmp_path):
    others = ["customer_segments", "segment_summary", "scoring_runs", "feature_drift"]
    others += ["segment_migration", "cluster_profile", "audiences", "campaign_lift"]
    others += ["rejected_line_summary", "model_scorecard", "value_calibration"]
    page = page_of(tmp_path, but=others)
    assert "Nothing has been graded yet" in page.words["grades"]
    assert "no summary of segments" in page.words["segments"]
    assert "does not say what it was compared with" in page.words["changes"]
    assert "does not say how customers moved" in page.words["movement"]
    assert "before a model has been trained" in page.words["clusters"]
    assert "Nobody is on a list today" in page.words["audiences"]
    assert page.open == []


def test_a_baseline_release_has_reasons_but_no_bounds(tmp_path):
    change = """
        update customer_value set predicted_value_upper = null, interval_level = null,
            predicted_value_lower = null, probability_active = 1;
        update value_calibration set interval_coverage = null, baseline_value = null;
        update model_scorecard set interval_coverage = null, baseline_gini = null,
            baseline_value = null, baseline_to_realised = null, is_out_of_time = false;
        update release_info set model_version = 'baseline', bundle_sha256 = null,
            learnt_until = null, learnt_customer_count = null, tested_after = null,
            test_total = null, test_capture = null, test_baseline_capture = null;
        update scoring_runs set compared_with_date = null;
        update segment_migration set previous_date = null, from_segment = null;
        update customer_segments set behaviour_cluster = null;
        update audiences set may_be_written_to = false;
        update campaign_lift set verdict = 'too few to tell', lift = null,
            difference_lower = null, difference_upper = null,
            lift_lower = null, lift_upper = null;
    """
    page = page_of(tmp_path, change=change)
    assert "No model has been trained yet" in page.words["model"]
    assert "gives a value and its reasons, but no bounds" in page.words["model"]
    assert "Higher: spent 5 EUR & more <b>" in page.words["keeping"]
    assert "no earlier run in the last month" in page.words["changes"]
    assert "nobody has moved yet" in page.words["movement"]
    assert "Nobody is slipping away" in page.words["saving"]
    assert "before a model has been trained" in page.words["clusters"]
    assert "Nobody can be written to today" in page.words["audiences"]
    assert "2 campaigns judged so far, and none has shown a gain" in page.findings()
    assert "these figures flatter it" in page.words["grades"]
    assert "It learnt from" not in page.words["model"]


def test_a_release_of_which_everybody_was_erased_says_that_and_no_more(tmp_path):
    page = page_of(tmp_path, change="delete from customer_value")
    assert "Every customer of this release was erased" in page.words["summary"]
    sections = [names["id"] for names in page.having("section")]
    assert sections == ["summary", "grades", "data", "model"]


def test_one_is_no_plural(tmp_path):
    change = """
        update release_info set horizon_days = 1;
        update model_scorecard set horizon_days = 1;
        delete from campaign_lift where audience = 'win_back';
        update scoring_runs set customer_count_before = 0, horizon_days = 1;
        delete from scoring_runs where as_of_date < date '2025-06-28';
        delete from segment_migration where segment_direction = 'stay';
        update segment_migration set customer_count = 1;
        delete from segment_migration where segment_direction in ('up', 'down');
    """
    page = page_of(tmp_path, 1, change=change)
    assert "1 customer is expected to spend" in page.words["summary"]
    assert "in the next 1 day;" in page.words["summary"]
    assert "there is 1 more customer," in page.words["changes"]
    assert "for the 1 day after it" in page.words["grades"]
    assert "for 1 day after 30 June 2025" in page.words["model"]
    said = " ".join([*page.findings(), *re.findall('aria-label="(.*?)"', page.html)])
    assert "1 of 1 customer moved since" in said
    assert "1 campaign judged so far, and none has shown a gain" in said
    assert "each of 1 segment:" in said
    text = " ".join([said, *page.words.values()])
    plurals = "customer|day|segment|cluster|list|campaign|order"
    found = re.findall(rf"(?<![\d.,])1 (?:{plurals})s\b", text)
    assert found == []
    assert "1 customer is slipping away; that puts" in page.words["saving"]
    assert "The 1 customer with the most value at risk" in page.words["saving"]


def test_a_shop_that_expects_nothing_has_a_page(tmp_path):
    change = """
        update customer_value set predicted_value = 0;
        update segment_summary set predicted_value_share = null, predicted_value = 0;
        update scoring_runs set predicted_value = 0, predicted_value_before = 0;
        update model_scorecard set predicted_to_realised = null, gini = null;
        delete from rejected_line_summary;
        delete from segment_migration where segment_direction != 'stay';
    """
    page = page_of(tmp_path, 3, change=change)
    assert "Nobody is expected to spend anything" in page.words["segments"]
    assert "Nobody has changed the segment" in page.words["movement"]
    assert "so nothing is held" in page.words["concentration"]


def test_a_release_of_an_older_version_has_a_page(tmp_path):
    change = """
        alter table release_info drop column valid_until;
        alter table release_info drop column code_version;
        alter table release_info drop column learnt_until;
        alter table scoring_runs drop column compared_with_date;
        alter table customer_value drop column reason_1;
        alter table customer_value drop column reason_2;
    """
    page = page_of(tmp_path, 3, change=change, but=["feature_drift"])
    assert page.having("body") == [{"data-as-of": "2025-06-30"}]
    assert "3 customers" in page.words["summary"]


@pytest.mark.parametrize("basis", ["gross", "margin with tax"])
def test_what_a_value_is_follows_from_its_basis(tmp_path, basis):
    page = page_of(tmp_path, change=f"update release_info set value_basis = '{basis}'")
    for key in ("segments", "concentration", "clusters", "keeping"):
        assert f"expected to spend in the days ahead ({basis})." in page.words[key]
    assert f"until the day of the report ({basis})." in page.words["segments"]
    assert "returns taken off" not in page.html


def test_customers_of_a_segment_are_also_who_has_not_bought(page):
    meant = "Here also those who have not bought: contacts without an order, and who"
    assert meant in page.words["segments"]
    assert meant in page.words["movement"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (-0.004, "0 EUR"),
        (-0.4, "−0.40 EUR"),
        (99.5, "99.50 EUR"),
        (-1234.5, "−1,234 EUR"),
    ],
)
def test_money_is_told_to_the_cent_where_it_is_little(value, said):
    assert words.money(value, "EUR") == said


# --- it is written whole, and the same again ------------------------------------


def test_the_same_marts_give_the_same_page(folder, page):
    assert write_page(folder).read_text() == page.html


def test_a_page_is_read_only_and_leaves_nothing_behind(folder, page):
    assert (folder / PAGE).stat().st_mode & 0o777 == 0o444
    assert {path.name for path in folder.iterdir()} == {PAGE, "marts.duckdb"}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (words.money(1234567.4, "EUR"), "1,234,567 EUR"),
        (words.day("20205-03-01"), "20205-03-01"),
        (words.money(9.5, "GBP"), "9.50 GBP"),
        (words.money(-3, "GBP"), "−3 GBP"),
        (words.share(0.634), "63%"),
        (words.share(0.0041), "0.4%"),
        (words.change(-0.12), "−12%"),
        (words.change(0.0), "no change"),
        (words.listed(["one", "two", "three"]), "one, two and three"),
        (words.title("at_risk"), "At risk"),
    ],
)
def test_numbers_are_written_as_people_say_them(said, wanted):
    assert said == wanted
