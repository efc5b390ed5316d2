"""What a delivery can look like when something went wrong: one function per class.

A class takes a good delivery (every column as text) and a dice, and returns what is
delivered instead, with the lines that nobody should trust.
"""

import io

import pandas as pd

MONEY = ["gross_amount", "net_amount"]
CLASSES = {}


def fault(function):
    """Register a class under its name."""
    CLASSES[function.__name__] = function
    return function


def some(lines, dice, share=0.02):
    """Pick a few sale lines."""
    sales = lines.index[lines["line_type"] == "sale"]
    count = max(1, int(len(sales) * share * dice.uniform(0.5, 2)))
    return dice.choice(sales, size=min(count, len(sales)), replace=False)


def to_csv(lines):
    return lines.to_csv(index=False).encode()


# --- lines that cannot be trusted: the rest of the file counts

BAD_VALUES = {
    "net_amount": [
        "", "NaN", "nan", "inf", "-inf", "abc", "12,50", "1.234,50", "€ 12.50",
        "-5.00", "99999999999", "1e12",
    ],
    "ordered_at": [
        "", "NaT", "yesterday", "2025-02-30 10:00:00", "1970-01-01 00:00:00",
        "1899-12-30 00:00:00", "2099-01-01 00:00:00", "9999-12-31 23:59:59", "45000",
        "0001-01-01 00:00:00",
    ],
    "quantity": ["", "0", "NaN", "two", "1.5", "1e30"],
    "customer_id": ["", "   ", "nan", "NULL", "None"],
    "order_id": ["", " ", "NaN"],
    "line_type": ["", "swap", "42"],
    "currency": ["", "  "],
}  # fmt: skip


def bad_value(column, value):
    def spoil(lines, dice):
        lines, chosen = lines.copy(), some(lines, dice)
        lines.loc[chosen, column] = value
        return to_csv(lines), chosen

    return spoil


for _column, _values in BAD_VALUES.items():
    for _value in _values:
        CLASSES[f"{_column} is {_value!r}"] = bad_value(_column, _value)


# --- lines that only look odd: they mean the same


@fault
def blanks_around_ids(lines, dice):
    lines = lines.copy()
    chosen = some(lines, dice, 0.3)
    for name in ("customer_id", "order_id", "product_id"):
        lines.loc[chosen, name] = "  " + lines.loc[chosen, name] + " "
    return to_csv(lines), []


@fault
def tabs_around_ids(lines, dice):
    lines = lines.copy()
    chosen = some(lines, dice, 0.3)
    for name in ("customer_id", "order_id", "product_id"):
        lines.loc[chosen, name] = "\xa0" + lines.loc[chosen, name] + "\t"
    return to_csv(lines), []


@fault
def line_types_in_capitals(lines, dice):
    del dice
    return to_csv(lines.assign(line_type=lines["line_type"].str.upper())), []


@fault
def currency_in_small_letters(lines, dice):
    del dice
    return to_csv(lines.assign(currency=lines["currency"].str.lower())), []


@fault
def lines_shuffled(lines, dice):
    return to_csv(lines.sample(frac=1, random_state=int(dice.integers(1e6)))), []


@fault
def columns_in_another_order(lines, dice):
    return to_csv(lines[list(dice.permutation(lines.columns))]), []


@fault
def one_column_more(lines, dice):
    del dice
    return to_csv(lines.assign(remark="hello, world")), []


@fault
def windows_line_ends(lines, dice):
    del dice
    return lines.to_csv(index=False, lineterminator="\r\n").encode(), []


@fault
def everything_quoted(lines, dice):
    del dice
    return lines.to_csv(index=False, quoting=1).encode(), []


@fault
def byte_order_mark(lines, dice):
    del dice
    return b"\xef\xbb\xbf" + to_csv(lines), []


# --- deliveries that are wrong as a whole


@fault
def no_line(lines, dice):
    del dice
    return to_csv(lines.iloc[:0]), []


@fault
def no_byte(lines, dice):
    del lines, dice
    return b"", []


@fault
def header_lost(lines, dice):
    del dice
    return lines.to_csv(index=False, header=False).encode(), []


@fault
def column_lost(lines, dice):
    name = dice.choice(["customer_id", "ordered_at", "net_amount", "quantity"])
    return to_csv(lines.drop(columns=name)), []


@fault
def semicolons(lines, dice):
    del dice
    return lines.to_csv(index=False, sep=";").encode(), []


@fault
def cut_in_a_line(lines, dice):
    whole = to_csv(lines)
    at = int(len(whole) * dice.uniform(0.05, 0.95))
    line_end = whole.index(b"\n", at)
    return whole[: line_end - int(dice.integers(30, 60))], []


@fault
def cut_at_a_line_end(lines, dice):
    by_time = lines.sort_values("ordered_at")
    return to_csv(by_time.iloc[: int(len(lines) * dice.uniform(0.02, 0.3))]), []


@fault
def few_lines_at_random(lines, dice):
    share, seed = dice.uniform(0.02, 0.3), int(dice.integers(1e6))
    return to_csv(lines.sample(frac=share, random_state=seed)), []


@fault
def half_of_each_order(lines, dice):
    keep = dice.uniform(size=len(lines)) < dice.uniform(0.3, 0.5)
    return to_csv(lines[keep]), []


def times(lines, factor, decimals=2):
    lines = lines.copy()
    for name in MONEY:
        amounts = lines[name].astype(float) * factor
        lines[name] = amounts.map(lambda value: f"{value:.{decimals}f}")
    return lines


@fault
def cents_for_euros(lines, dice):
    del dice
    return to_csv(times(lines, 100, 0)), []


@fault
def cents_for_euros_in_most_lines(lines, dice):
    lines = lines.copy()
    chosen = some(lines, dice, 0.7)
    lines.loc[chosen] = times(lines.loc[chosen], 100)
    return to_csv(lines), []


@fault
def euros_for_cents(lines, dice):
    del dice
    return to_csv(times(lines, 0.01, 4)), []


@fault
def thousands(lines, dice):
    return to_csv(times(lines, float(dice.choice([10.0, 1000.0])))), []


@fault
def decimals_cut(lines, dice):
    del dice
    lines = lines.copy()
    for name in MONEY:
        lines[name] = lines[name].astype(float).astype(int).astype(str)
    return to_csv(lines), []


def later(lines, **step):
    moved = pd.to_datetime(lines["ordered_at"]) + pd.Timedelta(**step)
    return lines.assign(ordered_at=moved.dt.strftime("%Y-%m-%d %H:%M:%S"))


@fault
def another_time_zone(lines, dice):
    hours = int(dice.integers(5, 10)) * int(dice.choice([-1, 1]))
    return to_csv(later(lines, hours=hours)), []


@fault
def time_of_day_lost(lines, dice):
    del dice
    return to_csv(lines.assign(ordered_at=lines["ordered_at"].str[:10])), []


@fault
def a_year_too_late(lines, dice):
    del dice
    return to_csv(later(lines, days=365)), []


@fault
def a_year_too_early(lines, dice):
    del dice
    return to_csv(later(lines, days=-365)), []


@fault
def weeks_too_late(lines, dice):
    return to_csv(later(lines, days=int(dice.integers(20, 200)))), []


@fault
def a_century_too_early(lines, dice):
    del dice
    return to_csv(later(lines, days=-36525)), []


@fault
def day_and_month_swapped(lines, dice):
    del dice
    day = pd.to_datetime(lines["ordered_at"])
    swapped = day.dt.strftime("%Y-%d-%m %H:%M:%S")
    return to_csv(lines.assign(ordered_at=swapped)), []


@fault
def orders_twice_under_new_ids(lines, dice):
    share = dice.uniform(0.6, 1.0)
    numbers = (
        lines["order_id"]
        .drop_duplicates()
        .sample(frac=share, random_state=int(dice.integers(1e6)))
    )
    again = lines[lines["order_id"].isin(numbers)]
    return to_csv(
        pd.concat([lines, again.assign(order_id="N" + again["order_id"])])
    ), []


@fault
def lines_twice(lines, dice):
    del dice
    return to_csv(pd.concat([lines, lines])), []


@fault
def another_currency(lines, dice):
    lines = lines.copy()
    lines.loc[some(lines, dice, 0.3), "currency"] = "USD"
    return to_csv(lines), []


@fault
def another_decimal_sign(lines, dice):
    del dice
    lines = lines.copy()
    for name in MONEY:
        lines[name] = lines[name].str.replace(".", ",")
    return to_csv(lines), []


@fault
def amounts_lost(lines, dice):
    del dice
    return to_csv(lines.assign(net_amount="")), []


@fault
def customers_lost(lines, dice):
    del dice
    return to_csv(lines.assign(customer_id="")), []


@fault
def customers_under_new_ids(lines, dice):
    del dice
    return to_csv(lines.assign(customer_id="N" + lines["customer_id"])), []


@fault
def customers_and_orders_swapped(lines, dice):
    del dice
    swapped = {"customer_id": lines["order_id"], "order_id": lines["customer_id"]}
    return to_csv(lines.assign(**swapped)), []


@fault
def all_orders_of_one_customer(lines, dice):
    del dice
    return to_csv(lines.assign(customer_id=lines["customer_id"].iloc[0])), []


@fault
def columns_shifted(lines, dice):
    del dice
    buffer = io.StringIO()
    lines.to_csv(buffer, index=False)
    head, *rest = buffer.getvalue().splitlines()
    return "\n".join([head, *("," + line for line in rest)]).encode(), []


@fault
def another_table(lines, dice):
    del dice
    return b"customer_id,email\n1,a@b.example\n2,c@d.example\n", []


@fault
def a_web_page(lines, dice):
    del lines, dice
    return b"<html><body><h1>503 Service Unavailable</h1></body></html>\n", []


@fault
def random_bytes(lines, dice):
    del lines
    return dice.bytes(5000), []
