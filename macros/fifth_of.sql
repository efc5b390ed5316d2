{% macro fifth_of(order_by) %}
  {#- The fifth of all customers, 1 to 5, that a customer ranks in; ties share one. -#}
  cast(
    least(1 + floor(5 * percent_rank() over (order by {{ order_by }})), 5) as integer
  )
{%- endmacro %}
