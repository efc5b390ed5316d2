{% macro hash_share(audience, customer_id) %}
  {#- A number from 0 to 1 that belongs to this customer in this audience for ever: the
      first digits of an MD5, which no version of a database changes. -#}
  cast(('0x' || left(md5({{ audience }} || '/' || {{ customer_id }}), 12)) as bigint)
  / 281474976710656
{%- endmacro %}
