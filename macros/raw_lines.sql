{% macro raw_lines() %}
  {#- The raw lines at source_path with their file's name, columns as delivered. CSV comes
      as text: only a mapping model decides what is a number or a date. -#}
  {%- if not execute -%} {{ return("raw_lines") }} {%- endif -%}
  {%- set kinds = [] -%}
  {%- for file in source_files() -%}
    {%- set kind = file.split("/")[-1].lower() -%}
    {%- if kind.endswith(".parquet") -%} {%- do kinds.append("parquet") -%}
    {%- elif kind.endswith((".csv", ".csv.gz")) -%} {%- do kinds.append("csv") -%}
    {%- else -%}
      {{ stop("source_path holds " ~ file ~ ", which is neither .parquet, .csv nor "
              ~ ".csv.gz. Move it elsewhere, or convert it.") }}
    {%- endif -%}
  {%- endfor -%}
  {%- if kinds | unique | list | length > 1 -%}
    {{ stop("source_path '" ~ var("source_path") ~ "' mixes Parquet and CSV files. "
            ~ "Keep one kind in it.") }}
  {%- elif kinds[0] == "parquet" -%}
    read_parquet('{{ source_glob() }}', filename = true, union_by_name = true)
  {%- else -%}
    read_csv(
        '{{ source_glob() }}',
        filename = true, union_by_name = true, header = true, all_varchar = true,
        delim = ',', quote = '"', escape = '"'
    )
  {%- endif -%}
{% endmacro %}

{% macro source_files() %}
  {#- Paths of the delivered files, sorted; none at all is an error. -#}
  {%- set listing = "select file from glob('" ~ source_glob("") ~ "')"
      ~ " where file not like '%.manifest.json' order by file" -%}
  {%- set files = run_query(listing).columns[0].values() | list -%}
  {%- if files | length == 0 -%}
    {{ stop("no file at source_path '" ~ var("source_path") ~ "'. Point it to a file, or "
            ~ "to a folder of .parquet, .csv or .csv.gz files (`make build` makes the "
            ~ "sample shop in data/sample).") }}
  {%- endif -%}
  {{ return(files) }}
{% endmacro %}

{% macro source_glob(ending="[!n]") %}
  {#- A file as it is; a folder as every visible file below it, but for manifests: their
      names end in n, and those of no file that is read. -#}
  {%- set path = var("source_path") -%}
  {%- set listing = "select count(*) from glob('" ~ path ~ "')" -%}
  {%- if run_query(listing).columns[0].values()[0] > 0 -%}
    {{ return(path) }}
  {%- endif -%}
  {{ return(path.rstrip("/") ~ "/**/[!._]*" ~ ending) }}
{% endmacro %}

{% macro require_columns(names) %}
  {#- Stop with the names of the columns that the raw files lack. -#}
  {%- if execute -%}
    {%- set described = run_query("describe select * from " ~ raw_lines()) -%}
    {%- set present = described.columns[0].values() | map("lower") | list -%}
    {%- set missing = names | reject("in", present) | list -%}
    {%- if missing | length > 0 -%}
      {{ stop("the files at '" ~ var("source_path") ~ "' lack the column(s) "
              ~ missing | join(", ") ~ ", which the " ~ var("source_format")
              ~ " layout needs; they hold " ~ present | join(", ") ~ ". Rename them, "
              ~ "or choose another source_format.") }}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}

{% macro newest_file_date() %}
  {#- The day on which the newest file was written: no order can be known after it. -#}
  {%- set query = "select cast(max(modified_at) as date) from " ~ ref("stg_files") -%}
  {{ return(run_query(query).columns[0].values()[0] if execute else "9999-12-30") }}
{% endmacro %}
