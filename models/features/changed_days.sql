{{ config(materialized="table") }}

{#- What was folded before is told by the last node of the fold, so that a run which was
    stopped half-way leaves its days to the next one. -#}
{% set folded = adapter.get_relation(
    this.database, this.schema, "folded_deliveries"
) if execute and not flags.FULL_REFRESH and not rules_changed() %}

with delivered as (
    select
        file_name,
        file_size,
        modified_at,
        order_date
    from {{ ref("stg_deliveries") }}
),

folded as (
    select
        file_name,
        file_size,
        modified_at,
        order_date
    from {{ folded or ref("stg_deliveries") }}
    {% if not folded %} where false {% endif %}
),

arrived as (
    select * from delivered
    except
    select * from folded
),

vanished as (
    select * from folded
    except
    select * from delivered
),

-- lines without a usable date have a day of their own: null
final as (
    select order_date from arrived
    union
    select order_date from vanished
)

select * from final
