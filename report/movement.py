"""How customers moved between segments since the scored date before."""

from collections.abc import Iterable
from itertools import chain

from report import charts, parts, words
from report.marts import Marts, Row
from report.parts import Chart, Section, Table
from report.worth import EVERYBODY

DIRECTIONS = {
    "up": "to a better segment",
    "down": "to a worse one",
    "side": "to one of the same standing",
    "in": "new here",
    "out": "not known any more",
}
MOST_WAYS = 40
MEANING = (
    "Better and worse by the standing of the segments, as seeds/segment_names.csv "
    "orders them. Who stayed is not drawn."
)


def movement(marts: Marts) -> Section:
    """Say who went from where to where."""
    section = Section("movement", "Who moved between segments")
    if not (marts.has("segment_migration") and marts.has("segment_summary")):
        section.said.append("This release does not say how customers moved.")
        return section
    rows = marts.rows(
        "from segment_migration where as_of_date = $1 and previous_date is not null "
        "order by customer_count desc, from_segment, to_segment",
        [marts.info.as_of_date],
    )
    moved = [row for row in rows if row.segment_direction != "stay"]
    if not rows:
        section.said.append("This is the first scored date, so nobody has moved yet.")
    elif not moved:
        since = words.day(rows[0].previous_date)
        section.said.append(f"Nobody has changed the segment since {since}.")
    else:
        section.charts.append(_flow(marts, rows, moved[:MOST_WAYS]))
        section.meanings |= {"Better, worse": MEANING, **EVERYBODY}
    return section


def _flow(marts: Marts, rows: list[Row], moved: list[Row]) -> Chart:
    counts = dict.fromkeys(DIRECTIONS, 0)
    for row in rows:
        if row.segment_direction in counts:
            counts[row.segment_direction] += row.customer_count
    changed = sum(counts.values())
    everybody = sum(row.customer_count for row in rows)
    parts_said = [
        f"{words.number(count)} {DIRECTIONS[way]}"
        for way, count in counts.items()
        if count
    ]
    before, after = rows[0].previous_date, rows[0].as_of_date
    finding = (
        f"{words.number(changed)} of {words.counted(everybody, 'customer')} moved "
        f"since {words.day(before)}: {words.listed(parts_said)}"
    )
    moves = {
        (_name(row.from_segment, "new here"), _name(row.to_segment, "gone")): float(
            row.customer_count
        )
        for row in moved
    }
    picture = charts.flow(
        moves, _ranked(marts, moves), words.short_day(before), words.short_day(after)
    )
    table = Table(
        "Ways between segments",
        ["From", "To", "Customers", "Predicted value"],
        [
            [
                parts.text(_name(row.from_segment, "new here")),
                parts.text(_name(row.to_segment, "gone")),
                parts.count(row.customer_count),
                parts.amount(row.predicted_value, marts.info.currency),
            ]
            for row in moved
        ],
    )
    alternative = (
        f"Bands from segments on the left to segments on the right. {finding}."
    )
    return Chart(finding, picture, alternative, table)


def _ranked(marts: Marts, moves: Iterable[tuple[str, str]]) -> list[str]:
    """Give the groups by what a customer in them is worth, then those who are none."""
    rows = marts.rows(
        "from segment_summary order by predicted_value / customer_count desc"
    )
    worth = [words.plain(row.rfm_segment) for row in rows]
    return list(dict.fromkeys([*worth, *chain.from_iterable(moves)]))


def _name(segment: str | None, nobody: str) -> str:
    return nobody if segment is None else words.plain(segment)
