{% macro is_a(kind, value) %}
  {#- Is this value of this kind? Compares text only, so nothing in it is run. -#}
  {%- set text = value | string -%}
  {%- set is_number = value is number and value is not boolean -%}
  {%- set names = value if value is sequence and value is not string else [text] -%}
  {%- if kind == "date or null" -%}
    {{ return(value is none or is_a("date", value)) }}
  {%- elif kind == "date" -%}
    {{ return(is_date(text)) }}
  {%- elif kind == "true or false" -%}
    {{ return(value is boolean) }}
  {%- elif kind == "whole number above 0" -%}
    {{ return(is_number and value == value | int and value > 0) }}
  {%- elif kind == "number of days up to 3650" -%}
    {{ return(is_number and value == value | int and 0 < value <= 3650) }}
  {%- elif kind == "share from 0 to 1" -%}
    {{ return(is_number and 0 < value <= 1) }}
  {%- elif kind == "number above 0" -%}
    {{ return(is_number and value > 0) }}
  {%- elif kind == "number from 0 to 0.1" -%}
    {{ return(is_number and 0 <= value <= 0.1) }}
  {%- elif kind == "day, month, quarter or year" -%}
    {{ return(text in ("day", "month", "quarter", "year")) }}
  {%- elif kind == "path or null" -%}
    {{ return(value is none or is_a("path", value)) }}
  {%- elif kind.startswith("list of kinds") -%}
    {%- set known = audit_kinds() if kind.endswith("audit") else finding_kinds() -%}
    {{ return(value is sequence and value is not string and value is not mapping
              and value | reject("in", known) | list | length == 0) }}
  {%- elif kind == "scoring or training" -%}
    {{ return(text in ("scoring", "training")) }}
  {%- elif kind == "path" -%}
    {#- on this machine: an address would make DuckDB fetch an extension and then the file -#}
    {{ return(value is string and "://" not in text
              and modules.re.fullmatch("[^'\\n;{}]+", text) is not none) }}
  {%- elif kind not in ("name", "names") -%}
    {{ return(is_source_kind(kind, value)) }}
  {%- endif -%}
  {%- for name in names if modules.re.fullmatch("[a-z][a-z0-9_]*", name | string) is none -%}
    {{ return(false) }}
  {%- endfor -%}
  {{ return(names | length > 0) }}
{% endmacro %}

{% macro is_date(text) %}
  {#- A day of the calendar, written YYYY-MM-DD. -#}
  {%- set parts = modules.re.fullmatch("([0-9]{4})-([0-9]{2})-([0-9]{2})", text) -%}
  {%- if parts is none -%} {{ return(false) }} {%- endif -%}
  {%- set year, month, day = parts.groups() | map("int") -%}
  {%- set leap = 1 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 0 -%}
  {%- set lengths = [31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] -%}
  {{ return(year > 0 and 1 <= month <= 12 and 1 <= day <= lengths[month - 1]) }}
{% endmacro %}
