"""A bundle, not a pickle: trained estimators beside a manifest that is checked first.

A bundle is a folder `bundles/<version>/` with `model.skops`, which is read without
running any code of the file, and `manifest.json`. `bundles/champion` names the bundle
in force. Each names the next by its sha256: the version ends with the first digits of
the manifest's, and the manifest holds the model's; so one changed byte is seen.
"""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version as library_version
from pathlib import Path
from typing import Any

import pandas as pd
import skops.io

from ml.bundles.golden import golden_rows, reproduces
from ml.bundles.model_file import digest, model_of, read_own
from ml.errors import BundleError
from ml.estimators.customer_model import CustomerModel

FORMAT = 5
MODEL_FILE = "model.skops"
MANIFEST_FILE = "manifest.json"
POINTER = "champion"
BASELINE = "baseline"  # version of the rule that scores where nothing was trained
LIBRARIES = ("scikit-learn", "numpy", "scipy", "skops")
FACTS = {"features", "golden", "libraries", "sha256", "training"}
PURPOSE = ("horizon_days", "value_basis", "currency")
REMEDY = "Restore the bundle from a backup, or train a new one: python -m ml train."


@dataclass(frozen=True)
class Bundle:
    """A trained model that passed every check, and what is known about it."""

    version: str
    model: CustomerModel
    manifest: Mapping[str, Any]

    @property
    def features(self) -> dict[str, str]:
        """Names and SQL types of the features, in the order of training."""
        return dict(self.manifest["features"])

    @property
    def labels_until(self) -> date:
        """Last day of the outcomes it learnt from; earlier ones it has seen."""
        return date.fromisoformat(self.manifest["training"]["labels_until"])

    def check_purpose(self, run: Mapping[str, Any]) -> None:
        """Make sure that the bundle predicts what the run asks for.

        Raises
        ------
        BundleError
            It was trained for another horizon, value basis or currency.
        """
        for name in PURPOSE:
            if self.manifest[name] != run[name]:
                message = (
                    f"the champion {self.version} was trained for {name} "
                    f"{self.manifest[name]}, but this run asks for {run[name]}. Set it "
                    "back, or train a bundle for it: python -m ml train."
                )
                raise BundleError(message)


def save_bundle(
    bundles: Path, model: CustomerModel, facts: Mapping[str, Any], sample: pd.DataFrame
) -> Bundle:
    """Write a bundle; it is not in force before `promote`.

    Parameters
    ----------
    bundles : Path
        Folder of the shop's bundles.
    model : CustomerModel
        Fitted.
    facts : mapping
        For the manifest: features, horizon_days, value_basis, currency, training,
        metrics and the like.
    sample : DataFrame of shape (n_customers, n_features)
        Features to take golden rows from, whose scores are kept beside the model.

    Returns
    -------
    Bundle
        As read back from the disk, so that what was written is known to be readable.
    """
    content = skops.io.dumps(model)
    manifest = {
        "format": FORMAT,
        "sha256": digest(content),
        "libraries": _libraries(),
        **facts,
        "golden": golden_rows(model, sample),
    }
    text = json.dumps(manifest, indent=2, allow_nan=False).encode() + b"\n"
    version = f"{facts['training']['trained_until']}-{digest(text)[:8]}"
    folder = bundles / version
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL_FILE).write_bytes(content)
    (folder / MANIFEST_FILE).write_bytes(text)
    return load_bundle(bundles, version)


def load_bundle(bundles: Path, version: str) -> Bundle:
    """Read a bundle and check all of it before anything is scored.

    Raises
    ------
    BundleError
        A file is missing or damaged, holds types that are not trusted, was made with
        other libraries, or does not give the scores it gave when it was made.
    """
    manifest = _read_manifest(bundles / version)
    _check_libraries(version, manifest)
    model = _read_model(bundles / version, manifest)
    if list(model.features) != list(manifest["features"]):
        message = (
            f"bundle {version}: the manifest lists other features, or another order, "
            f"than the model was trained on. {REMEDY}"
        )
        raise BundleError(message)
    if not reproduces(model, manifest.get("golden", {})):
        message = (
            f"bundle {version} does not give the scores it gave when it was made: it "
            f"was changed, or made by another version of this project. {REMEDY}"
        )
        raise BundleError(message)
    return Bundle(version, model, manifest)


def load_champion(bundles: Path) -> Bundle | None:
    """Bundle in force; None where nothing was ever promoted.

    Raises
    ------
    BundleError
        The pointer names a bundle that is missing or broken: never a silent fallback.
    """
    version = champion_version(bundles)
    return None if version is None else load_bundle(bundles, version)


def champion_version(bundles: Path) -> str | None:
    """Version that the champion pointer names; None without a pointer."""
    pointer = bundles / POINTER
    if not pointer.exists() and not pointer.is_symlink():
        return None
    version = _content(pointer).decode(errors="replace").removesuffix("\n")
    if version in ("", "..") or Path(version).name != version:
        message = f"{pointer} names no bundle ({version!r}). {REMEDY}"
        raise BundleError(message)
    return version


def manifest_of(bundles: Path, version: str) -> dict[str, Any]:
    """Manifest of a bundle; empty for the baseline, which has no bundle."""
    return {} if version == BASELINE else _read_manifest(bundles / version)


def promote(bundles: Path, version: str) -> None:
    """Put a bundle in force; one rename, so that a run sees the old one or the new."""
    unfinished = bundles / f".{POINTER}.new"
    unfinished.write_text(version + "\n", encoding="utf-8")
    unfinished.replace(bundles / POINTER)


def _content(file: Path) -> bytes:
    try:
        return read_own(file)
    except (OSError, ValueError) as error:
        name = file.parent.name
        message = f"bundle {name}: no readable {file.name} ({error}). {REMEDY}"
        raise BundleError(message) from error


def _read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest, which must be the very bytes that were written."""
    if folder.is_symlink():
        message = f"bundle {folder.name} is a link, not a folder. {REMEDY}"
        raise BundleError(message)
    content = _content(folder / MANIFEST_FILE)
    if not folder.name.endswith("-" + digest(content)[:8]):
        message = (
            f"bundle {folder.name}: {MANIFEST_FILE} is not the one that was written: "
            f"its sha256 does not begin as the bundle's name ends. {REMEDY}"
        )
        raise BundleError(message)
    try:
        manifest = dict(json.loads(content))
    except (ValueError, TypeError, RecursionError) as error:
        message = f"bundle {folder.name}: {MANIFEST_FILE} is no JSON object. {REMEDY}"
        raise BundleError(message) from error
    if manifest.get("format") != FORMAT:
        message = (
            f"bundle {folder.name} was made by another version of this project. Train "
            "a new one: python -m ml train."
        )
        raise BundleError(message)
    if not manifest.keys() >= {*FACTS, *PURPOSE}:
        message = f"bundle {folder.name}: {MANIFEST_FILE} lacks its facts. {REMEDY}"
        raise BundleError(message)
    return manifest


def _check_libraries(version: str, manifest: Mapping[str, Any]) -> None:
    """Scikit-learn promises nothing about models of another version."""
    trained, present = manifest.get("libraries", {}), _libraries()
    if trained.get("scikit-learn") != present["scikit-learn"]:
        message = (
            f"bundle {version} was made with scikit-learn "
            f"{trained.get('scikit-learn')}, not {present['scikit-learn']}. "
            "Install that version, or train a new bundle: python -m ml train."
        )
        raise BundleError(message)


def _read_model(folder: Path, manifest: Mapping[str, Any]) -> CustomerModel:
    """Load the model file, which must be the very bytes that were written."""
    content = _content(folder / MODEL_FILE)
    if digest(content) != manifest.get("sha256"):
        message = (
            f"bundle {folder.name}: {MODEL_FILE} is not the file that was trained (its "
            f"sha256 differs). {REMEDY}"
        )
        raise BundleError(message)
    try:
        model = model_of(content)
    except Exception as error:  # whatever a foreign file makes the reader raise
        message = (
            f"bundle {folder.name}: {MODEL_FILE} holds no model of this project "
            f"({type(error).__name__}: {error}). {REMEDY}"
        )
        raise BundleError(message) from error
    return model


def _libraries() -> dict[str, str]:
    versions = {name: library_version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **versions}
