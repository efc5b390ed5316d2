{% macro is_kept(score, bounds) %}
  {#- Whether a score lies within the bounds of an earlier answer, as widened by the
      hysteresis; it does not where there was none. -#}
  {{ score }} >= {{ bounds }}_from - {{ var("hysteresis_margin") }}
  and {{ score }} < {{ bounds }}_to + {{ var("hysteresis_margin") }}
{%- endmacro %}
