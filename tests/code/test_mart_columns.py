"""Does every released mart say what its amounts add up, and in which currency?"""

import ast

import pytest
import yaml

from ml.code_version import PROJECT

AMOUNTS = {"predicted_value", "realised_value", "treated_value", "spend", "average"}
AMOUNTS |= {"historic_value", "mean"}


def released():
    """Names of the marts in models/release/release.py, with their columns."""
    tree = ast.parse((PROJECT / "models/release/release.py").read_text())
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    for file in (PROJECT / "models").rglob("_*.yml"):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            if model["name"] in words:
                yield model["name"], [one["name"] for one in model["columns"]]


MARTS = dict(released())


def test_the_marts_are_found():
    assert {"customer_value", "campaign_lift", "audiences"} <= set(MARTS)
    assert sum(bool(AMOUNTS & set(columns)) for columns in MARTS.values()) >= 11


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_with_amounts_says_what_they_are(mart):
    if AMOUNTS & set(MARTS[mart]):
        assert {"value_basis", "currency"} <= set(MARTS[mart])
