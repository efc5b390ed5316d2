-- Lines are counted where they are read, where they are folded and where they are set
-- aside; a difference means that lines were lost, or counted twice, on the way.
with read_lines as (
    select coalesce(sum(line_count), 0) as line_count from {{ ref("stg_deliveries") }}
),

folded as (
    select coalesce(sum(line_count), 0) as line_count from {{ ref("customer_days") }}
),

rejected as (select count(*) as line_count from {{ ref("rejected_lines") }}),

final as (
    select
        read_lines.line_count as lines_read,
        folded.line_count as lines_accepted,
        rejected.line_count as lines_rejected
    from read_lines
    cross join folded
    cross join rejected
    where read_lines.line_count != folded.line_count + rejected.line_count
)

select * from final
