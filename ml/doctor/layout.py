"""Which format a delivery has, and the settings with which the pipeline will read it.

What no format fits is taken for a generic table, if its columns tell enough.
"""

from dataclasses import dataclass, field
from typing import Any

import duckdb

from ml.doctor.columns import Column
from ml.doctor.dates import decide_day_first
from ml.doctor.files import Delivery
from ml.doctor.formats import (
    Layout,
    fitting_layout,
    known_layouts,
    project_settings,
    table_of,
    variants,
)
from ml.doctor.roles import ask_for_price, guess_roles
from ml.doctor.tables import Contents, Table
from ml.doctor.verdict import NO_CURRENCY
from ml.errors import SourceError

NEAR = 0.6  # a format is named as the nearest from this share of its columns on


@dataclass
class Proposal:
    """Settings that read a delivery, and what a person must know or decide.

    Attributes
    ----------
    settings : dict
        As for --vars; only what differs from dbt_project.yml.
    understood : list of str
        What was recognised, and by what.
    questions : list of str
        What nobody but the shop can know; the orders are not ready before.
    notes : list of str
    unused : list of str
        Columns of a generic table that play no role.
    """

    settings: dict[str, Any]
    understood: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def propose(
    session: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    contents: Contents,
    given: dict[str, Any],
) -> Proposal:
    """Recognise the format, and propose the settings.

    Parameters
    ----------
    session : connection
    delivery : Delivery
    contents : Contents
    given : dict
        Settings that somebody has decided already.

    Raises
    ------
    SourceError
        No known format fits, and the columns tell too little.
    """
    defaults = project_settings()
    first = {"source_format": "", "source_path": delivery.path}
    proposal = Proposal(first)
    layouts = known_layouts(defaults["source_formats"])
    if delivery.kind == "duckdb":
        contents = _table_of_database(layouts, contents, proposal, defaults, given)
    layout = fitting_layout(layouts, contents, given)
    if layout is not None:
        proposal.settings["source_format"] = layout.name
        proposal.understood.append(f"its columns are those of the format {layout.name}")
        read = contents.tables
        columns = _used(contents, layout)
    elif contents.is_fixed or delivery.kind == "json":
        name, said = _known_by_its_text(contents)
        proposal.settings["source_format"] = name
        proposal.understood.append(said)
        read, columns = [], []
    else:
        read = [_only_table(contents, defaults)]
        columns = _propose_generic(read[0], proposal, contents, defaults, given)
    if delivery.kind == "csv":
        _propose_writing(delivery, contents, columns, proposal)
        if not given.get("date_format"):
            _propose_dates(session, read, columns, proposal)
    settings = {**proposal.settings, **given}
    proposal.settings = {
        name: value
        for name, value in settings.items()
        if name in ("source_format", "source_path") or value != defaults.get(name)
    }
    return proposal


def _table_of_database(
    layouts: list[Layout],
    contents: Contents,
    proposal: Proposal,
    defaults: dict[str, Any],
    given: dict[str, Any],
) -> Contents:
    """Choose the table, and name it in the settings, unless a format needs several."""
    contents = table_of(layouts, contents, given)
    layout = fitting_layout(layouts, contents, given)
    if not (layout and layout.is_folder):
        proposal.settings["source_table"] = _only_table(contents, defaults).name
    return contents


def _known_by_its_text(contents: Contents) -> tuple[str, str]:
    """Name the formats that are no tables, and by what they were known."""
    if contents.is_fixed:
        return "cdnow", "its lines are those of CDNOW's text file"
    holds = [each.names for each in contents.tables]
    order = {"line_items", "returns"}
    if all(("id" in names and names & order) or "orders" in names for names in holds):
        return "square", "its objects are orders of Square"
    message = (
        "it is JSON, of which only Square's orders are read. Save it as CSV or Parquet."
    )
    raise SourceError(message)


def _used(contents: Contents, layout: Layout) -> list[Column]:
    """Columns that the format requires."""
    return [
        column
        for need in layout.needs
        for table in need.found_in(contents)
        for name in need.columns
        for variant in sorted(variants(name))
        if (column := table.column(variant))
    ]


def _only_table(contents: Contents, defaults: dict[str, Any]) -> Table:
    if len(contents.tables) == 1:
        return contents.tables[0]
    listed = "; ".join(
        f"{table.name}: {', '.join(each.name for each in table.columns[:6])}"
        for table in contents.tables[:4]
    )
    message = (
        f"it holds {len(contents.tables)} tables of unlike columns ({listed}), "
        f"which are no known format ({', '.join(defaults['source_formats'])}). "
        "Point to one of them, or keep one layout in the folder."
    )
    raise SourceError(message)


def _propose_generic(
    table: Table,
    proposal: Proposal,
    contents: Contents,
    defaults: dict[str, Any],
    given: dict[str, Any],
) -> list[Column]:
    """Take the table for a generic one: who, when, how much."""
    roles, lacking = guess_roles(table.columns)
    asked = given.get("generic_columns") or {}
    roles |= {role: column for role, name in asked.items()
              if (column := table.column(str(name)))}  # fmt: skip
    lacking = {role: why for role, why in lacking.items() if role not in roles}
    if lacking:
        raise SourceError(_nothing_fits(table, lacking, contents, defaults))
    proposal.settings["source_format"] = "generic"
    names = {role: column.name for role, column in roles.items()}
    proposal.settings["generic_columns"] = names
    told = ", ".join(f"{role} from {name!r}" for role, name in names.items())
    proposal.understood.append(f"no format of its own; read as a generic one: {told}")
    if "currency" not in roles and not given.get("source_currency"):
        proposal.settings["source_currency"] = NO_CURRENCY
    proposal.unused = [c.name for c in table.columns if c not in roles.values()]
    if "amount" not in asked:
        question, note = ask_for_price(roles)
        proposal.questions += [question] if question else []
        proposal.notes += [note] if note else []
    return list(roles.values())


def _nothing_fits(
    table: Table,
    lacking: dict[str, str],
    contents: Contents,
    defaults: dict[str, Any],
) -> str:
    layouts = known_layouts(defaults["source_formats"])
    nearest = min(
        layouts, key=lambda each: len(each.missing(contents)) / each.count, default=None
    )
    words = f"{table.name} has no known format, and {'; '.join(lacking.values())}."
    if (
        nearest
        and len(missing := nearest.missing(contents)) < (1 - NEAR) * nearest.count
    ):
        words += f" For the format {nearest.name} it lacks {', '.join(missing)}."
    return f"{words} Columns: {', '.join(each.name for each in table.columns[:20])}."


def _propose_writing(
    delivery: Delivery, contents: Contents, columns: list[Column], proposal: Proposal
) -> None:
    """Propose delimiter, encoding and decimal sign."""
    proposal.settings["csv_delimiter"] = contents.delimiter
    proposal.settings["csv_encoding"] = delivery.encoding
    with_comma = [each for each in columns if each.decimals == ","]
    with_point = [each for each in columns if each.decimals == "."]
    proposal.settings["decimal_comma"] = bool(with_comma)
    if with_comma and with_point:
        proposal.notes.append(
            f"{with_comma[0].name!r} has a decimal comma, {with_point[0].name!r} a "
            "decimal point: one of them will be misread or set aside."
        )
    proposal.notes += [
        f"Amounts in {each.name!r} may not be read: {each.oddity}."
        for each in columns
        if each.oddity
    ]


def _propose_dates(
    session: duckdb.DuckDBPyConnection,
    tables: list[Table],
    columns: list[Column],
    proposal: Proposal,
) -> None:
    """Propose how days are written; say where that cannot be known."""
    column = next((each for each in columns if each.date_format), None)
    if column is None or column.date_format is None:
        return
    proposal.settings["date_format"] = column.date_format
    if column.other_format:
        source = next(each.source for each in tables if column in each.columns)
        formats = (column.date_format, column.other_format)
        chosen, question = decide_day_first(session, source, column.name, formats)
        proposal.settings["date_format"] = chosen
        proposal.questions += [question] if question else []
