{% macro source_kinds() %}
  {#- What an entry of the setting sources may hold, and of which kind. -#}
  {{ return({
    "name": "name", "format": "name", "path": "path", "table": "table or null",
    "delimiter": "one character", "encoding": "utf-8, utf-16 or latin-1",
    "decimal_comma": "true or false", "date_format": "date format or null",
    "currency": "currency or null", "time_zone": "time zone",
    "columns": "mapping of columns", "first_day": "date",
  }) }}
{% endmacro %}

{% macro check_sources() %}
  {#- Every entry of the setting sources is whole, and of a known format. -#}
  {%- set kinds, names = source_kinds(), [] -%}
  {%- for entry in var("sources") -%}
    {%- for name in ["name", "format", "path"] if name not in entry -%}
      {{ stop("an entry of the setting sources lacks " ~ name ~ ": " ~ entry) }}
    {%- endfor -%}
    {%- for name, value in entry.items() if name not in kinds -%}
      {{ stop("'" ~ name ~ "' is nothing that an entry of the setting sources may hold. "
              ~ "Known: " ~ kinds | join(", ")) }}
    {%- endfor -%}
    {%- for name, value in entry.items() if not is_a(kinds[name], value) -%}
      {{ stop(name ~ " of source " ~ entry.name ~ " is '" ~ value ~ "', but must be a "
              ~ kinds[name] ~ "." ~ landed_first(value)) }}
    {%- endfor -%}
    {%- if entry.name in names -%}
      {{ stop("two entries of the setting sources are called " ~ entry.name ~ ".") }}
    {%- endif -%}
    {%- do names.append(entry.name) -%}
  {%- endfor -%}
  {%- for format in source_formats() if format not in var("source_formats") -%}
    {{ unknown_source_format(format) }}
  {%- endfor -%}
  {%- set known = "select count(*) from pg_timezone_names() where name = '" -%}
  {%- for zone in sources() | map(attribute="time_zone") | unique if execute -%}
    {%- if run_query(known ~ zone ~ "'").columns[0].values()[0] == 0 -%}
      {{ stop("time_zone is '" ~ zone ~ "', which is no time zone. Write it as "
              ~ "Europe/Berlin.") }}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}

{% macro is_source_kind(kind, value) %}
  {#- Is this value of this kind, of those that only sources have? Compares text only. -#}
  {%- if kind.endswith("or null") and value is none -%} {{ return(true) }} {%- endif -%}
  {%- if kind == "list of sources" -%}
    {{ return(value is sequence and value is not string and value is not mapping
              and value | reject("mapping") | list | length == 0) }}
  {%- elif kind == "mapping of columns" -%}
    {{ return(value is mapping
              and ["customer_id", "ordered_at", "amount"]
                  | reject("in", value) | list | length == 0
              and value.keys() | reject("in", generic_names()) | list | length == 0
              and is_source_kind("columns", value.values() | list)) }}
  {%- elif kind == "columns" -%}
    {%- for name in value
        if modules.re.fullmatch('[^"\\\\\n\r{}]+', name | string) is none -%}
      {{ return(false) }}
    {%- endfor -%}
    {{ return(true) }}
  {%- endif -%}
  {%- set patterns = {
    "table or null": "[A-Za-z0-9_]+([.][A-Za-z0-9_]+)?",
    "one character": "[^'\"\\n\\r{}]",
    "utf-8, utf-16 or latin-1": "utf-8|utf-16|latin-1",
    "date format or null": "[A-Za-z0-9 .:,_/-]*%[A-Za-z0-9 .:,_/%-]+",
    "currency or null": "[A-Z]{3}",
    "time zone": "[A-Za-z][A-Za-z0-9_+/-]*",
    "gross, net_of_returns or margin": "gross|net_of_returns|margin",
  } -%}
  {{ return(value is string
            and modules.re.fullmatch(patterns[kind], value) is not none) }}
{% endmacro %}

{% macro generic_names() %}
  {#- Canonical columns that a generic file may name, beside amount. -#}
  {{ return(["customer_id", "ordered_at", "amount", "order_id", "product_id", "category",
             "quantity", "currency", "gross_amount", "tax_amount", "shipping_amount",
             "unit_cost", "recorded_at"]) }}
{% endmacro %}

{% macro require_generic_columns() %}
  {#- Stop with the columns that generic_columns names and the files lack. -#}
  {%- for source in sources("generic") if execute -%}
    {%- set described = run_query(
      "describe select * from " ~ reader(source, source_paths(source), source.table)
    ) -%}
    {%- set present = described.columns[0].values() | map("lower") | list -%}
    {%- set missing = source["columns"].values() | map("lower") | reject("in", present) | list -%}
    {%- if missing -%}
      {{ stop("the files at '" ~ source.path ~ "' lack the column(s) " ~ missing | join(", ")
              ~ ", which generic_columns names; they hold " ~ present | join(", ")
              ~ ". Name others: --vars '{generic_columns: {customer_id: …, ordered_at: …, "
              ~ "amount: …}}'.") }}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}
