"""Errors a person can act on: each says what is wrong, where, and what to do next."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class ScoringError(Exception):
    """Base of every error this package raises on purpose.

    The command line prints its message without a traceback.
    """


@contextmanager
def told_plainly() -> Iterator[None]:
    """Decorate what a dbt Python model calls: its errors are told without a traceback.

    dbt prints the traceback of every Python model that fails; for a mistake that is the
    user's, the sentence is all they need.

    Raises
    ------
    ScoringError
        Any, of its own class, its message marked as one that stops the run.
    """
    try:
        yield
    except ScoringError as error:
        sys.tracebacklimit = 0  # the process is dbt's, and ends with this error
        message = f"Stop: {error}"
        raise type(error)(message) from None


class SettingsError(ScoringError):
    """A setting or an argument is missing, misspelt or out of range."""


class LandingError(ScoringError):
    """The tables of a database, or the files of a storage, could not be read."""


class NotEnoughHistoryError(ScoringError):
    """The orders do not reach far enough back for what was asked."""


class BundleError(ScoringError):
    """A bundle is missing, damaged, or was made by something else."""


class FeatureMismatchError(BundleError):
    """The features of the table are not those the bundle was trained on."""


class ReleaseError(ScoringError):
    """The marts do not fit together, or there is no such release."""


class PostgresError(ScoringError):
    """The Postgres server cannot be reached, or refuses what it is asked."""


class SuppressionError(ScoringError):
    """The list of erased customers, or its salt, is lost or damaged."""


class ErasureError(ScoringError):
    """A customer is not known here, or still stands somewhere."""


class SourceError(ScoringError):
    """What lies at a path cannot be read as orders."""
