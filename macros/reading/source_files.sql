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
      nulls. Or when they have one that is called like what DuckDB adds. -#}
  {%- set lines = reader(source, in_quotes(files), table, files)
      | replace("filename = true, ", "") -%}
  {%- set described = run_query("describe select * from " ~ lines) -%}
  {%- set present = described.columns[0].values() | map("lower") | list -%}
  {%- if "filename" in present and kind_of(source) in ("parquet", "csv") -%}
    {{ stop(subject | replace("lack", "hold") ~ " a column called filename, under which "
            ~ "the name of the file itself is read here. Rename it, or leave it out.") }}
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
