{{ config(materialized="table") }}

{#- Asked of the memory whatever the rules are: what was judged, or accepted, once is
    not judged again when everything is folded anew. -#}
{% set folded = adapter.get_relation(
    this.database, this.schema, "folded_deliveries"
) if execute %}

with delivered as (
    select
        file_name,
        file_size,
        modified_at
    from {{ ref("stg_files") }}
),

folded as (
    select
        file_name,
        file_size,
        modified_at
    from {{ folded or ref("stg_files") }}
    {% if not folded %} where false {% endif %}
),

final as (
    select * from delivered
    except
    select * from folded
)

select * from final
