"""The formats that the mapping models of models/staging read, and what they need.

A mapping says so itself, by `require_columns(format, columns, table)`; it is rendered
here with words of dbt that do nothing but that.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import yaml

from ml.doctor.tables import Contents, Table
from ml.errors import SettingsError

PROJECT = Path("dbt_project.yml")
STAGING = Path("models/staging")


@dataclass(frozen=True)
class Need:
    """Columns that one table of a format must have.

    Attributes
    ----------
    tables : tuple of str
        Names that the table may have; none where one table is all.
    columns : list of str
        `one|other` is a column of two names.
    """

    tables: tuple[str, ...]
    columns: list[str]

    def found_in(self, contents: Contents) -> list[Table]:
        """Find the tables that should have the columns."""
        if not self.tables:
            return contents.tables
        return [each for each in contents.tables if each.aliases & set(self.tables)]

    def missing(self, contents: Contents) -> list[str]:
        """Name what is missing, by its table where there are several."""
        prefix = f"{self.tables[0]}." if self.tables else ""
        found = self.found_in(contents)
        return [
            prefix + name.replace("|", " or ")
            for name in self.columns
            if not found or not all(variants(name) & each.names for each in found)
        ]


@dataclass(frozen=True)
class Layout:
    """A format and all that it needs."""

    name: str
    needs: list[Need]

    def missing(self, contents: Contents) -> list[str]:
        """Name what a delivery lacks for this format."""
        return [name for need in self.needs for name in need.missing(contents)]

    @property
    def is_folder(self) -> bool:
        """Whether it has several tables."""
        return any(need.tables for need in self.needs)

    @property
    def count(self) -> int:
        """How many columns it needs."""
        return sum(len(need.columns) for need in self.needs)


def variants(name: str) -> set[str]:
    """Split the names that a column may have."""
    return set(name.lower().split("|"))


def project_settings() -> dict[str, Any]:
    """Read the settings of dbt_project.yml.

    Raises
    ------
    SettingsError
        There is no such file here.
    """
    if not PROJECT.exists():
        message = "there is no dbt_project.yml here. Run it in the project's folder."
        raise SettingsError(message)
    found: dict[str, Any] = yaml.safe_load(PROJECT.read_text())["vars"]
    return found


class _Nothing(jinja2.ChainableUndefined):
    """Stands for every word of dbt but the one that is listened to."""

    def __call__(  # type: ignore[override]
        self, *_values: object, **_named: object
    ) -> "_Nothing":
        return self


def known_layouts(formats: list[str]) -> list[Layout]:
    """Ask each mapping model which columns it requires.

    Parameters
    ----------
    formats : list of str
        The setting source_formats.
    """
    needs: dict[str, list[Need]] = {}

    def require_columns(
        name: str, columns: list[str], table: str | list[str] | None = None
    ) -> str:
        tables = [table] if isinstance(table, str) else table or []
        needs.setdefault(name, []).append(Need(tuple(tables), columns))
        return ""

    words = jinja2.Environment(undefined=_Nothing, extensions=["jinja2.ext.do"])
    for file in sorted(STAGING.glob("stg_*.sql")):
        try:
            words.from_string(file.read_text()).render(require_columns=require_columns)
        except (jinja2.TemplateError, TypeError):
            continue  # dbt will say what is wrong with it, if it is asked for
    return [Layout(name, needs[name]) for name in formats if name in needs]


def fitting_layout(
    layouts: list[Layout], contents: Contents, given: dict[str, Any]
) -> Layout | None:
    """Find the format that needs most of what is there."""
    asked = given.get("source_format")
    layouts = [each for each in layouts if asked in (None, each.name)]
    fitting = [
        each for each in layouts if contents.tables and not each.missing(contents)
    ]
    return max(fitting, key=lambda each: each.count, default=None)


def table_of(
    layouts: list[Layout], contents: Contents, given: dict[str, Any]
) -> Contents:
    """Choose the table of a database that has a format; all if they have one together.

    Somebody may have said which, as the setting source_table.
    """
    asked = given.get("source_table")
    parts = [Contents([each]) for each in contents.tables if asked in (None, each.name)]
    fitting = [
        each for each in [contents, *parts] if fitting_layout(layouts, each, given)
    ]
    return (fitting or (parts if asked else []) or [contents])[0]
