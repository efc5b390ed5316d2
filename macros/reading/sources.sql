{% macro sources(format=none) %}
  {#- The shops and channels that are read, of one format or all: what their entries in the
      setting sources say, else the setting of the same meaning. -#}
  {%- set found = [] -%}
  {%- for entry in var("sources") | select("mapping") | list or [{}] -%}
    {%- set source = {
      "name": entry.name or entry.format or var("source_format"),
      "format": entry.format or var("source_format"),
      "path": entry.path or var("source_path"),
      "table": entry.table or var("source_table"),
      "delimiter": entry.delimiter or var("csv_delimiter"),
      "encoding": entry.encoding or var("csv_encoding"),
      "decimal_comma": entry.get("decimal_comma", var("decimal_comma")),
      "date_format": entry.date_format or var("date_format"),
      "currency": entry.currency or var("source_currency"),
      "time_zone": entry.time_zone or var("time_zone"),
      "columns": entry.columns or var("generic_columns"),
      "first_day": entry.first_day or var("first_day"),
    } -%}
    {%- if format in (none, source.format) -%} {%- do found.append(source) -%} {%- endif -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{% macro source_formats() %}
  {#- The formats that this run reads, each once. -#}
  {{ return(sources() | map(attribute="format") | unique | list) }}
{% endmacro %}

{% macro is_read(format) %}
  {#- Does this run read files of this format? Else its mapping is switched off. -#}
  {{ return(format in source_formats()) }}
{% endmacro %}

{% macro are_tables(source) %}
  {#- Does a line need what stands in another file? Then all files of a source are one
      delivery. -#}
  {{ return(source.format in var("folder_formats")) }}
{% endmacro %}
