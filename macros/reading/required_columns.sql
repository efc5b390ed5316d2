{% macro require_columns(format, names, table=none) %}
  {#- Stop with the names of the columns, or the table, that the raw files lack. A name
      may have variants: "price|unitprice". -#}
  {%- for source in sources(format) if execute -%}
    {%- set files, name = table_files(source, table) if table
        else (source_files(source), source.table) -%}
    {%- if not files -%}
      {%- set wanted = table if table is string else table | join(" or ") -%}
      {{ stop("the files at '" ~ source.path ~ "' lack the table " ~ wanted ~ ", which the "
              ~ format ~ " layout needs, as .csv or .parquet of that name. Add it, or "
              ~ "choose another source_format.") }}
    {%- endif -%}
    {%- do require_in(files, "the files at '" ~ source.path ~ "' lack", source, name, names) -%}
    {%- for file in new_files(files) if files | length > 1 and kind_of(source) != "duckdb" -%}
      {%- do require_in([file], "the file " ~ file ~ " lacks", source, name, names) -%}
    {%- endfor -%}
  {%- endfor -%}
{% endmacro %}

{% macro require_in(files, subject, source, table, names) %}
  {#- Stop when some files together lack a column: a union by name would fill it with
      nulls. Or when they have one that is called like what DuckDB adds, or one twice:
      DuckDB calls the second name_1 and says nothing. -#}
  {%- set lines = reader(source, in_quotes(files), table, files)
      | replace("filename = true, ", "") -%}
  {%- set described = run_query("describe select * from " ~ lines) -%}
  {%- set present = described.columns[0].values() | map("lower") | list -%}
  {%- if "filename" in present and kind_of(source) in ("parquet", "csv") -%}
    {{ stop(subject | replace("lack", "hold") ~ " a column called filename, under which "
            ~ "the name of the file itself is read here. Rename it, or leave it out.") }}
  {%- endif -%}
  {%- set twice = [] -%}
  {%- for name in (names | join("|")).split("|") if name in present and name ~ "_1" in present -%}
    {%- do twice.append(name) -%}
  {%- endfor -%}
  {%- if twice and kind_of(source) == "csv" -%}
    {{ stop(subject | replace("lack", "hold") ~ " two columns called " ~ twice | join(", ")
            ~ " (or one with _1 behind it): which of them counts? Leave one out.") }}
  {%- endif -%}
  {%- set missing = [] -%}
  {%- for variants in names if not variants.split("|") | select("in", present) | list -%}
    {%- do missing.append(variants | replace("|", " or ")) -%}
  {%- endfor -%}
  {%- if missing -%}
    {{ stop(subject ~ " the column(s) " ~ missing | join(", ") ~ ", which the "
            ~ source.format ~ " layout needs; "
            ~ ("it holds " if subject.endswith("lacks") else "they hold ")
            ~ present | join(", ") ~ ". Rename them, or choose another source_format.") }}
  {%- endif -%}
{% endmacro %}
