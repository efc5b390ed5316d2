"""A bundle meets the table it was trained on, or says what is wrong with it."""

import pytest

from ml.errors import FeatureMismatchError
from ml.features import check_features, feature_types

TRAINED = {"recency_days": "INTEGER", "spend_total": "DOUBLE"}


def test_keys_are_no_features():
    table = {"customer_id": "VARCHAR", "as_of_date": "DATE", **TRAINED}
    assert feature_types(table) == TRAINED


def test_a_new_feature_and_another_order_are_no_fault():
    check_features(TRAINED, {"new": "DOUBLE", **dict(reversed(TRAINED.items()))})


def test_a_missing_feature_is_named():
    with pytest.raises(FeatureMismatchError, match="missing: spend_total"):
        check_features(TRAINED, {"recency_days": "INTEGER"})


def test_a_retyped_feature_is_named_with_both_types():
    said = r"spend_total \(DOUBLE in training, VARCHAR now\)"
    with pytest.raises(FeatureMismatchError, match=said):
        check_features(TRAINED, TRAINED | {"spend_total": "VARCHAR"})
