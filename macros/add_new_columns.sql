{% macro add_new_columns() %}
  {#- What accumulates gets the columns that a newer project tells of before anything reads
      it: dbt itself would add them only when the model's own turn has come. -#}
  {%- set query -%}
    select table_name || '.' || column_name
    from information_schema.columns
    where table_catalog = '{{ target.database }}' and table_schema = '{{ target.schema }}'
  {%- endset -%}
  {%- set known = run_query(query).columns[0].values() if execute else [] -%}
  {%- for node in graph.get("nodes", {}).values()
      if node.config.materialized == "incremental" -%}
    {%- set table = adapter.get_relation(node.database, node.schema, node.name) -%}
    {%- for column in node.columns.values()
        if table and column.data_type and node.name ~ "." ~ column.name not in known -%}
      alter table {{ table }} add column {{ column.name }} {{ column.data_type }};
    {% endfor -%}
  {%- endfor -%}
{% endmacro %}
