"""Which outputs can be trusted on these orders, and by which rule."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ml.doctor.figures import Figures
from ml.words import counted

NO_CURRENCY = "XXX"  # ISO 4217's own code for "no currency"
YES, CARE, NO = "yes", "with care", "no"
ORDER = {YES: 0, CARE: 1, NO: 2}

# a model learns from a horizon of history before a cut-off and a horizon of outcome
# after it (ml/training/warehouse.py): 180 days at the default of 90
HORIZONS_TO_LEARN = 2.0
# ... and is judged, and its intervals measured, at a cut-off a horizon later; the
# first has half a horizon before it (as_of_dates.sql, ml/training/evaluation.py)
HORIZONS_TO_JUDGE = 2.5
# a season can be told from growth only where it was seen twice
YEAR_DAYS = 365
# tenths of fewer than 50 customers, by which the model cards judge, are noise: the
# standard error of a share of one half is then above .07, the tolerance of the gate
FEWEST_CUSTOMERS = 500
# quintiles of RFM of fewer than ten customers are names, not groups
FEWEST_FOR_SEGMENTS = 50
# buy-till-you-die models learn from second purchases alone; below 100 the standard
# error of their share is above a tenth of it (1 / sqrt(n)), as for
# ml/estimators/intervals.py
FEWEST_REPEAT_BUYERS = 100
# ten groups of a hundred spenders each (ml/estimators/intervals.py)
BUYERS_FOR_GROUPS = 1000
LEAST_DAYS = 2  # with orders, for recency to differ
# of the lines; beyond, what is left may be another shop than the one that exists
MUCH_SET_ASIDE = 0.3
# of the accepted lines; totals are off by as much
MANY_DUPLICATES = 0.01
# of what was sold; beyond, net value is a difference of two large numbers
MANY_RETURNS = 0.5
# of all money from a hundredth of the customers; UCI Online Retail II, a wholesaler,
# has .35 to .39
CONCENTRATED = 0.5
UNSIGNED = "quantity: a sale below zero"  # as stg_order_lines.sql says it
A_HUNDRED = 100  # customers, of whom a hundredth is one
# no cents where this share of amounts is whole; odd where the typical one is so large
ALL_WHOLE, LARGE_MEDIAN = 0.999, 500


@dataclass(frozen=True)
class Trust:
    """How far an output can be trusted: yes, with care or no, and by which rules."""

    output: str
    level: str
    reasons: list[str]


def obstacles(
    figures: Figures, settings: Mapping[str, Any], trusted: list[Trust]
) -> list[str]:
    """Say why a build would stop, or be of no use; empty if it would not."""
    found = []
    if larger := fitting_limit(figures, settings):
        found.append(
            f"{_share(figures.large_lines / figures.lines)} of the lines would be set "
            "aside: larger than the setting largest_line_amount "
            f"({settings['largest_line_amount']:,}). If the amounts are right, set it "
            f"to {larger:,}, as below"
        )
    if not figures.accepted:
        reason = next(iter(figures.set_aside), "it holds no line at all")
        found.append(f"not one line of {figures.lines:,} can be used: {reason}")
        return found
    limit = settings["many_rejected_share"]
    if figures.accepted < (1 - limit) * figures.lines:
        found.append(
            f"{_share(1 - figures.accepted / figures.lines)} of the lines would be set "
            f"aside, more than the setting many_rejected_share ({limit:.0%}) lets pass"
        )
    if all(each.level == NO for each in trusted):
        found.append(
            "nothing that it would say could be trusted yet; why, stands below"
        )
    if len(figures.currencies) > 1 and not settings.get("reporting_currency"):
        found.append(
            f"amounts are in {', '.join(figures.currencies)}, and currencies are never "
            "added up: set reporting_currency, with rates in seeds/exchange_rates.csv, "
            "or deliver one shop per currency"
        )
    return found


def fitting_limit(figures: Figures, settings: Mapping[str, Any]) -> int | None:
    """Propose a largest_line_amount where the present one sets aside too many lines.

    The power of ten above ten times the usual one of these, as in
    amount_findings.sql; None where the present one will do.
    """
    if figures.large_lines <= settings["large_amounts_share"] * figures.lines:
        return None
    return int(10 ** math.ceil(math.log10(10 * figures.large_amount)))


def cautions(figures: Figures) -> list[str]:
    """Say what is odd about the orders, and what it may mean."""
    return [*_odd_lines(figures), *_odd_customers(figures), *_odd_amounts(figures)]


def _odd_lines(figures: Figures) -> Iterator[str]:
    if NO_CURRENCY in figures.currencies:
        yield (
            f"nothing says the currency: put the shop's own for {NO_CURRENCY}, as the "
            "setting source_currency"
        )
    accepted = max(figures.accepted, 1)
    if figures.duplicates > MANY_DUPLICATES * accepted:
        yield (
            f"{_share(figures.duplicates / accepted)} of the accepted lines are exact "
            "copies of another: right where pieces are listed one by one; else a file "
            "may have been exported twice"
        )
    if unsigned := figures.set_aside.get(UNSIGNED, 0):
        yield (
            f"{unsigned:,} lines have a quantity below zero and an amount above, and "
            "are set aside: if they are returns, write a mapping model that gives the "
            "amount its sign"
        )


def _odd_customers(figures: Figures) -> Iterator[str]:
    if figures.spelt_twice:
        yield (
            f"{figures.spelt_twice:,} customer ids differ from another by capitals "
            "alone, and count as customers of their own: if they are the same people, "
            "name them in a table (the setting identity_path)"
        )
    if figures.top_share > CONCENTRATED and figures.customers >= A_HUNDRED:
        yield (
            f"the best hundredth of the customers brings {_share(figures.top_share)} "
            "of all money: totals hang on a few of them"
        )


def _odd_amounts(figures: Figures) -> Iterator[str]:
    if figures.whole_amounts > ALL_WHOLE and figures.median_line >= LARGE_MEDIAN:
        yield (
            f"no amount has cents, and the typical one is {figures.median_line:,.0f}: "
            "are these cents, or a currency without any?"
        )
    if figures.return_share > MANY_RETURNS:
        yield (
            f"{_share(figures.return_share)} of what was sold came back: are all sales "
            "of the returns in the files?"
        )


def trust(figures: Figures, settings: Mapping[str, Any]) -> list[Trust]:
    """Judge value, activity, segments and intervals.

    Parameters
    ----------
    figures : Figures
    settings : mapping
        With horizon_days.

    Returns
    -------
    list of Trust
        One per output, in this order.
    """
    checks = _checks(figures, settings["horizon_days"])
    rules = {
        "value": "nobody young unjudged one_year few_buyers seldom lost",
        "activity": "nobody never_twice young unjudged few_buyers seldom lost",
        "segments": "nobody one_day very_few recent once few_buyers lost",
        "intervals": "nobody no_judge too_few narrow one_year seldom lost",
    }
    return [
        _judge(output, [checks[name] for name in names.split()])
        for output, names in rules.items()
    ]


def _checks(figures: Figures, horizon: int) -> dict[str, tuple[bool, str, str]]:
    """Every rule by name: whether it is broken, how bad that is, and the sentence."""
    learn = round(HORIZONS_TO_LEARN * horizon)
    judge = round(HORIZONS_TO_JUDGE * horizon)
    season = YEAR_DAYS + horizon
    days, buyers, repeat = figures.days, figures.buyers, figures.repeat_buyers
    aside = 1 - figures.accepted / max(figures.lines, 1)

    def short(least: int, meaning: str) -> str:
        return f"{counted(days, 'day')} of orders, fewer than {least}: {meaning}"

    def few(least: int) -> str:
        return f"{counted(buyers, 'buyer')}, fewer than {least:,}"

    back = f"{counted(repeat, 'buyer')} came back, fewer than {FEWEST_REPEAT_BUYERS}"
    return {
        "nobody": (buyers == 0, NO, "nobody bought anything"),
        "never_twice": (repeat == 0, NO, "nobody bought on a second day"),
        "young": (days < learn, NO, short(learn, "no outcome to learn from")),
        "no_judge": (days < judge, NO, short(judge, "a rule scores, without them")),
        "one_day": (figures.days_with_orders < LEAST_DAYS, NO, "orders of one day"),
        "very_few": (buyers < FEWEST_FOR_SEGMENTS, NO, few(FEWEST_FOR_SEGMENTS)),
        "too_few": (buyers < FEWEST_CUSTOMERS, NO, few(FEWEST_CUSTOMERS)),
        "few_buyers": (buyers < FEWEST_CUSTOMERS, CARE, few(FEWEST_CUSTOMERS)),
        "narrow": (buyers < BUYERS_FOR_GROUPS, CARE, few(BUYERS_FOR_GROUPS)),
        "unjudged": (days < judge, CARE, short(judge, "a rule scores, not a model")),
        "one_year": (days < season, CARE, short(season, "no season was seen twice")),
        "recent": (days < horizon, CARE, short(horizon, "recency tells little")),
        "once": (repeat == 0, CARE, "nobody bought on a second day"),
        "seldom": (repeat < FEWEST_REPEAT_BUYERS, CARE, back),
        "lost": (aside > MUCH_SET_ASIDE, CARE, f"{_share(aside)} of lines set aside"),
    }


def _judge(output: str, checks: list[tuple[bool, str, str]]) -> Trust:
    """Take the worst level, and tell its own rules; at a no nothing milder."""
    broken = [(level, why) for is_broken, level, why in checks if is_broken]
    level = max((level for level, _ in broken), key=ORDER.__getitem__, default=YES)
    return Trust(output, level, [why for own, why in broken if own == level])


def _share(share: float) -> str:
    return f"{share:.1%}"
