"""Numbers, days and codes as a reader says them."""

from datetime import date

from ml.words import counted as counted
from ml.words import number as number

MONEY_WITH_CENTS = 100  # below this an amount is told to the cent
RIGHT = 0.005  # a total that is off by less is called right


def are(value: float) -> str:
    """Give the verb after a count: 1 customer is, 4,993 customers are."""
    return "is" if value == 1 else "are"


def money(value: float, currency: str) -> str:
    """Write an amount with its currency: 321,281 EUR."""
    digits = 2 if abs(value) < MONEY_WITH_CENTS and round(value, 2) % 1 else 0
    return f"{number(value, digits)} {currency}".strip()


def share(value: float) -> str:
    """Write a share as a percentage, with a decimal where it is small: 63%, 0.4%."""
    return f"{value:.1%}" if 0 < abs(value) < 0.0995 else f"{value:.0%}"


def change(value: float) -> str:
    """Write a relative change with its sign: +4.0%, −12%."""
    return "no change" if abs(value) < 0.0005 else _signed(share(abs(value)), value)


def off(ratio: float) -> str:
    """Say how far a total was from what came: 3.4% too much."""
    if abs(ratio - 1) < RIGHT:
        return "right to the percent"
    return f"{share(abs(ratio - 1))} too {'much' if ratio > 1 else 'little'}"


def _signed(text: str, value: float) -> str:
    return f"{'+' if value > 0 else '−'}{text}"


def day(value: date | str) -> str:
    """Write a day of the calendar so that nobody takes it for another: 9 May 2025.

    Years that Python does not know come as text, from lines that were set aside.
    """
    if isinstance(value, str):
        return value
    return f"{value.day} {value:%B %Y}"


def short_day(value: date) -> str:
    """Write a day on an axis: 9 May 25."""
    return f"{value.day} {value:%b %y}"


def plain(code: str) -> str:
    """Write a code of the marts as words: at_risk becomes at risk."""
    return code.replace("_", " ")


def title(code: str) -> str:
    """Begin a sentence with a code of the marts: At risk."""
    words = plain(code)
    return words[:1].upper() + words[1:]


def listed(words: list[str]) -> str:
    """Join words as in a sentence: one, two and three."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
