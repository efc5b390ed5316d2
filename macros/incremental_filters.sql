{% macro in_changed_days() %}
  {#- Lines of the days to be folded again, read from the files that hold such days. On a
      full build: every line. -#}
  {%- set changed, deliveries = ref("changed_days"), ref("stg_deliveries") -%}
  {%- if not is_incremental() -%} {{ return("true") }} {%- endif -%}
  {{ in_files(
    "select distinct file_name from " ~ deliveries ~ " as deliveries inner join "
    ~ changed ~ " as changed on deliveries.order_date"
    ~ " is not distinct from changed.order_date"
  ) }}
  and exists (
    select 1 from {{ changed }} as changed
    where changed.order_date is not distinct from order_lines.order_date
  )
{%- endmacro %}

{% macro forget_changed_days() %}
  {#- Before the changed days are folded again, what is known of them is deleted. -#}
  {%- if is_incremental() -%}
    delete from {{ this }} as known
    where exists (
      select 1 from {{ ref("changed_days") }} as changed
      where changed.order_date is not distinct from known.order_date
    )
  {%- endif -%}
{% endmacro %}

{% macro in_new_files() %}
  {#- Lines of the files that this table does not hold as they are now. On a full build:
      every line. The list is made before the hook deletes what changed, so it compares
      whole fingerprints. -#}
  {%- set files = ref("stg_files") -%}
  {%- if not is_incremental() -%} {{ return("true") }} {%- endif -%}
  {%- set fingerprint = "select file_name, file_size, modified_at from " -%}
  {{ in_files(
    "select distinct file_name from (" ~ fingerprint ~ files ~ " except "
    ~ fingerprint ~ this ~ ")"
  ) }}
{%- endmacro %}

{% macro in_files(query) %}
  {#- A filter on the files that the query lists, as literals: DuckDB then opens only
      these. With no file listed nothing is read. -#}
  {%- set quoted = [] -%}
  {%- for name in run_query(query).columns[0].values() if execute -%}
    {%- do quoted.append("'" ~ name | replace("'", "''") ~ "'") -%}
  {%- endfor -%}
  {{ "file_name in (" ~ quoted | join(", ") ~ ")" if quoted else "false" }}
{%- endmacro %}
