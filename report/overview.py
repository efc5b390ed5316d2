"""The first things on the page: where the shop stands, and what has changed."""

from datetime import date

from report import charts, parts, words
from report.marts import Marts, Row
from report.parts import Chart, Figure, Section, Table
from report.worth import AT_RISK, VALUE_AT_RISK, top_tenth_share

FEWEST_RUNS, MOST_RUNS = 3, 60  # dates in the picture of past runs
MOVED = 0.1  # stability index above which a move is worth a word


def nobody(_: Marts) -> Section:
    """Say why there is nothing to say: no run publishes a release without customers."""
    said = "Every customer of this release was erased. The next run scores who is left."
    return Section("summary", "Where we stand", [said])


def summary(marts: Marts) -> Section:
    """Say how many customers there are, and what is expected of them."""
    info, total = marts.info, _totals(marts)
    horizon = f"the next {words.counted(info.horizon_days, 'day')}"
    figures = [
        Figure(
            "Customers",
            words.number(total.customers),
            "Everybody who has ever bought something, scored once each.",
        ),
        Figure(
            f"Expected in {horizon}",
            words.money(total.predicted, info.currency),
            f"Predicted value: the sum of what each customer is expected to spend "
            f"({words.plain(info.value_basis)}).",
        ),
        Figure(
            "Expected to order",
            words.number(total.active),
            f"Customers who should order at least once in {horizon}: the sum of their "
            "chances.",
        ),
        Figure(
            "Value at risk",
            words.money(total.at_risk, info.currency),
            VALUE_AT_RISK,
        ),
    ]
    said = [
        f"{words.counted(total.customers, 'customer')} {words.are(total.customers)} "
        f"expected to spend {words.money(total.predicted, info.currency)} in "
        f"{horizon}; they have spent {words.money(total.historic, info.currency)} "
        "so far."
    ]
    top = top_tenth_share(marts)
    if top is not None:
        said.append(f"The top tenth of them hold {words.share(top)} of that value.")
    return Section("summary", "Where we stand", said, figures)


def _totals(marts: Marts) -> Row:
    """Add up all customers, in whole cents: the same sum in any order."""
    return marts.rows(
        "select count(*) as customers, "
        "coalesce(sum(cast(round(predicted_value * 100) as bigint)), 0) / 100 "
        "as predicted, "
        "coalesce(sum(cast(round(historic_value * 100) as bigint)), 0) / 100 "
        "as historic, "
        "coalesce(sum(cast(round(probability_active * 1000000) as bigint)), 0) / 1e6 "
        "as active, "
        f"coalesce(sum(cast(round({AT_RISK} * 100) as bigint)), 0) / 100 as at_risk "
        "from customer_value"
    )[0]


def changes(marts: Marts) -> Section:
    """Say what is not as it was in the run before."""
    section = Section("changes", "What changed since the last run")
    if not marts.has("scoring_runs", "compared_with_date"):
        section.said.append("This release does not say what it was compared with.")
        return section
    run = marts.rows(
        "select * from scoring_runs where run_id = $1 order by scored_at desc",
        [marts.info.run_id],
    )
    if not run or run[0].compared_with_date is None:
        section.said.append(
            "There is no earlier run in the last month to compare with."
        )
    else:
        section.said.append(_compared(run[0]))
        section.said.append(_moved(marts))
    section.charts.extend(_past_runs(marts))
    section.meanings["Last run"] = (
        "The nearest earlier day whose figures passed every check, up to a month back."
    )
    return section


def _compared(run: Row) -> str:
    """Sentence on customers and value, beside the run before."""
    new = run.customer_count - run.customer_count_before
    more = words.counted(abs(new), "more customer" if new > 0 else "fewer customer")
    sentence = (
        f"Since {words.day(run.compared_with_date)} there {words.are(abs(new))} "
        f"{more if new else 'neither more nor fewer customers'}"
    )
    before = run.predicted_value_before
    if not before:
        return f"{sentence}."
    step = run.predicted_value - before
    return (
        f"{sentence}, and the predicted value has moved by "
        f"{'+' if step >= 0 else '−'}{words.money(abs(step), run.currency)} "
        f"({words.change(step / before)})."
    )


def _moved(marts: Marts) -> str:
    """Sentence on the figures that have moved most."""
    if not marts.has("feature_drift", "stability_index"):
        return "How far each figure has moved is not known in this release."
    moved = marts.rows(
        "select feature, is_breach from feature_drift where as_of_date = $1 "
        "and (stability_index > $2 or is_breach) "
        "order by stability_index desc nulls last, feature limit 5",
        [marts.info.as_of_date, MOVED],
    )
    if not moved:
        return "No figure about customers has moved noticeably."
    names = words.listed([words.plain(row.feature) for row in moved])
    return f"Moved most: {names}."


def _past_runs(marts: Marts) -> list[Chart]:
    """Predicted value of past as-of dates, where there are some."""
    runs = marts.rows(
        "select * from (select as_of_date, customer_count, predicted_value "
        "from scoring_runs where horizon_days = $1 and as_of_date <= $2 "
        "qualify row_number() over (partition by as_of_date order by scored_at desc) "
        f"= 1 order by as_of_date desc limit {MOST_RUNS}) order by as_of_date",
        [marts.info.horizon_days, marts.info.as_of_date],
    )
    if len(runs) < FEWEST_RUNS:
        return []
    first, last, currency = runs[0], runs[-1], marts.info.currency
    finding = (
        f"Predicted value went from {words.money(first.predicted_value, currency)} on "
        f"{words.day(first.as_of_date)} to "
        f"{words.money(last.predicted_value, currency)}"
    )
    picture = charts.lines(
        [run.as_of_date.toordinal() for run in runs],
        {"predicted value": [run.predicted_value for run in runs]},
        lambda value: words.money(value, currency),
        lambda place: words.short_day(date.fromordinal(int(place))),
        ("day that was scored", "predicted value"),
    )
    table = Table(
        "Scored days",
        ["Day", "Customers", "Predicted value"],
        [
            [
                parts.day(run.as_of_date),
                parts.count(run.customer_count),
                parts.amount(run.predicted_value, currency),
            ]
            for run in runs
        ],
    )
    alternative = f"A line over {words.counted(len(runs), 'scored day')}. {finding}."
    return [Chart(finding, picture, alternative, table)]
