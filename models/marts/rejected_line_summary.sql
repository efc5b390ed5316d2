-- depends_on: {{ ref("this_run") }}
select
    file_name,
    column_name,
    reason,
    count(*) as line_count,
    min(order_date) as first_order_date,
    max(order_date) as last_order_date
from {{ ref("rejected_lines") }}
group by file_name, column_name, reason
