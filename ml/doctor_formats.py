"""The formats that the mapping models of models/staging read, and what they need."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ml.doctor_tables import Contents, Table
from ml.errors import SettingsError

PROJECT = Path("dbt_project.yml")
STAGING = Path("models/staging")


@dataclass(frozen=True)
class Layout:
    """A format, and the columns that its tables need.

    Attributes
    ----------
    name : str
    tables : dict of str to list of str
        By table, "" where one table is all; `one|other` is a column of two names.
    """

    name: str
    tables: dict[str, list[str]]

    def missing(self, contents: Contents) -> list[str]:
        """Name what a delivery lacks for this format."""
        lacking = []
        for table, columns in self.tables.items():
            found = [
                each for each in contents.tables if table in ("", each.name.lower())
            ]
            if not table and len(found) > 1:
                found = found if all(_holds(each, columns) for each in found) else []
            if not found:
                lacking += [f"{table}.{name}" if table else name for name in columns]
            else:
                lacking += [name for name in columns if not _holds(found[0], [name])]
        return lacking

    @property
    def count(self) -> int:
        """How many columns it needs."""
        return sum(map(len, self.tables.values()))


def _holds(table: Table, columns: list[str]) -> bool:
    return all(set(name.lower().split("|")) & table.names for name in columns)


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


def known_layouts(formats: list[str]) -> list[Layout]:
    """Read from each mapping model which columns it requires."""
    layouts = []
    for name in formats:
        file = STAGING / f"stg_{name}.sql"
        text = file.read_text() if file.exists() else ""
        tables: dict[str, list[str]] = {}
        for columns, table in re.findall(
            r'require_columns\(\s*\[([^\]]*)\](?:,\s*"(\w+)")?', text
        ):
            tables.setdefault(table, []).extend(re.findall(r'"([^"]+)"', columns))
        if tables:
            layouts.append(Layout(name, tables))
    return layouts
