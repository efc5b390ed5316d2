"""What a page is made of: figures, tables, charts and sections, without any HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from report import words

Value = str | float | int | date | None


@dataclass(frozen=True)
class Figure:
    """One number with its name and what it means."""

    label: str
    value: str
    meaning: str


@dataclass(frozen=True)
class Cell:
    """What a table shows, and what it is sorted by."""

    shown: str
    by: Value


@dataclass(frozen=True)
class Table:
    """Rows under headings; numbers stand on the right.

    Attributes
    ----------
    caption : str
    headings : sequence of str
    rows : sequence of rows of Cell
    searchable : bool
        Whether a reader may search in it and sort it.
    """

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    searchable: bool = False

    @property
    def numeric(self) -> list[bool]:
        """Say of each column whether it holds numbers, in any row."""
        return [
            any(isinstance(row[place].by, int | float) for row in self.rows)
            for place in range(len(self.headings))
        ]


@dataclass(frozen=True)
class Chart:
    """A picture whose title is what it shows, with the numbers behind it."""

    finding: str
    picture: Markup
    alternative: str
    table: Table


@dataclass
class Section:
    """A part of the briefing; one without anything to say says why.

    Attributes
    ----------
    key, title : str
    said : list of str
        Sentences before everything else.
    meanings : dict of str
        Each term of the section in plain words.
    """

    key: str
    title: str
    said: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    meanings: dict[str, str] = field(default_factory=dict)


def text(value: str | None) -> Cell:
    """Cell with words."""
    return Cell(value or "–", value)


def count(value: float | None) -> Cell:
    """Cell with a count."""
    return Cell("–" if value is None else words.number(value), value)


def amount(value: float | None, currency: str) -> Cell:
    """Cell with money."""
    return Cell("–" if value is None else words.money(value, currency), value)


def percent(value: float | None) -> Cell:
    """Cell with a share."""
    return Cell("–" if value is None else words.share(value), value)


def decimal(value: float | None) -> Cell:
    """Cell with a figure that has no unit."""
    return Cell("–" if value is None else words.number(value, 2), value)


def day(value: date | None) -> Cell:
    """Cell with a day; sorted as it passed."""
    shown = "–" if value is None else words.day(value)
    return Cell(shown, None if value is None else value.toordinal())
