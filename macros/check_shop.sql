{% macro check_shop() %}
  {#- Two shops must never mix: the working database remembers whose orders it holds. -#}
  {%- set asked = var("source_format") ~ " at " ~ var("source_path") -%}
  {%- set shop = target.schema ~ ".shop" -%}
  {%- do run_query(
    "create table if not exists " ~ shop ~ " (orders varchar not null)"
  ) -%}
  {%- set known = run_query("select orders from " ~ shop).columns[0].values() -%}
  {%- if known | length == 0 -%}
    {%- do run_query("insert into " ~ shop ~ " values ('" ~ asked ~ "')") -%}
    {%- do adapter.commit() -%}
  {%- elif known[0] != asked -%}
    {{ stop("the working database of this home holds the orders of " ~ known[0]
            ~ ", and this run asks for " ~ asked ~ ". Give the other shop a home of "
            ~ "its own: SCORING_HOME=shops/<name> dbt build … (the same shop, moved: "
            ~ "delete working.duckdb, the next build makes it anew).") }}
  {%- endif -%}
{% endmacro %}
