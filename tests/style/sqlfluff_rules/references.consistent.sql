-- single_table_references = "unqualified"
select orders.customer_id from orders
