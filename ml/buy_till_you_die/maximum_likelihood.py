"""Maximum likelihood for models with a few positive parameters."""

import warnings
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]

# A normal prior on every log-parameter, centred at 0 (that is at 1, in data scaled
# to a mean of 1), standard deviation 100. It moves the estimates from a few thousand
# customers in the sixth digit; where the data say nothing about a parameter it makes
# the maximum unique, so that a refit gives the same number.
PRIOR_VARIANCE = 10_000.0

# scipy's code for "stopped by the limit on iterations"; its other unsuccessful code
# means that the line search reached the precision of the numbers, which is an end.
ITERATION_LIMIT = 1


def maximise(
    log_likelihood: Objective,
    starts: Sequence[ArrayLike],
    bounds: Sequence[tuple[float, float]],
    max_iter: int,
) -> tuple[Floats, int]:
    """Find the parameters of the highest likelihood by L-BFGS-B on their logarithms.

    Parameters
    ----------
    log_likelihood : callable
        Takes log-parameters of shape (k,), returns the log-likelihood of all rows
        and its gradient of shape (k,) with respect to the log-parameters.
    starts : sequence of shape (n_starts, k)
        Log-parameters to start from; the best end counts.
    bounds : sequence of k pairs
        Smallest and largest log-parameter.
    max_iter : int
        Most iterations from one start.

    Returns
    -------
    log_parameters : ndarray of shape (k,)
    n_iter : int
        Iterations of the start that won, at least 1.

    Warns
    -----
    ConvergenceWarning
        The best end was reached by the limit on iterations.
    """

    def objective(theta: Floats) -> tuple[float, Floats]:
        value, gradient = log_likelihood(theta)
        penalty = 0.5 * float(theta @ theta) / PRIOR_VARIANCE
        return penalty - value, theta / PRIOR_VARIANCE - gradient

    # divided by its size at the start: the tolerances are then free of the row count
    size = 1.0 + abs(objective(np.asarray(starts[0], dtype=float))[0])
    with threadpool_limits(1, user_api="blas"):  # threads cost more than k x k sums
        ends = [
            minimize(
                lambda theta: tuple(part / size for part in objective(theta)),
                start,
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options={"maxiter": max_iter, "ftol": 1e-13, "gtol": 1e-9},
            )
            for start in starts
        ]
    best = min(ends, key=lambda end: float(end.fun))
    if best.status == ITERATION_LIMIT:
        message = (
            f"The likelihood was still rising after max_iter={max_iter} iterations. "
            "Raise max_iter, or look for customers with impossible histories."
        )
        warnings.warn(message, ConvergenceWarning, stacklevel=3)
    return np.asarray(best.x, dtype=float), max(1, int(best.nit))
