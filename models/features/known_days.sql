-- The only place where a feature meets the calendar: what was known of a customer on an
-- as-of date. A line recorded later than that date is not there yet.
with days as (select * from {{ ref("customer_days") }}),

dates as (select as_of_date from {{ ref("as_of_dates") }}),

final as (
    select
        dates.as_of_date,
        days.*
    from days
    inner join dates on days.known_date <= dates.as_of_date
    {% if var("spine") == "training" %}
        where left(md5(days.customer_id), 8) < '{{ training_sample_end() }}'
    {% endif %}
)

select * from final
