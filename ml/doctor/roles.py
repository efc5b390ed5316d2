"""Who, when, how much: guesses at what the columns of an unknown table mean."""

import re

from ml.doctor.columns import Column
from ml.doctor.dates import ENOUGH

# words of column names in some languages, the surest first
WORDS = {
    "customer_id": [
        r"(customer|client|cust|kunden?|cliente?|member|household|buyer|user|person|"
        r"account|shopper|consumer|debtor)[ _-]?(id|no|nr|num|number|nummer|key)\b",
        r"^(customer|client|kunde|cliente?|member|household|buyer|user|person|account)",
        r"e-?mail|loyalty|card",
        r"customer|client|kunde|member|buyer|user",
    ],
    "ordered_at": [
        r"(order|invoice|purchase|transaction|sale|bestell|rechnungs|kauf|beleg)\w*"
        r"[ _-]?(date|datum|day|time|timestamp|at|tag)",
        r"^(date|datum|fecha|data|day|ordered_at|created[ _]at|timestamp|tag)$",
        r"date|datum|fecha|timestamp|time|_at$|\bday\b",
    ],
    "amount": [
        r"(net|line|order|total|paid|sales)[ _-]?(amount|total|value|revenue|sales)",
        r"^(amount|betrag|umsatz|revenue|sales|total|summe|importe|montant|valor)",
        r"amount|betrag|umsatz|revenue|sales|total|summe|importe|montant|value|spend",
        r"price|preis|precio|prix|paid|dollar|euro|eur\b|usd\b|gbp\b",
    ],
    "order_id": [
        r"(order|invoice|transaction|receipt|basket|bestell|rechnungs?|beleg|bon|ticket)"
        r"[ _-]?(id|no|nr|num|number|nummer|key|code)\b",
        r"^(order|invoice|bestellung|auftrag|rechnung|receipt|basket)(_?nr)?$",
    ],
    "product_id": [
        r"(product|item|article|artikel|sku|stock|upc)[ _-]?(id|no|nr|number|code)?$"
    ],
    "category": [r"^(product[ _-]?)?(category|kategorie|department|warengruppe)"],
    "quantity": [r"^(quantity|qty|menge|anzahl|pieces|units|cantidad)"],
    "currency": [r"^(order[ _-]?)?(currency|waehrung|währung)([ _-]?code)?$"],
}
PRICE = r"price|preis|precio|prix"
NEEDED = {
    "customer_id": "no column tells who ordered",
    "ordered_at": "no column holds days or times of orders",
    "amount": "no column holds amounts as numbers",
}
SURE, BY_CONTENT = 10, 1  # points of the surest word; of a fitting content alone
FEW_DIFFERENT = 0.0005  # share of different values below which nobody is named


def guess_roles(columns: list[Column]) -> tuple[dict[str, Column], dict[str, str]]:
    """Guess which column plays which role, by its name and by what it holds.

    Parameters
    ----------
    columns : list of Column

    Returns
    -------
    roles : dict of str to Column
        No column twice.
    lacking : dict of str to str
        Roles that are needed and that nothing can play, with the reason.
    """
    roles: dict[str, Column] = {}
    for role in ("ordered_at", "amount", "customer_id", *list(WORDS)[3:]):
        free = [column for column in columns if column not in roles.values()]
        points = {column.name: _points(role, column) for column in free}
        best = max(free, key=lambda column: points[column.name], default=None)
        if best is not None and points[best.name] > 0:
            roles[role] = best
    roles = {role: roles[role] for role in WORDS if role in roles}
    return roles, {role: why for role, why in NEEDED.items() if role not in roles}


def is_of_one_piece(roles: dict[str, Column]) -> bool:
    """Whether the amount may be the price of one piece, to be multiplied."""
    amount = roles["amount"].name.lower()
    return "quantity" in roles and bool(re.search(PRICE, amount))


def _points(role: str, column: Column) -> float:
    """How well a column fits a role; 0 if it cannot play it."""
    if not column.filled or not _may_hold(role, column):
        return 0
    name = column.name.lower()
    for place, words in enumerate(WORDS[role]):
        if re.search(words, name):
            return SURE - place
    # without a fitting name: only what the content alone can tell
    is_id = column.number >= ENOUGH or re.search(r"id\b|code|nr\b|key", name)
    fits = {
        "ordered_at": True,
        "amount": column.decimals,
        "customer_id": is_id and column.different > FEW_DIFFERENT,
    }
    return BY_CONTENT if fits.get(role) else 0


def _may_hold(role: str, column: Column) -> bool:
    """Whether a column's content allows a role."""
    is_date = column.date_format is not None
    if role == "ordered_at":
        return is_date
    if role in ("amount", "quantity"):
        return column.number >= ENOUGH and not is_date and not column.oddity
    if role == "customer_id":
        return not is_date and not column.decimals
    return not is_date
