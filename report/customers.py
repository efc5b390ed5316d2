"""Customers by name of their id: who is worth saving, and who is worth keeping."""

from report import parts, words
from report.marts import Marts, Row
from report.parts import Cell, Section, Table
from report.worth import (
    AT_RISK,
    SLIPPING,
    SLIPPING_AWAY,
    VALUE_AT_RISK,
    predicted_value,
)

MOST_LISTED = 200
CUSTOMERS = "customer_value inner join customer_segments using (customer_id)"
HEADINGS = (
    "Predicted value",
    "Likely between",
    "Chance of ordering",
    "Days since last order",
    "Segment",
    "Why",
    "What to do",
)
SHARED = {
    "Chance of ordering": "Probability of at least one order in the days ahead.",
    "Why": "What moves this customer's predicted value furthest from that of a typical "
    "customer.",
    "What to do": "The action recommended for this customer; a dash where the customer "
    "has not agreed to be written to.",
}


def saving(marts: Marts) -> Section:
    """Who is slipping away, and would be missed."""
    section = Section("saving", "Slipping away and worth saving")
    if not marts.has("customer_segments", "recommended_action", "lifecycle_stage"):
        section.said.append("This release says nothing of stages and actions.")
        return section
    total = marts.rows(
        "select count(*) as customers, "
        f"coalesce(sum(cast(round({AT_RISK} * 100) as bigint)), 0) / 100 as at_risk "
        f"from {CUSTOMERS} where {SLIPPING}"
    )[0]
    if not total.customers:
        section.said.append("Nobody is slipping away.")
        return section
    currency = marts.info.currency
    section.said.append(
        f"{words.counted(total.customers, 'customer')} {words.are(total.customers)} "
        f"slipping away; that puts {words.money(total.at_risk, currency)} at risk."
    )
    rows = _listed(marts, SLIPPING, "at_risk")
    section.tables.append(
        Table(
            _caption(len(rows), "with the most value at risk"),
            ["Customer", "Value at risk", *HEADINGS],
            [
                [
                    parts.text(row.customer_id),
                    parts.amount(row.at_risk, currency),
                    *_cells(row, currency),
                ]
                for row in rows
            ],
            searchable=True,
        )
    )
    section.meanings |= {
        "Slipping away": SLIPPING_AWAY,
        "Value at risk": VALUE_AT_RISK,
        **SHARED,
    }
    return section


def keeping(marts: Marts) -> Section:
    """Who is expected to spend most."""
    section = Section("keeping", "Most valuable, worth keeping")
    if not marts.has("customer_segments", "recommended_action"):
        section.said.append("This release says nothing of segments and actions.")
        return section
    currency = marts.info.currency
    rows = _listed(marts, "true", "predicted_value")
    section.tables.append(
        Table(
            _caption(len(rows), "with the highest predicted value"),
            ["Customer", "Spent so far", *HEADINGS],
            [
                [
                    parts.text(row.customer_id),
                    parts.amount(row.historic_value, currency),
                    *_cells(row, currency),
                ]
                for row in rows
            ],
            searchable=True,
        )
    )
    section.meanings |= {**predicted_value(marts), **SHARED}
    return section


def _caption(listed: int, which: str) -> str:
    return f"The {words.counted(listed, 'customer')} {which}"


def _listed(marts: Marts, condition: str, order: str) -> list[Row]:
    """Top of a list of customers, with what one needs to act on it."""
    reasons = "reason_1, reason_2"
    if not marts.has("customer_value", "reason_1"):
        reasons = "null as reason_1, null as reason_2"
    return marts.rows(
        "select customer_id, historic_value, predicted_value, predicted_value_lower, "
        "predicted_value_upper, probability_active, recency_days, rfm_segment, "
        f"recommended_action, {AT_RISK} as at_risk, {reasons} from {CUSTOMERS} "
        f"where {condition} order by {order} desc, customer_id limit {MOST_LISTED}"
    )


def _cells(row: Row, currency: str) -> list[Cell]:
    """Say what both lists say of a customer."""
    lower, upper = row.predicted_value_lower, row.predicted_value_upper
    between = Cell("–", None)
    if upper is not None:
        shown = f"{words.money(lower, '')} – {words.money(upper, currency)}"
        between = Cell(shown, upper)
    reasons = [reason for reason in (row.reason_1, row.reason_2) if reason]
    return [
        parts.amount(row.predicted_value, currency),
        between,
        parts.percent(row.probability_active),
        parts.count(row.recency_days),
        parts.text(words.plain(row.rfm_segment)),
        parts.text(". ".join(reasons)),
        parts.text(row.recommended_action),
    ]
