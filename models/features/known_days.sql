-- The only place where a feature meets the calendar: what was known of a customer on an
-- as-of date. A line recorded later than that date is not there yet.
with days as (select * from {{ ref("customer_days") }}),

final as (
    {% if var("spine") == "training" %}
        select
            spine.as_of_date,
            days.*
        from days
        inner join {{ ref("as_of_dates") }} as spine
            on days.known_date <= spine.as_of_date
        where left(md5(days.customer_id), 8) < '{{ training_sample_end() }}'
    {% else %}
        -- one date, written out: joined with it, or looked up, it would double the cost
        -- of all features
        select
            date '{{ scored_date() }}' as as_of_date,
            *
        from days
        where known_date <= date '{{ scored_date() }}'
    {% endif %}
)

select * from final
