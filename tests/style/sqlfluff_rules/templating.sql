-- apply_dbt_builtins = true knows var() and ref(); a misspelt name still shows
select customer_id from orders
where ordered_at < '{{ as_of_date }}'
