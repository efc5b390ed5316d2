{% macro score_of(figure, measure, before) %}
  {#- The score of a figure, 1 to 5. Whoever had a score keeps it while the figure lies
      within its bounds as widened by the hysteresis. -#}
  cast(case
      when {{ before }} > 0 then greatest(
          least({{ before }}, 1 + {{ passed(figure, measure ~ "_kept_from") }}),
          1 + {{ passed(figure, measure ~ "_reached_from") }}
      )
      else 1 + {{ passed(figure, measure ~ "_figures") }}
  end as integer)
{%- endmacro %}

{% macro passed(figure, cut_points) %}
  {#- How many of a list of cut points a figure has reached: of none, none. -#}
  coalesce(
      len(list_filter(cut_points.{{ cut_points }}, lambda cut: cut <= {{ figure }})), 0
  )
{%- endmacro %}
