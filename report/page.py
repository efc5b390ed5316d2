"""Writing the page: whole or not at all, beside the marts it was made from."""

from pathlib import Path

import duckdb
import pyarrow as pa
from jinja2 import Environment, PackageLoader, StrictUndefined

from ml.errors import told_plainly
from ml.home import Home
from ml.publishing.release_history import PAGE, current_release, flush, show_page
from report import customers, grades, groups, movement, overview, quality, words, worth
from report.marts import Marts

SECTIONS = (
    overview.summary,
    overview.changes,
    worth.segments,
    movement.movement,
    groups.clusters,
    worth.concentration,
    customers.saving,
    groups.audiences,
    customers.keeping,
    grades.grades,
    quality.data,
    quality.model,
)
OF_NOBODY = (overview.nobody, grades.grades, quality.data, quality.model)


def html_of(marts: Marts) -> str:
    """Give the page of a release: one HTML text that needs nothing else."""
    environment = Environment(
        loader=PackageLoader("report"),
        autoescape=True,  # ids, names and reasons come from data
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = words.day
    sections = SECTIONS if marts.has("customer_value") else OF_NOBODY
    return environment.get_template("page.html").render(
        info=marts.info, sections=[section(marts) for section in sections]
    )


def write_page(folder: Path) -> Path:
    """Write the page of one release into its folder, in one step.

    Parameters
    ----------
    folder : Path
        A release of the history, with `marts.duckdb`.
    """
    with Marts(folder / "marts.duckdb") as marts:
        html = html_of(marts)
    page, new = folder / PAGE, folder / f".{PAGE}.new"
    new.unlink(missing_ok=True)
    new.write_text(html, encoding="utf-8")
    flush(new)
    new.chmod(0o444)
    new.replace(page)
    flush(folder)
    return page


@told_plainly()
def publish_page(published: duckdb.DuckDBPyRelation) -> pa.Table:
    """Write the page of what was just published; show it if that is now current.

    Parameters
    ----------
    published : relation
        The table `release`.

    Returns
    -------
    pyarrow.Table
        One row: path, byte_count, is_current.
    """
    path, is_current = published.project("path, is_current").fetchall()[0]
    release = Home.from_environment().release
    folder = current_release(release) if is_current else Path(path)
    page = write_page(folder)
    if is_current:
        show_page(release, folder)
        page = release / PAGE
    size = page.stat().st_size
    return pa.table(
        {"path": [str(page)], "byte_count": [size], "is_current": [is_current]}
    )
