{% macro spread_of(count, average, squares) %}
  {#- Sample standard deviation out of exact sums, the same to the last digit whatever the
      order of the rows; null for fewer than two values. -#}
  case
    when {{ count }} > 1
      then sqrt(greatest(
        cast({{ squares }} as double) - {{ count }} * {{ average }} * {{ average }}, 0
      ) / ({{ count }} - 1))
  end
{%- endmacro %}
