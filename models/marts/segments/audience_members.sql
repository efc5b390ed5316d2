{{ config(
    materialized="incremental",
    incremental_strategy="append",
    on_schema_change="append_new_columns",
    full_refresh=false,
) }}

-- Nobody was written to on a date that is filled in later: it brings no members.
with last_told as (
    select max(as_of_date) as as_of_date
    from {{ ref("told_dates") }}
),

this_run as (
    select this_run.*
    from {{ ref("this_run") }} as this_run
    inner join last_told on this_run.as_of_date = last_told.as_of_date
),

present as (
    select
        audience,
        customer_id
    from {{ this if is_incremental() else ref("audience_matches") }}
    {% if not is_incremental() %} where false {% endif %}
),

places as (
    select
        audience,
        count(*) as taken_count
    from present
    group by audience
),

-- The hash also says who comes first where there is not room for all.
candidates as (
    select
        matches.*,
        row_number() over (
            partition by matches.audience
            order by matches.hash_share, matches.customer_id
        ) as place
    from {{ ref("audience_matches") }} as matches
    anti join present
        on
            matches.audience = present.audience
            and matches.customer_id = present.customer_id
    where matches.may_be_written_to
),

-- Treated or control is decided by other digits than the order, and never again.
final as (
    select
        candidates.audience,
        candidates.customer_id,
        this_run.as_of_date as entered_date,
        {{ hash_share("'c:' || candidates.audience", "candidates.customer_id") }}
        < candidates.control_share as is_control,
        candidates.outcome_days,
        candidates.predicted_value,
        this_run.value_basis,
        this_run.currency,
        this_run.horizon_days
    from candidates
    cross join this_run
    left join places on candidates.audience = places.audience
    where candidates.place + coalesce(places.taken_count, 0) <= candidates.largest_size
)

select * from final
