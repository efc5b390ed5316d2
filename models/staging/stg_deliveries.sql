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
with new_files as (
    select * from {{ ref("stg_files") }}
    where {{ in_new_files() }}
),

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

-- a file without a line was delivered too: it has one row, without a day
final as (
    select
        new_files.file_name,
        new_files.file_size,
        new_files.modified_at,
        counted.order_date,
        counted.currency,
        coalesce(counted.line_count, 0) as line_count
    from new_files
    left join counted on new_files.file_name = counted.file_name
)

select * from final
