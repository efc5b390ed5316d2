{{ config(enabled=is_read("square")) }}

-- A file holds orders one by one, as a list, or as an answer with a list `orders`.
with objects as (
    select
        unnest(case
            when json_exists(json, '$.orders')
                then cast(json_extract(json, '$.orders') as json[])
            else [json]
        end) as json_order,
        declared_source,
        declared_time_zone,
        filename as file_name,
        table_file
    from {{ raw_lines("square") }}
),

delivered as (
    select
        json_order,
        json_extract_string(json_order, '$.id') as order_id,
        json_extract_string(json_order, '$.customer_id') as customer_id,
        {{ shop_time("json_extract_string(json_order, '$.created_at')") }}
            as ordered_at,
        json_extract_string(json_order, '$.state') as state,
        try_cast(json_extract_string(json_order, '$.version') as bigint)
            as order_version,
        json_extract_string(json_order, '$.updated_at') as updated_at,
        declared_source,
        file_name,
        table_file
    from objects
),

-- An order may have been exported twice, open and completed.
orders as (
    select * exclude (order_version, updated_at, table_file)
    from delivered
    qualify {{ is_newest(["order_id"], ["order_version", "updated_at"]) }}
),

-- An order without a line is one line, to be set aside.
sales as (
    select
        * exclude (json_order),
        unnest(coalesce(
            nullif(cast(json_extract(json_order, '$.line_items') as json[]), []),
            case when not json_exists(json_order, '$.returns') then [null] end
        )) as line_item,
        'sale' as line_type
    from orders
),

return_groups as (
    select
        * exclude (json_order),
        unnest(cast(json_extract(json_order, '$.returns') as json[])) as returned
    from orders
),

-- What comes back is an order of its own, often without the customer.
returns as (
    select
        return_groups.* exclude (returned, customer_id),  -- noqa: RF02
        coalesce(return_groups.customer_id, orders.customer_id) as customer_id,
        unnest(cast(
            json_extract(return_groups.returned, '$.return_line_items') as json[]
        )) as line_item,
        'return' as line_type
    from return_groups
    left join orders
        on
            json_extract_string(return_groups.returned, '$.source_order_id')
            = orders.order_id
            and return_groups.declared_source = orders.declared_source
),

final as (
    select * from sales
    union all by name
    select * from returns
)

select * from final
