{{ config(materialized="table") }}

{#- The contract of customer_features says a theme and words of a feature, or none. -#}
{% set features = graph.nodes["model." ~ project_name ~ ".customer_features"].columns
    if execute else {} %}

with listed as (
    {% for name, feature in features.items() %}
        select
            '{{ name }}' as feature_name,
            '{{ feature.config.meta.theme | default("general") }}' as theme,
            '{{ feature.config.meta.low | default("") }}' as low_word,
            '{{ feature.config.meta.high | default("") }}' as high_word,
            {{ feature.config.meta.is_age | default(false) }} as is_age
        union all
    {% endfor %}
    select
        null as feature_name,
        null as theme,
        null as low_word,
        null as high_word,
        null as is_age
),

final as (
    select * from listed
    where feature_name is not null
)

select * from final
