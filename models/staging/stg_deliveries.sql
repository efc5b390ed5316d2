{{ config(
    materialized="incremental",
    incremental_strategy="append",
    on_schema_change="sync_all_columns",
    pre_hook="{% if is_incremental() %}
        delete from {{ this }}
        where (file_name, file_size, modified_at, reading_rules) not in (
            select (file_name, file_size, modified_at, reading_rules)
            from {{ ref('stg_files') }}
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
        count(*) as line_count,
        count(*) filter (where reject_reason is null) as accepted_line_count,
        max(greatest(ordered_at, recorded_at)) filter (
            where reject_reason is null
        ) as last_known_at
    from lines
    group by file_name, order_date, currency
)

select
    files.file_name,
    files.file_size,
    files.modified_at,
    files.reading_rules,
    counted.order_date,
    counted.currency,
    counted.line_count,
    counted.accepted_line_count,
    counted.last_known_at
from counted
inner join files on counted.file_name = files.file_name
