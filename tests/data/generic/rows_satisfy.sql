{% test rows_satisfy(model, rules) %}
    -- One pass over the table for all its rules; a failing row names the rule it breaks.
    -- A comparison with null is no breach: what must not be null says so in the contract.
    with judged as (
        select
            *,
            case
                {% for name, rule in rules.items() %}
                    when not ({{ rule }}) then '{{ name }}'
                {% endfor %}
            end as broken_rule
        from {{ model }}
    )

    select * from judged
    where broken_rule is not null
{% endtest %}
