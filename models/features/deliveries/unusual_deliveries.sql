-- A day must move beyond its limit, and further than its usual spread allows, several
-- times over: a shop of five orders a day is never steady.
with days as (
    select
        limits.kind,
        limits.is_pooled,
        limits.down,
        limits.up,
        measures.*
    from {{ ref("unusual_days") }} as measures
    inner join
        {{ ref("delivery_limits") }} as limits
        on measures.measure = limits.measure
),

-- One day alone, and all days of a file together: a small move that every day of a file
-- makes is as sure as a large one of one day.
moves as (
    select
        kind,
        measure,
        file_name,
        order_date,
        figure,
        usual_figure,
        usual_spread as spread,
        -- a shop that winds down before a holiday does so step by step
        case when not is_pooled then least_lately + ln(0.5) end as lowest_lately,
        -- a single day's middle moves with a few large orders
        case when measure = 'hour of the day' then 4 else 1 end * down as down,
        case when measure = 'hour of the day' then 4 else 1 end * up as up
    from days
    where
        case when measure = 'lines' then exp(usual_figure) else line_count end
        >= {{ var("fewest_lines_judged") }}
        -- where orders come round the clock, the middle of a day means little
        and (measure != 'hour of the day' or usual_spread <= 1)
    union all
    select
        kind,
        measure,
        file_name,
        null as order_date,
        avg(figure) as figure,
        avg(usual_figure) as usual_figure,
        avg(usual_spread) / sqrt(count(*)) as spread,
        null as lowest_lately,
        any_value(down) as down,
        any_value(up) as up
    from days
    where is_pooled
    group by kind, measure, file_name
    having count(*) > 1 and sum(line_count) >= {{ var("fewest_lines_judged") }}
),

limited as (
    select
        *,
        case
            when down is not null then least(
                    usual_figure - greatest(down, {{ var("usual_spreads") }} * spread),
                    lowest_lately
                )
        end as lowest,
        case
            when up is not null
                then usual_figure + greatest(up, {{ var("usual_spreads") }} * spread)
        end as highest
    from moves
),

final as (
    select * from limited
    where figure < lowest or figure > highest
)

select * from final
