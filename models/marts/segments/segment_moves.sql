{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ forget_steps() }}",
    on_schema_change="append_new_columns",
    full_refresh=false,
) }}

with final as (
    select * from {{ ref("segment_steps") }}
    where from_segment is distinct from to_segment
)

select * from final
