{#- what programs write where there is no id; asked of short texts only, for speed -#}
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
            {% for id in ["order_id", "customer_id"] %}
                case
                    when strlen({{ id }}) > 4 or {{ id }} not in {{ no_id }}
                        then {{ id }}
                end as {{ id }},
            {% endfor %}
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

{% if var("identity_path") %}
    people as (select * from {{ people() }}),

{% endif %}
-- Two shops count their orders, and perhaps their customers, from 1 alike.
final as (
    select
        identified.* replace (
            {% if several %} identified.source_name || ':' || {% endif %}
            identified.order_id as order_id,
            {% if var("identity_path") %} coalesce(people.person_id, {{ own_id() }})
            {% else %} {{ own_id() }} {% endif %} as customer_id
        ),
        identified.customer_id as delivered_id
    from identified
    {% if var("identity_path") %}
        left join people  -- noqa: ST11
            on
                identified.source_name = people.source_name
                and identified.customer_id = people.known_id
    {% endif %}
)

select * from final
