"""Figures of a delivery, from a few narrow columns of each of its lines."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

SAMPLED_LINES = 2_000_000  # equal lines are looked for among about so many
TOO_LARGE = "net_amount: beyond the setting largest_line_amount"  # stg_order_lines.sql
FAR_FROM_USUAL = 100  # an amount so many times the median one is an outlier


@dataclass(frozen=True)
class Figures:
    """What was read, in numbers; money in the currency of the lines.

    Attributes
    ----------
    lines, accepted, guests : int
        Lines read; that count; that name no customer (and are set aside for it).
    set_aside : dict of str to int
        Lines by reason, the most frequent first.
    customers, buyers, repeat_buyers, one_time_buyers : int
        With an accepted line; with a sale; with sales on two days or more; with one
        order.
    spelt_twice : int
        Customers whose id differs from another's by capitals alone, beyond the first.
    orders : int
    first_day, last_day : date or None
    days, days_with_orders, longest_gap_days : int
        From the first to the last; with a line; between two days with a line.
    returns, return_share : int, float
        Lines; their amount as a share of what was sold.
    net_amount, median_line, largest_line : float
    large_lines, large_amount : int, float
        Lines beyond largest_line_amount, and their median amount.
    outliers : int
        Lines of more than a hundred times the median amount.
    top_share : float
        Share of all money that the best hundredth of the customers brought.
    duplicates, duplicates_are_exact : int, bool
        Accepted lines alike in every column with another, beyond the first; estimated
        from a part of the lines where there are many.
    whole_amounts : float
        Share of amounts without cents.
    currencies : dict of str to int
        Accepted lines by currency.
    sources : list of str
    """

    lines: int
    accepted: int
    guests: int
    set_aside: dict[str, int]
    customers: int
    buyers: int
    repeat_buyers: int
    one_time_buyers: int
    spelt_twice: int
    orders: int
    first_day: date | None
    last_day: date | None
    days: int
    days_with_orders: int
    longest_gap_days: int
    returns: int
    return_share: float
    net_amount: float
    median_line: float
    largest_line: float
    large_lines: int
    large_amount: float
    outliers: int
    top_share: float
    duplicates: int
    duplicates_are_exact: bool
    whole_amounts: float
    currencies: dict[str, int]
    sources: list[str]


def count(session: duckdb.DuckDBPyConnection) -> Figures:
    """Count what stands in the tables `lines` and `customers`.

    Parameters
    ----------
    session : connection
        With the tables that ml/doctor/reading.py makes.
    """

    def one(query: str) -> dict[str, Any]:
        found = session.execute(query)
        names = [column[0] for column in found.description or ()]
        return dict(zip(names, found.fetchone() or (), strict=True))

    def pairs(query: str) -> dict[str, int]:
        return dict(session.execute(query).fetchall())

    accepted = "from lines where reject_reason is null"
    figures = one("""
        select count(*) as lines,
            count(*) filter (where reject_reason is null) as accepted,
            count(*) filter (where is_guest) as guests
        from lines
    """)
    figures |= one("""
        select count(*) as customers,
            count(*) filter (where purchase_days > 0) as buyers,
            count(*) filter (where purchase_days > 1) as repeat_buyers,
            count(*) filter (where order_count = 1) as one_time_buyers,
            count(*) - count(distinct spelling) as spelt_twice,
            coalesce(sum(order_count), 0)::bigint as orders,
            coalesce(sum(net_amount), 0)::double as net_amount
        from customers
    """)
    figures |= one(f"""
        with days as (select distinct order_date {accepted}),
        gaps as (
            select order_date - lag(order_date) over (order by order_date) as gap, *
            from days
        )
        select min(order_date) as first_day, max(order_date) as last_day,
            coalesce(max(order_date) - min(order_date) + 1, 0) as days,
            count(*) as days_with_orders,
            coalesce(max(gap), 1) - 1 as longest_gap_days
        from gaps
    """)
    figures |= one(f"""
        select count(*) filter (where line_type = 'return') as returns,
            coalesce((-sum(net_amount) filter (where line_type = 'return')
                / nullif(sum(net_amount) filter (where line_type = 'sale'), 0)
            )::double, 0) as return_share,
            coalesce(max(abs(net_amount)), 0)::double as largest_line,
            coalesce(avg((net_amount = trunc(net_amount))::int), 0)::double
                as whole_amounts
        {accepted}
    """)
    figures |= one(f"""
        select count(*) as large_lines,
            coalesce(median(abs(net_amount)), 0)::double as large_amount
        from lines where reject_reason = '{TOO_LARGE}'
    """)
    figures |= one(f"""
        with amounts as (
            select abs(net_amount) as amount, count(*) as lines {accepted} group by all
        ),
        ranked as (
            select amount, sum(lines) over (order by amount) as up_to,
                sum(lines) over () as all_lines
            from amounts
        )
        select coalesce(min(amount), 0)::double as median_line
        from ranked where up_to * 2 >= all_lines
    """)
    median = f"cast({figures['median_line']!r} as double)"
    figures |= one(f"""
        select count(*) filter (
            where abs(net_amount) > {FAR_FROM_USUAL} * {median}
                and {median} > 0
        ) as outliers
        {accepted}
    """)
    figures |= one("""
        with ranked as (
            select net_amount, row_number() over (order by net_amount desc) as place,
                count(*) over () as customers
            from customers
        )
        select coalesce((sum(net_amount) filter (where place <= ceil(customers / 100))
            / nullif(sum(net_amount), 0))::double, 0) as top_share
        from ranked
    """)
    # equal lines have equal hashes, so one part in so many holds them together
    parts = figures["accepted"] // SAMPLED_LINES + 1
    figures |= one(f"""
        select coalesce(sum(copies - 1), 0)::bigint * {parts} as duplicates
        from (
            select count(*) as copies {accepted} and line % {parts} = 0 group by line
        )
    """)
    return Figures(
        **figures,
        duplicates_are_exact=parts == 1,
        set_aside=pairs(
            "select reject_reason, count(*) from lines where reject_reason is not null "
            "group by all order by count(*) desc, 1"
        ),
        currencies=pairs(
            f"select currency, count(*) {accepted} group by all order by 2 desc, 1"
        ),
        sources=list(pairs(f"select source_name, count(*) {accepted} group by all")),
    )
