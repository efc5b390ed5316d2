"""Who the customers of the sample shop are, and when they order.

Customers buy as in the Pareto/NBD model: each orders at random at a rate of their own
until they silently leave. Everything drawn here is known truth, so an estimator can
be judged against it.

Sources: Schmittlein, Morrison and Colombo (1987), "Counting Your Customers",
Management Science 33(1), for orders and lifetimes; Fader and Hardie (2013), "The
Gamma-Gamma Model of Monetary Value", for order values.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SECONDS_PER_DAY = 86_400
SECONDS_PER_HOUR = 3_600
LONGEST_LIFETIME_DAYS = 20 * 365  # the model's tail has no end, calendars have
FAVOURITE_CATEGORIES = 3  # at most, per customer
GUESTS_PER_CUSTOMER = 0.045  # orders nobody signed in for

# Both average one, so that a rate per day means what it says over a whole year.
WEEKDAY_WEIGHTS = np.array([1.02, 0.95, 0.93, 0.97, 1.05, 1.18, 0.90])  # Monday first
HOUR_WEIGHTS = np.repeat([0.15, 0.6, 1.3, 1.25, 1.8, 0.9], 4)  # four hours each, UTC


@dataclass(frozen=True)
class Kind:
    """Population parameters of one kind of customer.

    Rates of ordering are gamma distributed with `rate_shape` around
    `orders_per_day`; rates of leaving are gamma distributed with `leaving_shape` and
    `leaving_scale_days`; mean order values (EUR) are inverse-gamma distributed with
    `value_shape` around `order_value`. Pieces per line are geometric.
    """

    name: str
    rate_shape: float
    orders_per_day: float
    leaving_shape: float
    leaving_scale_days: float
    value_shape: float
    order_value: float
    pieces_per_line: float


KINDS = (
    Kind("regular", 0.55, 0.0148, 1.0, 600.0, 4.0, 60.0, 1.4),
    Kind("wholesale", 8.0, 0.0300, 2.0, 3000.0, 20.0, 1200.0, 24.0),
    Kind("guest", 1.0, 0.0, 1.0, 600.0, 4.0, 60.0, 1.4),
)
REGULAR, WHOLESALE, GUEST = range(3)
WHOLESALE_SHARE = 0.01


@dataclass(frozen=True)
class SeasonClock:
    """Clock time against weighted time, in which customers order evenly.

    Weighted time runs faster when people buy more; over a calendar year it advances
    by one weighted day per day. Both arrays have shape (hours + 1,).
    """

    seconds: Floats
    weighted_days: Floats

    def to_weighted(self, seconds: Ints | Floats | float) -> Floats:
        """Return weighted days at `seconds` since the first day; any shape."""
        moments = np.asarray(seconds, dtype=np.float64)
        return np.interp(moments, self.seconds, self.weighted_days)

    def to_seconds(self, weighted_days: Floats) -> Ints:
        """Return whole seconds since the first day at `weighted_days`; any shape."""
        clock_time = np.interp(weighted_days, self.weighted_days, self.seconds)
        return np.floor(clock_time).astype(np.int64)


@dataclass(frozen=True)
class Customers:
    """Customers of one block, guests last; every array has one entry per customer.

    Times are whole seconds since the first day of the shop, values EUR, `favourites`
    has shape (customers, 3) and counts only up to `favourite_count`.
    """

    kind: Ints
    first_at: Ints
    leaves_at: Ints
    orders_per_day: Floats
    mean_order_value: Floats
    favourites: Ints
    favourite_count: Ints


@dataclass(frozen=True)
class Orders:
    """Orders of one block in order of time; every array has shape (orders,).

    `owner` is a position in `Customers`, `placed_at` seconds since the first day.
    """

    owner: Ints
    placed_at: Ints
    is_first: Bools


def season_clock(first_day: date, days: int) -> SeasonClock:
    """Return the clock of `days` days: autumn peak, weekly rhythm, hours of the day."""
    calendar = np.datetime64(first_day, "D") + np.arange(days)
    day_of_year = (calendar - calendar.astype("datetime64[Y]")).astype(np.int64)
    weekday = (calendar.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    daily = _year_profile()[np.minimum(day_of_year, 364)] * WEEKDAY_WEIGHTS[weekday]
    hourly = np.outer(daily, HOUR_WEIGHTS).ravel() / HOUR_WEIGHTS.size
    seconds = np.arange(hourly.size + 1, dtype=np.float64) * SECONDS_PER_HOUR
    return SeasonClock(seconds, np.concatenate([[0.0], np.cumsum(hourly)]))


def _year_profile() -> Floats:
    """Return the weight of each day of a year, shape (365,), with mean one."""
    position = np.arange(365) / 365
    winter_wave = 0.12 * np.cos(2 * np.pi * (position - 0.95))
    autumn_peak = 0.9 * np.exp(-0.5 * ((position - 0.91) / 0.05) ** 2)
    profile: Floats = 1 + winter_wave + autumn_peak
    return profile / np.mean(profile)


def draw_customers(
    rng: np.random.Generator,
    clock: SeasonClock,
    *,
    count: int,
    arrive_before: int,
    categories: Floats,
) -> Customers:
    """Draw customers who arrive, evenly in weighted time, before a moment.

    Parameters
    ----------
    rng
        The block's own dice.
    clock
        The season of the shop.
    count
        Customers with a name; guests come on top.
    arrive_before
        Seconds since the first day before which every first order is placed.
    categories
        Popularity of each category, shape (categories,), any positive scale.

    Returns
    -------
    Customers
        `count` customers, then the guests.
    """
    kind = _draw_kinds(rng, count)
    size = kind.size
    first_at = clock.to_seconds(rng.uniform(0, clock.to_weighted(arrive_before), size))
    rate_shape = _by_kind("rate_shape", kind)
    value_shape = _by_kind("value_shape", kind)
    mean_order_value = _by_kind("order_value", kind) * (value_shape - 1)
    return Customers(
        kind=kind,
        first_at=first_at,
        leaves_at=first_at + _draw_lifetimes(rng, kind),
        orders_per_day=rng.gamma(
            rate_shape, _by_kind("orders_per_day", kind) / rate_shape
        ),
        mean_order_value=mean_order_value / rng.gamma(value_shape),
        favourites=_draw_favourites(rng, size, categories),
        favourite_count=rng.integers(1, FAVOURITE_CATEGORIES + 1, size),
    )


def _by_kind(field: str, kind: Ints) -> Floats:
    """Return the population parameter `field` of each customer."""
    return np.array([getattr(each, field) for each in KINDS], dtype=np.float64)[kind]


def _draw_kinds(rng: np.random.Generator, count: int) -> Ints:
    """Return kinds; a fixed number of wholesalers, because they weigh so much."""
    kind = np.full(count + round(GUESTS_PER_CUSTOMER * count), REGULAR, dtype=np.int64)
    wholesalers = rng.choice(count, round(WHOLESALE_SHARE * count), replace=False)
    kind[wholesalers] = WHOLESALE
    kind[count:] = GUEST
    return kind


def _draw_lifetimes(rng: np.random.Generator, kind: Ints) -> Ints:
    """Return seconds until each customer leaves: exponential, gamma-mixed."""
    leaving_rate = rng.gamma(_by_kind("leaving_shape", kind))
    leaving_rate /= _by_kind("leaving_scale_days", kind)
    days = rng.exponential(size=kind.size) / leaving_rate
    seconds = np.minimum(days, LONGEST_LIFETIME_DAYS) * SECONDS_PER_DAY
    return seconds.astype(np.int64)


def _draw_favourites(rng: np.random.Generator, size: int, popularity: Floats) -> Ints:
    """Return three different categories each, drawn in proportion to popularity.

    Sorting exponential times is a weighted draw without replacement (Efraimidis and
    Spirakis 2006).
    """
    times = rng.exponential(size=(size, popularity.size)) / popularity
    return np.argsort(times, axis=1)[:, :FAVOURITE_CATEGORIES]


def draw_orders(
    rng: np.random.Generator, clock: SeasonClock, customers: Customers, end: int
) -> Orders:
    """Draw each customer's first order and the repeat orders until leaving or `end`.

    Repeats are a Poisson process in weighted time, that is one whose rate is
    `orders_per_day` times the season. `end` is in seconds since the first day.
    """
    since = clock.to_weighted(customers.first_at)
    until = clock.to_weighted(np.minimum(customers.leaves_at, end))
    repeats = rng.poisson(customers.orders_per_day * (until - since))
    everyone = np.arange(customers.kind.size)
    owner = np.repeat(everyone, repeats)
    passed = rng.random(owner.size) * (until - since)[owner]
    repeated_at = clock.to_seconds(since[owner] + passed)
    repeated_at = np.maximum(repeated_at, customers.first_at[owner])  # rounding

    owner = np.concatenate([everyone, owner])
    placed_at = np.concatenate([customers.first_at, repeated_at])
    in_time = np.argsort(placed_at, kind="stable")
    return Orders(owner[in_time], placed_at[in_time], in_time < everyone.size)


def expected_sales(
    clock: SeasonClock, customers: Customers, since: int, until: int
) -> Floats:
    """Return the expected value of sales between two moments, in EUR per customer.

    rate x weighted days the customer is still there x mean order value: net of
    discounts, before returns and credits. It knows when the customer leaves, which no
    estimator can, so it is a yardstick for ranking and totals, not a reachable score.
    """
    there_until = np.clip(customers.leaves_at, since, until)
    weighted_days = clock.to_weighted(there_until) - clock.to_weighted(since)
    return customers.orders_per_day * weighted_days * customers.mean_order_value
