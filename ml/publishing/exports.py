"""Audiences as files, for whoever sends the letters or shows the advertisements."""

import logging
from pathlib import Path

import duckdb
import pyarrow as pa

from ml.errors import SettingsError
from ml.home import Home
from ml.lock import BusyError

log = logging.getLogger("ml")

COMPUTED = ("=", "+", "-", "@")  # what a formula begins with, for a spreadsheet
KINDS = {".csv": "csv, header", ".parquet": "parquet"}
# the last release says who may be written to, the working database knows the hashes
MEMBERS = """
    select customer_id, audience, purpose, entered_date, predicted_value
    from released.audiences
    where audience = $1 and may_be_written_to
    order by customer_id
"""
HASHES = """
    select contacts.hashed_email
    from released.audiences as audiences
    inner join working.contacts as contacts using (customer_id)
    where
        audiences.audience = $1 and audiences.may_be_written_to
        and contacts.has_consent and contacts.hashed_email is not null
    order by contacts.hashed_email
"""


def export_audience(
    home: Home, audience: str, out: Path, *, hashed_email: bool = False
) -> int:
    """Write who of an audience may be written to; the control group is left out.

    Parameters
    ----------
    home : Home
    audience : str
    out : Path
        A .csv or .parquet file.
    hashed_email : bool, default=False
        Write SHA-256 of the e-mail addresses, as ad platforms match them, and nothing
        else.

    Returns
    -------
    int
        Lines written.

    Raises
    ------
    SettingsError
        There is no such audience, no release, or the file is of another kind.
    BusyError
        Another program has the working database open.
    """
    if out.suffix not in KINDS:
        message = f"--out {out} must end in .csv or .parquet."
        raise SettingsError(message)
    if not out.parent.is_dir():
        message = f"--out {out}: there is no folder {out.parent}. Make it first."
        raise SettingsError(message)
    release = home.release / "current.duckdb"
    if not release.exists():
        message = f"there is no release in {home.release}. Run `dbt build` first."
        raise SettingsError(message)
    with duckdb.connect() as session:
        session.execute(f"attach '{_quoted(release)}' as released (read_only)")
        names = _audiences(session)
        if audience not in names:
            message = (
                f"nobody is in an audience {audience!r}. Those with members: "
                f"{', '.join(names) or 'none'}; seeds/audience_rules.csv defines them."
            )
            raise SettingsError(message)
        if hashed_email:
            _attach_working_database(session, home.working_database)
        rows = session.execute(HASHES if hashed_email else MEMBERS, [audience]).arrow()
        table = rows.read_all()
        session.register("members", table)
        new = out.with_name(f".{out.name}.new")
        session.execute(
            f"copy members to '{_quoted(new)}' (format {KINDS[out.suffix]})"
        )
    _warn_of_formulas(table, out)
    new.replace(out)  # whoever waits for the file sees it whole
    return int(table.num_rows)


def _warn_of_formulas(table: pa.Table, out: Path) -> None:
    """Say how many ids a spreadsheet computes; changed ones would fit no customer."""
    if out.suffix != ".csv" or "customer_id" not in table.column_names:
        return
    ids = table["customer_id"].to_pylist()
    count = sum(str(customer).startswith(COMPUTED) for customer in ids)
    if count:
        log.warning(
            "%s customer ids begin with =, +, - or @: a spreadsheet that opens the "
            "file by itself computes them. Import it with customer_id as text; see "
            "docs/bi.md.",
            f"{count:,}",
        )


def _audiences(session: duckdb.DuckDBPyConnection) -> list[str]:
    """Names of the audiences with members; none in a release older than they are."""
    query = "select distinct audience from released.audiences order by audience"
    try:
        return [name for (name,) in session.sql(query).fetchall()]
    except duckdb.CatalogException:
        return []


def _attach_working_database(session: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Attach it to be read: released marts know no addresses, not even their hashes."""
    if not file.exists():
        message = f"there is no {file}, which knows the addresses. Run `dbt build`."
        raise SettingsError(message)
    try:
        session.execute(f"attach '{_quoted(file)}' as working (read_only)")
    except duckdb.IOException as error:
        message = f"another program has {file} open. Try again when it is done."
        raise BusyError(message) from error
    consent = "from working.contacts where has_consent limit 1"
    if not session.execute(consent).fetchall():
        message = "the last run knew nobody with consent; give it a contacts_path."
        raise SettingsError(message)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
