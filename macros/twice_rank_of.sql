{% macro twice_rank_of(column) %}
  {#- Twice the mean rank, from the lowest, among the rows of one slice and scorer: ties
      share the mean of their ranks, and twice of it is a whole number. -#}
  rank() over (partition by slice_id, is_model order by {{ column }})
  + count(*) over (partition by slice_id, is_model order by {{ column }})
{%- endmacro %}
