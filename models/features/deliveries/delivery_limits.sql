-- Which measure may move how far, down and up.
with final as (
    select
        unnest([
            {
                'kind': 'few_lines', 'measure': 'lines', 'is_pooled': false,
                'down': -ln({{ var("few_lines_share") }}), 'up': null
            },
            {
                'kind': 'little_revenue', 'measure': 'revenue', 'is_pooled': false,
                'down': -ln({{ var("little_revenue_share") }}), 'up': null
            },
            {
                'kind': 'much_revenue', 'measure': 'revenue', 'is_pooled': false,
                'down': null, 'up': ln({{ var("much_revenue_times") }})
            },
            {
                'kind': 'short_orders', 'measure': 'lines per order', 'is_pooled': true,
                'down': -ln({{ var("short_orders_share") }}), 'up': null
            },
            {
                'kind': 'long_orders',
                'measure': 'lines per order',
                'is_pooled': true,
                'down': null,
                'up': ln({{ var("long_orders_times") }})
            },
            {
                'kind': 'amounts', 'measure': 'amount of an order', 'is_pooled': true,
                'down': ln({{ var("amounts_times") }}),
                'up': ln({{ var("amounts_times") }})
            },
            {
                'kind': 'whole_amounts', 'measure': 'share of whole amounts',
                'is_pooled': true,
                'down': null, 'up': {{ var("whole_amounts_share") }}
            },
            {
                'kind': 'repeated_orders', 'measure': 'share of repeated orders',
                'is_pooled': true,
                'down': null, 'up': {{ var("repeated_orders_share") }}
            },
            {
                'kind': 'few_customers', 'measure': 'orders per customer',
                'is_pooled': true,
                'down': null, 'up': ln({{ var("few_customers_times") }})
            },
            {
                'kind': 'new_customers', 'measure': 'share of new customers',
                'is_pooled': true,
                'down': null, 'up': {{ var("new_customers_share") }}
            },
            {
                'kind': 'hours', 'measure': 'hour of the day', 'is_pooled': true,
                'down': {{ var("hours_moved") }}, 'up': {{ var("hours_moved") }}
            }
        ], recursive := true)
)

select * from final
