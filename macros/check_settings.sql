{% macro check_settings() %}
  {#- Runs before anything else: a misspelt setting must not cost a night. -#}
  {%- set kinds = {
    "source_formats": "names", "source_format": "name", "source_path": "path",
    "source_moved": "true or false", "folder_formats": "names",
    "source_table": "table or null", "sources": "list of sources",
    "customer_ids_shared": "true or false", "identity_path": "path or null",
    "csv_delimiter": "one character", "csv_encoding": "utf-8, utf-16 or latin-1",
    "decimal_comma": "true or false", "date_format": "date format or null",
    "source_currency": "currency or null", "time_zone": "time zone",
    "first_day": "date", "generic_columns": "mapping of columns",
    "as_of_date": "date or null", "last_day_is_complete": "true or false",
    "horizon_days": "number of days up to 3650",
    "value_basis": "gross, net_of_returns or margin",
    "value_with_tax": "true or false", "value_with_shipping": "true or false",
    "reporting_currency": "currency or null",
    "earliest_order_date": "date", "largest_line_amount": "whole number above 0",
    "accept_delivery": "list of kinds of findings",
    "usual_days": "number of days up to 3650", "usual_days_needed": "whole number above 0",
    "usual_spreads": "number above 0", "fewest_lines_judged": "whole number above 0",
    "few_lines_share": "share from 0 to 1", "little_revenue_share": "share from 0 to 1",
    "much_revenue_times": "number above 0", "short_orders_share": "share from 0 to 1",
    "double_day_times": "number above 0", "long_orders_times": "number above 0",
    "amounts_times": "number above 0", "whole_amounts_share": "share from 0 to 1",
    "repeated_orders_share": "share from 0 to 1", "hours_moved": "number above 0",
    "few_customers_times": "number above 0", "new_customers_share": "share from 0 to 1",
    "many_rejected_share": "share from 0 to 1", "large_amounts_share": "share from 0 to 1",
    "corrected_orders_needed": "whole number above 0",
    "longest_hole_days": "whole number above 0",
    "accept_audit": "list of kinds of findings of the audit",
    "audit_days": "number of days up to 3650", "customer_change_limit": "number above 0",
    "value_change_limit": "number above 0", "share_change_limit": "share from 0 to 1",
    "null_change_limit": "share from 0 to 1", "drift_limit": "number above 0",
    "segment_naming": "name", "cut_point_period": "day, month, quarter or year",
    "protect_share": "share from 0 to 1", "grow_share": "share from 0 to 1",
    "nurture_share": "share from 0 to 1", "hysteresis_margin": "number from 0 to 0.1",
    "hysteresis_days": "whole number above 0", "slowing_gaps": "number above 0",
    "lapsed_gaps": "number above 0", "contacts_path": "path or null",
    "lift_spreads": "number above 0", "lift_fewest": "whole number above 0",
    "spine": "scoring or training", "training_cutoffs": "whole number above 0",
    "training_step_days": "whole number above 0",
    "training_customers": "whole number above 0",
    "release_valid_days": "whole number above 0",
    "releases_kept": "whole number above 0",
  } -%}
  {%- do refuse_jinja() -%}
  {%- for name in invocation_args_dict.get("vars") or {} if name not in kinds -%}
    {{ stop("'" ~ name ~ "' is no setting. Known: " ~ kinds | join(", ")) }}
  {%- endfor -%}
  {%- for name, kind in kinds.items() if not is_a(kind, var(name)) -%}
    {{ stop("setting " ~ name ~ " is '" ~ var(name) ~ "', but must be a "
            ~ kind ~ ". Change it in dbt_project.yml or in --vars."
            ~ landed_first(var(name))) }}
  {%- endfor -%}
  {%- if var("protect_share") + var("grow_share") + var("nurture_share") >= 1 -%}
    {{ stop("protect_share, grow_share and nurture_share add up to 1 or more, so nobody "
            ~ "is left for low_touch. Make them smaller.") }}
  {%- endif -%}
  {%- do check_sources() -%}
  {%- if execute -%} {{ check_shop() }} {%- endif -%}
{% endmacro %}

{% macro refuse_jinja() %}
  {#- dbt renders Jinja in a value of --vars wherever var() asks for it; a value is text.
      Names the setting only: the message would render the value too. -#}
  {%- for name, value in (invocation_args_dict.get("vars") or {}).items() -%}
    {%- for sign in ["{" ~ "{", "{" ~ "%", "{" ~ "#"] if sign in value | string -%}
      {{ stop("the value of " ~ name ~ " in --vars holds Jinja (" ~ sign ~ "), which is "
              ~ "refused. Write the value itself.") }}
    {%- endfor -%}
  {%- endfor -%}
{% endmacro %}

{% macro landed_first(value) %}
  {#- What to do about an address where a path is wanted. -#}
  {{ return(" It is an address: `python -m ml land " ~ value ~ " --out FOLDER` brings its "
            ~ "files to a folder." if "://" in value | string else "") }}
{% endmacro %}

{% macro unknown_source_format(format) %}
  {#- One sentence, said at parse time and at run time alike. -#}
  {%- do refuse_jinja() -%}
  {{ stop("source_format is '" ~ format ~ "'; known are "
          ~ var("source_formats") | join(", ") ~ ". For a layout of your own, write "
          ~ "models/staging/stg_<format>.sql and add its name to source_formats in "
          ~ "dbt_project.yml.") }}
{% endmacro %}

{% macro stop(message) %}
  {#- End the run with one sentence that says what, where and what to do. -#}
  {{ exceptions.raise_compiler_error("Stop: " ~ message) }}
{% endmacro %}
