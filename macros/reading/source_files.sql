{% macro reader(source, paths, table, files=none) %}
  {#- What reads these paths, or of DuckDB files the table of each. CSV comes as text: only
      a mapping model decides what is a number or a date. -#}
  {%- set kind = kind_of(source) -%}
  {%- set schema, _, name = ("main." ~ table).rpartition(".") -%}
  {%- if kind == "parquet" -%}
    read_parquet({{ paths }}, filename = true, union_by_name = true)
  {%- elif kind == "csv" -%}
    read_csv(
        {{ paths }},
        filename = true, union_by_name = true, header = true, all_varchar = true,
        delim = '{{ source.delimiter }}', quote = '"', escape = '"', comment = '',
        encoding = '{{ source.encoding }}'
    )
  {%- elif kind == "duckdb" -%}
    (
        {%- for file in files or source_files(source) %}
        select *, '{{ file }}' as filename
        from {{ attached(file) }}."{{ schema.split(".")[-1] }}"."{{ name }}"
        {{- " union all by name" if not loop.last }}
        {%- endfor %}
    )
  {%- elif kind == "json" -%}
    read_json_objects({{ paths }}, filename = true, format = 'auto')
  {%- else -%}
    (
        select
            filename,
            unnest(lines) as line,
            generate_subscripts(lines, 1) as line_number
        from (
            select filename, string_split(replace(content, chr(13), ''), chr(10)) as lines
            from read_text({{ paths }})
        )
    )
  {%- endif -%}
{% endmacro %}

{% macro kind_of(source) %}
  {#- The one kind of file that a source consists of. -#}
  {%- set kinds, endings = [], {
    "parquet": "parquet", "csv": "csv", "csv.gz": "csv", "tsv": "csv", "tsv.gz": "csv",
    "duckdb": "duckdb", "json": "json", "jsonl": "json", "txt": "txt",
  } -%}
  {%- set readable = {"square": ["json"], "cdnow": ["parquet", "csv", "duckdb", "txt"]}
      .get(source.format, ["parquet", "csv", "duckdb"]) -%}
  {%- for file in source_files(source) -%}
    {%- set parts = file.split("/")[-1].lower().split(".") -%}
    {%- set kind = endings.get(parts[-2:] | join(".")) or endings.get(parts[-1]) -%}
    {%- if kind not in readable -%}
      {{ stop("source_path holds " ~ file ~ "; " ~ source.format ~ " is read from ."
              ~ readable | join(", .") ~ " (.gz too). Move it elsewhere, or convert it.") }}
    {%- endif -%}
    {%- if kind == "duckdb" and not are_tables(source) and not source.table -%}
      {{ stop("source_path is the DuckDB file " ~ file ~ ": say which of its tables holds "
              ~ "the orders, in the setting source_table.") }}
    {%- endif -%}
    {%- do kinds.append(kind) -%}
  {%- endfor -%}
  {%- if kinds | unique | list | length > 1 -%}
    {{ stop("source_path '" ~ source.path ~ "' mixes " ~ kinds | unique | join(" and ")
            ~ " files. Keep one kind in it.") }}
  {%- endif -%}
  {{ return(kinds[0]) }}
{% endmacro %}

{% macro source_files(source) %}
  {#- Paths of the delivered files, sorted; none at all is an error. -#}
  {%- set listing = "select file from glob('" ~ source_glob(source, "") ~ "')"
      ~ " where file not like '%.manifest.json' and not regexp_matches(substr(file, "
      ~ (source.path.rstrip("/") | length + 1) ~ "), '/[._]') order by file" -%}
  {%- set files = run_query(listing).columns[0].values() | list -%}
  {%- if files | length == 0 -%}
    {{ stop("no file at source_path '" ~ source.path ~ "'. Point it to a file, or "
            ~ "to a folder of .parquet, .csv or .csv.gz files (`make build` makes the "
            ~ "sample shop in data/sample).") }}
  {%- endif -%}
  {{ return(files) }}
{% endmacro %}

{% macro source_glob(source, ending="[!n]") %}
  {#- A file as it is; a folder as every visible file below it, but for manifests: their
      names end in n, and those of no file that is read by a pattern. -#}
  {%- set listing = "select count(*) from glob('" ~ source.path ~ "')" -%}
  {%- if run_query(listing).columns[0].values()[0] > 0 -%}
    {{ return(source.path) }}
  {%- endif -%}
  {{ return(source.path.rstrip("/") ~ "/**/[!._]*" ~ ending) }}
{% endmacro %}

{% macro source_paths(source) %}
  {#- All files of a source, as a pattern, or as a list where no pattern tells them from
      manifests, or from what lies in a hidden folder. -#}
  {%- set pattern, files = "'" ~ source_glob(source) ~ "'", source_files(source) -%}
  {%- set matching = run_query("select count(*) from glob(" ~ pattern ~ ")") -%}
  {%- set is_pattern = matching.columns[0].values()[0] == files | length -%}
  {{ return(pattern if is_pattern and kind_of(source) != "json" else in_quotes(files)) }}
{% endmacro %}

{% macro in_quotes(paths) %}
  {#- Paths as a list in SQL. -#}
  {%- set quoted = [] -%}
  {%- for path in paths -%} {%- do quoted.append("'" ~ path | replace("'", "''") ~ "'") -%} {%- endfor -%}
  {{ return("[" ~ quoted | join(", ") ~ "]") }}
{% endmacro %}

{% macro new_files(files) %}
  {#- Those of some files that the last completed fold did not see as they are now. -#}
  {%- set folded = adapter.get_relation(
    target.database, target.schema, "folded_deliveries"
  ) -%}
  {%- if not folded -%} {{ return(files) }} {%- endif -%}
  {{ return(run_query(
    "select filename from (select filename, size, cast(last_modified as timestamp) from "
    ~ "read_blob(" ~ in_quotes(files) ~ ") except select file_name, file_size, "
    ~ "modified_at from " ~ folded ~ ") order by filename"
  ).columns[0].values()) }}
{% endmacro %}

{% macro newest_file_date() %}
  {#- The day on which the newest file was written: no order can be known after it. -#}
  {%- set files = ref("stg_files") -%}
  {%- set query = "select cast(max(modified_at) as date) from " ~ files -%}
  {{ return(run_query(query).columns[0].values()[0] if is_built(files) else "9999-12-30") }}
{% endmacro %}
