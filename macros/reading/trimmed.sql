{% macro trimmed(column) %}
  {#- Text without blanks, tabs or no-break spaces around it. Asking first is four times
      faster than always trimming, and they are rare; they sort before '!'. -#}
  case
    when
        {{ column }} < '!' or {{ column }} like '% ' or {{ column }} like '%' || chr(9)
        or {{ column }} like '%' || chr(160) or {{ column }} like chr(160) || '%'
        then trim({{ column }}, ' ' || chr(9) || chr(10) || chr(13) || chr(160))
    else {{ column }}
  end
{%- endmacro %}

{% macro id_text(column) %}
  {#- An id as it is compared: trimmed, and 17850 where a program that knows no missing
      whole number has written 17850.0. -#}
  case
    when {{ column }} like '%.0' and regexp_full_match(trim({{ column }}), '[0-9]+[.]0')
        then left(trim({{ column }}), -2)
    else {{ trimmed(column) }}
  end
{%- endmacro %}

{% macro customer_key(column) %}
  {#- A customer's id as it is compared: like other ids, and an e-mail address in lower case
      (but for a source's name before it), for people write theirs now so, now so. -#}
  case
    when {{ column }} like '%@%'
        then left({{ trimmed(column) }}, instr({{ trimmed(column) }}, ':'))
        || lower(substr({{ trimmed(column) }}, instr({{ trimmed(column) }}, ':') + 1))
    else {{ id_text(column) }}
  end
{%- endmacro %}
