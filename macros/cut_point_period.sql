{% macro cut_point_period(day) %}
  {#- The period that a day's cut points are kept for, as "quarter from 2025-10-01". -#}
  '{{ var("cut_point_period") }} from '
  || cast(date_trunc('{{ var("cut_point_period") }}', {{ day }}) as date)
{%- endmacro %}
