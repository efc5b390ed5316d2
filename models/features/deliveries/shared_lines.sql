{#- Where no new file shares a day with another file, none is read for this. -#}
{% set shared_days = "select order_date from " ~ ref("delivered_days")
    ~ " where has_new_lines and second_line_count > 0" %}
{% set files = "select distinct file_name from " ~ ref("stg_deliveries")
    ~ " where order_date in (" ~ shared_days ~ ")" %}

-- What several files brought for a day of which one is new: there may be a line, or an
-- order, that would count twice.
with shared_days as ({{ shared_days }}),

order_lines as (
    select order_lines.*
    from {{ ref("stg_order_lines") }} as order_lines
    inner join shared_days on order_lines.order_date = shared_days.order_date
    where
        order_lines.reject_reason is null
        and {{ in_files(files) if is_built(ref("delivered_days")) else "false" }}
),

final as (
    select
        order_lines.*,
        new_files.file_name as new_file
    from order_lines
    left join {{ ref("new_deliveries") }} as new_files
        on order_lines.file_name = new_files.file_name
)

select * from final
