{{ config(
    materialized="table",
    post_hook={
        "sql": "{{ stop_at_findings('the delivery is not plausible, so nothing was '
            'replaced', 'accept_delivery') }}",
        "transaction": false,
    },
) }}

{#- A finding about no new file, that nothing new has come, would come back every night:
    once accepted, it stays accepted until a newer order is there. -#}
{% set earlier = adapter.get_relation(this.database, this.schema, this.name)
    if execute %}
{% set accepted_kinds = "'none', '" ~ var("accept_delivery") | join("', '") ~ "'" %}

with findings as (
    select * from {{ ref("unusual_findings") }}
    union all
    select * from {{ ref("file_findings") }}
    union all
    select * from {{ ref("date_findings") }}
    union all
    select * from {{ ref("amount_findings") }}
    union all
    select * from {{ ref("corrected_orders") }}
    union all
    select * from {{ ref("repeated_lines") }}
    union all
    select
        'manifest' as kind,
        file_name,
        cast(null as date) as order_date,
        finding
    from {{ ref("delivery_manifests") }}
),

accepted as (
    {% if earlier %}
        select
            file_name,
            order_date
        from {{ earlier }}
        where kind = 'stale' and is_accepted
    {% else %}
        select
            cast(null as varchar) as file_name,
            cast(null as date) as order_date
    {% endif %}
),

final as (
    select
        findings.*,
        findings.kind in ({{ accepted_kinds }})
        or (findings.kind = 'stale' and accepted.order_date is not null) as is_accepted,
        '{{ invocation_id }}' as run_id
    from findings
    left join accepted
        on
            findings.order_date = accepted.order_date
            and findings.file_name = accepted.file_name
)

select * from final
