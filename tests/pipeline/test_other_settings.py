"""Unit tests hold whatever a shop has set: they run in every plain `dbt build`."""

import json

import pytest
import yaml
from workshop import ROOT, story

# settings whose other values are no larger or smaller numbers
WORDS = {
    "as_of_date": "2025-06-30",
    "csv_delimiter": ";",
    "csv_encoding": "latin-1",
    "cut_point_period": "month",
    "earliest_order_date": "2001-01-01",
    "first_day": "2001-01-01",
    "segment_naming": "classic",
    "source_currency": "USD",
    "time_zone": "Europe/Berlin",
    "value_basis": "gross",
}
DIRECTIONS = {"more": 2, "less": 0.5}


def other_settings_of(project, factor):
    """Give another legal value for every setting that has one by itself."""
    settings = yaml.safe_load((project / "dbt_project.yml").read_text())["vars"]
    others = {name: other_value(value, factor) for name, value in settings.items()}
    others |= WORDS
    return {name: value for name, value in others.items() if value is not None}


def other_value(value, factor):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return max(1, int(value * factor))
    if isinstance(value, float):
        return value * (1.5 if value > 1 else 0.5)  # a share stays one
    return None


@story
def under_other_settings(shop):
    """Run the unit tests with all settings larger, then with all smaller."""
    return {
        direction: shop.run(
            "dbt",
            *("--no-use-colors", "test", "--select", "test_type:unit"),
            *("--vars", json.dumps(other_settings_of(ROOT, factor))),
        )
        for direction, factor in DIRECTIONS.items()
    }


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_unit_tests_are_green_under_other_settings(under_other_settings, direction):
    run = under_other_settings[direction]
    assert run.code == 0, run.words[-4000:]
    assert "ERROR=0" in run.words
