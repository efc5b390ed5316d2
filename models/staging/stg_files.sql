{{ config(materialized="table") }}

-- Size and time of the last change are a file's fingerprint: when one of them differs
-- from the last run, the file is read again.
select
    filename as file_name,
    size as file_size,
    cast(last_modified as timestamp) as modified_at
from read_blob('{{ source_glob() if execute }}')
