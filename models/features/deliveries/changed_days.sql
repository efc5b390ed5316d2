{{ config(materialized="table") }}

{#- What was folded before is told by the last node of the fold, so that a run which was
    stopped half-way leaves its days to the next one. -#}
{% set folded = adapter.get_relation(
    this.database, this.schema, "folded_deliveries"
) if execute and not flags.FULL_REFRESH and not rules_changed() %}
{% set set_aside = adapter.get_relation(
    this.database, this.schema, "rejected_lines"
) if folded %}

-- depends_on: {{ ref("stg_files") }}
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
changed as (
    select order_date from arrived
    union
    select order_date from vanished
    {% if folded %}
        -- days of a run that began to fold and was stopped, whatever its files are now
        union
        select begun.order_date
        from {{ this }} as begun
        left join {{ folded }} as ended on begun.run_id = ended.run_id
        where ended.run_id is null
    {% endif %}
    {% if set_aside %}
        -- lines that seemed to be of the future, until a newer file came
        union
        select order_date from {{ set_aside }}
        where
            reason = 'after the files were written'
            and order_date <= date '{{ newest_file_date() }}' + 1
    {% endif %}
),

final as (
    select
        order_date,
        '{{ invocation_id }}' as run_id
    from changed
)

select * from final
