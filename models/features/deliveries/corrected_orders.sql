{#- Where no new file shares a day with another file, none is read for this. -#}
{% set shared_days = "select order_date from " ~ ref("delivered_days")
    ~ " where has_new_lines and second_line_count > 0" %}
{% set files = "select distinct file_name from " ~ ref("stg_deliveries")
    ~ " where order_date in (" ~ shared_days ~ ")" %}

-- An order that is delivered again with other amounts counts twice, and no line of it
-- equals another.
with shared_days as ({{ shared_days }}),

versions as (
    select
        order_lines.customer_id,
        order_lines.order_id,
        order_lines.order_date,
        order_lines.file_name,
        min(order_lines.known_date) as known_date,
        count(*) as line_count,
        list_sort(list(coalesce(order_lines.product_id, ''))) as products,
        sum(order_lines.net_amount) as sale_amount
    from {{ ref("stg_order_lines") }} as order_lines
    inner join shared_days on order_lines.order_date = shared_days.order_date
    where
        order_lines.reject_reason is null
        and order_lines.line_type = 'sale'
        and {{ in_files(files) if execute else "false" }}
    group by
        order_lines.customer_id,
        order_lines.order_id,
        order_lines.order_date,
        order_lines.file_name
),

-- The lines of one order may come in two files: late ones are of other products, or say
-- when they were recorded. Whoever repeats all of its products repeats the order.
orders as (
    select
        versions.customer_id,
        versions.order_id,
        versions.order_date,
        max(new_files.file_name) as file_name,
        count(distinct versions.products) = 1
        and count(distinct versions.sale_amount) > 1
        and (
            count(distinct versions.known_date) = 1
            or (
                min(versions.line_count) > 1
                and not list_contains(any_value(versions.products), '')
            )
        ) as is_corrected
    from versions
    left join {{ ref("new_deliveries") }} as new_files
        on versions.file_name = new_files.file_name
    group by versions.customer_id, versions.order_id, versions.order_date
    having count(*) > 1 and count(new_files.file_name) > 0
),

final as (
    select
        'corrected_orders' as kind,
        mode(file_name) filter (where is_corrected) as file_name,
        cast(null as date) as order_date,
        format(
            '{} orders stand in two files, with the same products and other amounts, '
            || 'and would count twice: {}. Deliver a corrected order in the file that '
            || 'had it first, or take it out of that file',
            count(*) filter (where is_corrected),
            array_to_string(
                list_sort(list(order_id) filter (where is_corrected))[:3], ', '
            )
        ) as finding
    from orders
    having
        count(*) filter (where is_corrected) >= {{ var("corrected_orders_needed") }}
        -- where most orders in two files are of other products, the same are chance
        and avg(cast(is_corrected as integer)) > 0.5
)

select * from final
