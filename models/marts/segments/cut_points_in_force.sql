-- The cut points of this date's period, as the first date of it has made them: a list
-- for each measure.
with made as (
    select cut_points.*
    from {{ ref("score_cut_points") }} as cut_points
    inner join {{ ref("this_run") }} as this_run
        on
            cut_points.period = {{ cut_point_period() }}
            and cut_points.made_on <= this_run.as_of_date
    qualify cut_points.made_on = min(cut_points.made_on) over ()
),

final as (
    select
        max(made_on) as made_on,
        list(figure) filter (where measure = 'recency')
            as recency_figures,
        list(kept_from) filter (where measure = 'recency') as recency_kept_from,
        list(reached_from) filter (where measure = 'recency') as recency_reached_from,
        list(figure) filter (where measure = 'frequency') as frequency_figures,
        list(kept_from) filter (where measure = 'frequency') as frequency_kept_from,
        list(reached_from) filter (where measure = 'frequency')
            as frequency_reached_from,
        list(figure) filter (where measure = 'monetary') as monetary_figures,
        list(kept_from) filter (where measure = 'monetary') as monetary_kept_from,
        list(reached_from) filter (where measure = 'monetary') as monetary_reached_from
    from made
)

select * from final
