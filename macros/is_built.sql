{% macro is_built(relation) %}
  {#- Can a model be asked while another one is compiled? Not while the project is read,
      and not in a home where nothing was built yet (`dbt compile`, `dbt docs generate`). -#}
  {{ return(execute and load_relation(relation) is not none) }}
{% endmacro %}
