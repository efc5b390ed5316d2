"""Groups that a campaign is made for: who shops alike, and whom to write to."""

from report import charts, parts, words
from report.marts import Marts, Row
from report.parts import Chart, Section, Table
from report.worth import predicted_value

MOST_WORDS = 3
MORE = "more than without"


def clusters(marts: Marts) -> Section:
    """Say who shops alike, how many they are and what they are worth."""
    section = Section("clusters", "How customers shop")
    rows = _clusters(marts)
    if not rows:
        section.said.append(
            "Nobody is put into clusters before a model has been trained."
        )
        return section
    best, currency = rows[0], marts.info.currency
    finding = (
        f"{words.share(best.customer_share)} of customers hold "
        f"{words.share(best.value_share)} of predicted value: "
        f"{best.behaviour_cluster}"
    )
    picture = charts.bars(
        [row.behaviour_cluster.replace(", ", ",\n") for row in rows],
        {
            "share of predicted value": [row.value_share for row in rows],
            "share of customers": [row.customer_share for row in rows],
        },
        words.share,
    )
    told = _special(marts)
    table = Table(
        "Who shops alike",
        [
            "How they shop",
            "Most special",
            "Customers",
            "Share",
            "Predicted value",
            "Share of value",
            "Each",
            "Chance of ordering",
        ],
        [
            [
                parts.text(row.behaviour_cluster),
                parts.text(told.get(row.behaviour_cluster)),
                parts.count(row.customer_count),
                parts.percent(row.customer_share),
                parts.amount(row.predicted_value, currency),
                parts.percent(row.value_share),
                parts.amount(row.predicted_value / row.customer_count, currency),
                parts.percent(row.chance),
            ]
            for row in rows
        ],
    )
    alternative = (
        f"Two bars for each of {words.counted(len(rows), 'cluster')}: its share of "
        f"predicted value and its share of customers. {finding}."
    )
    section.charts.append(Chart(finding, picture, alternative, table))
    section.meanings |= {
        "Cluster": "Customers whose orders are alike, found by the model and named "
        "after what is special about them; average is who stands out in nothing.",
        "Most special": "What differs most from the average of all customers.",
        **predicted_value(marts),
    }
    return section


def _clusters(marts: Marts) -> list[Row]:
    if not marts.has("customer_segments", "behaviour_cluster"):
        return []
    return marts.rows(
        "select behaviour_cluster, count(*) as customer_count, "
        "count(*) / sum(count(*)) over () as customer_share, "
        "sum(cents) / 100 as predicted_value, "
        "coalesce(sum(cents) / nullif(sum(sum(cents)) over (), 0), 0) as value_share, "
        "sum(millionths) / 1e6 / count(*) as chance from ("
        "select behaviour_cluster, "
        "cast(round(predicted_value * 100) as bigint) as cents, "
        "cast(round(probability_active * 1000000) as bigint) as millionths "
        "from customer_value inner join customer_segments using (customer_id)) "
        "where behaviour_cluster is not null group by behaviour_cluster "
        "order by predicted_value desc, behaviour_cluster"
    )


def _special(marts: Marts) -> dict[str, str]:
    """Words for what sets each cluster apart, the strongest first."""
    if not marts.has("cluster_profile", "word"):
        return {}
    rows = marts.rows(
        "select behaviour_cluster, string_agg(word, ', ' order by place) as told from ("
        "select behaviour_cluster, word, row_number() over ("
        "partition by behaviour_cluster order by abs(distance) desc, feature) as place "
        "from cluster_profile where word is not null and distance is not null) "
        f"where place <= {MOST_WORDS} group by behaviour_cluster"
    )
    return {row.behaviour_cluster: row.told for row in rows}


def audiences(marts: Marts) -> Section:
    """Say whom to write to, whom to leave alone, and what writing was worth."""
    section = Section("audiences", "Whom to write to")
    if not marts.has("audiences", "may_be_written_to"):
        section.said.append("Nobody is on a list today.")
        return section
    rows = marts.rows(
        "select audience, max(purpose) as purpose, count(*) as members, "
        "count(*) filter (where may_be_written_to) as listed, "
        "count(*) filter (where audience_group = 'control') as control, "
        "coalesce(sum(cast(round(predicted_value * 100) as bigint)) "
        "filter (where may_be_written_to), 0) / 100 as predicted_value, "
        "max(outcome_until) as judged_date "
        "from audiences group by audience order by predicted_value desc, audience"
    )
    listed = sum(row.listed for row in rows)
    section.said.append(
        f"To write to today: {words.listed([_of(row) for row in rows])}."
        if listed
        else "Nobody can be written to today."
    )
    section.charts += _lift(marts)
    currency = marts.info.currency
    section.tables.append(
        Table(
            "Lists, the most valuable first",
            [
                "List",
                "What for",
                "To write to",
                "Left alone",
                "Expected",
                "Judged after",
            ],
            [
                [
                    parts.text(words.plain(row.audience)),
                    parts.text(row.purpose),
                    parts.count(row.listed),
                    parts.count(row.control),
                    parts.amount(row.predicted_value, currency),
                    parts.day(row.judged_date),
                ]
                for row in rows
            ],
        )
    )
    section.meanings |= {
        "To write to": "Customers who fit the list today and may be written to. "
        "python -m ml export writes them to a file.",
        "Left alone": "The control group, drawn by chance, gets no letter: only "
        "beside it can be seen what the letter did.",
        "Expected": "What those to write to should spend, as it was predicted when "
        "they entered the list.",
        "Judged after": "The last day on which orders of anybody on the list count.",
        "Written to": "Everybody who was to be written to. Whether somebody did, the "
        "project does not know.",
        "Lift": "What was added as a share; large customers count for less.",
        "More than without": "One range, in money or as lift, is wholly above zero, "
        "and the other not below; chance alone does that once in forty.",
    }
    return section


def _of(row: Row) -> str:
    return f"{words.number(row.listed)} for {words.plain(row.audience)}"


def _lift(marts: Marts) -> list[Chart]:
    """Beside each other, once it is known: spent by who was written to, and not."""
    if not marts.has("campaign_lift", "verdict"):
        return []
    rows = marts.rows("from campaign_lift order by gained_value desc, audience")
    finding = _gained(rows)
    picture = charts.bars(
        [words.plain(row.audience) for row in rows],
        {
            "written to": [row.treated_value for row in rows],
            "left alone": [row.control_value for row in rows],
        },
        lambda value: words.money(value, rows[0].currency),
    )
    table = Table(
        "What writing was worth, for each customer",
        [
            "List",
            "Verdict",
            "Written to",
            "Spent by each",
            "Left alone",
            "Spent by each of them",
            "Difference",
            "Likely between",
            "In all",
            "Lift between",
        ],
        [
            [
                parts.text(words.plain(row.audience)),
                parts.text(row.verdict),
                parts.count(row.treated_count),
                parts.amount(row.treated_value, row.currency),
                parts.count(row.control_count),
                parts.amount(row.control_value, row.currency),
                parts.amount(row.difference, row.currency),
                parts.text(_between(row)),
                parts.amount(row.gained_value, row.currency),
                parts.text(_lift_between(row)),
            ]
            for row in rows
        ],
    )
    alternative = (
        f"Two bars for each of {words.counted(len(rows), 'list')}: spent by each "
        f"customer who was written to, and by each who was left alone. {finding}."
    )
    return [Chart(finding, picture, alternative, table)]


def _gained(rows: list[Row]) -> str:
    if not (gains := [row for row in rows if row.verdict == MORE]):
        judged = words.counted(len(rows), "campaign")
        return f"{judged} judged so far, and none has shown a gain"
    best = gains[0]
    gain, between = words.share(best.lift or 0), _lift_between(best)
    if best.difference_lower > 0:
        gain, between = words.money(best.difference, best.currency), _between(best)
    return (
        f"{words.title(best.audience)} brought {gain} more from each customer who "
        f"was written to (likely between {between})"
    )


def _between(row: Row) -> str:
    if row.difference_lower is None:  # a group of one has no spread
        return "–"
    lower = words.money(row.difference_lower, "")
    return f"{lower} and {words.money(row.difference_upper, row.currency)}"


def _lift_between(row: Row) -> str:
    ends = [row.lift_lower, row.lift_upper]
    return "–" if None in ends else " and ".join(map(words.change, ends))
