{% macro raw_lines(format, optional=[]) %}
  {#- The raw lines of a format with their file's name, columns as delivered, and what was
      declared of their source. Optional columns that no file has are null. -#}
  {%- if not execute -%} {{ return("raw_lines") }} {%- endif -%}
  (
    {%- for source in sources(format) %}
      select {{ renamed(source) }}, {{ declared(source) }}
      from {{ reader(source, source_paths(source), source.table) }}
      union all by name
    {%- endfor %}
      select {{ absent(optional) }} where false
  )
{% endmacro %}

{% macro raw_table(format, name, key, optional=[]) %}
  {#- One table of a format that has several, from the files named like it, or from the
      DuckDB file at source_path; all files of a source count as one delivery. Of rows
      with one key the newest is read. Optional columns, of a table that may be missing
      all of them, are null if absent. -#}
  {%- if not execute -%} {{ return("raw_lines") }} {%- endif -%}
  {%- set known = ["table_file", "_fivetran_synced", "updated_at"] -%}
  (
    select * from (
    {%- for source in sources(format) %}
      {%- set files, table = table_files(source, name) %}
      {%- if files %}
      select {{ as_one_delivery(source) }}, {{ declared(source) }}
      from {{ reader(source, in_quotes(files), table, files) }}
      union all by name
      {%- endif %}
    {%- endfor %}
      select {{ absent((optional + key + known) | unique) }} where false
    ) as delivered
    {%- if key %} qualify {{ is_newest(key) }} {%- endif %}
  )
{% endmacro %}

{% macro is_newest(key, updated=["_fivetran_synced", "updated_at"]) %}
  {#- Is this, of all rows with its key, the one that was updated last, or else stands in
      the last file by name? Exports overlap, and an order counts once. A row whose key is
      not whole is like no other. -#}
  {%- set texts = [] -%}
  {%- for column in key -%}
    {%- do texts.append("nullif(trim(cast(" ~ column ~ " as varchar)), '')") -%}
  {%- endfor -%}
  {{ texts | join(" is null or ") }} is null
  or row_number() over (
    partition by declared_source, {{ texts | join(", ") }}
    order by
      {{ updated | join(" desc nulls last, ") }} desc nulls last,
      length(table_file) desc, table_file desc, hash(delivered)
  ) = 1
{% endmacro %}

{% macro as_one_delivery(source) %}
  {#- Every column as it is, but all files of the source under one name. -#}
  {{ return("* replace ('" ~ source.path ~ "' as filename), filename as table_file") }}
{% endmacro %}

{% macro absent(columns) %}
  {#- Null for every column that may be absent: a union by name fills it in. -#}
  {%- set nulls = ["null as declared_source"] -%}
  {%- for column in columns -%} {%- do nulls.append('null as "' ~ column ~ '"') -%} {%- endfor -%}
  {{ return(nulls | join(", ")) }}
{% endmacro %}

{% macro declared(source) %}
  {#- What the settings say of a source, as columns beside its raw lines. -#}
  {%- set texts = [] -%}
  {%- for name in ["name", "currency", "date_format", "time_zone", "first_day"] -%}
    {%- set value = "'" ~ source[name] ~ "'" if source[name] else "null" -%}
    {%- do texts.append("cast(" ~ value ~ " as varchar) as declared_" ~ name) -%}
  {%- endfor -%}
  {{ return(texts | join(", ") | replace("declared_name", "declared_source")
            ~ ", " ~ (source.decimal_comma and kind_of(source) == "csv")
            ~ " as declared_decimal_comma") }}
{% endmacro %}

{% macro renamed(source) %}
  {#- Every column as it is; of the generic format those that generic_columns names. -#}
  {%- if are_tables(source) -%} {{ return(as_one_delivery(source)) }} {%- endif -%}
  {%- if source.format != "generic" -%} {{ return("*") }} {%- endif -%}
  {%- set columns = ["filename"] -%}
  {%- for name, delivered in source.columns.items() -%}
    {%- do columns.append('"' ~ delivered ~ '" as ' ~ name) -%}
  {%- endfor -%}
  {{ return(columns | join(", ")) }}
{% endmacro %}
