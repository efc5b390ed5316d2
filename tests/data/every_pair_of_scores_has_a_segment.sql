-- A pair of scores without a name would leave its customers without a segment.
with fifths as (select unnest(range(1, 6)) as score),

final as (
    select
        recency.score as recency_score,
        frequency_monetary.score as frequency_monetary_score
    from fifths as recency
    cross join fifths as frequency_monetary
    left join {{ ref("rfm_segments") }} as segments
        on
            recency.score = segments.recency_score
            and frequency_monetary.score = segments.frequency_monetary_score
    where segments.rfm_segment is null
)

select * from final
