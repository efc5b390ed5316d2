{% macro exact_sum(column) %}
  {#- Sum of numbers in ten-thousandths: whole numbers are added up, so that the order of
      the rows changes no digit. -#}
  sum(cast(round({{ column }} * 10000) as bigint))
{%- endmacro %}
