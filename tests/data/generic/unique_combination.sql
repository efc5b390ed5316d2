{% test unique_combination(model, columns) %}
    -- Two rows of one key would count a customer, or an amount, twice.
    select
        {{ columns | join(", ") }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(", ") }}
    having count(*) > 1
{% endtest %}
