"""What a person reads of a model: known answers, and files that open."""

import numpy as np
import pandas as pd
import pytest

from ml.training.card_plots import CALIBRATION, CAPTURE, COVERAGE, capture_curve
from ml.training.metrics import gini
from ml.training.model_card import CARD_FILE, deciles_of, write_card

FACTS = {
    "horizon_days": 90,
    "value_basis": "net_of_returns",
    "currency": "EUR",
    "features": {"recency_days": "INTEGER"},
    "tested_at": "2025-09-30",
    "training": {
        "trained_until": "2025-12-30",
        "labels_until": "2025-12-29",
        "cutoffs": ["2025-08-31", "2025-09-30"],
        "rows": 2000,
        "customers": 1000,
        "lines_read": 12_000,
        "lines_accepted": 11_900,
    },
}
TABLE = pd.DataFrame(
    {"challenger": {"gini": 0.8, "coverage": 0.79}, "rule": {"gini": 0.7654}}
).T


def scores(predicted, lower, upper, active):
    return pd.DataFrame(
        {
            "predicted_value": predicted,
            "predicted_value_lower": lower,
            "predicted_value_upper": upper,
            "probability_active": active,
            "interval_level": 0.8,
        }
    )


@pytest.fixture
def twenty():
    """Customer k is predicted k and brings 2k; every other interval is too short."""
    predicted = np.arange(20.0)
    upper = np.where(predicted % 2 == 0, 40.0, predicted)
    y = pd.DataFrame({"net_value": 2 * predicted, "is_active": predicted > 9})
    return y, scores(predicted, 0.0, upper, np.linspace(0, 0.95, 20))


def test_tenths_by_hand(twenty):
    table = deciles_of(*twenty)
    assert table.index.tolist() == list(range(1, 11))
    assert table["customers"].tolist() == [2] * 10
    assert table["predicted_mean"].tolist() == [0.5 + 2 * k for k in range(10)]
    assert table["realised_mean"].tolist() == [1.0 + 4 * k for k in range(10)]
    assert table["realised_active"].tolist() == [0] * 5 + [1] * 5
    assert table["coverage"].tolist() == [0.5] * 10


def test_a_capture_curve_by_hand():
    """10 of 16 with the best quarter; two tied customers stand in for each other."""
    customers, held = capture_curve(
        np.array([10.0, 2.0, 4.0, -3.0]), np.array([9.0, 5.0, 5.0, 1.0])
    )
    np.testing.assert_allclose(customers, [0, 0.25, 0.75, 1])
    np.testing.assert_allclose(held, [0, 0.625, 1, 1])


def test_the_area_under_a_capture_curve_is_the_gini():
    rng = np.random.default_rng(2)
    value, score = rng.exponential(size=500), rng.integers(0, 40, 500).astype(float)
    areas = [np.trapezoid(held, x) - 0.5 for x, held in
             (capture_curve(value, score), capture_curve(value, value))]  # fmt: skip
    assert areas[0] / areas[1] == pytest.approx(gini(value, score))


@pytest.fixture
def written(twenty, tmp_path):
    y, own = twenty
    everyone = {"challenger": own, "rule": own.assign(predicted_value=1.0)}

    def write(shortfalls=(), **facts):
        folder = tmp_path / "bundle"
        card = write_card(folder, FACTS | facts, TABLE, shortfalls, (y, everyone))
        return card.read_text(), folder

    return write


def test_a_card_has_pictures_that_open_and_stay_small(written):
    text, folder = written(version="2025-12-30-abc")
    names = {CARD_FILE, CALIBRATION, CAPTURE, COVERAGE}
    assert {path.name for path in folder.iterdir()} == names
    assert sum(path.stat().st_size for path in folder.iterdir()) < 200_000
    for name in names - {CARD_FILE}:
        assert (folder / name).read_bytes().startswith(b"\x89PNG")
        assert f"]({name})" in text


def test_a_card_says_what_was_promoted_and_beside_whom(written):
    text, _ = written(version="2025-12-30-abc")
    assert "# Model card: 2025-12-30-abc" in text
    assert "**Promoted.**" in text
    assert "| challenger | 0.8 | 0.79 |" in text
    assert "| rule | 0.765 | - |" in text
    assert "20 customers did in the 90 days after 2025-09-30" in text
    assert "outcomes until 2025-12-29" in text


def test_a_card_says_why_a_challenger_was_refused(written):
    text, _ = written(["gini 0.700, while rule has 0.765"])
    assert "**Refused.**" in text
    assert "* gini 0.700, while rule has 0.765" in text
    assert "Promoted" not in text
