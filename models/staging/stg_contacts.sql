{#- The contacts are the shop's own file; without one nobody is known but by orders. -#}
{% set path = var("contacts_path") %}

{% if path and execute %}
    {{ require_contact_columns() }}

    select
        {{ customer_key("cast(customer_id as varchar)") }} as customer_id,
        -- as ad platforms want it: without blanks, in lower case
        sha256(nullif(lower(trim(cast(email as varchar))), '')) as hashed_email,
        -- whatever is no clear yes is a no
        coalesce(
            lower(trim(cast(has_consent as varchar))) in ('true', 'yes', 'y', 't', '1'),
            false
        ) as has_consent,
        try_cast(cast(known_since as varchar) as date) as known_since,
        filename as file_name
    from {{ contact_lines() }}
    where {{ trimmed("cast(customer_id as varchar)") }} != ''
{% else %}
    select
        null as customer_id,
        null as hashed_email,
        null as has_consent,
        null as known_since
    where false
{% endif %}
