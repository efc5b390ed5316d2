"""The sample shop is what its truth says, and writing it never costs anybody data.

Statistical bounds come from the Poisson, binomial and gamma laws that the truth names,
at 4 standard deviations: a right shop fails such a test at one seed in 15,000.
"""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ml.errors import SettingsError
from ml.sample import shop as sample_shop
from ml.sample import tables
from ml.sample.shop import write_sample_shop

SIGMAS = 4.0
CUSTOMERS = 20_000  # of the shop that is judged by statistics
ORDER_LINES = {
    "order_id": "string",
    "customer_id": "string",
    "ordered_at": "timestamp[us]",
    "product_id": "string",
    "category": "string",
    "quantity": "int64",
    "gross_amount": "decimal128(18, 2)",
    "net_amount": "decimal128(18, 2)",
    "line_type": "string",
    "currency": "string",
    "recorded_at": "timestamp[us]",
    "source_name": "string",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A shop with every default."""
    folder = tmp_path_factory.mktemp("shop")
    write_sample_shop(folder)
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A larger shop's tables."""
    folder = tmp_path_factory.mktemp("large_shop")
    write_sample_shop(folder, customers=CUSTOMERS)
    with open_shop(folder) as connection:
        yield connection


def open_shop(folder):
    """Return lines, truth, sales that no pipeline would set aside, and their orders."""
    connection = duckdb.connect()
    connection.execute(f"""
        create table lines as from '{folder}/orders/*.parquet';
        create table truth as from '{folder}/truth.parquet';
        create table sales as
        from lines
        where line_type = 'sale' and quantity > 0 and customer_id is not null;
        create table orders as
        select order_id, customer_id, ordered_at, sum(net_amount)::double as value
        from sales group by all;
    """)
    return connection


def one(shop, query):
    return shop.execute(query).fetchone()


def column(shop, query):
    return np.array([row[0] for row in shop.execute(query).fetchall()])


def read(folder):
    orders = [pq.read_table(file) for file in sorted(folder.glob("orders/*.parquet"))]
    return pa.concat_tables(orders), pq.read_table(folder / "truth.parquet")


def contents(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder): path.read_bytes() for path in files}


# --- the files ------------------------------------------------------------------------


def test_one_file_per_month_each_holding_its_month(folder):
    files = sorted(folder.glob("orders/*"))
    assert len(files) == 30
    assert files[0].name == "orders_2023-07.parquet"
    assert files[-1].name == "orders_2025-12.parquet"
    for file in files:
        ordered_at = pq.read_table(file)["ordered_at"].to_numpy()
        months = set(ordered_at.astype("datetime64[M]").astype(str))
        assert months == {file.stem.removeprefix("orders_")}


def test_columns_are_the_canonical_ones(folder):
    schema = pq.read_schema(folder / "orders" / "orders_2024-02.parquet")
    assert {field.name: str(field.type) for field in schema} == ORDER_LINES
    assert schema.names == list(ORDER_LINES)


def test_counts_are_reported(tmp_path):
    calls = []
    made = write_sample_shop(
        tmp_path, customers=5_100, progress=lambda *now: calls.append(now)
    )
    lines, truth = read(tmp_path)
    assert made.line_count == lines.num_rows
    assert made.customer_count == truth.num_rows == 5_100
    assert made.first_day == date(2023, 7, 3)
    assert calls == [(5_000, 5_100), (5_100, 5_100)]


# --- the same dice, the same rows -----------------------------------------------------


def test_same_arguments_give_the_same_rows_however_they_are_written(
    folder, tmp_path, monkeypatch
):
    write_sample_shop(tmp_path / "at once", customers=5_100)
    monkeypatch.setattr(tables, "LINES_IN_MEMORY", 1_000)
    write_sample_shop(tmp_path / "bit by bit", customers=5_100)
    lines, truth = read(tmp_path / "at once")
    again_lines, again_truth = read(tmp_path / "bit by bit")
    assert lines.equals(again_lines)
    assert truth.equals(again_truth)


def test_a_larger_shop_holds_the_smaller_one(folder, tmp_path):
    write_sample_shop(tmp_path, customers=5_100)
    lines, truth = read(folder)
    larger_lines, larger_truth = read(tmp_path)
    assert larger_truth.slice(0, 5_000).equals(truth)
    shared = pc.is_in(larger_lines["order_id"], lines["order_id"])
    assert larger_lines.filter(shared).equals(lines)


def test_customers_and_orders_are_all_different(shop):
    ids, rates, orders, placed = one(
        shop,
        """
        select
            (select count(distinct customer_id) from truth),
            (select count(distinct purchase_rate_per_day) from truth),
            count(distinct order_id),
            count(distinct (order_id, customer_id, ordered_at, recorded_at)),
        from lines
        """,
    )
    assert (ids, rates) == (CUSTOMERS, CUSTOMERS)
    assert placed == orders


def test_another_seed_gives_other_rows(tmp_path):
    made = [
        write_sample_shop(tmp_path / str(seed), customers=200, seed=seed)
        for seed in (7, 8)
    ]
    rates = [
        read(tmp_path / name)[1]["purchase_rate_per_day"].to_pylist() for name in "78"
    ]
    assert set(rates[0]).isdisjoint(rates[1])
    assert made[0].line_count != made[1].line_count


# --- the truth can be found again in the orders ---------------------------------------

FULL_YEAR_CUSTOMERS = """
    select customer_id, purchase_rate_per_day * 365 as expected
    from truth
    where first_ordered_at < '2025-01-01' and lifetime_end_date > '2025-12-31'
"""


def test_orders_of_a_year_are_poisson_at_the_true_rate(shop):
    """Over a calendar year the season averages one, so N ~ Poisson(365 x rate).

    A thousandth is granted: for the 53rd Wednesday of 2025, and for late records.
    """
    rows = shop.execute(f"""
        with customers as ({FULL_YEAR_CUSTOMERS})
        select expected, count(order_id)
        from customers
        left join orders
            on orders.customer_id = customers.customer_id
            and ordered_at >= '2025-01-01'
        group by customers.customer_id, expected
    """).fetchall()
    expected, found = np.array(rows, dtype=float).T
    assert expected.size > 4_000

    total = expected.sum()
    assert abs(found.sum() - total) < SIGMAS * np.sqrt(total) + 0.001 * total

    often = expected >= 1  # (N - m)^2 / m has mean 1 and variance 2 + 1 / m
    squares = (found[often] - expected[often]) ** 2 / expected[often]
    deviation = np.sqrt(np.sum(2 + 1 / expected[often]))
    assert abs(squares.sum() - often.sum()) < SIGMAS * deviation


def test_half_of_the_regular_customers_leave_within_600_days(shop):
    """Lifetimes are Pareto: S(t) = (b / (b + t))^s, here with s = 1 and b = 600.

    Schmittlein, Morrison and Colombo (1987), the Pareto distribution of the second
    kind.
    """
    count, stayed = one(
        shop,
        """
        select count(*), count_if(lifetime_end_date >= first_ordered_at::date + 600)
        from truth where kind = 'regular'
        """,
    )
    assert abs(stayed - count / 2) < SIGMAS * np.sqrt(count / 4)


def test_alive_is_who_leaves_after_the_last_day(shop):
    wrong = one(
        shop,
        """
        select count_if(is_alive_at_end <> (lifetime_end_date > '2025-12-31'))
        from truth
        """,
    )
    assert wrong == (0,)


def test_orders_have_the_true_mean_value(shop):
    """Order / true mean is gamma with mean 1, variance 1/4; rounding adds less."""
    ratio = column(
        shop,
        "select value / mean_order_value from orders join truth using (customer_id)",
    )
    assert abs(ratio.mean() - 1) < SIGMAS * np.sqrt((1 / 4 + 1 / 4) / ratio.size)
    assert 1 / 4 * 0.9 < ratio.var() < 1 / 4 + 1 / 4


def test_expected_sales_follow_rate_value_and_season(shop, tmp_path):
    """Whoever stays has rate x value x the season's weight of the next 90 days.

    That weight is checked against the orders of a year: their share in its last 90
    days is binomial.
    """
    write_sample_shop(tmp_path, customers=500, last_day=date(2025, 10, 2), days=366)
    frame = read(tmp_path)[1].to_pandas()
    weight = frame["expected_sale_value_next_90d"] / (
        frame["purchase_rate_per_day"] * frame["mean_order_value"]
    )
    left = frame["lifetime_end_date"]
    stays = left > date(2025, 12, 31)
    leaves = frame["is_alive_at_end"] & (left < date(2025, 12, 31))
    season = weight[stays].iloc[0]
    assert np.allclose(weight[stays], season)
    assert weight[leaves].between(0, season, inclusive="neither").all()
    assert leaves.sum() > 10
    assert (weight[~frame["is_alive_at_end"]] == 0).all()

    count, late = one(
        shop,
        f"""
        select count(*), count_if(ordered_at >= '2025-10-03')
        from orders join ({FULL_YEAR_CUSTOMERS}) using (customer_id)
        where ordered_at >= '2025-01-01'
        """,
    )
    share = season / 365
    assert abs(late - count * share) < SIGMAS * np.sqrt(count * share * (1 - share))


def test_every_customer_has_the_first_order_of_the_truth(shop):
    wrong = one(
        shop,
        """
        with firsts as (
            select customer_id, min(ordered_at) as ordered_at from sales group by all
        )
        select count_if(firsts.ordered_at is distinct from first_ordered_at), count(*)
        from truth full join firsts using (customer_id)
        """,
    )
    assert wrong == (0, CUSTOMERS)


def test_nobody_orders_after_leaving(shop):
    late = one(
        shop,
        """
        select count(*) from orders join truth using (customer_id)
        where ordered_at::date > lifetime_end_date
        """,
    )
    assert late == (0,)


# --- the shop looks like a shop -------------------------------------------------------


@pytest.mark.parametrize("size", ["default", "large"])
def test_the_mixture_of_customers(folder, shop, size):
    """More than a third buy once; 1 % wholesalers make over a quarter of revenue."""
    connection = shop if size == "large" else open_shop(folder)
    one_time, wholesale, revenue = one(
        connection,
        """
        with customers as (
            select customer_id, count(*) as orders, sum(value) as value
            from orders group by customer_id
        )
        select
            avg((orders = 1)::int),
            avg((kind = 'wholesale')::int),
            sum(value) filter (kind = 'wholesale') / sum(value),
        from customers join truth using (customer_id)
        """,
    )
    assert 0.35 <= one_time <= 0.40
    assert wholesale == pytest.approx(0.01)
    assert 0.25 <= revenue <= 0.35


def test_about_25_lines_per_customer_1_to_10_per_order(shop):
    lines, least, most, mean = one(
        shop,
        """
        with counts as (select count(*) as lines from sales group by order_id)
        select (select count(*) from lines), min(lines), max(lines), avg(lines)
        from counts
        """,
    )
    assert 23 < lines / CUSTOMERS < 27
    assert (least, most) == (1, 10)
    assert 3.5 < mean < 4.5


@pytest.mark.parametrize("mean", [1.5, 6.0])
def test_lines_per_order_can_be_set(tmp_path, mean):
    """A little below the mean that is asked for: small orders have few lines."""
    write_sample_shop(tmp_path, customers=1_000, lines_per_order=mean)
    frame = read(tmp_path)[0].to_pandas()
    sales = frame[(frame["line_type"] == "sale") & (frame["quantity"] > 0)]
    lines = len(sales) / sales["order_id"].nunique()
    assert 0.9 * mean < lines < 1.02 * mean


def test_november_sells_more_than_june(shop):
    november, june = one(
        shop,
        """
        select
            count_if(ordered_at between '2025-11-01' and '2025-12-01'),
            count_if(ordered_at between '2025-06-01' and '2025-07-01'),
        from orders
        """,
    )
    assert november > 1.5 * june


def test_customers_keep_to_their_favourite_categories(shop):
    """Of a few dozen lines, 85 % plus a few by chance lie in at most 3 of 12."""
    share = one(
        shop,
        """
        with counts as (
            select customer_id, category, count(*) as lines from sales group by all
        ),
        favourites as (
            select
                sum(lines) as lines,
                list_sum(list_reverse_sort(list(lines))[:3]) as in_three,
            from counts group by customer_id having sum(lines) >= 40
        )
        select sum(in_three) / sum(lines) from favourites
        """,
    )[0]
    assert 0.85 < share < 0.95


def test_products_have_one_category_and_one_price(shop):
    categories, products, priced, uneven = one(
        shop,
        """
        select
            count(distinct category), count(distinct product_id),
            count(distinct (product_id, category, cents // quantity)),
            count_if(cents % quantity <> 0),
        from (select *, (gross_amount * 100)::bigint as cents from sales)
        """,
    )
    assert categories == 12
    assert 1_500 < products <= 2_000
    assert priced == products
    assert uneven == 0


def test_signs_of_quantities_and_amounts(shop):
    rows = shop.execute("""
        select
            line_type, min(sign(quantity)), max(sign(quantity)),
            min(sign(net_amount)), max(sign(net_amount)),
            bool_and(abs(net_amount) <= abs(gross_amount)),
        from lines where quantity <> 0 group by line_type order by line_type
    """).fetchall()
    assert rows == [
        ("adjustment", 1, 1, -1, -1, True),
        ("return", -1, -1, -1, -1, True),
        ("sale", 1, 1, 1, 1, True),
    ]


def test_one_line_in_a_hundred_is_to_be_set_aside(shop):
    lines, guests, empty, paid = one(
        shop,
        """
        select
            count(*), count_if(customer_id is null), count_if(quantity = 0),
            count_if(quantity = 0 and (net_amount <> 0 or gross_amount <> 0)),
        from lines
        """,
    )
    assert guests > 0
    assert empty > 0
    assert 0.005 < (guests + empty) / lines < 0.015
    assert paid == 0


def test_a_return_undoes_a_sale_and_comes_later(shop):
    """Every return line, paired with a sale line of its order, cancels it exactly."""
    returned, paired = one(
        shop,
        """
        with numbered as (
            select
                *, substr(order_id, 2) as order_number, abs(quantity) as pieces,
                row_number() over (
                    partition by order_id, product_id, quantity, net_amount
                    order by gross_amount
                ) as twin,
            from lines where quantity <> 0
        ),
        returns as (from numbered where line_type = 'return'),
        sold as (from numbered where line_type = 'sale')
        select
            count(*),
            count(*) filter (
                sold.net_amount = -returns.net_amount
                and sold.gross_amount = -returns.gross_amount
                and sold.customer_id is not distinct from returns.customer_id
                and sold.ordered_at < returns.ordered_at
                and sold.recorded_at <= returns.recorded_at
                and returns.order_id = 'R' || order_number
            ),
        from returns
        left join sold using (order_number, product_id, pieces, twin)
        """,
    )
    assert returned > 20_000
    assert paired == returned


def test_six_percent_come_back_some_of_it_as_whole_orders(shop):
    line_share, order_share = one(
        shop,
        """
        with sold as (
            select substr(order_id, 2) as number, count(*) as lines
            from sales where ordered_at < '2025-10-01' group by order_id
        ),
        returned as (
            select substr(order_id, 2) as number, count(*) as lines
            from lines where line_type = 'return' group by order_id
        )
        select
            sum(returned.lines) / sum(sold.lines),
            count_if(returned.lines = sold.lines and sold.lines >= 3)
                / count_if(sold.lines >= 3),
        from sold left join returned using (number)
        """,
    )
    assert 0.05 < line_share < 0.07
    assert 0.01 < order_share < 0.02


def test_credits_are_few_and_smaller_than_their_order(shop):
    credits_, too_much = one(
        shop,
        """
        select count(*), count_if(sold.net_amount is null or sold.net_amount <= credit)
        from (
            select substr(order_id, 2) as number, -net_amount as credit, ordered_at
            from lines where line_type = 'adjustment'
        ) as credits
        left join (
            select
                substr(order_id, 2) as number, min(ordered_at) as sold_at,
                sum(net_amount) as net_amount,
            from lines where line_type = 'sale' group by order_id
        ) as sold on sold.number = credits.number and sold_at < credits.ordered_at
        """,
    )
    assert 200 < credits_ < 1_000
    assert too_much == 0


def test_nothing_is_dated_or_recorded_outside_the_period(shop):
    outside, before_it_happened, late = one(
        shop,
        """
        select
            count_if(ordered_at < '2023-07-03' or recorded_at >= '2026-01-01'),
            count_if(recorded_at <= ordered_at),
            avg((recorded_at > ordered_at + interval 1 hour)::int),
        from lines
        """,
    )
    assert (outside, before_it_happened) == (0, 0)
    assert 0.003 < late < 0.007


# --- what is there is never lost ------------------------------------------------------


def make_foreign_orders(folder, *, with_truth):
    (folder / "orders").mkdir()
    theirs = pa.table({"order_id": ["1"]})
    pq.write_table(theirs, folder / "orders" / "orders_2024-01.parquet")
    if with_truth:
        pq.write_table(theirs, folder / "truth.parquet")


@pytest.mark.parametrize("with_truth", [False, True])
def test_orders_of_others_are_left_alone(tmp_path, with_truth):
    make_foreign_orders(tmp_path, with_truth=with_truth)
    before = contents(tmp_path)
    with pytest.raises(SettingsError, match="Name another folder"):
        write_sample_shop(tmp_path, customers=10)
    assert contents(tmp_path) == before


def test_a_file_put_beside_our_orders_is_left_alone(tmp_path):
    write_sample_shop(tmp_path, customers=10)
    (tmp_path / "orders" / "mine.csv").write_text("order_id\n1\n")
    before = contents(tmp_path)
    with pytest.raises(SettingsError, match=r"mine\.csv"):
        write_sample_shop(tmp_path, customers=20)
    assert contents(tmp_path) == before


def test_a_file_called_orders_is_left_alone(tmp_path):
    (tmp_path / "orders").write_text("mine")
    with pytest.raises(SettingsError, match="orders"):
        write_sample_shop(tmp_path, customers=10)
    assert (tmp_path / "orders").read_text() == "mine"


def test_an_earlier_sample_shop_is_replaced_and_its_neighbours_stay(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    write_sample_shop(tmp_path, customers=20)
    write_sample_shop(tmp_path, customers=10, days=40)
    assert read(tmp_path)[1].num_rows == 10
    names = sorted(str(path) for path in contents(tmp_path))
    assert names == [
        "notes.txt",
        "orders/orders_2025-11.parquet",
        "orders/orders_2025-12.parquet",
        "truth.parquet",
    ]


class Interrupted(BaseException):
    """What a person's Ctrl-C would raise."""


def interrupt(*_):
    raise Interrupted


def test_an_interrupted_run_leaves_nothing(tmp_path):
    with pytest.raises(Interrupted):
        write_sample_shop(tmp_path / "new", customers=10, progress=interrupt)
    assert contents(tmp_path) == {}


def test_an_interrupted_run_leaves_the_earlier_shop(tmp_path):
    write_sample_shop(tmp_path, customers=10)
    before = contents(tmp_path)
    with pytest.raises(Interrupted):
        write_sample_shop(tmp_path, customers=20, progress=interrupt)
    assert contents(tmp_path) == before


def test_a_killed_run_leaves_no_orders_and_the_next_one_succeeds(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; "
        "from ml.sample.shop import write_sample_shop; "
        "write_sample_shop(Path(sys.argv[1]), customers=10, "
        "progress=lambda *now: os._exit(9))"
    )
    root = Path(__file__).parents[2]
    killed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        check=False,
    )
    assert killed.returncode == 9
    assert not (tmp_path / "orders").exists()
    write_sample_shop(tmp_path, customers=10)
    assert {path.name for path in tmp_path.iterdir()} == {"orders", "truth.parquet"}


@pytest.mark.parametrize("moves", [0, 1, 2])
def test_killed_between_moves_there_is_one_whole_shop_or_none(
    tmp_path, monkeypatch, moves
):
    """A kill runs no clean-up, so clean-up is switched off; moves: old, truth, new."""
    write_sample_shop(tmp_path, customers=10)
    calls = []

    def kill_after_moves(move):
        def moved(path, target):
            calls.append(path)
            if len(calls) > moves:
                raise Interrupted
            return move(path, target)

        return moved

    with monkeypatch.context() as patch:
        patch.setattr(sample_shop.shutil, "rmtree", lambda *_, **__: None)
        patch.setattr(Path, "rename", kill_after_moves(Path.rename))
        patch.setattr(Path, "replace", kill_after_moves(Path.replace))
        with pytest.raises(Interrupted):
            write_sample_shop(tmp_path, customers=20)

    if (tmp_path / "orders").exists():
        assert moves == 0
        assert read(tmp_path)[1].num_rows == 10
    write_sample_shop(tmp_path, customers=20)
    lines, truth = read(tmp_path)
    assert truth.num_rows == 20
    assert set(truth["customer_id"].to_pylist()) <= set(
        lines["customer_id"].to_pylist()
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("customers", 0),
        ("days", 0),
        ("days", 10_000),
        ("last_day", date(1815, 6, 18)),
        ("seed", -1),
        ("lines_per_order", 1.0),
        ("lines_per_order", 10.0),
    ],
)
def test_a_setting_out_of_range_is_named_and_nothing_written(tmp_path, setting, value):
    with pytest.raises(SettingsError, match=f"{setting} must"):
        write_sample_shop(tmp_path / "shop", **{setting: value})
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(("customers", "days"), [(1, 1), (3, 2), (300, 3_000)])
def test_odd_sizes_work(tmp_path, customers, days):
    made = write_sample_shop(tmp_path, customers=customers, days=days)
    lines, truth = read(tmp_path)
    assert truth.num_rows == customers
    assert lines.num_rows == made.line_count >= customers


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "shop").write_text("mine")
    with pytest.raises(SettingsError, match="is a file"):
        write_sample_shop(tmp_path / "shop", customers=10)
