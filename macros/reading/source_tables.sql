{% macro table_files(source, names) %}
  {#- The files of one table, and its name in them: name.csv, name_0001.csv, or files in a
      folder of that name. Of a DuckDB file: its table, if it is there. The table may be
      called by any of the names. -#}
  {%- set files, found = [], [] -%}
  {%- set names = [names] if names is string else names -%}
  {%- set is_database = kind_of(source) == "duckdb" -%}
  {%- for file in source_files(source) -%}
    {%- set tables = tables_in(file, source.table) if is_database else [] -%}
    {%- set folder, stem = file.split("/")[-2:][0], file.split("/")[-1].split(".")[0] -%}
    {%- for name in names if name in tables or not is_database and (
        name == folder or modules.re.fullmatch(name ~ "([_-][0-9]+)*", stem)
    ) -%}
      {%- do files.append(file) -%}
      {%- do found.append(name) -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return((files, (source.table or "main") ~ "." ~ (found | first or names | first))) }}
{% endmacro %}

{% macro attached(file) %}
  {#- The name of a DuckDB file that is attached, for all models of the run: two threads
      that call read_duckdb() on the same file at once are in each other's way. -#}
  {%- set name = "delivered_" ~ local_md5(file) -%}
  {%- do run_query("attach if not exists '" ~ file ~ "' as " ~ name ~ " (read_only)") -%}
  {{ return(name) }}
{% endmacro %}

{% macro attach_deliveries() %}
  {#- Attach the DuckDB files of all sources: a run of some models alone reads through
      views that an earlier run made. -#}
  {%- for source in sources() if execute -%}
    {%- set listing = "select file from glob('" ~ source_glob(source, "") ~ "')"
        ~ " where lower(file) like '%.duckdb'" -%}
    {%- for file in run_query(listing).columns[0].values() -%}
      {%- do attached(file) -%}
    {%- endfor -%}
  {%- endfor -%}
{% endmacro %}

{% macro tables_in(file, schema) %}
  {#- Names of the tables of a DuckDB file. -#}
  {{ return(run_query(
    "select table_name from information_schema.tables where table_catalog = '"
    ~ attached(file) ~ "' and table_schema = '" ~ (schema or "main") ~ "'"
  ).columns[0].values() | list) }}
{% endmacro %}
