"""Groups of customers who behave alike: k-means that one wholesaler cannot bend."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
)
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances_argmin
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.utils import Tags, check_random_state, gen_batches
from sklearn.utils.validation import check_is_fitted, validate_data

from ml.clusters.grouping import count_groups, order_of_groups
from ml.errors import SettingsError

Floats = NDArray[np.float64]
BATCH_ROWS = 65_536  # what is scaled at once: memory, not results, depends on it


class BehaviourSegmenter(
    ClassNamePrefixFeaturesOutMixin,  # type: ignore[misc]
    ClusterMixin,  # type: ignore[misc]
    TransformerMixin,  # type: ignore[misc]
    BaseEstimator,  # type: ignore[misc]
):
    """k-means (Lloyd 1982) on features brought to one robust scale.

    A gap becomes the median. Then sign(x) log(1 + |x| / typical |x|) makes of a
    thousandfold a step of seven, median and quartiles (not mean and deviation) set the
    scale, and what is still far out is cut: whoever buys a thousand times as much as
    others stands at the edge of a group, not in a group of one.

    Parameters
    ----------
    n_clusters : int or None, default=6
        Fewer are made where there are fewer distinct customers. None: as many as are
        stable and stand apart.
    order_by : str, int or None, default=None
        Column, by name or position, whose mean rises from label 0 to the last. None
        orders by size, label 0 the largest. So labels of a refit can be compared.
    max_rows : int, default=100_000
        Rows drawn to fit on; all rows if there are no more.
    clip : float, default=3.0
        Largest distance from the median, in robust standard deviations.
    n_init : int, default=4
        Starts of k-means; the best end counts.
    random_state : int, default=0
        Draws the rows and the starts.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (k, n_features_in_)
        On the robust scale.
    median_, typical_, center_, spread_ : ndarray of shape (n_features_in_,)
        Of the features; `center_` and `spread_` after the logarithm.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,), if X had names

    Notes
    -----
    There is no `labels_`: a saved model carries no line per customer.
    """

    def __init__(
        self,
        n_clusters: int | None = 6,
        order_by: str | int | None = None,
        max_rows: int = 100_000,
        clip: float = 3.0,
        n_init: int = 4,
        random_state: int = 0,
    ) -> None:
        self.n_clusters = n_clusters
        self.order_by = order_by
        self.max_rows = max_rows
        self.clip = clip
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn the scale of the features and the centres of the groups.

        Parameters
        ----------
        X : array-like of shape (n_customers, n_features)
            Numbers, with gaps.
        y : ignored

        Raises
        ------
        SettingsError
            `order_by` is none of the columns.
        """
        values = self._values(X, reset=True)
        order_column = self._order_column()
        random = check_random_state(self.random_state)
        if len(values) > self.max_rows:
            values = values[random.choice(len(values), self.max_rows, replace=False)]
        self._fit_scale(values)
        scaled = self._scaled(values)
        wanted = self.n_clusters or count_groups(scaled, random)
        kmeans = KMeans(
            min(wanted, len(np.unique(scaled, axis=0))),
            n_init=self.n_init,
            random_state=random,
        ).fit(scaled)
        order = order_of_groups(
            kmeans.labels_,
            None if order_column is None else values[:, order_column],
        )
        self.cluster_centers_ = kmeans.cluster_centers_[order]
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Group of each customer.

        Parameters
        ----------
        X : array-like of shape (n_customers, n_features)

        Returns
        -------
        ndarray of shape (n_customers,)
            From 0, in the order that `order_by` says.
        """
        check_is_fitted(self)
        values = self._values(X, reset=False)
        labels = np.empty(len(values), dtype=np.int64)
        for rows in gen_batches(len(values), BATCH_ROWS):
            labels[rows] = pairwise_distances_argmin(
                self._scaled(values[rows]), self.cluster_centers_
            )
        return labels

    def fit_predict(self, X: ArrayLike, y: object = None) -> NDArray[np.int64]:
        """Fit, and say the group of each customer.

        Parameters
        ----------
        X : array-like of shape (n_customers, n_features)
        y : ignored

        Returns
        -------
        ndarray of shape (n_customers,)
        """
        return self.fit(X).predict(X)

    def transform(self, X: ArrayLike) -> Floats:
        """Distance of each customer to the centre of each group.

        Parameters
        ----------
        X : array-like of shape (n_customers, n_features)

        Returns
        -------
        ndarray of shape (n_customers, k)
            On the robust scale, groups in the order of the labels.
        """
        check_is_fitted(self)
        distances: Floats = euclidean_distances(self.scaled(X), self.cluster_centers_)
        return distances

    def scaled(self, X: ArrayLike) -> Floats:
        """Features of each customer on the robust scale.

        Parameters
        ----------
        X : array-like of shape (n_customers, n_features)

        Returns
        -------
        ndarray of shape (n_customers, n_features)
            Without gaps, within plus and minus `clip`.
        """
        check_is_fitted(self)
        return self._scaled(self._values(X, reset=False))

    @property
    def _n_features_out(self) -> int:
        """Columns of `transform`, for `get_feature_names_out`."""
        return len(self.cluster_centers_)

    def _fit_scale(self, values: Floats) -> None:
        """Learn gaps' stand-ins, units, centres and spreads of the columns."""
        self.median_ = _column_medians(values)
        filled = np.where(np.isnan(values), self.median_, values)
        sizes = np.where(filled != 0, np.abs(filled), np.nan)
        self.typical_ = _column_medians(sizes, empty=1.0)
        logs = self._logs(filled)
        low, self.center_, high = np.quantile(logs, [0.25, 0.5, 0.75], axis=0)
        spread = (high - low) / 1.349  # a normal's quartiles are that far apart
        spread = np.where(spread > 0, spread, logs.std(axis=0))
        self.spread_ = np.where(spread > 0, spread, 1.0)

    def _logs(self, values: Floats) -> Floats:
        """Logarithms that keep the sign, and zero at zero."""
        logs: Floats = np.sign(values) * np.log1p(np.abs(values) / self.typical_)
        return logs

    def _scaled(self, values: Floats) -> Floats:
        """Columns without gaps, on one robust scale, within plus and minus `clip`."""
        filled = np.where(np.isnan(values), self.median_, values)
        scaled = (self._logs(filled) - self.center_) / self.spread_
        cut: Floats = np.clip(scaled, -self.clip, self.clip)
        return cut

    def _values(self, X: ArrayLike, *, reset: bool) -> Floats:
        """X as numbers, with gaps."""
        values: Floats = validate_data(
            self, X, dtype=float, ensure_all_finite="allow-nan", reset=reset
        )
        return values

    def _order_column(self) -> int | None:
        """Position of `order_by` among the columns."""
        if self.order_by is None:
            return None
        positions = range(self.n_features_in_)
        columns = getattr(self, "feature_names_in_", [])
        names = {name: position for position, name in enumerate(columns)}
        position = names.get(self.order_by, self.order_by)
        if position not in positions:
            msg = (
                f"order_by is {self.order_by!r}, which is no column of X: give one of "
                f"{', '.join(names) or f'0 to {self.n_features_in_ - 1}'}."
            )
            raise SettingsError(msg)
        return int(position)

    def __sklearn_tags__(self) -> Tags:
        """Gaps are filled."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _column_medians(values: Floats, empty: float = 0.0) -> Floats:
    """Medians of the numbers in each column; `empty` where there are none."""
    has_numbers = ~np.isnan(values).all(axis=0)
    medians = np.full(values.shape[1], empty)
    medians[has_numbers] = np.nanmedian(values[:, has_numbers], axis=0)
    return medians
