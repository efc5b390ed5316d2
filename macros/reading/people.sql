{% macro own_id() %}
  {#- A customer's id where nobody says who it is: with the source's name before it, unless
      there is one source, or ids were declared to be shared. -#}
  {%- if var("sources") | length > 1 and not var("customer_ids_shared") -%}
    identified.source_name || ':' || identified.customer_id
  {%- else -%}
    identified.customer_id
  {%- endif -%}
{%- endmacro %}

{% macro people() %}
  {#- Who is who: the file at identity_path. Two persons for one id would double its lines,
      so they stop the run. -#}
  {%- set path = var("identity_path") -%}
  {%- if not execute -%}
    {{ return("(select null as source_name, null as known_id, null as person_id"
              ~ " where false)") }}
  {%- endif -%}
  {%- set reader = "read_parquet('" ~ path ~ "')" if path.endswith(".parquet")
      else "read_csv('" ~ path ~ "', header = true, all_varchar = true, comment = '')" -%}
  {%- if run_query("select count(*) from glob('" ~ path ~ "')").columns[0].values()[0] != 1 -%}
    {{ stop("identity_path '" ~ path ~ "' is no file.") }}
  {%- endif -%}
  {%- set columns = run_query("describe select * from " ~ reader).columns[0].values() -%}
  {%- for name in ["source_name", "customer_id", "person_id"]
      if name not in columns | map("lower") -%}
    {{ stop("identity_path '" ~ path ~ "' lacks the column " ~ name ~ "; it needs "
            ~ "source_name, customer_id and person_id.") }}
  {%- endfor -%}
  {%- set query = "(select distinct trim(cast(source_name as varchar)) as source_name, "
      ~ customer_key("cast(customer_id as varchar)") ~ " as known_id, "
      ~ customer_key("cast(person_id as varchar)") ~ " as person_id from " ~ reader ~ ")" -%}
  {%- set doubtful = run_query(
    "select count(*) - count(distinct (source_name, known_id)) from " ~ query
  ).columns[0].values()[0] -%}
  {%- if doubtful -%}
    {{ stop("identity_path '" ~ path ~ "' gives " ~ doubtful ~ " customers of a source "
            ~ "more than one person_id. Keep one line for each.") }}
  {%- endif -%}
  {{ return(query) }}
{% endmacro %}

{% macro identity_fingerprint() %}
  {#- Size and time of the last change of the file that says who is who. -#}
  {%- if not execute or not var("identity_path") -%} {{ return("none") }} {%- endif -%}
  {{ return(run_query(
    "select size || '|' || last_modified from read_blob('" ~ var("identity_path") ~ "')"
  ).columns[0].values() | join) }}
{% endmacro %}
