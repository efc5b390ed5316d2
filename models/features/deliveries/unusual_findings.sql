with unusual as (select * from {{ ref("unusual_deliveries") }}),

-- logarithms become what they stand for; an hour is told by how far it moved
figures as (
    select
        *,
        split_part(file_name, '/', -1) as short_name,
        coalesce(strftime(order_date, 'on %A %Y-%m-%d'), 'all its days')
            as days_said,
        case when figure < lowest then lowest else highest end as limit_figure
    from unusual
),

final as (
    select
        kind,
        file_name,
        order_date,
        short_name || ', ' || days_said || ': ' || case
            when measure = 'hour of the day'
                then format(
                        'orders {:.1f} hours {} than usual (limit {:.1f})',
                        abs(figure - usual_figure),
                        case when figure < usual_figure then 'earlier' else 'later' end,
                        abs(limit_figure - usual_figure)
                    )
            when measure like 'share%'
                then format(
                        '{} {:.1f}%, usually {:.1f}% (limit {:.1f}%)', measure,
                        100 * figure, 100 * usual_figure, 100 * limit_figure
                    )
            else format(
                    '{} {:.2f}, usually {:.2f} (limit {:.2f})', measure,
                    exp(figure), exp(usual_figure), exp(limit_figure)
                )
        end as finding
    from figures
)

select * from final
