{{ config(materialized="table") }}

-- Size and time of the last change are a file's fingerprint: when one of them differs
-- from the last run, the file is read again. Tables that belong together are one.
with files as (
    {% for source in sources() %}
        select
            {{ "'" ~ source.path ~ "'" if are_tables(source) else "filename" }}
                as file_name,
            '{{ source.name }}' as source_name,
            size as file_size,
            cast(last_modified as timestamp) as modified_at
        from read_blob({{ source_paths(source) if execute }})
        {{ "union all" if not loop.last }}
    {% endfor %}
),

final as (
    select
        file_name,
        min(source_name) as source_name,
        cast(sum(file_size) as bigint) as file_size,
        max(modified_at) as modified_at
    from files
    group by file_name
)

select * from final
