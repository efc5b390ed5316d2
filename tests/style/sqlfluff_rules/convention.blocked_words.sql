-- blocked_words: each of them, once. A model asks neither the clock nor a dice
select
    current_date as built_on,
    current_timestamp as built_at,
    now() as started_at,
    today() as started_on,
    random() as dice,
    uuid() as row_id
from orders
