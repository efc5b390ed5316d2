"""What the sample shop sells: categories, and products with fixed prices."""

from dataclasses import dataclass

import numpy as np

from ml.sample.customers import Floats, Ints

CATEGORIES = {  # name: (popularity, median price in EUR)
    "home": (14, 18.0),
    "garden": (9, 16.0),
    "kitchen": (12, 14.0),
    "toys": (9, 12.0),
    "books": (10, 11.0),
    "fashion": (13, 22.0),
    "shoes": (6, 35.0),
    "sports": (7, 24.0),
    "beauty": (8, 10.0),
    "electronics": (6, 40.0),
    "pets": (4, 9.0),
    "stationery": (5, 5.0),
}
PRODUCTS = 2_000
PRICE_SPREAD = 0.9  # of the logarithm of prices within a category
CHEAPEST_CENTS = 49  # every category has such a product, so every value can be spent
NEARBY_PRICES = 6  # products that compete for a line of some price
ABOVE_ANY_PRICE = 1 << 32


@dataclass(frozen=True)
class Catalogue:
    """Products sorted by category and price; arrays of shape (products,).

    `number` is the product's public number, unrelated to its place here.
    """

    number: Ints
    category: Ints
    price_cents: Ints


def category_popularity() -> Floats:
    """Return the popularity of each category, shape (categories,), summing to one."""
    popularity = np.array([weight for weight, _ in CATEGORIES.values()], np.float64)
    return popularity / np.sum(popularity)


def price_levels() -> Floats:
    """Return how much of an order's value a category takes, shape (categories,)."""
    return np.sqrt([median for _, median in CATEGORIES.values()])


def draw_catalogue(rng: np.random.Generator) -> Catalogue:
    """Draw products with prices that end in 49 or 99 cents."""
    category = np.arange(PRODUCTS) % len(CATEGORIES)
    medians = np.array([median for _, median in CATEGORIES.values()])[category]
    cents = 100 * medians * rng.lognormal(0, PRICE_SPREAD, PRODUCTS)
    price_cents = (np.ceil(cents / 50) * 50 - 1).astype(np.int64)
    price_cents[: len(CATEGORIES)] = CHEAPEST_CENTS
    order = np.lexsort((price_cents, category))
    number = rng.permutation(PRODUCTS) + 1
    return Catalogue(number, category[order], price_cents[order])


def draw_products(
    rng: np.random.Generator, catalogue: Catalogue, category: Ints, cents: Floats
) -> Ints:
    """Draw a product of the given category and about the given price, for each line.

    Parameters
    ----------
    rng
        The block's own dice.
    catalogue
        What is sold.
    category
        Position in `CATEGORIES`, shape (lines,).
    cents
        The most a piece may cost; where nothing is that cheap, the cheapest is drawn.

    Returns
    -------
    Ints
        Positions in `catalogue`, shape (lines,).
    """
    keys = catalogue.category * ABOVE_ANY_PRICE + catalogue.price_cents
    wanted = category * ABOVE_ANY_PRICE + cents.astype(np.int64)
    dearest = np.searchsorted(keys, wanted, side="right") - 1
    cheapest = np.searchsorted(catalogue.category, np.arange(len(CATEGORIES)))
    a_bit_less = rng.integers(0, NEARBY_PRICES, category.size)
    product: Ints = np.maximum(dearest - a_bit_less, cheapest[category])
    return product
