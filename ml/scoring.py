"""Scoring in a stream: memory does not grow with the number of customers."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

import duckdb
import pandas as pd
import pyarrow as pa
from threadpoolctl import ThreadpoolController

from ml.bundles.bundle import BASELINE, load_champion
from ml.errors import told_plainly
from ml.estimators.baseline import NEEDED, AnnualRunRate
from ml.features import check_features, feature_types
from ml.home import Home
from ml.reasons.effects import Explained, Reasons
from ml.reasons.run_rate import RunRateReasons, typical_rates

BATCH_ROWS = 50_000
WORKERS = 2
LEDGER = pa.schema(
    [
        ("slice_id", pa.string()),
        ("customer_id", pa.string()),
        ("as_of_date", pa.date32()),
        ("model_version", pa.string()),
        ("score_source", pa.string()),
        ("horizon_days", pa.int32()),
        ("probability_active", pa.float64()),
        ("expected_orders", pa.float64()),
        ("expected_order_value", pa.float64()),
        ("predicted_value", pa.float64()),
        ("predicted_value_lower", pa.float64()),
        ("predicted_value_upper", pa.float64()),
        ("interval_level", pa.float64()),
        ("behaviour_cluster", pa.string()),
        *(
            (f"reason_{place}_{what}", kind)
            for place in (1, 2, 3)
            for what, kind in (("theme", pa.string()), ("effect", pa.float64()))
        ),
        ("labels_until", pa.date32()),
        ("baseline_value", pa.float64()),
        ("baseline_probability_active", pa.float64()),
        ("scored_at", pa.timestamp("us")),
        ("run_id", pa.string()),
    ]
)


class Scorer(Protocol):
    """Anything that turns features into the columns of `customer_model.SCORES`."""

    def predict(self, X: pd.DataFrame) -> pd.DataFrame:
        """Scores of shape (n_customers, 8) for features of n_customers rows."""


class Explainer(Protocol):
    """Anything that says why."""

    def explain(self, X: pd.DataFrame) -> Explained:
        """Effects of themes on the predicted values of n_customers rows."""


@told_plainly()
def score_customers(
    features: duckdb.DuckDBPyRelation,
    run: duckdb.DuckDBPyRelation,
    themes: duckdb.DuckDBPyRelation,
) -> pa.RecordBatchReader:
    """Score the customers of a run's as-of date with the champion, or the baseline.

    Parameters
    ----------
    features : relation
        The table `customer_features`.
    run : relation of one row
        The table `this_run`.
    themes : relation
        The table `feature_themes`.

    Returns
    -------
    pyarrow.RecordBatchReader
        The run's slice of the ledger, with the schema `LEDGER`.

    Raises
    ------
    BundleError
        The champion is damaged, does not fit this environment, or was trained for
        another horizon, value basis or currency. Raised before the first row is scored.
    FeatureMismatchError
        Features of the champion are missing, or have another type.
    """
    facts = dict(zip(run.columns, run.fetchall()[0], strict=True))
    present = dict(zip(features.columns, map(str, features.types), strict=True))
    bundle = load_champion(Home.from_environment().bundles)
    baseline = AnnualRunRate(facts["horizon_days"])
    wanted = features.filter(f"as_of_date = date '{facts['as_of_date']}'")
    scorer: Scorer = baseline
    explainer: Explainer = RunRateReasons(baseline, *typical_rates(wanted))
    version, names = BASELINE, list(feature_types(present))
    if bundle is not None:
        bundle.check_purpose(facts)
        check_features(bundle.features, present)
        scorer, version, names = bundle.model, bundle.version, list(bundle.features)
        explainer = Reasons(
            bundle.model, dict(themes.project("feature_name, theme").fetchall())
        )
    learnt = None if bundle is None else bundle.labels_until
    constants = {
        "slice_id": f"{facts['as_of_date']}/{version}",
        "as_of_date": facts["as_of_date"],
        "model_version": version,
        "score_source": "baseline" if bundle is None else "champion",
        "horizon_days": facts["horizon_days"],
        "labels_until": learnt,
        "scored_at": facts["started_at"],
        "run_id": facts["run_id"],
    }
    columns = ", ".join(dict.fromkeys(["customer_id", *names, *NEEDED]))
    batches = wanted.project(columns).to_arrow_reader(BATCH_ROWS)

    def score(frame: pd.DataFrame) -> pd.DataFrame:
        """Score a batch, beside what the baseline says: it is graded beside it too."""
        rule = baseline.predict(frame)
        scores = scorer.predict(frame[names])
        reasons = explainer.explain(frame[names]).strongest()
        return pd.concat([scores, reasons], axis=1).assign(
            customer_id=frame["customer_id"],
            baseline_value=rule["predicted_value"],
            baseline_probability_active=rule["probability_active"],
        )

    return pa.RecordBatchReader.from_batches(LEDGER, _scored(batches, score, constants))


def _scored(
    batches: Iterable[pa.RecordBatch],
    score: Callable[[pd.DataFrame], pd.DataFrame],
    constants: Mapping[str, Any],
) -> Iterator[pa.RecordBatch]:
    """Score batches in their order, a few at a time."""
    controller = ThreadpoolController()

    def ledger_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
        # one OpenMP thread per worker: two workers beat two threads in one
        with controller.limit(limits=1, user_api="openmp"):
            return _ledger_rows(score(batch.to_pandas()), constants)

    waiting: deque[Future[pa.RecordBatch]] = deque()
    with ThreadPoolExecutor(WORKERS) as pool:
        for batch in batches:
            waiting.append(pool.submit(ledger_rows, batch))
            if len(waiting) > WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _ledger_rows(rows: pd.DataFrame, constants: Mapping[str, Any]) -> pa.RecordBatch:
    """Rows of the ledger for one batch; a score that is not a number becomes null."""
    arrays = [
        pa.repeat(pa.scalar(constants[field.name], field.type), len(rows))
        if field.name in constants
        else pa.array(rows[field.name], field.type, from_pandas=True)
        for field in LEDGER
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=LEDGER)
