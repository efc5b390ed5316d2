{{ config(enabled=is_read("square")) }}

with typed as (
    select
        *,
        json_extract_string(line_item, '$.total_money.currency') as currency,
        json_extract_string(line_item, '$.quantity') as pieces,
        case when line_type = 'sale' then 1 else -1 end as direction,
        coalesce(
            {{ minor_units_of("line_item", "gross_sales_money") }},
            {{ minor_units_of("line_item", "gross_return_money") }}
        ) as gross,
        {{ minor_units_of("line_item", "total_money") }} as total,
        coalesce({{ minor_units_of("line_item", "total_tax_money") }}, 0) as tax
    from {{ ref("stg_square_lines") }}
),

-- What is sold by weight counts as one piece.
final as (
    select
        order_id,
        customer_id,
        ordered_at,
        coalesce(
            json_extract_string(line_item, '$.catalog_object_id'),
            json_extract_string(line_item, '$.name')
        ) as product_id,
        cast(null as varchar) as category,
        direction * coalesce(try_cast(
            nullif(regexp_extract(pieces, '^([0-9]+)([.]0*)?$', 1), '') as bigint
        ), 1) as quantity,
        direction * {{ from_minor_units("gross") }} as gross_amount,
        direction * {{ from_minor_units("total - tax") }} as net_amount,
        direction * {{ from_minor_units("tax") }} as tax_amount,
        line_type,
        currency,
        cast(null as timestamp) as recorded_at,
        declared_source as source_name,
        case
            when line_item is null then 'line_items: none'
            when state != 'COMPLETED' then 'state: not COMPLETED'
        end as source_reject_reason,
        file_name
    from typed
)

select * from final
