{% macro cut_point_period() %}
  {#- The period that cut points are kept for, as "quarter from 2025-10-01, net in EUR":
      amounts of another value basis or currency need their own. -#}
  '{{ var("cut_point_period") }} from '
  || cast(date_trunc('{{ var("cut_point_period") }}', this_run.as_of_date) as date)
  || ', ' || this_run.value_basis || ' in ' || this_run.currency
{%- endmacro %}
