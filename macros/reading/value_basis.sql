{% macro value_basis() %}
  {#- What a value adds up, in the words of every mart row. -#}
  {%- set parts = [] -%}
  {%- if var("value_with_tax") -%} {%- do parts.append("tax") -%} {%- endif -%}
  {%- if var("value_with_shipping") -%} {%- do parts.append("shipping") -%} {%- endif -%}
  {{ return(var("value_basis") ~ (" with " ~ parts | join(" and ") if parts else "")) }}
{% endmacro %}

{% macro line_value() %}
  {#- What a line adds to a customer's value, by the settings and in the one currency; null
      if that is too large an amount. -#}
  {%- set bases = {
    "gross": "case when line_type = 'sale' then gross_amount else 0 end",
    "net_of_returns": "net_amount",
    "margin": "net_amount - quantity * unit_cost",
  } -%}
  {%- set counts = "line_type = 'sale'" if var("value_basis") == "gross" else "true" -%}
  {%- set sum = [bases[var("value_basis")]] -%}
  {%- for column in value_columns() if column not in ("gross_amount", "unit_cost") -%}
    {%- do sum.append("case when " ~ counts ~ " then " ~ column ~ " else 0 end") -%}
  {%- endfor -%}
  {%- set wide = "decimal(38, 4)" if var("reporting_currency") else "decimal(18, 4)" -%}
  try_cast(cast({{ sum | join(" + ") }} as {{ wide }}) * rate as decimal(18, 4))
{%- endmacro %}

{% macro value_columns() %}
  {#- Columns beside net_amount that the value needs. -#}
  {%- set needed = {"gross": ["gross_amount"], "margin": ["unit_cost"]}
      .get(var("value_basis"), []) | list -%}
  {%- if var("value_with_tax") -%} {%- do needed.append("tax_amount") -%} {%- endif -%}
  {%- if var("value_with_shipping") -%} {%- do needed.append("shipping_amount") -%} {%- endif -%}
  {{ return(needed) }}
{% endmacro %}

{% macro value_reasons() %}
  {#- A line without what the value needs is set aside: none is taken for zero. -#}
  {%- for column in value_columns() %}
            when {{ column }} is null
                then '{{ column }}: missing, and the value needs it'
    {%- if column in ("gross_amount", "tax_amount", "shipping_amount") %}
            when line_type = 'return' and {{ column }} > 0
                then '{{ column }}: a return above zero'
    {%- endif -%}
    {%- if column == "gross_amount" %}
            when line_type = 'sale' and {{ column }} < 0
                then '{{ column }}: a sale below zero'
    {%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{% macro has_bought() %}
  {#- Has a customer ever paid for something, out of the sums over his days? A margin may be
      nothing or a loss, so there every order counts. -#}
  {{ return("sum(order_count) > 0" if var("value_basis") == "margin"
      else "sum(sale_amount) > 0") }}
{%- endmacro %}
