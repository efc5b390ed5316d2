"""What customers are worth: by segment, and how it is spread among them."""

from report import charts, parts, words
from report.marts import Marts
from report.parts import Chart, Section, Table

# Who can still be lost. With a smaller chance the amount that divides by it says
# nothing; with a larger one nobody needs to be won back.
LEAST_CHANCE, MOST_CHANCE = 0.15, 0.70
LOSABLE = (
    f"(probability_active >= {LEAST_CHANCE} and probability_active < {MOST_CHANCE})"
)
AT_RISK = (
    f"case when {LOSABLE} then predicted_value * (1 - probability_active) "
    "/ probability_active else 0 end"
)
VALUE_AT_RISK = (
    "What customers who can still be lost would spend if they ordered, times the "
    f"chance that they do not. Still to be lost: a chance of ordering from "
    f"{words.share(LEAST_CHANCE)} to {words.share(MOST_CHANCE)}."
)
SLIPPING = f"({LOSABLE} and lifecycle_stage in ('slowing', 'lapsed'))"
SLIPPING_AWAY = (
    "Customers who can still be lost and have been silent for longer than is usual for "
    "them: their stage of life is slowing or lapsed."
)
EVERYBODY = {
    "Customers": "Here also those who have not bought: contacts without an order, and "
    "who has nothing but returns or gifts. They are in a segment, but nothing is "
    "predicted for them.",
}
POINTS = 200  # of the curve


def predicted_value(marts: Marts) -> dict[str, str]:
    """Say what a predicted value is, on the basis that this release counts by."""
    basis = words.plain(marts.info.value_basis)
    return {
        "Predicted value": "What a customer is expected to spend in the days ahead "
        f"({basis})."
    }


def segments(marts: Marts) -> Section:
    """How big each segment is, and what it is worth."""
    section = Section("segments", "Segments")
    if not marts.has("segment_summary"):
        section.said.append("This release holds no summary of segments.")
        return section
    currency = marts.info.currency
    rows = marts.rows("from segment_summary order by predicted_value desc, rfm_segment")
    best = rows[0]
    if best.predicted_value_share is None:
        finding = "Nobody is expected to spend anything"
    else:
        finding = (
            f"{words.title(best.rfm_segment)} are {words.share(best.customer_share)} "
            f"of customers and {words.share(best.predicted_value_share)} of predicted "
            "value"
        )
    picture = charts.bars(
        [words.plain(row.rfm_segment) for row in rows],
        {
            "share of predicted value": [
                row.predicted_value_share or 0.0 for row in rows
            ],
            "share of customers": [row.customer_share for row in rows],
        },
        words.share,
    )
    table = Table(
        "Segments",
        [
            "Segment",
            "Customers",
            "Share",
            "Predicted value",
            "Share of it",
            "Spent so far",
            "Days since last order",
            "Orders",
            "Chance of ordering",
        ],
        [
            [
                parts.text(words.plain(row.rfm_segment)),
                parts.count(row.customer_count),
                parts.percent(row.customer_share),
                parts.amount(row.predicted_value, currency),
                parts.percent(row.predicted_value_share),
                parts.amount(row.spend, currency),
                parts.count(row.average_recency_days),
                parts.decimal(row.average_order_count),
                parts.percent(row.average_probability_active),
            ]
            for row in rows
        ],
    )
    alternative = (
        f"Two bars for each of {words.counted(len(rows), 'segment')}: its share of "
        f"predicted value and its share of customers. {finding}."
    )
    section.charts.append(Chart(finding, picture, alternative, table))
    section.meanings |= {
        "Segment": "A group by how recently, how often and for how much somebody "
        "bought (RFM). Days, orders and chances are averages of the segment.",
        **predicted_value(marts),
        "Spent so far": "What they have spent until the day of the report "
        f"({words.plain(marts.info.value_basis)}).",
        **EVERYBODY,
    }
    return section


def top_tenth_share(marts: Marts) -> float | None:
    """Share of predicted value that the tenth with the highest predictions holds."""
    found: float | None = marts.rows(
        "select sum(cents) filter (where place <= ceil(customers / 10)) "
        "/ nullif(sum(cents), 0) as held from ("
        "select cast(round(predicted_value * 100) as bigint) as cents, "
        "count(*) over () as customers, "
        "row_number() over (order by predicted_value desc) as place "
        "from customer_value)"
    )[0].held
    return found


def concentration(marts: Marts) -> Section:
    """How much of the value the best customers hold."""
    section = Section("concentration", "How value is spread")
    held = top_tenth_share(marts)
    if held is None:
        section.said.append("Nobody is expected to spend anything, so nothing is held.")
        return section
    points = marts.rows(
        "select max(place) / max(customers) as customers, "
        "max(held) / max(total) as held from ("
        "select place, customers, sum(cents) over (order by place) as held, "
        "sum(cents) over () as total, "
        f"cast(ceil(place * {POINTS} / customers) as integer) as point from ("
        "select cast(round(predicted_value * 100) as bigint) as cents, "
        "count(*) over () as customers, "
        "row_number() over (order by predicted_value desc) as place "
        "from customer_value)) group by point order by point"
    )
    finding = f"The top 10% of customers hold {words.share(held)} of predicted value"
    across = [0.0, *(point.customers for point in points)]
    picture = charts.lines(
        across,
        {
            "predicted value held": [0.0, *(point.held for point in points)],
            "if all were worth the same": across,
        },
        words.share,
        words.share,
        ("customers, the most valuable first", "share of predicted value"),
    )
    wanted = (0.01, 0.05, 0.1, 0.2, 0.5, 1.0)
    chosen = {
        point.customers: point.held
        for share in wanted
        for point in [min(points, key=lambda one: abs(one.customers - share))]
    }
    table = Table(
        "Value held by the best customers",
        ["Best customers", "Predicted value they hold"],
        [
            [parts.percent(customers), parts.percent(value)]
            for customers, value in chosen.items()
        ],
    )
    alternative = f"A curve that rises steeply and flattens. {finding}."
    section.charts.append(Chart(finding, picture, alternative, table))
    section.meanings |= predicted_value(marts)
    return section
