"""Whether a model can be explained: asked of a challenger before it is in force."""

import numpy as np
import pandas as pd

from ml.errors import ScoringError
from ml.estimators.customer_model import CustomerModel
from ml.reasons.effects import Reasons

REMEDY = "ml/reasons must learn to explain this model first"


def unexplained(model: CustomerModel, sample: pd.DataFrame) -> list[str]:
    """Say why the scores of a model cannot be explained; empty if they can.

    Every build explains every score, so it would stop at such a champion each night.

    Parameters
    ----------
    model : CustomerModel
        Fitted.
    sample : DataFrame of shape (n_customers, n_features)
        Features of customers, whose effects must add up to their predicted values.
    """
    try:
        found = Reasons(model, {}).explain(sample)
    except ScoringError as error:
        return [f"its reasons cannot be told: {str(error).removesuffix('.')}"]
    except Exception as error:  # whatever another estimator makes it raise
        why = f"{type(error).__name__}: {error}"
        return [f"its reasons cannot be told ({why}); {REMEDY}"]
    predicted = model.predict(sample)["predicted_value"].to_numpy(float)
    total = found.typical_value + found.effects.sum(axis=1)
    scale = max(1.0, np.abs(predicted).max(initial=0.0))
    if np.allclose(total, predicted, rtol=1e-6, atol=1e-9 * scale):
        return []
    gap = np.nanmax(np.abs(total - predicted))
    return [
        f"its reasons do not add up to its predicted values (up to {gap:,.2f} off); "
        f"{REMEDY}"
    ]
