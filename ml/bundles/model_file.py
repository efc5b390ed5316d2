"""Reading the files of a bundle, any of which may be damaged or forged."""

import hashlib
import io
import zipfile
from importlib import import_module
from pathlib import Path

import skops.io
from sklearn.base import BaseEstimator

from ml.estimators.customer_model import CustomerModel

TREES = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
MOST_BYTES = 2**28  # of an unpacked model; one of a million customers has 2**21


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def read_own(file: Path) -> bytes:
    """Read a file of a bundle; a link, which leads anywhere, is none.

    Raises
    ------
    OSError
        There is no such file.
    ValueError
        There can be none of this name.
    """
    if file.is_symlink() or not file.is_file():
        message = f"{file.name} is no file"
        raise OSError(message)
    return file.read_bytes()


def model_of(content: bytes) -> CustomerModel:
    """Read a model, if it is made of this project's estimators and of plain data.

    Raises
    ------
    Exception
        Whatever a forged file makes the reader raise.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > MOST_BYTES:
        message = f"{size:,} bytes when unpacked"
        raise ValueError(message)
    unknown = skops.io.get_untrusted_types(data=content)
    strange = [name for name in unknown if not (name == TREES or _is_ours(name))]
    if strange:
        message = f"foreign types {strange}"
        raise TypeError(message)
    model = skops.io.loads(content, trusted=unknown)
    if not (isinstance(model, CustomerModel) and hasattr(model, "features")):
        message = f"a {type(model).__name__}, or one that was never fitted"
        raise TypeError(message)
    return model


def _is_ours(name: str) -> bool:
    """Whether it is an estimator that this package defines.

    A file can have whatever it names called, and a name that merely begins with
    `sklearn.` is no guarantee: its modules import `makedirs`, `remove`, `check_output`.
    """
    module, _, kind = name.rpartition(".")
    if not module.startswith("ml."):
        return False
    found = getattr(import_module(module), kind, None)
    is_estimator = isinstance(found, type) and issubclass(found, BaseEstimator)
    return is_estimator and found.__module__ == module
