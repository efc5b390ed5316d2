"""The doctor: reads orders before anything is set up, and says how far to trust it."""

import logging
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from ml.doctor.figures import Figures
from ml.doctor.files import Delivery, look_at
from ml.doctor.formats import project_settings
from ml.doctor.layout import Proposal, propose
from ml.doctor.reading import measure
from ml.doctor.staging import MEMORY, MakeViews, make_views
from ml.doctor.tables import read_contents, told
from ml.doctor.verdict import Trust, cautions, fitting_limit, obstacles, trust

log = logging.getLogger("ml")


@dataclass(frozen=True)
class Report:
    """What the doctor found.

    Attributes
    ----------
    delivery : Delivery
    proposal : Proposal
    figures : Figures
    obstacles : list of str
        Why a build would stop; empty if the orders are ready.
    cautions : list of str
    trust : list of Trust
    """

    delivery: Delivery
    proposal: Proposal
    figures: Figures
    obstacles: list[str]
    cautions: list[str]
    trust: list[Trust]

    @property
    def is_ready(self) -> bool:
        """Whether a build with the proposed settings will do, and nothing is open."""
        return not self.obstacles and not self.proposal.questions


def examine(
    path: str, given: dict[str, Any] | None = None, make_views: MakeViews = make_views
) -> Report:
    """Examine a file or a folder.

    Parameters
    ----------
    path : str
    given : dict, optional
        Settings that are decided already; they go before what would be proposed.
    make_views : callable
        Makes the staging models in a scratch home.

    Returns
    -------
    Report

    Raises
    ------
    SourceError
        What lies there cannot be read as orders.
    SettingsError
        A path that cannot be a setting, or this is not the project's folder.
    """
    defaults = project_settings()
    delivery = look_at(path)
    with tempfile.TemporaryDirectory(prefix="doctor-") as folder:
        scratch = Path(folder)
        with duckdb.connect(config=_limits(folder)) as session:
            session.execute("set TimeZone = 'UTC'")
            contents = read_contents(session, delivery)
            try:
                proposal = propose(session, delivery, contents, dict(given or {}))
            except duckdb.Error as error:  # a line behind the sample
                raise told(path, error) from error
        log.info("%s: %s.", path, "; ".join(proposal.understood))
        log.info("Reading every line, through the models of the build …")
        make_views(scratch, proposal.settings)
        figures = measure(scratch / "working.duckdb", delivery)
    settings = {**defaults, **proposal.settings}
    trusted = trust(figures, settings)
    stops = obstacles(figures, settings, trusted)
    if larger := fitting_limit(figures, settings):
        own = {**proposal.settings, "largest_line_amount": larger}
        proposal = replace(proposal, settings=own)
    return Report(delivery, proposal, figures, stops, cautions(figures), trusted)


def _limits(folder: str) -> dict[str, Any]:
    return {"memory_limit": MEMORY, "temp_directory": folder}
