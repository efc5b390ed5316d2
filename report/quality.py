"""What the page rests on: the lines that were read, and the model."""

from ml.training.model_card import LIMITS
from report import charts, parts, words
from report.grades import RULE
from report.marts import Marts, Row
from report.parts import Chart, Figure, Section, Table

MOST_REASONS = 12
MOST_FEATURES = 15


def data(marts: Marts) -> Section:
    """Say what was read, what was set aside and why, and what has drifted."""
    info = marts.info
    section = Section("data", "The data behind it")
    section.figures += [
        Figure(
            "Lines read",
            words.number(info.line_count),
            "Every line of every delivered file.",
        ),
        Figure(
            "Lines set aside",
            words.number(info.rejected_line_count),
            f"{words.share(info.rejected_line_count / max(info.line_count, 1))} of all "
            "lines could not be trusted, and do not count.",
        ),
    ]
    section.charts += _reasons(marts)
    section.tables += _drift(marts)
    section.meanings |= {
        "Set aside": "Not deleted: kept with its reason, and counted. Lines read are "
        "lines accepted plus lines set aside, or nothing is published.",
        "Stability index": "How far the distribution of a figure has moved since the "
        "last run (PSI): 0 is not at all, above 0.25 is far.",
    }
    return section


def _reasons(marts: Marts) -> list[Chart]:
    if not marts.has("rejected_line_summary"):
        return []
    rows = marts.rows(
        "select column_name, reason, sum(line_count) as line_count, "
        "count(*) as files, max(last_order_date) as last_date "
        "from rejected_line_summary group by all "
        f"order by line_count desc, column_name, reason limit {MOST_REASONS}"
    )
    labels = [f"{words.plain(row.column_name)}: {row.reason}" for row in rows]
    of_all = rows[0].line_count / max(marts.info.rejected_line_count, 1)
    finding = (
        f"{words.share(of_all)} of the lines set aside have one reason – {labels[0]}"
    )
    table = Table(
        "Why lines were set aside",
        ["Reason", "Lines", "Files", "Last such day"],
        [
            [
                parts.text(label),
                parts.count(row.line_count),
                parts.count(row.files),
                parts.day(row.last_date),
            ]
            for label, row in zip(labels, rows, strict=True)
        ],
    )
    counts = [float(row.line_count) for row in rows]
    picture = charts.bars(labels, {"lines": counts}, words.number)
    return [Chart(finding, picture, f"One bar per reason. {finding}.", table)]


def _drift(marts: Marts) -> list[Table]:
    if not marts.has("feature_drift", "stability_index"):
        return []
    rows = marts.rows(
        "from feature_drift where as_of_date = $1 and stability_index is not null "
        f"order by stability_index desc, feature limit {MOST_FEATURES}",
        [marts.info.as_of_date],
    )
    if not rows:
        return []
    cells = [
        [
            parts.text(words.plain(row.feature)),
            parts.decimal(row.stability_index),
            parts.decimal(row.mean_before),
            parts.decimal(row.mean),
            parts.text("too far" if row.is_breach else "usual"),
        ]
        for row in rows
    ]
    headings = ["Figure", "Stability index", "Average before", "Average now", "Verdict"]
    caption = f"What moved most since {words.day(rows[0].compared_with_date)}"
    return [Table(caption, headings, cells)]


def _learnt(info: Row) -> list[str]:
    """Say what the model learnt from and how it was tested, if the release knows."""
    if getattr(info, "learnt_until", None) is None:
        return []
    said = (
        f"It learnt from {words.counted(info.learnt_customer_count, 'customer')} and "
        f"from what they did until {words.day(info.learnt_until)}."
    )
    if info.test_capture is None or info.test_baseline_capture is None:
        return [said]
    return [
        said,
        "Before it was trusted, a copy that knew nothing later than "
        f"{words.day(info.tested_after)} was tried on the "
        f"{words.counted(info.horizon_days, 'day')} after it: the tenth of customers "
        f"that it put first held {words.share(info.test_capture)} of what came "
        f"({RULE}: {words.share(info.test_baseline_capture)}), and its total was "
        f"{words.off(info.test_total)}.",
    ]


def model(marts: Marts) -> Section:
    """Say what made the predictions, and what it cannot know."""
    info = marts.info
    section = Section("model", "The model, and what it cannot know")
    if info.model_version == "baseline":
        section.said.append(
            "No model has been trained yet: the annual run rate scores everybody, "
            "a simple rule that gives a value and its reasons, but no bounds."
        )
    else:
        section.said.append(
            f"Scored by the model {info.model_version}, for "
            f"{words.counted(info.horizon_days, 'day')} after "
            f"{words.day(info.as_of_date)}. Values are in {info.currency}, "
            f"{words.plain(info.value_basis)}."
        )
        section.said += _learnt(info)
    limits = LIMITS.replace("\n", " ").replace("`", "").split("* ")
    section.said += [limit.strip() for limit in limits if limit.strip()]
    section.meanings |= {
        "Run": info.run_id,
        "Model file (SHA-256)": info.bundle_sha256 or "none",
        "Code": getattr(info, "code_version", None) or "not known",
    }
    return section
