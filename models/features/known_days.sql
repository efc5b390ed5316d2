-- The only place where a feature meets the calendar: what was known of a customer on an
-- as-of date. A line recorded later than that date is not there yet.
with days as (select * from {{ ref("customer_days") }}),

dates as (select as_of_date from {{ ref("as_of_dates") }}),

final as (
    {% if var("spine") == "training" %}
        select
            dates.as_of_date,
            days.*
        from days
        inner join dates on days.known_date <= dates.as_of_date
        where left(md5(days.customer_id), 8) < '{{ training_sample_end() }}'
    {% else %}
        -- compared with one date, not joined with it: the join would cost half as
        -- much again as the features themselves
        select
            (select dates.as_of_date from dates) as as_of_date,
            *
        from days
        where known_date <= (select dates.as_of_date from dates)
    {% endif %}
)

select * from final
