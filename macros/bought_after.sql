{% macro bought_after(dates) %}
  {#- What customers really bought in the horizon after each as-of date, as known on a
      later day: the one definition of an outcome, for training and for grading. `dates`
      is a relation or CTE with as_of_date, horizon_days and known_until. -#}
    select
        purchases.customer_id,
        dates.as_of_date,
        dates.horizon_days,
        sum(purchases.net_amount) as net_value,
        sum(purchases.order_count) as order_count
    from {{ ref("customer_days") }} as purchases
    inner join {{ dates }} as dates
        on
            purchases.order_date > dates.as_of_date
            and purchases.order_date <= dates.as_of_date + dates.horizon_days
            and purchases.known_date <= dates.known_until
    group by purchases.customer_id, dates.as_of_date, dates.horizon_days
{%- endmacro %}
