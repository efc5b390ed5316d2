{{ config(materialized="table") }}

with measures as (select * from {{ ref("day_measures") }}),

-- Each judged day beside the days around it. Days that came before are believed first;
-- in a first delivery, where nothing did, the days of the delivery are.
pairs as (
    select
        judged.order_date,
        judged.measure,
        judged.figure,
        neighbours.order_date as other_date,
        neighbours.figure as other_figure,
        not neighbours.has_new_lines as is_known,
        -- sales follow the week; the other measures have more to learn from all days
        case
            when judged.measure in ('lines', 'revenue')
                then extract(dow from neighbours.order_date)
        end as other_weekday,
        extract(dow from judged.order_date) = extract(dow from neighbours.order_date)
            as is_same_weekday,
        judged.order_date - neighbours.order_date between 1 and 21 as is_lately,
        count(*) filter (where not neighbours.has_new_lines)
            over (partition by judged.order_date, judged.measure) as known_count,
        count(*) over (partition by judged.order_date, judged.measure) as other_count,
        min(case when is_lately then neighbours.figure end)
            over (partition by judged.order_date, judged.measure) as least_lately
    from measures as judged
    inner join measures as neighbours
        on
            judged.measure = neighbours.measure
            and judged.order_date != neighbours.order_date
            and neighbours.order_date
            between judged.order_date - {{ var("usual_days") }}
            and judged.order_date + {{ var("usual_days") }}
    where judged.is_judged
),

believed as (
    select
        *,
        median(other_figure) over (partition by order_date, measure, other_weekday)
            as weekday_figure,
        median(other_figure) over (partition by order_date, measure) as any_day_figure,
        count(*) over (partition by order_date, measure, other_weekday) as weekday_count
    from pairs
    where
        other_count >= {{ var("usual_days_needed") }}
        and (is_known or known_count < {{ var("usual_days_needed") }})
),

usual as (
    select
        order_date,
        measure,
        coalesce(
            any_value(weekday_figure) filter (
                where is_same_weekday and weekday_count >= 4
            ),
            any_value(any_day_figure)
        ) as usual_figure,
        1.4826 * median(abs(
            other_figure
            - case when weekday_count >= 4 then weekday_figure else any_day_figure end
        )) as usual_spread,
        any_value(least_lately) as least_lately
    from believed
    group by order_date, measure
),

final as (
    select
        measures.order_date,
        measures.measure,
        measures.file_name,
        measures.line_count,
        measures.figure,
        usual.usual_figure,
        usual.usual_spread,
        usual.least_lately
    from measures
    inner join usual
        on
            measures.order_date = usual.order_date
            and measures.measure = usual.measure
)

select * from final
