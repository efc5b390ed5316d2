"""What is in the orders of the sample shop: lines, returns and goodwill credits.

An order's value is drawn first (Gamma-Gamma) and then spent on products of fixed
price, so that the truth about order values stays exact on average while every line
still satisfies gross = price x quantity.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from ml.sample.catalogue import (
    CATEGORIES,
    Catalogue,
    category_popularity,
    draw_products,
    price_levels,
)
from ml.sample.customers import (
    KINDS,
    SECONDS_PER_DAY,
    Bools,
    Customers,
    Floats,
    Ints,
    Orders,
)

MOST_LINES = 10
SMALLEST_LINE_VALUE = 2.0  # EUR; a small order has fewer lines
FAVOURITE_SHARE = 0.85  # of lines from a favourite category
ORDER_VALUE_SHAPE = 4.0  # p of the Gamma-Gamma model
DISCOUNTS_PERMILLE = np.array([0, 50, 100, 200])
DISCOUNT_SHARES = np.array([0.80, 0.10, 0.07, 0.03])

RETURNED_ORDER_SHARE = 0.015  # the whole order comes back
RETURNED_LINE_SHARE = 0.046  # a single line comes back
CREDITED_ORDER_SHARE = 0.004  # a credit for the first line
EMPTY_LINE_SHARE = 0.003  # of lines stand there once more with quantity 0
LATE_SHARE = 0.006  # of orders, returns and credits; a customer's first is never late
LONGEST_USUAL_DELAY = 1_800  # seconds until an order is recorded, if it is not late

SALE, RETURN, ADJUSTMENT = range(3)


@dataclass(frozen=True)
class Lines:
    """Order lines of one block; every array has shape (lines,).

    `order` and `owner` are positions in `Orders` and `Customers`, `product` one in
    `Catalogue`; times are seconds since the first day; amounts are signed cents.
    """

    line_type: Ints
    order: Ints
    owner: Ints
    ordered_at: Ints
    recorded_at: Ints
    product: Ints
    quantity: Ints
    gross_cents: Ints
    net_cents: Ints

    def take(self, rows: Ints | Bools) -> "Lines":
        """Return the lines at `rows`, positions or a mask."""
        return Lines(*(getattr(self, each.name)[rows] for each in fields(self)))


def draw_lines(
    rng: np.random.Generator,
    customers: Customers,
    orders: Orders,
    catalogue: Catalogue,
    lines_per_order: float,
) -> Lines:
    """Draw every line of the orders: sales, empty lines, returns, credits.

    Parameters
    ----------
    rng
        The block's own dice.
    customers, orders
        Who ordered when.
    catalogue
        What can be bought.
    lines_per_order
        Mean number of sale lines, above 1 and below 10.

    Returns
    -------
    Lines
        Unsorted; returns and credits may be dated or recorded after the shop's end.
    """
    sales = draw_sales(rng, customers, orders, catalogue, lines_per_order)
    whole = rng.random(orders.owner.size) < RETURNED_ORDER_SHARE
    single = rng.random(sales.order.size) < RETURNED_LINE_SHARE
    is_returned = whole[sales.order] | single
    returns = draw_returns(rng, sales.take(is_returned), orders)
    credits_ = draw_credits(rng, sales.take(~is_returned))
    empty = draw_empty_lines(rng, sales)
    parts = (sales, empty, returns, credits_)
    columns = ([getattr(part, each.name) for part in parts] for each in fields(Lines))
    return Lines(*(np.concatenate(column) for column in columns))


def draw_sales(
    rng: np.random.Generator,
    customers: Customers,
    orders: Orders,
    catalogue: Catalogue,
    lines_per_order: float,
) -> Lines:
    """Draw the sale lines; an order's net value has its customer's mean.

    Quantities are rounded up or down by chance, so that price x quantity equals the
    value to spend on average; discounts are a known share and added to that value
    beforehand.
    """
    mean = customers.mean_order_value[orders.owner]
    value = mean * rng.gamma(ORDER_VALUE_SHAPE, 1 / ORDER_VALUE_SHAPE, mean.size)
    count = _draw_line_counts(rng, value, lines_per_order)
    order = np.repeat(np.arange(mean.size), count)
    owner = orders.owner[order]
    category = _draw_categories(rng, customers, owner)
    weight = (0.5 + rng.random(order.size)) * price_levels()[category]
    kept = 1 - DISCOUNT_SHARES @ DISCOUNTS_PERMILLE / 1000
    value_cents = 100 / kept * (value / np.bincount(order, weight))[order] * weight

    pieces = np.array([kind.pieces_per_line for kind in KINDS])[customers.kind[owner]]
    piece_cents = value_cents / rng.geometric(1 / pieces)
    product = draw_products(rng, catalogue, category, piece_cents)
    price = catalogue.price_cents[product]
    quantity = np.floor(value_cents / price + rng.random(order.size)).astype(np.int64)
    quantity = np.maximum(quantity, 1)

    gross = price * quantity
    permille = rng.choice(DISCOUNTS_PERMILLE, mean.size, p=DISCOUNT_SHARES)[order]
    net = gross - (gross * permille + 500) // 1000
    recorded_at = _draw_recorded_at(rng, orders.placed_at, ~orders.is_first)
    return Lines(
        line_type=np.full(order.size, SALE),
        order=order,
        owner=owner,
        ordered_at=orders.placed_at[order],
        recorded_at=recorded_at[order],
        product=product,
        quantity=quantity,
        gross_cents=gross,
        net_cents=net,
    )


def _draw_line_counts(rng: np.random.Generator, value: Floats, mean: float) -> Ints:
    """Return 1 to 10 lines per order (beta-binomial), fewer where `value` is small."""
    share = (mean - 1) / (MOST_LINES - 1)
    wish = rng.binomial(
        MOST_LINES - 1, rng.beta(3 * share, 3 * (1 - share), value.size)
    )
    affordable = (value / SMALLEST_LINE_VALUE).astype(np.int64)
    return np.clip(affordable, 1, wish + 1)


def _draw_categories(
    rng: np.random.Generator, customers: Customers, owner: Ints
) -> Ints:
    """Return a category per line: mostly a favourite of the customer's."""
    slot = (rng.random(owner.size) * customers.favourite_count[owner]).astype(np.int64)
    favourite = customers.favourites[owner, slot]
    any_ = rng.choice(len(CATEGORIES), owner.size, p=category_popularity())
    return np.where(rng.random(owner.size) < FAVOURITE_SHARE, favourite, any_)


def draw_returns(rng: np.random.Generator, sales: Lines, orders: Orders) -> Lines:
    """Return `sales` coming back: one parcel per order, at least two days later.

    A sale that was recorded late is recorded before its return all the same.
    """
    days = 2 + rng.gamma(2.0, 5.0, orders.owner.size)
    back_at = orders.placed_at + (days * SECONDS_PER_DAY).astype(np.int64)
    recorded_at = _draw_recorded_at(rng, back_at)[sales.order]
    return replace(
        sales,
        line_type=np.full(sales.order.size, RETURN),
        ordered_at=back_at[sales.order],
        recorded_at=np.maximum(recorded_at, sales.recorded_at),
        quantity=-sales.quantity,
        gross_cents=-sales.gross_cents,
        net_cents=-sales.net_cents,
    )


def draw_credits(rng: np.random.Generator, sales: Lines) -> Lines:
    """Return goodwill credits: 10 to 50 % of one of the `sales`, one per order."""
    _, first_of_order = np.unique(sales.order, return_index=True)
    chosen = rng.random(first_of_order.size) < CREDITED_ORDER_SHARE
    sales = sales.take(first_of_order[chosen])
    size = sales.order.size
    days = rng.uniform(1, 20, size)
    credited_at = sales.ordered_at + (days * SECONDS_PER_DAY).astype(np.int64)
    recorded_at = _draw_recorded_at(rng, credited_at)
    credit = np.rint(rng.uniform(0.1, 0.5, size) * sales.net_cents).astype(np.int64)
    return replace(
        sales,
        line_type=np.full(size, ADJUSTMENT),
        ordered_at=credited_at,
        recorded_at=np.maximum(recorded_at, sales.recorded_at),
        quantity=np.ones(size, dtype=np.int64),
        gross_cents=-credit,
        net_cents=-credit,
    )


def draw_empty_lines(rng: np.random.Generator, sales: Lines) -> Lines:
    """Return lines of quantity 0 and value 0, as exports have for what ran out."""
    empty = sales.take(rng.random(sales.order.size) < EMPTY_LINE_SHARE)
    nothing = np.zeros(empty.order.size, dtype=np.int64)
    return replace(empty, quantity=nothing, gross_cents=nothing, net_cents=nothing)


def _draw_recorded_at(
    rng: np.random.Generator, at: Ints, may_be_late: Bools | bool = True
) -> Ints:
    """Return when the shop's database learnt of it: in minutes, or days too late."""
    minutes_later = rng.integers(30, LONGEST_USUAL_DELAY, at.size)
    days_later = rng.integers(SECONDS_PER_DAY, 20 * SECONDS_PER_DAY, at.size)
    is_late = (rng.random(at.size) < LATE_SHARE) & may_be_late
    return at + np.where(is_late, days_later, minutes_later)
