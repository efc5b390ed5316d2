{{ config(
    materialized="incremental",
    incremental_strategy="append",
    meta={"is_folded": true},
    pre_hook="{% if is_incremental() %}
        delete from {{ this }}
        where (file_name, file_size, modified_at) not in (
            select (file_name, file_size, modified_at) from {{ ref('stg_files') }}
        )
        {% endif %}",
) }}

-- Only files that are new, or whose fingerprint changed, are read.
with files as (select * from {{ ref("stg_files") }}),

lines as (
    select * from {{ ref("stg_order_lines") }}
    where {{ in_new_files() }}
),

counted as (
    select
        file_name,
        order_date,
        currency,
        count(*) as line_count
    from lines
    group by file_name, order_date, currency
),

final as (
    select
        files.file_name,
        files.file_size,
        files.modified_at,
        counted.order_date,
        counted.currency,
        counted.line_count
    from counted
    inner join files on counted.file_name = files.file_name
)

select * from final
