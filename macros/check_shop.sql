{% macro shop() %}
  {#- Whose orders a run reads: two shops differ in one of these. -#}
  {%- set read = [] -%}
  {%- for source in sources() -%}
    {%- set table = " (" ~ source.table ~ ")" if source.table else "" -%}
    {%- set name = source.name ~ ": " if var("sources") else "" -%}
    {%- do read.append(name ~ source.format ~ " at " ~ source.path ~ table) -%}
  {%- endfor -%}
  {{ return(read | join(", ")) }}
{% endmacro %}

{% macro check_shop() %}
  {#- Two shops must never mix: the last completed fold remembers whose orders it read. -#}
  {%- set folded = adapter.get_relation(
    target.database, target.schema, "folded_deliveries"
  ) -%}
  {%- if folded is not none and not var("source_moved") -%}
    {%- set query = "select distinct shop from " ~ folded -%}
    {%- for known in run_query(query).columns[0].values() if known != shop() -%}
      {{ stop("the working database of this home holds the orders of " ~ known
              ~ ", and this run asks for " ~ shop() ~ ". Give another shop a home of its "
              ~ "own: SCORING_HOME=shops/<name> dbt build … Is it the same shop, moved? "
              ~ "Say so once: --vars '{source_moved: true, …}'.") }}
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}
