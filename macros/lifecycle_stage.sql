{% macro lifecycle_stage(gaps_since_last_order) %}
  {#- Where a buyer stands, by how many of his usual gaps he has been silent. Of a steady
      buyer's silences one in twenty lasts longer than three gaps (exp(-3)). -#}
  case
      when {{ gaps_since_last_order }} > {{ var("lapsed_gaps") }} then 'lapsed'
      when customers.repeat_purchase_days > 0
          and {{ gaps_since_last_order }} > {{ var("slowing_gaps") }} then 'slowing'
      when customers.repeat_purchase_days > 0 then 'active'
      when {{ gaps_since_last_order }} > {{ var("slowing_gaps") }} then 'one_time'
      else 'new'
  end
{%- endmacro %}
