-- A pair of scores without a name, in the naming that the settings choose, would leave
-- its customers without a segment; a name that is not explained has no standing.
with fifths as (select unnest(range(1, 6)) as score),

cells as (
    select
        recency.score as recency_score,
        frequency_monetary.score as frequency_monetary_score
    from fifths as recency
    cross join fifths as frequency_monetary
    union all
    select
        0 as recency_score,
        unnest([0, 1]) as frequency_monetary_score
),

final as (
    select
        cells.*,
        segments.rfm_segment
    from cells
    left join {{ ref("rfm_segments") }} as segments
        on
            cells.recency_score = segments.recency_score
            and cells.frequency_monetary_score = segments.frequency_monetary_score
            and segments.naming = '{{ var("segment_naming") }}'
    left join {{ ref("segment_names") }} as segment_names
        on segments.rfm_segment = segment_names.rfm_segment
    where segment_names.rfm_segment is null
)

select * from final
