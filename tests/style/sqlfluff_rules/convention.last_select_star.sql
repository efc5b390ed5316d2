-- force_enable = true: the last word of a model is `select * from final`
with final as (
    select customer_id from orders
)

select customer_id from final
