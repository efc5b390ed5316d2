{{ config(materialized="table") }}

{% set first_day = data_days().first %}

with scored as (
    select
        as_of_date,
        true as is_scored
    from {{ ref("this_run") }}
),

{% if var("spine") == "training" %}
-- Cut-offs whose outcome is known by the as-of date, the latest first. The earliest
-- leaves half a horizon of history before it: a young shop learns from what there is.
training as (
    select
        scored.as_of_date - {{ var("horizon_days") }}
        - cast(steps.step * {{ var("training_step_days") }} as integer) as as_of_date,
        false as is_scored
    from scored
    cross join (select unnest(range({{ var("training_cutoffs") }})) as step) as steps
),

final as (
    select * from scored
    union all
    select * from training
    where as_of_date >= date '{{ first_day or "2000-01-01" }}' + {{ var("horizon_days") // 2 }}
)
{% else %}
final as (select * from scored)
{% endif %}

select
    cast(as_of_date as date) as as_of_date,
    is_scored
from final
