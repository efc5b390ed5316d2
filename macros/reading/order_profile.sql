{% macro order_profile() %}
  {#- What tells a usual order from an odd one, to be summed up by day; in whole
      thousandths, so that the sums are exact. The hour is an angle: 23:00 and 1:00 are
      near. An order whose every line stands there twice repeats itself. -#}
  {%- set angle = "radians(15 * extract(hour from first_ordered_at))" -%}
  cast(line_content = 0 and line_count > 1 as bigint) as repeated_order_count,
  cast(coalesce(sale_amount % 1 = 0, false) as bigint) as whole_amount_order_count,
  case when sale_amount > 0 then cast(1000 * ln(sale_amount) as bigint) else 0 end
    as log_amount,
  cast(1000 * cos({{ angle }}) as bigint) as hour_cosine,
  cast(1000 * sin({{ angle }}) as bigint) as hour_sine
{%- endmacro %}

{% macro repeated_orders() %}
  {#- How many of a day's orders are alike, line by line, beyond the first: where all of
      them are, or two and two; else those that repeat themselves. -#}
  {%- set content = "case when order_id is not null"
      ~ " then hash(line_content, line_count, sale_amount) end" -%}
  case
    when count(order_id) > 1 and min({{ content }}) = max({{ content }})
        then count(order_id) - 1
    when bit_xor({{ content }}) = 0 then count(order_id) // 2
    else cast(sum(repeated_order_count) as bigint)
  end
{%- endmacro %}

{% macro dearest_category() %}
  {#- The category of the line with the largest amount; equal amounts are told apart by a
      hash. Decimals of this size would take ten times as long to compare. -#}
  max_by(
    category,
    cast(least(cast(net_amount as double), 9e10) * 100 as bigint) * 1000003
    + cast(hash(category) % 1000003 as bigint)
  )
{%- endmacro %}
