{% macro day_profile() %}
  {#- What tells a usual day from an odd one, summed up over orders; in whole thousandths,
      so that the sums are exact. The hour is an angle: 23:00 and 1:00 are near. -#}
  {%- set content = "hash(line_content, line_count, sale_amount)" -%}
  {%- set angle = "radians(15 * extract(hour from first_ordered_at))" -%}
  -- orders alike, line by line: all of them, or two and two; or each line in them twice
  case
    when count(*) > 1 and min({{ content }}) = max({{ content }}) then count(*) - 1
    when bit_xor({{ content }}) = 0 then count(*) // 2
    else count(*) filter (where line_content = 0 and line_count > 1)
  end as repeated_order_count,
  count(*) filter (where sale_amount % 1 = 0) as whole_amount_order_count,
  cast(sum(case when sale_amount > 0 then cast(1000 * ln(sale_amount) as bigint) end)
    as bigint) as log_amount,
  cast(sum(cast(1000 * cos({{ angle }}) as bigint)) as bigint) as hour_cosine,
  cast(sum(cast(1000 * sin({{ angle }}) as bigint)) as bigint) as hour_sine
{%- endmacro %}
