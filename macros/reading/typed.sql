{% macro number(column) %}
  {#- An amount, as a decimal; null if it is none. Where a source was declared to write
      decimal commas: "1.234,56", dots and blanks only between groups of three. -#}
  {%- if sources() | selectattr("decimal_comma") | list -%}
    try_cast(case
        when not declared_decimal_comma then cast({{ column }} as varchar)
        when regexp_full_match(
            trim(cast({{ column }} as varchar)),
            '[+-]?([0-9]+|[0-9]{1,3}([. ][0-9]{3})+)(,[0-9]+)?'
        )
            then replace(
                regexp_replace(cast({{ column }} as varchar), '[. ]', '', 'g'), ',', '.'
            )
    end as decimal(18, 4))
  {%- else -%}
    try_cast({{ column }} as decimal(18, 4))
  {%- endif -%}
{%- endmacro %}

{% macro whole_number(column) %}
  {#- A count; null if it is none. A cast to a whole number alone would round 1.5. -#}
  {%- if sources() | selectattr("decimal_comma") | list -%}
    case when {{ number(column) }} % 1 = 0 then cast({{ number(column) }} as bigint) end
  {%- else -%}
    case
        when try_cast({{ column }} as bigint) = try_cast({{ column }} as double)
            then try_cast({{ column }} as bigint)
    end
  {%- endif -%}
{%- endmacro %}

{% macro moment(column) %}
  {#- A time in the shop's own clock; null if it is none. Where a source was declared to
      write another format than ISO 8601, exactly that one. -#}
  {%- set formats = sources() | map(attribute="date_format") | select | unique | list -%}
  {%- if formats -%}
    case declared_date_format
        {%- for format in formats %}
        when '{{ format }}' then try_strptime(cast({{ column }} as varchar), '{{ format }}')
        {%- endfor %}
        else try_cast({{ column }} as timestamp)
    end
  {%- else -%}
    try_cast({{ column }} as timestamp)
  {%- endif -%}
{%- endmacro %}

{% macro unreadable_recorded_at(moment) %}
  {#- Why a line is set aside whose recorded_at is there and no timestamp: taken for none,
      it would seem to have been known at once. -#}
  case
    when {{ moment }} is null and trim(recorded_text) != ''
        then 'recorded_at: not a timestamp'
  end
{%- endmacro %}

{% macro shop_time(column) %}
  {#- A time that is told in UTC, with its distance from it, or in seconds since 1970, in
      the clock of the shop. -#}
  timezone(declared_time_zone, coalesce(
      to_timestamp(try_cast(cast({{ column }} as varchar) as bigint)),
      try_cast({{ column }} as timestamptz)
  ))
{%- endmacro %}

{% macro from_minor_units(amount, like_cents=[], without_cents=[]) %}
  {#- An amount told in the smallest unit of `currency` in that currency: ISO 4217 says which
      have no cents, or thousandths; some providers count a few of them otherwise. -#}
  {%- set whole = ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF",
                   "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"] + without_cents -%}
  try_cast(({{ amount }}) / case
      when currency in ('{{ whole | reject("in", like_cents) | join("', '") }}') then 1
      when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 1000
      else 100
  end as decimal(18, 4))
{%- endmacro %}

{% macro minor_units_of(line, name) %}
  {#- The amount of a money object in a line of JSON: whole, in the smallest unit. -#}
  try_cast(json_extract_string({{ line }}, '$.{{ name }}.amount') as bigint)
{%- endmacro %}
