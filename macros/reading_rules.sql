{% macro reading_rules() %}
  {#- A short hash of everything that decides how a raw line is read and folded. -#}
  {%- set rules = [var("earliest_order_date"), var("largest_line_amount")] -%}
  {%- set rules = rules + [value_basis(), var("reporting_currency"), sources()] -%}
  {%- set rules = rules + [var("customer_ids_shared"), identity_fingerprint()] -%}
  {%- do rules.append(run_query(
    "select md5(string_agg(content, '' order by filename)) "
    ~ "from read_text('macros/reading/*.sql')"
  ).columns[0].values()[0]) if execute -%}
  {#- another DuckDB may hash products to other bits -#}
  {%- do rules.append(run_query("select version()").columns[0].values()[0] if execute) -%}
  {%- for name in graph.nodes | sort if execute -%}
    {%- set node = graph.nodes[name] -%}
    {%- if node.resource_type in ("model", "seed") and (
        "staging" in node.fqn or node.name in ("customer_days", "rejected_lines")
        or node.name == "exchange_rates"
    ) -%}
      {%- do rules.append(node.checksum.checksum) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(local_md5(rules | join("|"))) }}
{% endmacro %}

{% macro should_full_refresh() %}
  {#- dbt's own macro, and one reason more: what was folded by other rules than today's is
      folded again, so that an edited mapping never lives beside its older self. -#}
  {%- set wanted = config.get("full_refresh") -%}
  {%- set wanted = flags.FULL_REFRESH if wanted is none else wanted -%}
  {{ return(wanted or (config.get("meta", {}).get("is_folded", false) and rules_changed())) }}
{% endmacro %}

{% macro rules_changed() %}
  {#- Was the last completed fold made by other rules? -#}
  {%- if not execute -%} {{ return(false) }} {%- endif -%}
  {%- set folded = adapter.get_relation(this.database, this.schema, "folded_deliveries") -%}
  {%- if folded is none -%} {{ return(true) }} {%- endif -%}
  {%- set query = "select min(reading_rules) from " ~ folded -%}
  {{ return(run_query(query).columns[0].values()[0] != reading_rules()) }}
{% endmacro %}
