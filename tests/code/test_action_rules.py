"""A rule for everybody, and somebody for every rule: the data test on edited seeds."""

import duckdb
import jinja2
import pandas as pd
import pytest

from ml.code_version import PROJECT

QUESTION = PROJECT / "tests/data/every_action_rule_can_be_met.sql"
MACRO = PROJECT / "macros/is_asked_for.sql"
WORDS = ["rfm_segment", "value_tier", "churn_risk_band", "lifecycle_stage"]


def mistakes(*rules):
    """What the data test says of rules, each a priority and the words it asks for."""
    rows = [{**dict.fromkeys(WORDS), "priority": rule[0], **rule[1]} for rule in rules]
    tables = {
        "action_rules": pd.DataFrame(rows).astype(dict.fromkeys(WORDS, "str")),
        "segment_names": pd.DataFrame({"rfm_segment": ["loyal", "lost"]}),
        "value_tiers": pd.DataFrame({"value_tier": ["protect", "low_touch"]}),
        "churn_risk_bands": pd.DataFrame({"churn_risk_band": ["low", "high"]}),
    }
    words = jinja2.Environment(extensions=["jinja2.ext.do"])
    question = words.from_string(MACRO.read_text() + QUESTION.read_text())
    with duckdb.connect() as database:
        for name, table in tables.items():
            database.register(name, table)
        found = database.execute(question.render(ref=lambda name: name)).fetchall()
    return [mistake for (mistake,) in found]


def test_rules_that_end_with_one_for_all_are_right():
    assert mistakes((1, {"rfm_segment": "loyal"}), (9, {})) == []


def test_a_missing_last_rule_is_named_with_whom_it_leaves_out():
    found = mistakes((1, {"rfm_segment": "loyal"}))
    assert "no rule asks for lost, low_touch, high, new" in found
    assert not any("loyal" in mistake for mistake in found)


@pytest.mark.parametrize("first", [{}, {"rfm_segment": "loyal|lost"}])
def test_a_rule_that_earlier_ones_leave_nobody_is_named(first):
    found = mistakes((1, first), (2, {"value_tier": "protect"}), (9, {}))
    assert found == ["rule 2 is never met: others come first"]
