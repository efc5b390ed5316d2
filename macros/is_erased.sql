{% macro is_erased(customer_id) %}
  {#- Was this customer erased on request? Where nobody was: a plain false, which costs
      nothing. Else DuckDB's quick hash passes over nearly every line, and only the others
      are hashed as the suppression list is (HMAC-SHA-256). List and salt are read by
      their path, so that the salt stands in no compiled file and no log. -#}
  {%- set folder = suppression_folder() -%}
  {%- if not folder -%} {{ return("false") }} {%- endif -%}
  {%- set list = "read_csv('" ~ folder ~ "/customers.csv', header = true, columns = {"
      ~ "'customer_hash': 'varchar', 'bucket': 'ubigint', "
      ~ "'duckdb_version': 'varchar', 'salt_id': 'varchar'})" -%}
  {%- set salt = "read_text('" ~ folder ~ "/salt')" -%}
  {%- set row = run_query(
    "select count(*), count(*) filter (where duckdb_version <> version()), count(*) "
    ~ "filter (where salt_id <> left(sha256(content), 16)) from " ~ list
    ~ " cross join " ~ salt
  ).rows[0] -%}
  {%- if row[2] -%}
    {{ stop(folder ~ "/customers.csv was written with another salt than " ~ folder
            ~ "/salt. Restore both from the same backup.") }}
  {%- endif -%}
  {%- if row[0] == 0 -%} {{ return("false") }} {%- endif -%}
  case
    when
        {% if row[1] == 0 -%}
        hash({{ customer_id }}, (select content from {{ salt }})) % 65536
        in (select bucket from {{ list }})
        {%- else -%} true {%- endif %}
        then coalesce(list_contains(
            (select list(customer_hash) from {{ list }}),
            sha256(
                {{ hmac_pad(salt, "5c") }}
                || unhex(sha256({{ hmac_pad(salt, "36") }} || encode({{ customer_id }})))
            )
        ), false)
    else false
  end
{%- endmacro %}

{% macro hmac_pad(salt, byte) %}
  {#- One of the two keys of an HMAC (RFC 2104): the salt, each byte turned by another. -#}
  (
      select cast(xor(
          cast(encode(content) as bit), cast(unhex(repeat('{{ byte }}', 64)) as bit)
      ) as blob)
      from {{ salt }}
  )
{%- endmacro %}

{% macro suppression_folder() %}
  {#- Where the suppression list and its salt lie; none where nobody was ever erased. -#}
  {%- if not execute -%} {{ return(none) }} {%- endif -%}
  {%- set folder = env_var("SCORING_HOME", ".") | replace("'", "''") ~ "/suppression" -%}
  {#- a folder may be called shop[1] -#}
  {%- set plain = folder | replace("[", "[[]") | replace("*", "[*]") | replace("?", "[?]") -%}
  {%- set found = run_query(
    "select parse_filename(file) from glob('" ~ plain ~ "/*')"
  ).columns[0].values() | list -%}
  {%- for name in ["salt", "customers.csv"] if found and name not in found -%}
    {{ stop(folder ~ "/" ~ name ~ " is lost, so nobody can tell who was erased, and they "
            ~ "would come back with this run. Restore it from a backup. Is it lost for "
            ~ "good? docs/privacy.md says what to do.") }}
  {%- endfor -%}
  {%- if "unfinished" in found -%}
    {{ stop("an erasure was stopped before its end, so whom it was to erase still stands in "
            ~ folder | replace("/suppression", "") ~ ". Run the same `python -m ml erase …` "
            ~ "again; it ends the work.") }}
  {%- endif -%}
  {{ return(folder if found else none) }}
{% endmacro %}
