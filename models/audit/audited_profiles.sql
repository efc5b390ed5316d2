{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="as_of_date",
    full_refresh=false,
) }}

-- depends_on: {{ ref("release_audit") }}

select
    *,
    '{{ invocation_id }}' as run_id
from {{ ref("feature_profiles") }}
