{% macro drop_leftovers() %}
  {#- An incremental Python model on DuckDB leaves the table it was written to first, of
      every run: as many rows as the run has scored. -#}
  {%- set query -%}
    select table_name from information_schema.tables
    where
      table_catalog = '{{ this.database }}'
      and table_schema = '{{ this.schema }}'
      and starts_with(table_name, '{{ this.identifier }}__dbt_tmp')
  {%- endset -%}
  {%- set names = run_query(query).columns[0].values() if execute else [] -%}
  {%- for name in names -%}
    drop table {{ api.Relation.create(this.database, this.schema, name) }};
  {%- endfor -%}
{% endmacro %}
