"""Ways to spoil a bundle: what can happen to files, and what somebody could do to them.

Each function gets the folder of a shop's bundles, with a good champion in it.
"""

import hashlib
import io
import json
import os
import pickle
import shutil
import zipfile
from pathlib import Path

import skops.io
from sklearn.linear_model import LinearRegression

from ml.estimators.customer_model import CustomerModel

MARKER = "the code of the file ran"
FORGERIES = {}


def forgery(spoil):
    """Register a way under its name."""
    FORGERIES[spoil.__name__] = spoil
    return spoil


def champion(bundles):
    return bundles / (bundles / "champion").read_text().strip()


def model(bundles):
    return champion(bundles) / "model.skops"


def manifest(bundles):
    return champion(bundles) / "manifest.json"


def sign(bundles):
    """Give the bundle the name that its manifest asks for, as somebody could."""
    digest = hashlib.sha256(manifest(bundles).read_bytes()).hexdigest()
    name = f"2025-12-30-{digest[:8]}"
    champion(bundles).rename(bundles / name)
    (bundles / "champion").write_text(f"{name}\n")


def forge(bundles, **facts):
    """Change facts of the manifest, and sign it again."""
    known = json.loads(manifest(bundles).read_text())
    manifest(bundles).write_text(json.dumps(known | facts))
    sign(bundles)


def facts(bundles):
    return json.loads(manifest(bundles).read_text())


def put_model(bundles, content):
    """Put other bytes in the model's place, and sign all of it again."""
    model(bundles).write_bytes(content)
    forge(bundles, sha256=hashlib.sha256(content).hexdigest())


def link_out(bundles, path):
    """Put a link in a path's place, to the same thing in the folder above."""
    elsewhere = bundles.resolve().parent / path.name
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def calling(module, name, *arguments):
    """A model file which asks that a function of some module be called."""
    plain = skops.io.dumps({"args": arguments, "content": {}})
    with zipfile.ZipFile(io.BytesIO(plain)) as parts:
        schema = json.loads(parts.read("schema.json"))
    wanted = {"__class__": name, "__module__": module, "__loader__": "LossNode"}
    wanted["__reduce__"] = {"args": schema["content"]["args"]}
    wanted |= {"content": schema["content"]["content"], "__id__": 1}
    return zipped(json.dumps(schema | wanted))


def zipped(schema, **parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("schema.json", schema)
        for name, part in parts.items():
            file.writestr(name, part)
    return content.getvalue()


# --- files: lost, cut off, exchanged


@forgery
def bundle_missing(bundles):
    shutil.rmtree(champion(bundles))


@forgery
def model_missing(bundles):
    model(bundles).unlink()


@forgery
def model_empty(bundles):
    model(bundles).write_bytes(b"")


@forgery
def model_truncated(bundles):
    model(bundles).write_bytes(model(bundles).read_bytes()[:-1000])


@forgery
def model_with_more_bytes(bundles):
    model(bundles).write_bytes(model(bundles).read_bytes() + b"\0")


@forgery
def model_with_bytes_before(bundles):
    model(bundles).write_bytes(b"#!/bin/sh\n" + model(bundles).read_bytes())


@forgery
def model_is_a_folder(bundles):
    model(bundles).unlink()
    model(bundles).mkdir()


@forgery
def model_is_a_pipe(bundles):
    model(bundles).unlink()
    os.mkfifo(model(bundles))


@forgery
def model_is_a_link_out(bundles):
    link_out(bundles, model(bundles))


@forgery
def manifest_missing(bundles):
    manifest(bundles).unlink()


@forgery
def manifest_truncated(bundles):
    manifest(bundles).write_bytes(manifest(bundles).read_bytes()[:-3])


@forgery
def manifest_is_a_link_out(bundles):
    link_out(bundles, manifest(bundles))


@forgery
def manifest_with_a_blank_more(bundles):
    manifest(bundles).write_bytes(manifest(bundles).read_bytes() + b" ")


@forgery
def manifest_with_a_nicer_figure(bundles):
    text = manifest(bundles).read_text()
    manifest(bundles).write_text(text.replace("0.", "0.9", 1))


@forgery
def bundle_is_a_link_out(bundles):
    link_out(bundles, champion(bundles))


# --- what a model file can hold


@forgery
def pickle_in_its_place(bundles):
    class Touch:
        def __reduce__(self):
            return Path.touch, (Path(MARKER),)

    put_model(bundles, pickle.dumps(Touch()))


@forgery
def command_by_a_module_of_scikit_learn(bundles):
    call = calling("sklearn.utils._testing", "check_output", ["touch", MARKER])
    put_model(bundles, call)


@forgery
def folder_made_by_a_module_of_scikit_learn(bundles):
    put_model(bundles, calling("sklearn.datasets._rcv1", "makedirs", MARKER))


@forgery
def command_by_the_system(bundles):
    put_model(bundles, calling("os", "system", f"touch '{MARKER}'"))


@forgery
def function_of_this_project(bundles):
    call = calling("ml.sample.shop", "write_sample_shop", MARKER)
    put_model(bundles, call)


@forgery
def name_that_a_module_of_this_project_imports(bundles):
    put_model(bundles, calling("ml.publishing.release_history", "Path", MARKER))


@forgery
def scikit_learns_model_in_its_place(bundles):
    put_model(bundles, skops.io.dumps(LinearRegression()))


@forgery
def model_that_learnt_nothing(bundles):
    put_model(bundles, skops.io.dumps(CustomerModel()))


@forgery
def bytes_that_blow_up(bundles):
    put_model(bundles, zipped("{}", bomb=bytes(2**29)))


@forgery
def schema_without_end(bundles):
    put_model(bundles, zipped("[" * 100_000))


@forgery
def archive_of_something_else(bundles):
    put_model(bundles, zipped('{"protocol": 1}', readme=b"hello"))


# --- facts that do not fit the model, this environment or this run


@forgery
def other_scikit_learn(bundles):
    libraries = facts(bundles)["libraries"] | {"scikit-learn": "0.24.2"}
    forge(bundles, libraries=libraries)


@forgery
def libraries_unknown(bundles):
    forge(bundles, libraries={})


@forgery
def feature_missing(bundles):
    forge(bundles, features=dict(list(facts(bundles)["features"].items())[1:]))


@forgery
def feature_too_many(bundles):
    forge(bundles, features=facts(bundles)["features"] | {"shoe_size": "DOUBLE"})


@forgery
def feature_renamed(bundles):
    first, *rest = facts(bundles)["features"].items()
    forge(bundles, features=dict([("shoe_size", first[1]), *rest]))


@forgery
def features_reordered(bundles):
    forge(bundles, features=dict(reversed(facts(bundles)["features"].items())))


@forgery
def feature_retyped(bundles):
    features = facts(bundles)["features"]
    forge(bundles, features=features | dict.fromkeys(list(features)[:1], "VARCHAR"))


@forgery
def golden_score_changed(bundles):
    golden = facts(bundles)["golden"]
    golden["scores"][3]["predicted_value"] += 0.01
    forge(bundles, golden=golden)


@forgery
def golden_input_changed(bundles):
    golden = facts(bundles)["golden"]
    for row in golden["inputs"]:
        row["spend_90d"] = 12345.0
    forge(bundles, golden=golden)


@forgery
def golden_rows_lost(bundles):
    forge(bundles, golden={"inputs": [], "scores": []})


@forgery
def golden_rows_that_are_words(bundles):
    forge(bundles, golden={"inputs": [{"a": "b"}], "scores": [{"c": "d"}]})


@forgery
def fact_missing(bundles):
    known = facts(bundles)
    del known["horizon_days"]
    manifest(bundles).write_text(json.dumps(known))
    sign(bundles)


@forgery
def list_in_place_of_the_manifest(bundles):
    manifest(bundles).write_text("[1, 2]")
    sign(bundles)


@forgery
def other_format(bundles):
    forge(bundles, format=99)


@forgery
def other_horizon(bundles):
    forge(bundles, horizon_days=30)


@forgery
def other_currency(bundles):
    forge(bundles, currency="USD")


@forgery
def other_value_basis(bundles):
    forge(bundles, value_basis="gross")


# --- the pointer


def pointer(name, content):
    def spoil(bundles):
        (bundles / "champion").write_bytes(content)

    FORGERIES[f"pointer_{name}"] = spoil


pointer("empty", b"")
pointer("of_blanks", b"  \n")
pointer("to_nothing", b"2020-01-01-00000000\n")
pointer("to_the_folder_above", b"..\n")
pointer("out_of_the_folder", b"../../elsewhere\n")
pointer("to_an_absolute_path", b"/etc\n")
pointer("with_a_null_byte", b"2025-12-30-00000000\0\n")
pointer("that_is_no_text", b"\xff\xfe\x00\n")


@forgery
def pointer_with_two_lines(bundles):
    (bundles / "champion").write_text(champion(bundles).name + "\nanother\n")


@forgery
def pointer_is_a_folder(bundles):
    (bundles / "champion").unlink()
    (bundles / "champion").mkdir()


@forgery
def pointer_is_a_link_to_nothing(bundles):
    (bundles / "champion").unlink()
    (bundles / "champion").symlink_to("gone")
