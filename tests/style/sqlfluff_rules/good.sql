-- Everything the other files of this folder do wrong, done right.
{{ config(materialized='table') }}
-- library_path: a word of dbt that the templater alone does not know
{% set first_day = run_query('select 1') %}

with orders as (
    select * from {{ ref('stg_orders') }}
),

customers as (
    select * from {{ ref('stg_customers') }}
),

-- implicit_indents = "allow": a condition may start on the line of its `where`.
-- structure.column_order is off: a formula may stand before a plain column
countable_orders as (
    select
        customer_id,
        coalesce(is_return, false) as is_return,
        ordered_at,
        net_amount
    from orders
    where ordered_at < cast('{{ var("as_of_date") }}' as date)
        and line_type != 'adjustment'
        and customer_id is not null
),

-- dialect = "duckdb": other dialects cannot read `exclude`
countries as (
    select * exclude (region)
    from customers
),

-- max_line_length = 88: the line before the `from` is exactly that long
customer_orders as (
    select
        customer_id,
        count(*) as order_count,
        min(ordered_at) as first_at,
        max(ordered_at) as last_at,
        coalesce(cast(sum(net_amount) as double), 0) as spend,
        count(*) filter (where is_return) as return_count_since_the_first_order_we_store
    from countable_orders
    group by customer_id
),

-- structure.using and ambiguous.column_count are off: one key joins, and a star
-- may bring columns that nobody counted
final as (
    select
        tot.*,
        countries.country,
        {{ days_between('tot.first_at', 'tot.last_at') }} as active_days
    from customer_orders as tot
    inner join countries using (customer_id)
    union all
    select * from {{ ref('baseline_customers') }}
)

select * from final
