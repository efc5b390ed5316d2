{% macro as_of_date() %}
  {#- The day this run scores, as a literal: the setting, or the last complete day. -#}
  {%- set asked, days = var("as_of_date"), data_days() -%}
  {%- if not days -%} {{ return("2000-01-01") }} {%- endif -%}
  {%- if days.accepted == 0 -%}
    {{ stop("not one line at source_path '" ~ var("source_path") ~ "' could be used. "
            ~ "Most often: " ~ days.reason ~ ". Look at the table rejected_lines.") }}
  {%- elif asked is none -%}
    {{ return(days.last_complete | string) }}
  {%- elif asked | string > days.last | string -%}
    {{ stop("as_of_date " ~ asked ~ " lies after the last order in the data ("
            ~ days.last ~ "). Choose a day up to it.") }}
  {%- elif asked | string < days.first | string -%}
    {{ stop("as_of_date " ~ asked ~ " lies before the first order in the data ("
            ~ days.first ~ "). Choose a day from it on.") }}
  {%- endif -%}
  {{ return(asked | string) }}
{% endmacro %}

{% macro utc_time() %}
  {#- The time at which the model that asks is compiled, right before it runs. -#}
  {%- set time = modules.datetime.datetime.now(modules.pytz.utc) if execute
      else run_started_at -%}
  {{ return(time.strftime("%Y-%m-%d %H:%M:%S")) }}
{% endmacro %}

{% macro data_days() %}
  {#- First, last and last complete day of the accepted lines. A day is complete when
      something later is known, or when the setting last_day_is_complete says so. -#}
  {%- set folded, rejected = ref("customer_days"), ref("rejected_lines") -%}
  {%- if not is_built(rejected) -%} {{ return({}) }} {%- endif -%}
  {%- set complete = "max(order_date)" if var("last_day_is_complete")
      else "least(max(order_date), max(known_date) - 1)" -%}
  {%- set row = run_query(
    "select min(order_date), max(order_date), " ~ complete ~ ", count(*) from " ~ folded
  ).rows[0] -%}
  {%- set reasons = run_query(
    "select column_name || ': ' || reason from " ~ rejected
    ~ " group by all order by count(*) desc limit 1"
  ).columns[0].values() -%}
  {{ return({"first": row[0], "last": row[1], "last_complete": row[2],
             "accepted": row[3], "reason": reasons | first | default("no line at all")}) }}
{% endmacro %}

{% macro scored_date() %}
  {#- The date of the spine that is scored, as a literal. -#}
  {%- set spine = ref("as_of_dates") -%}
  {%- if not is_built(spine) -%} {{ return("2000-01-01") }} {%- endif -%}
  {{ return(run_query(
    "select as_of_date from " ~ spine ~ " where is_scored"
  ).columns[0].values()[0] | string) }}
{% endmacro %}
