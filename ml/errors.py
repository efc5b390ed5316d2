"""Errors a person can act on: each says what is wrong, where, and what to do next."""


class ScoringError(Exception):
    """Base of every error this package raises on purpose.

    The command line prints its message without a traceback.
    """


class SettingsError(ScoringError):
    """A setting or an argument is missing, misspelt or out of range."""


class NotEnoughHistoryError(ScoringError):
    """The orders do not reach far enough back for what was asked."""


class BundleError(ScoringError):
    """A bundle is missing, damaged, or was made by something else."""


class FeatureMismatchError(BundleError):
    """The features of the table are not those the bundle was trained on."""
