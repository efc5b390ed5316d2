{{ config(
    materialized="incremental",
    incremental_strategy="append",
    meta={"is_folded": true},
    pre_hook="{{ forget_changed_days() }}",
) }}

with order_lines as (
    select * from {{ ref("stg_order_lines") }} as order_lines
    where reject_reason is not null and {{ in_changed_days() }}
),

final as (
    select
        file_name,
        split_part(reject_reason, ': ', 1) as column_name,
        split_part(reject_reason, ': ', 2) as reason,
        order_id,
        customer_id,
        ordered_at,
        order_date,
        product_id,
        quantity,
        net_amount,
        source_name
    from order_lines
)

select * from final
