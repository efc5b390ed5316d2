{% set audited = adapter.get_relation(
    this.database, this.schema, "audited_profiles"
) if execute %}

-- The nearest run before this date that passed its audit.
with this_run as (select * from {{ ref("this_run") }}),

audited as (
    select audited.*
    from {{ audited or ref("feature_profiles") }} as audited
    inner join this_run
        on
            audited.as_of_date < this_run.as_of_date
            and audited.as_of_date >= this_run.as_of_date - {{ var("audit_days") }}
            and {{ audited is not none }}
),

nearest as (select max(as_of_date) as compared_with_date from audited),

final as (
    select audited.*
    from audited
    inner join nearest on audited.as_of_date = nearest.compared_with_date
)

select * from final
