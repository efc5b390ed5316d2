{{ config(
    materialized="incremental", incremental_strategy="delete+insert",
    unique_key="made_on",
    on_schema_change="append_new_columns",
    full_refresh=false,
) }}

-- Nothing to do where an earlier date of the period has made them.
with wanted as (
    select
        this_run.as_of_date,
        {{ cut_point_period() }} as period
    from {{ ref("this_run") }} as this_run
    {% if is_incremental() %}
        anti join {{ this }} as made
            on
                made.period = {{ cut_point_period() }}
                and this_run.as_of_date > made.made_on
    {% endif %}
),

-- More is better in all three.
measures as (
    select
        cast(-features.recency_days as double) as recency,
        cast(features.order_count as double) as frequency,
        features.spend_total as monetary
    from {{ ref("customer_features") }} as features
    inner join wanted on features.as_of_date = wanted.as_of_date
),

counted as (
    select
        measure,
        figure,
        count(*) as customer_count
    from measures unpivot (figure for measure in (recency, frequency, monetary))
    group by measure, figure
),

ranked as (
    select
        measure,
        figure,
        row_number() over (partition by measure order by figure) as place,
        count(*) over (partition by measure) as place_count,
        (
            sum(customer_count) over (partition by measure order by figure)
            - customer_count
        ) / sum(customer_count) over (partition by measure) as share_below
    from counted
),

-- A score begins at the first figure with its fifths of the customers below it; higher
-- where ties gave that to the score before, and low enough to leave each one a figure.
begun as (
    select
        ranked.measure,
        scores.score,
        max(ranked.place_count) as place_count,
        count(*) filter (where ranked.share_below < (scores.score - 1) / 5) + 1 as place
    from ranked
    cross join range(2, 6) as scores (score)
    group by ranked.measure, scores.score
),

spread as (
    select
        measure,
        score,
        least(
            score + max(place - score) over (partition by measure order by score),
            greatest(place_count - 5 + score, score)
        ) as place
    from begun
),

-- An earlier score is kept up to figures that a few customers more or fewer would give.
final as (
    select
        wanted.as_of_date as made_on,
        wanted.period,
        spread.measure,
        cast(spread.score as integer) as score,
        max(cut.figure) as figure,
        min(ranked.figure) filter (
            where ranked.share_below >= cut.share_below - {{ var("hysteresis_margin") }}
        ) as kept_from,
        max(ranked.figure) filter (
            where ranked.share_below <= cut.share_below + {{ var("hysteresis_margin") }}
        ) as reached_from
    from spread
    cross join wanted
    inner join ranked as cut
        on spread.measure = cut.measure and spread.place = cut.place
    inner join ranked on spread.measure = ranked.measure
    group by wanted.as_of_date, wanted.period, spread.measure, spread.score
)

select * from final
