"""A first mapping model for a layout of one's own, guessed from its columns."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from ml.doctor.columns import Column
from ml.doctor.files import look_at
from ml.doctor.formats import PROJECT, STAGING, project_settings
from ml.doctor.mapping_model import model_text
from ml.doctor.roles import guess_roles
from ml.doctor.tables import Table, read_contents
from ml.errors import SettingsError, SourceError

NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
UNUSABLE = re.compile(r"[\"'\\{}%\n]|.{61,}", re.DOTALL)  # in a column's name
PROPERTIES = STAGING / "_staging.yml"
ENTRY = """models:
  - name: stg_{name}
    description: >
      Orders of {name}, in the layout of its own export. One row per raw line.
    config: {{tags: [mapping]}}
"""


@dataclass(frozen=True)
class Mapping:
    """A mapping model that was written.

    Attributes
    ----------
    model : Path
    roles : dict of str to str
        Canonical column to the file's own.
    unused : list of str
        Columns of the file that play no role.
    """

    model: Path
    roles: dict[str, str]
    unused: list[str]


def write_mapping(path: str, name: str) -> Mapping:
    """Write a mapping model, its YAML entry, and its name into source_formats.

    Parameters
    ----------
    path : str
        A file, or a folder of files of one layout.
    name : str
        Of the format.

    Raises
    ------
    SettingsError
        The name cannot be one, or is taken; nothing is ever overwritten.
    SourceError
        The files cannot be read, or tell too little.
    """
    model = STAGING / f"stg_{name}.sql"
    _check_name(name, model)
    table = _read(path)
    roles, lacking = guess_roles(table.columns)
    for role, why in lacking.items():
        # a person who edits the model will know: the most likely column stands in
        free = [each for each in table.columns if each not in roles.values()]
        if not free:
            message = f"{path} has too few columns: {why}."
            raise SourceError(message)
        roles[role] = free[0]
    _check_columns(roles)
    texts = {
        model: model_text(name, path, roles),
        PROPERTIES: _with_entry(PROPERTIES.read_text(), name),
        PROJECT: _with_format(PROJECT.read_text(), name),
    }
    for file, text in texts.items():
        file.write_text(text)
    used = {role: column.name for role, column in roles.items()}
    unused = [each.name for each in table.columns if each not in roles.values()]
    return Mapping(model, used, unused)


def _check_name(name: str, model: Path) -> None:
    if not NAME.fullmatch(name):
        message = f"{name!r} cannot name a format: small letters, digits and _ only."
        raise SettingsError(message)
    taken = name in project_settings()["source_formats"]
    taken = taken or f"name: stg_{name}\n" in PROPERTIES.read_text()
    if model.exists() or taken:
        message = (
            f"there is a format {name} already; nothing was written. Choose another."
        )
        raise SettingsError(message)


def _check_columns(roles: dict[str, Column]) -> None:
    for column in roles.values():
        if UNUSABLE.search(column.name):
            message = (
                f"the column {column.name[:60]!r} is too long a name, or holds quotes, "
                "braces, % or backslashes. Rename it in the file."
            )
            raise SourceError(message)


def _read(path: str) -> Table:
    with duckdb.connect() as session:
        contents = read_contents(session, look_at(path))
    if len(contents.tables) != 1:
        message = f"{path} holds {len(contents.tables)} tables. Point to one of them."
        raise SourceError(message)
    return contents.tables[0]


def _with_entry(text: str, name: str) -> str:
    """Put the model's entry first."""
    new = text.replace("models:\n", ENTRY.format(name=name) + "\n", 1)
    _check(text, new, PROPERTIES, f"an entry stg_{name}", lambda old: old["models"])
    return new


def _with_format(text: str, name: str) -> str:
    """Add the name to source_formats, in a list of either style."""
    flow = re.compile(r"^(  source_formats: \[[^\]]*)\]", re.MULTILINE)
    block = re.compile(
        r"^(  source_formats:[^\n\[]*\n(?:    - [^\n]*\n)+)", re.MULTILINE
    )
    new = flow.sub(rf"\g<1>, {name}]", text)
    new = block.sub(rf"\g<1>    - {name}\n", new) if new == text else new
    _check(text, new, PROJECT, name, lambda old: old["vars"]["source_formats"])
    return new


def _check(
    old: str,
    new: str,
    file: Path,
    what: str,
    items: Callable[[dict[str, Any]], list[Any]],
) -> None:
    """Make sure that an edit added one item, and changed nothing else."""
    before, after = yaml.safe_load(old), yaml.safe_load(new)
    added = len(items(after)) - len(items(before))
    for item in [each for each in items(after) if each not in items(before)]:
        items(after).remove(item)
    if added != 1 or before != after:
        message = f"{file} is not as it was made. Add {what} to it by hand first."
        raise SettingsError(message)
