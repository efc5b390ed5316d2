"""Likelihood of the BG/NBD model, with its gradient.

Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to
the Pareto/NBD Model, Marketing Science 24(2), 275-284. Its letters, its numbers of
equations.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import digamma, gammaln

from ml.buy_till_you_die.histories import Histories
from ml.buy_till_you_die.maximum_likelihood import Floats

# Logarithms, with time in units of the mean age. Within these the closed forms were
# found finite and exact for horizons up to 90 mean ages; larger a and b would hardly
# differ, as they say that the probability of leaving is nearly the same for everybody.
BOUNDS = {"r": (-12.0, 5.0), "alpha": (-7.0, 7.0), "a": (-5.0, 4.0), "b": (-5.0, 5.0)}
STARTS = ((-1.0, -1.0, 0.0, 1.0), (0.0, -1.0, -2.0, 1.0), (0.0, 0.0, 1.0, 0.0))


class Parameters(NamedTuple):
    """Gamma (r, alpha) of the rates; beta (a, b) of the leaving probabilities."""

    r: float
    alpha: float
    a: float
    b: float


def log_likelihood(log_parameters: Floats, data: Histories) -> tuple[float, Floats]:
    """Log-likelihood of all customers (eq. 6) and its gradient.

    Parameters
    ----------
    log_parameters : ndarray of shape (4,)
        Natural logarithms of r, alpha, a, b.
    data : Histories

    Returns
    -------
    value : float
    gradient : ndarray of shape (4,)
        With respect to the log-parameters.
    """
    given = Parameters(*np.exp(log_parameters))
    count_value, count_gradient = _count_terms(given, data)
    time_value, time_gradient = _time_terms(given, data)
    gradient = (count_gradient + time_gradient) * np.asarray(given)
    return count_value + time_value, gradient


def _count_terms(given: Parameters, data: Histories) -> tuple[float, Floats]:
    """Gamma functions of eq. 6: they know x alone, so there are few distinct ones."""
    r, alpha, a, b = given
    starts = np.flatnonzero(np.diff(data.x, prepend=-1.0))
    x, n = data.x[starts], np.add.reduceat(data.customers, starts)

    rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    leaving = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)

    by_r = digamma(r + x) - digamma(r) + np.log(alpha)
    by_a = digamma(a + b) - digamma(a + b + x)
    by_b = by_a + digamma(b + x) - digamma(b)
    gradient = np.array([n @ by_r, n.sum() * r / alpha, n @ by_a, n @ by_b])
    return float(n @ (rate + leaving)), gradient


def _time_terms(given: Parameters, data: Histories) -> tuple[float, Floats]:
    """Sum in eq. 6 over the two ways to a history: active at T, or gone after t_x."""
    r, alpha, a, b = given
    x, t_x, T, n = data
    past = np.maximum(x, 1.0)  # without a repeat nobody can be gone
    log_T, log_t_x = np.log(alpha + T), np.log(alpha + t_x)
    active = -(r + x) * log_T
    gone = np.log(a / (b + past - 1)) - (r + x) * log_t_x
    gone = np.where(x > 0, gone, -np.inf)
    total = np.logaddexp(active, gone)

    p = n * np.exp(active - total)
    q = n - p
    by_r = -(p @ log_T + q @ log_t_x)
    by_alpha = -(p @ ((r + x) / (alpha + T)) + q @ ((r + x) / (alpha + t_x)))
    gradient = np.array([by_r, by_alpha, q.sum() / a, -(q @ (1 / (b + past - 1)))])
    return float(n @ total), gradient
