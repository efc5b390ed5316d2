{{ config(materialized="table") }}

-- Who is known on the as-of date without having paid for anything, and so has no
-- features: contacts, and customers with nothing but returns or gifts. All days of
-- those are without money for a sale, as few days of others are: only these are asked.
with this_run as (select * from {{ ref("this_run") }}),

known as (
    select
        order_days.customer_id,
        true as has_lines,
        order_days.net_amount
    from {{ ref("customer_days") }} as order_days
    inner join this_run on order_days.known_date <= this_run.as_of_date
    where order_days.sale_amount = 0
    union all
    select
        contacts.customer_id,
        false as has_lines,
        0 as net_amount
    from {{ ref("contacts") }} as contacts
    cross join this_run
    where coalesce(contacts.known_since <= this_run.as_of_date, true)
),

buyers as (
    select features.customer_id
    from {{ ref("customer_features") }} as features
    inner join this_run on features.as_of_date = this_run.as_of_date
),

final as (
    select
        known.customer_id,
        bool_or(known.has_lines) as has_lines,
        cast(sum(known.net_amount) as double) as spend
    from known
    anti join buyers on known.customer_id = buyers.customer_id
    group by known.customer_id
)

select * from final
