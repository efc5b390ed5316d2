{% macro forget_steps() %}
  {#- Before steps are taken again, what is known of their dates is deleted: a date may
      have none any more. -#}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where as_of_date in (select as_of_date from {{ ref("segment_steps") }})
  {%- endif -%}
{% endmacro %}
