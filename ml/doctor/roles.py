"""Who, when, how much: guesses at what the columns of an unknown table mean."""

import re
import unicodedata

from ml.doctor.columns import Column
from ml.doctor.dates import ENOUGH

RECEIPT = (
    "order|invoice|transaction|receipt|basket|ticket|docket|auftrag|beleg|(kassen)?bon|"
    "pedido|commande|facture|factura|fattura|ordine"
)
GOODS = "(items?|pieces?|units|pcs|products|articles|artikel|stuc?k|stueck|cds)"
PRICE = "price|preis|precio|prix|prezzo|preco|prijs|cena"
OF_A_LINE = (
    r"total|gesamt|extended|\b(line|zeile|position|ligne|linea|riga|sum|summe)\b"
)
# words of column names in some languages, as `_plain` writes them, the surest first
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
        r"^(date|datum|fecha|data|day|ordered at|created at|timestamp|tag)$",
        r"date|datum|fecha|timestamp|time|\bat$|\bday\b",
    ],
    "amount": [
        r"(net|line|order|total|paid|sales)[ _-]?(amount|total|value|revenue|sales)",
        r"^(amount|betrag|umsatz|revenue|sales|total|summe|importe|montant|valor)",
        r"amount|betrag|umsatz|revenue|sales|total|summe|importe|montant|value|spend",
        rf"({OF_A_LINE}).*({PRICE})|({PRICE}).*({OF_A_LINE})",
        PRICE + r"|paid|dollar|euro|eur\b|usd\b|gbp\b",
    ],
    "order_id": [
        rf"({RECEIPT}|sales?|bestell(ungs?)?|auftrags|rechnungs?)"
        r"[ -]?(id|no|nr|num|number|nummer|numero|key|code)\b",
        rf"^({RECEIPT}|bestellung|rechnung)( ?nr)?$",
        rf"\b(no|nr|num|numero|nummer|n°)\W*(de |du )?({RECEIPT})$",
    ],
    "product_id": [
        r"(product|item|article|artikel|sku|stock|upc)[ _-]?(id|no|nr|number|code)?$"
    ],
    "category": [r"^(product[ _-]?)?(category|kategorie|department|warengruppe)"],
    "quantity": [
        r"quant(ity|ite|ita|idade)|qty|menge(?!n)|(stuc?k|stueck)zahl|cantidad|ilosc",
        r"^(aantal|antall?|anzahl|count|items|units)"
        r"( (sold|ordered|bought|bestellt|besteld|verkauft|verkocht))?$",
        r"\b(qte|qta|quant|cant|anz|pieces|pcs|stuc?k|stueck|stc?k|stuks|sztuk|szt|"
        r"unites|unidades|unita|pezzi|piezas|(sold|ordered|order|sales|total) units)\b",
        rf"\b{GOODS}[ -]?(count|cnt|anzahl)$",
        rf"\b(no|nr|num|number|count|anzahl|aantal)\W*(of)?\W*{GOODS}$",
    ],
    "currency": [r"^(order[ _-]?)?(currency|waehrung|wahrung)([ _-]?code)?$"],
}
A_NUMBER = (
    r"\b(id|no|nr|num|number|nummer|code)\W*$"  # neither an amount nor a quantity
)
# words of columns that count something else than the pieces of a line
NO_QUANTITY = (
    rf"{PRICE}|cost|discount|rabatt|return|refund|retour|cancel|storn|stock|lager|bestand|"
    r"available|customers|clients|clientes|kunden|orders|pedidos|\b(per|pro|hand)\b"
)
OF_ONE_PIECE = (
    r"\bunit|einzel|stuc?k|stueck|stuks|piece|eenheid|jednost|\b(each|ea|stk|pcs)\b"
)
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
    return "quantity" in roles and _is_price(roles["amount"])


def ask_for_price(roles: dict[str, Column]) -> tuple[str | None, str | None]:
    """Ask whether a price is the amount of a line.

    Returns
    -------
    question : str or None
        What a person must decide.
    note : str or None
        What a person should know, where no name speaks for the price of one piece.
    """
    if not _is_price(roles["amount"]):
        return None, None
    price, remedy = repr(roles["amount"].name), "`python -m ml mapping` writes a model"
    of_line = "say so, in --vars, with the generic_columns that stand below"
    if "quantity" in roles:
        return (
            f"Is {price} the amount of a line, or the price of one of "
            f"{roles['quantity'].name!r} pieces? Of a line: {of_line}. Of one piece: "
            f"{remedy} that multiplies."
        ), None
    if re.search(OF_ONE_PIECE, _plain(roles["amount"].name)):
        return (
            f"Is {price} the amount of a line? By its name it is the price of one "
            "piece, and no column was recognised as the number of pieces. If it is of "
            f"a line, or each line is one piece: {of_line}. Else {remedy}: multiply "
            "there by the column that holds the number."
        ), None
    return None, (
        f"{price} is taken for the amount of a line: no column was recognised as the "
        f"number of pieces. If it is the price of one, {remedy}: multiply there."
    )


def _is_price(column: Column) -> bool:
    """Whether an amount may be the price of one piece, by its name."""
    name = _plain(column.name)
    return bool(re.search(rf"{PRICE}|^unit ", name) and not re.search(OF_A_LINE, name))


def _plain(name: str) -> str:
    """Write a name in small letters without accents, and blanks for underscores."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c)).replace("_", " ")


def _points(role: str, column: Column) -> float:
    """How well a column fits a role; 0 if it cannot play it."""
    name = _plain(column.name)
    if not column.filled or not _may_hold(role, column):
        return 0
    if (role == "quantity") != _counts_pieces(name):
        return 0
    if role == "amount" and re.search(A_NUMBER, name):
        return 0
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


def _counts_pieces(name: str) -> bool:
    """Whether a plain name is that of a quantity."""
    is_named = any(re.search(words, name) for words in WORDS["quantity"])
    return is_named and not re.search(f"{NO_QUANTITY}|{A_NUMBER}", name)


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
