"""Counts as a reader says them."""


def number(value: float, digits: int = 0) -> str:
    """Write a number with its thousands set apart, and no minus before zero: 4,993."""
    return f"{value:z,.{digits}f}".replace("-", "−")


def counted(value: float, what: str) -> str:
    """Write a count with what is counted: 1 customer, 4,993 customers."""
    return f"{number(value)} {what}{'' if value == 1 else 's'}"
