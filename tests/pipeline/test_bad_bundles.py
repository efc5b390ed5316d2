"""A champion that cannot be trusted stops the run before anything is scored."""

import hashlib
import json
import pickle
from pathlib import Path

import pytest
import yaml
from workshop import NO_TESTS, STORIES

FAULTS = {}
FROM_THE_START = NO_TESTS
FROM_SCORING_ON = (*NO_TESTS, "--select", "predictions+")
FROM_FEATURES_ON = (*NO_TESTS, "--select", "customer_features+")


def fault(*words, options=FROM_SCORING_ON, **settings):
    """Register a function that spoils a bundle, with the words the build must say."""

    def register(spoil):
        name = spoil.__name__
        FAULTS[name] = words

        def build_spoilt(shop):
            before, ledger = shop.fingerprint(), shop.table("predictions")
            spoil(shop)
            run = shop.try_build(*options, **settings)
            untouched = before == shop.fingerprint()
            return run, untouched and ledger.equals(shop.table("predictions")), shop

        STORIES[name] = build_spoilt
        return spoil

    return register


def edit_manifest(shop, change):
    """Change the manifest, and give the bundle the name that fits the new one."""
    file = shop.bundle / "manifest.json"
    manifest = json.loads(file.read_text())
    change(manifest)
    file.write_text(json.dumps(manifest))
    name = "2025-12-30-" + hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    shop.bundle.rename(shop.home / "bundles" / name)
    (shop.home / "bundles" / "champion").write_text(f"{name}\n")


@fault("bundle 2020-01-01-gone", "no readable manifest.json", "python -m ml train")
def champion_that_is_missing(shop):
    (shop.home / "bundles" / "champion").write_text("2020-01-01-gone\n")


@fault("model.skops is not the file that was trained", "sha256", "python -m ml train")
def one_byte_flipped(shop):
    file = shop.bundle / "model.skops"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


class Touch:
    """What unpickling it does: write a file."""

    def __reduce__(self):
        return Path.touch, (Path("the pickle ran"),)


@fault("model.skops", "python -m ml train")
def pickle_in_place_of_the_model(shop):
    content = pickle.dumps(Touch())
    (shop.bundle / "model.skops").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    edit_manifest(shop, lambda manifest: manifest.update(sha256=digest))


@fault("made with scikit-learn 0.24.2", "Install that", "python -m ml train")
def other_scikit_learn(shop):
    def change(manifest):
        manifest["libraries"]["scikit-learn"] = "0.24.2"

    edit_manifest(shop, change)


@fault("the scores it gave when it was made", "python -m ml train")
def golden_rows_that_do_not_reproduce(shop):
    def change(manifest):
        manifest["golden"]["scores"][3]["predicted_value"] += 0.01

    edit_manifest(shop, change)


@fault(
    "trained for horizon_days 90",
    "asks for 30",
    "python -m ml train",
    options=FROM_THE_START,
    horizon_days=30,
)
def another_horizon(_):
    pass


@fault(
    "missing: season_ahead_spend",
    "other type: return_recency_days (INTEGER in training, BIGINT now)",
    "python -m ml train",
    options=FROM_FEATURES_ON,
)
def features_that_changed(shop):
    model = shop.folder / "models" / "features" / "customer_features.sql"
    model.write_text(
        "select * exclude (season_ahead_spend)\n"
        "replace (cast(return_recency_days as bigint) as return_recency_days)\n"
        f"from (\n{model.read_text()}\n)"
    )
    listing = model.with_name("_features.yml")
    contents = yaml.safe_load(listing.read_text())
    entry = next(m for m in contents["models"] if m["name"] == "customer_features")
    columns = {column["name"]: column for column in entry["columns"]}
    columns["return_recency_days"]["data_type"] = "bigint"
    del columns["season_ahead_spend"]
    entry["columns"] = list(columns.values())
    listing.write_text(yaml.safe_dump(contents))


@pytest.mark.parametrize("name", FAULTS)
def test_a_bundle_that_cannot_be_trusted_stops_the_run_and_says_why(stories, name):
    run, _, _ = stories[name].result()
    assert run.code != 0
    said = " ".join(run.words.split())
    assert [word for word in FAULTS[name] if word not in said] == []


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_scored_and_the_last_release_stays_as_it_was(stories, name):
    assert stories[name].result()[1]


def test_a_pickle_never_runs(stories):
    shop = stories["pickle_in_place_of_the_model"].result()[2]
    assert list(shop.folder.rglob("the pickle ran")) == []
