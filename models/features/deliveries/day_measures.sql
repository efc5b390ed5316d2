-- The figures by which a day is compared with the usual one. Amounts and counts as
-- logarithms: half and double are equally far away.
with days as (
    select
        *,
        atan2(hour_sine, hour_cosine) * 12 / pi() as middle_hour,
        atan2(sum(hour_sine) over (), sum(hour_cosine) over ()) * 12 / pi()
            as usual_hour
    from {{ ref("shop_days") }}
),

figures as (
    select
        order_date,
        file_name,
        line_count,
        is_judged,
        has_new_lines,
        unnest([  -- noqa: AL03
            {
                'measure': 'lines',
                'figure': case when is_complete then ln(line_count) end
            },
            {
                'measure': 'revenue',
                'figure': case
                    when is_complete and sale_amount > 0 then ln(sale_amount)
                end
            },
            {
                'measure': 'lines per order',
                'figure': case
                    when order_count > 0 then ln(line_count / order_count)
                end
            },
            {
                'measure': 'amount of an order',
                'figure': log_amount / 1000 / nullif(order_count, 0)
            },
            {
                'measure': 'share of whole amounts',
                'figure': whole_amount_order_count / nullif(order_count, 0)
            },
            {
                'measure': 'share of repeated orders',
                'figure': least(repeated_order_count / nullif(order_count, 0), 1)
            },
            {
                'measure': 'orders per customer',
                'figure': case
                    when order_count > 0 then ln(order_count / customer_count)
                end
            },
            {
                'measure': 'share of new customers',
                'figure': case
                    when is_settled then new_customer_count / customer_count
                end
            },
            {
                'measure': 'hour of the day',
                -- the shorter way round the clock
                'figure': case
                    when is_complete then (middle_hour - usual_hour + 36) % 24 - 12
                end
            }
        ], recursive := true)
    from days
),

final as (
    select * from figures
    where figure is not null
)

select * from final
