{% macro contact_lines() %}
  {#- The file of contacts as it is delivered, with its name. -#}
  {%- set path = var("contacts_path") -%}
  {%- if path.lower().endswith(".parquet") -%}
    read_parquet('{{ path }}', filename = true)
  {%- else -%}
    read_csv(
        '{{ path }}',
        filename = true, header = true, all_varchar = true,
        delim = ',', quote = '"', escape = '"', comment = ''
    )
  {%- endif -%}
{% endmacro %}

{% macro require_contact_columns() %}
  {#- Stop when the file of contacts is not there, or lacks a column. -#}
  {%- set path = var("contacts_path") -%}
  {%- set found = run_query("select count(*) from glob('" ~ path ~ "')") -%}
  {%- if found.columns[0].values()[0] == 0 -%}
    {{ stop("there is no file at contacts_path '" ~ path ~ "'. Without consents nobody "
            ~ "may be written to; set contacts_path to null if you have none to keep.") }}
  {%- endif -%}
  {%- set described = run_query("describe select * from " ~ contact_lines()) -%}
  {%- set present = described.columns[0].values() | map("lower") | list -%}
  {%- set needed = ["customer_id", "email", "has_consent", "known_since"] -%}
  {%- set missing = needed | reject("in", present) | list -%}
  {%- if missing -%}
    {{ stop("the file at contacts_path '" ~ path ~ "' lacks the column(s) "
            ~ missing | join(", ") ~ "; known_since and email may be empty.") }}
  {%- endif -%}
{% endmacro %}
