{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="as_of_date",
    on_schema_change="append_new_columns",
    full_refresh=false,
) }}

-- Of several models that scored a date, what the last one said is what was told.
-- depends_on: {{ ref("customer_history") }}
with final as (
    select
        this_run.as_of_date,
        this_run.as_of_date || '/' || max(values_ahead.model_version) as slice_id,
        this_run.run_id,
        this_run.value_basis,
        this_run.currency,
        this_run.horizon_days
    from {{ ref("customer_value") }} as values_ahead
    cross join {{ ref("this_run") }} as this_run
    group by
        this_run.as_of_date, this_run.run_id, this_run.value_basis,
        this_run.currency, this_run.horizon_days
)

select * from final
