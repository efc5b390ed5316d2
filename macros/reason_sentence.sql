{% macro reason_sentence(theme, effect) %}
  {#- A theme and the sign of its effect in words: the first sentence of
      seeds/reason_words.csv whose numbers the customer has. A theme without words gets
      the general ones. -#}
  {%- set words = reason_words() -%}
  case
    when {{ theme }} is null then null
    {% for name in words if name != "general" -%}
      when {{ theme }} = '{{ name }}' then {{ by_direction(words[name], effect) }}
    {% endfor -%}
    else {{ by_direction(words.get("general", {}), effect) }}
  end
{%- endmacro %}

{% macro by_direction(sentences, effect) %}
  {#- Sentences of a theme for an effect that raises, or lowers, the value. -#}
  case
    when {{ effect }} > 0 then coalesce({{ sentences.get("higher", ["null"]) | join(", ") }})
    else coalesce({{ sentences.get("lower", ["null"]) | join(", ") }})
  end
{%- endmacro %}

{% macro reason_words() %}
  {#- The seed as SQL: theme → direction → expressions, the preferred one first. It is
      read from the database, for a sentence is a part of the model's SQL. -#}
  {%- set seed = adapter.get_relation(
    target.database, target.schema, "reason_words"
  ) if execute -%}
  {%- set words = {} -%}
  {%- if seed -%}
    {%- set query = "select theme, direction, sentence from " ~ seed
        ~ " order by theme, direction, preference" -%}
    {%- for theme, direction, sentence in run_query(query).rows -%}
      {%- set sentences = words.setdefault(theme, {}).setdefault(direction, []) -%}
      {%- do sentences.append(as_expression(sentence)) -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(words) }}
{% endmacro %}

{% macro as_expression(sentence) %}
  {#- A sentence with {feature} or {share:percent} in it as SQL; null where a number is. -#}
  {%- set features = graph.nodes["model." ~ project_name ~ ".customer_features"].columns -%}
  {%- set parts = [] -%}
  {%- for part in modules.re.split("(\\{[^}]*\\})", sentence) if part -%}
    {%- set name, _, kind = part.strip("{}").partition(":") -%}
    {%- if not part.startswith("{") -%}
      {%- do parts.append("'" ~ part | replace("'", "''") ~ "'") -%}
    {%- elif name == "currency" -%}
      {%- do parts.append("this_run.currency") -%}
    {%- elif name in features and kind == "percent" -%}
      {%- do parts.append(in_whole_numbers("100 * features." ~ name) ~ " || '%'") -%}
    {%- elif name in features and kind == "" -%}
      {%- do parts.append(in_whole_numbers("features." ~ name)) -%}
    {%- else -%}
      {{ stop("seeds/reason_words.csv says " ~ part ~ " in '" ~ sentence ~ "', which is "
              ~ "no feature. Known are the columns of customer_features, each as {name} "
              ~ "or {name:percent}, and {currency}.") }}
    {%- endif -%}
  {%- endfor -%}
  {{ return(parts | join(" || ")) }}
{% endmacro %}

{% macro in_whole_numbers(number) %}
  {#- A number as a reader writes it: 1,250. -#}
  {{ return("format('{:,}', cast(round(" ~ number ~ ") as bigint))") }}
{% endmacro %}
