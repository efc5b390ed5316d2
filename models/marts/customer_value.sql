-- depends_on: {{ ref("reason_words") }}
with this_run as (select * from {{ ref("this_run") }}),

features as (select * from {{ ref("customer_features") }}),

predictions as (
    select
        ledger.*,
        this_run.horizon_days / nullif(ledger.expected_orders, 0)
            as expected_wait_days,
        percent_rank() over (order by ledger.predicted_value) as value_percentile
    from {{ ref("predictions") }} as ledger
    inner join this_run
        on ledger.run_id = this_run.run_id and ledger.as_of_date = this_run.as_of_date
),

value_tiers as (select * from {{ ref("value_tiers") }}),

churn_risk_bands as (select * from {{ ref("churn_risk_bands") }}),

-- What the customer was called before is kept while the score lies just beyond its end.
told as (
    select
        told_before.customer_id,
        tiers.*,
        bands.*
    from {{ ref("told_before") }} as told_before
    left join value_tiers as tiers on told_before.value_tier = tiers.value_tier
    left join churn_risk_bands as bands
        on told_before.churn_risk_band = bands.churn_risk_band
),

final as (
    select
        predictions.customer_id,
        predictions.as_of_date,
        this_run.horizon_days,
        this_run.value_basis,
        this_run.currency,

        features.spend_total as historic_value,
        predictions.predicted_value,
        predictions.predicted_value_lower,
        predictions.predicted_value_upper,
        predictions.interval_level,
        predictions.value_percentile,
        case
            when {{ is_kept("predictions.value_percentile", "told.percentile") }}
                then told.value_tier
            else value_tiers.value_tier
        end as value_tier,

        predictions.probability_active,
        case
            when {{ is_kept("predictions.probability_active", "told.probability") }}
                then told.churn_risk_band
            else churn_risk_bands.churn_risk_band
        end as churn_risk_band,
        predictions.expected_orders,
        predictions.expected_order_value,
        features.average_gap_days as average_days_between_orders,
        -- a wait of more than ten years says no more than the risk band does
        case
            when predictions.expected_wait_days <= 3650
                then predictions.as_of_date
                    + cast(ceil(predictions.expected_wait_days) as integer)
        end as expected_next_order_date,
        features.order_count = 1 as is_one_time_buyer,

        {% for place in (1, 2, 3) %}
            {{ reason_sentence(
                "predictions.reason_" ~ place ~ "_theme",
                "predictions.reason_" ~ place ~ "_effect",
            ) }} as reason_{{ place }},
        {% endfor %}

        predictions.score_source,
        predictions.model_version,
        predictions.scored_at
    from predictions
    cross join this_run
    inner join features
        on
            predictions.customer_id = features.customer_id
            and predictions.as_of_date = features.as_of_date
    left join value_tiers
        on
            predictions.value_percentile >= value_tiers.percentile_from
            and predictions.value_percentile < value_tiers.percentile_to
    left join churn_risk_bands
        on
            predictions.probability_active >= churn_risk_bands.probability_from
            and predictions.probability_active < churn_risk_bands.probability_to
    left join told on predictions.customer_id = told.customer_id
)

select * from final
