{#- what programs write where there is no id -#}
{% set no_id = "('', 'nan', 'NaN', 'null', 'NULL', 'None', '<NA>', 'NaT')" %}
{% set several = var("sources") | length > 1 %}

-- Every mapping in use; a format that cannot tell tax, shipping or cost leaves it out.
with mapped as (
    {% for format in source_formats() %}
        select * from {{ ref("stg_" ~ format) }}
        union all by name
    {% endfor %}
    select
        cast(null as decimal(18, 4)) as tax_amount,
        cast(null as decimal(18, 4)) as shipping_amount,
        cast(null as decimal(18, 4)) as unit_cost
    where false
),

keyed as (
    select
        * replace (
            {{ id_text("order_id") }} as order_id,
            {{ customer_key("customer_id") }} as customer_id,
            {{ id_text("product_id") }} as product_id
        )
    from mapped
),

identified as (
    select
        * replace (
            case when order_id not in {{ no_id }} then order_id end as order_id,
            case when customer_id not in {{ no_id }} then customer_id end
                as customer_id,
            case
                when
                    contains(order_id, chr(10)) or contains(customer_id, chr(10))
                    or contains(product_id, chr(10))
                    then 'order_id: a line break in an id; perhaps a quote is open'
                else source_reject_reason
            end as source_reject_reason
        )
    from keyed
),

people as (select * from {{ people() }}),

-- Two shops count their orders, and perhaps their customers, from 1 alike.
final as (
    select
        identified.* replace (
            {% if several %} identified.source_name || ':' || {% endif %}
            identified.order_id as order_id,
            coalesce(people.person_id, {{ own_id() }}) as customer_id
        ),
        identified.customer_id as delivered_id
    from identified
    left join people
        on
            identified.source_name = people.source_name
            and identified.customer_id = people.known_id
)

select * from final
