"""How right earlier predictions were, now that their days have passed."""

from collections.abc import Callable

from report import charts, parts, words
from report.marts import Marts, Row
from report.parts import Chart, Figure, Section, Table

NEEDED = ("is_out_of_time", "baseline_value", "top_tenth_capture")
RULE = "the annual run rate"
MEANINGS = {
    "The annual run rate": "The simple rule that the model is judged by: who spent so "
    "much in the last year goes on at that rate.",
    "Tenths": "Customers in the order of what was predicted for them, cut into ten "
    "groups of one size.",
    "Interval": "The bounds that were given with each predicted value.",
    "Held by the top tenth": "Share of all value that came from the tenth of customers "
    "predicted highest: the higher, the better they were found.",
    "Ranking (Gini)": "1 means that customers were put in just the order in which they "
    "spent; 0 is chance.",
    "Error": "Sum of all errors by the sum of all that came; 1 is what predicting "
    "nothing reaches.",
}


def grades(marts: Marts) -> Section:
    """Predictions of a past day beside what came."""
    section = Section("grades", "How right the last predictions were")
    if not marts.has("model_scorecard", *NEEDED):
        section.said.append(
            "Nothing has been graded yet: a prediction is graded once its horizon of "
            f"{words.counted(marts.info.horizon_days, 'day')} has passed."
        )
        return section
    card = marts.rows(
        "from model_scorecard order by coalesce(is_out_of_time, true) desc, "
        "as_of_date desc, model_version desc limit 1"
    )[0]
    section.said += _judged(card)
    section.figures += _figures(card)
    section.charts += _calibration(marts, card)
    section.tables += _earlier(marts)
    section.meanings.update(MEANINGS)
    return section


def _judged(card: Row) -> list[str]:
    """Sentences: which day, in total, beside the rule, and whether it may flatter."""
    said = [
        f"On {words.day(card.as_of_date)}, "
        f"{words.money(card.predicted_value, card.currency)} were predicted for the "
        f"{words.counted(card.horizon_days, 'day')} after it, and "
        f"{words.money(card.realised_value, card.currency)} came."
    ]
    if card.predicted_to_realised is not None and card.realised_value > 0:
        sentence = f"That was {words.off(card.predicted_to_realised)}"
        if card.baseline_to_realised is not None:
            sentence += f"; {RULE} was {words.off(card.baseline_to_realised)}"
        said.append(f"{sentence}.")
    if card.is_out_of_time is False:
        said.append(
            "The model had learnt from days after this one, so these figures flatter "
            "it."
        )
    return said


def _figures(card: Row) -> list[Figure]:
    figures: list[tuple[str, str, Callable[[float], str]]] = [
        ("Held by the top tenth", "top_tenth_capture", words.share),
        ("Ranking (Gini)", "gini", "{:.2f}".format),
        ("Error", "wape", "{:.2f}".format),
    ]
    shown = []
    for label, name, written in figures:
        value, rule = getattr(card, name), getattr(card, f"baseline_{name}")
        if value is None:
            continue
        beside = "" if rule is None else f" {RULE.capitalize()}: {written(rule)}."
        shown.append(Figure(label, written(value), f"{MEANINGS[label]}{beside}"))
    if card.interval_coverage is not None:
        meaning = "Share of customers whose spending lay between the bounds given."
        shown.append(
            Figure("Within the interval", words.share(card.interval_coverage), meaning)
        )
    return shown


def _calibration(marts: Marts, card: Row) -> list[Chart]:
    """Predicted and realised value by tenth; and how often the intervals held."""
    rows = marts.rows(
        "from value_calibration where slice_id = $1 "
        "and group_kind = 'predicted_decile' order by group_name desc",
        [card.slice_id],
    )
    if not rows:
        return []
    labels = [_tenth(row.group_name) for row in rows]
    table = Table(
        "Predicted and realised, by tenth",
        [
            "Tenth",
            "Customers",
            "Predicted",
            "Came",
            RULE.capitalize(),
            "Within the interval",
        ],
        [
            [
                parts.text(label),
                parts.count(row.customer_count),
                parts.amount(row.predicted_value, card.currency),
                parts.amount(row.realised_value, card.currency),
                parts.amount(row.baseline_value, card.currency),
                parts.percent(row.interval_coverage),
            ]
            for label, row in zip(labels, rows, strict=True)
        ],
    )
    expected = words.money(rows[0].predicted_value, card.currency)
    came = words.money(rows[0].realised_value, card.currency)
    finding = f"Of the top tenth {expected} were expected, and {came} came"
    series = {
        "predicted": [row.predicted_value for row in rows],
        "came": [row.realised_value for row in rows],
    }
    if all(row.baseline_value is not None for row in rows):
        series[RULE] = [row.baseline_value for row in rows]
    picture = charts.bars(
        labels, series, lambda value: words.money(value, card.currency)
    )
    alternative = f"Bars for each tenth of customers. {finding}."
    found = [Chart(finding, picture, alternative, table)]
    return found + _intervals(marts, rows, labels)


def _intervals(marts: Marts, rows: list[Row], labels: list[str]) -> list[Chart]:
    """Draw how often the intervals held, where there were any."""
    if any(row.interval_coverage is None for row in rows):
        return []
    claimed = marts.rows("select max(interval_level) as level from customer_value")
    level = claimed[0].level
    held = [row.interval_coverage for row in rows]
    worst = min(range(len(rows)), key=held.__getitem__)
    finding = (
        f"The bounds held least often in the {labels[worst]}: for "
        f"{words.share(held[worst])} of customers"
    )
    limit = None if level is None else (f"promised: {words.share(level)}", level)
    picture = charts.bars(labels, {"held": held}, words.share, limit=limit)
    table = Table(
        "Customers whose spending lay within their bounds, by tenth",
        ["Tenth", "Within the interval"],
        [
            [parts.text(label), parts.percent(share)]
            for label, share in zip(labels, held, strict=True)
        ],
    )
    return [Chart(finding, picture, f"One bar per tenth. {finding}.", table)]


def _tenth(name: str) -> str:
    """Name a tenth as a reader counts them, from the top."""
    ordinals = {"10": "top tenth", "09": "2nd tenth", "08": "3rd tenth"}
    return ordinals.get(name) or f"{11 - int(name)}th tenth"


def _earlier(marts: Marts) -> list[Table]:
    """List every graded day, where there are several."""
    rows = marts.rows("from model_scorecard order by as_of_date desc, model_version")
    if len(rows) == 1:
        return []
    cells = [
        [
            parts.day(row.as_of_date),
            parts.text(row.model_version),
            parts.amount(row.predicted_value, row.currency),
            parts.amount(row.realised_value, row.currency),
            parts.percent(row.top_tenth_capture),
            parts.percent(row.baseline_top_tenth_capture),
            parts.text("no" if row.is_out_of_time is False else "yes"),
        ]
        for row in rows[:60]
    ]
    headings = ["Day", "Model", "Predicted", "Came", "Held by the top tenth"]
    headings += [f"… by {RULE}", "Not seen in training"]
    return [Table("Every graded day", headings, cells, searchable=True)]
