{% for format in source_formats() if format not in var("source_formats") %}
    {{ unknown_source_format(format) }}
{% endfor %}
{% set reporting_currency = var("reporting_currency") %}

with mapped as (select * from {{ ref("stg_mapped_lines") }}),

rates as (
    select
        month,
        currency as known_currency,
        rate
    from {{ ref("exchange_rates") }}
    where reporting_currency = '{{ reporting_currency }}'
),

dated as (
    select
        mapped.*,
        cast(mapped.ordered_at as date) as order_date,
        -- the first day on which this line could be seen: a late line comes later
        cast(greatest(mapped.ordered_at, mapped.recorded_at) as date) as known_date,
        {{ is_erased("customer_id") }} or {{ is_erased("delivered_id") }}
        or {{ is_erased("source_name || ':' || delivered_id") }} as is_erased,
        {{ "case when currency = '" ~ reporting_currency ~ "' then 1 else rate end"
            if reporting_currency else 1 }} as rate
    from mapped
    {% if reporting_currency %}
        left join rates
            on
                mapped.currency = rates.known_currency
                and date_trunc('month', mapped.ordered_at) = rates.month
    {% endif %}
),

judged as (
    select
        *,
        {{ line_value() }} as line_value,
        case
            when is_erased then 'customer_id: erased on request'
            when ordered_at is null
                then 'ordered_at: missing or not a timestamp'
            when order_date < date '{{ var("earliest_order_date") }}'
                then 'ordered_at: before the setting earliest_order_date'
            when known_date > date '{{ newest_file_date() }}' + 1
                then 'ordered_at or recorded_at: after the files were written'
            when customer_id is null then 'customer_id: missing'
            when order_id is null then 'order_id: missing'
            when source_reject_reason is not null then source_reject_reason
            when quantity is null then 'quantity: missing or not a whole number'
            when quantity = 0 then 'quantity: zero'
            when quantity not between -1e9 and 1e9 then 'quantity: beyond 1000000000'
            when net_amount is null then 'net_amount: missing or not a number'
            when abs(net_amount) > {{ var("largest_line_amount") }}
                then 'net_amount: beyond the setting largest_line_amount'
            when coalesce(line_type, '') not in ('sale', 'return', 'adjustment')
                then 'line_type: not sale, return or adjustment'
            when line_type = 'sale' and net_amount < 0
                then 'net_amount: a sale below zero'
            when line_type = 'sale' and quantity < 0 then 'quantity: a sale below zero'
            when line_type = 'return' and net_amount > 0
                then 'net_amount: a return above zero'
            when coalesce(currency, '') = '' then 'currency: missing'
            when rate is null then 'currency: without a rate in its month'
            {{ value_reasons() }}
            when line_value is null
                then 'net_amount: too large in the reporting currency'
        end as reject_reason
    from dated
),

-- An erased customer's line is counted, and nothing is said of whose it is or what.
final as (
    select
        case when not is_erased then order_id end as order_id,
        case when not is_erased then customer_id end as customer_id,
        case when not is_erased then ordered_at end as ordered_at,
        case when not is_erased then product_id end as product_id,
        case when not is_erased then category end as category,
        case when not is_erased then quantity end as quantity,
        case when not is_erased then gross_amount end as gross_amount,
        case
            when is_erased then null
            when reject_reason is null then line_value
            else net_amount
        end as net_amount,
        line_type,
        {{ "'" ~ reporting_currency ~ "'" if reporting_currency
            else "nullif(currency, '')" }} as currency,
        case when not is_erased then recorded_at end as recorded_at,
        source_name,
        order_date,
        known_date,
        reject_reason,
        file_name
    from judged
)

select * from final
