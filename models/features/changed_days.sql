{{ config(materialized="table") }}

-- What was folded before is told by the last node of the fold, so that a run which was
-- stopped half-way leaves its days to the next one.
{% set folded = adapter.get_relation(
    this.database, this.schema, "folded_deliveries"
) if execute and not flags.FULL_REFRESH %}

with delivered as (
    select file_name, file_size, modified_at, reading_rules, order_date
    from {{ ref("stg_deliveries") }}
),

{% if folded %}
folded as (
    select file_name, file_size, modified_at, reading_rules, order_date
    from {{ folded }}
),

-- new or changed files, and files that changed or are gone
differences as (
    (select * from delivered except select * from folded)
    union all
    (select * from folded except select * from delivered)
),
{% else %}
differences as (select * from delivered),
{% endif %}

-- lines without a usable date have a day of their own: null
final as (select distinct order_date from differences)

select * from final
