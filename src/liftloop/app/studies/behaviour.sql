-- What everybody had done before an instant ($1), one row a person who was known by then; a day is 86,400,000 ms.
WITH person AS (SELECT DISTINCT profile FROM event_now WHERE at_ms < $1),
did AS (
    SELECT profile,
        count(*) FILTER (name = 'Product Viewed' AND at_ms >= $1 - 30::BIGINT * 86400000) AS views_30d,
        count(*) FILTER (name = 'Product Viewed' AND at_ms >= $1 - 90::BIGINT * 86400000) AS views_90d,
        count(*) FILTER (name = 'Product Added' AND at_ms >= $1 - 30::BIGINT * 86400000) AS carts_30d,
        count(*) FILTER (name = 'Products Searched' AND at_ms >= $1 - 90::BIGINT * 86400000) AS searches_90d,
        count(*) FILTER (name = 'Store Visited' AND at_ms >= $1 - 90::BIGINT * 86400000) AS visits_90d,
        count(*) FILTER (name IN ('Message Opened', 'Message Clicked') AND at_ms >= $1 - 90::BIGINT * 86400000) AS answers_90d,
        count(*) FILTER (name = 'Order Refunded') AS refunds_365d,
        count(DISTINCT at_ms // 86400000) FILTER (at_ms >= $1 - 90::BIGINT * 86400000) AS days_90d
    FROM event_now WHERE kind = 'track' AND at_ms < $1 AND at_ms >= $1 - 365::BIGINT * 86400000 GROUP BY profile
),
bought AS (
    SELECT profile, count(*) AS orders,
        count(*) FILTER (at_ms >= $1 - 90::BIGINT * 86400000) AS orders_90d,
        count(*) FILTER (at_ms >= $1 - 365::BIGINT * 86400000) AS orders_365d,
        coalesce(sum(revenue - back), 0) AS spent,
        coalesce(sum(revenue - back) FILTER (at_ms >= $1 - 90::BIGINT * 86400000), 0) AS spent_90d,
        avg(revenue) AS basket, ($1 - max(at_ms)) / 86400000.0 AS days_since_last,
        ($1 - min(at_ms)) / 86400000.0 AS days_since_first,
        avg(CASE WHEN coupon IS NOT NULL AND coupon <> '' THEN 1.0 ELSE 0.0 END) AS coupon_share
    FROM order_sold WHERE at_ms < $1 GROUP BY profile
),
line AS (
    SELECT profile, count(DISTINCT product_id) AS items, count(DISTINCT category) AS categories
    FROM order_line_sold WHERE at_ms < $1 AND at_ms >= $1 - 365::BIGINT * 86400000 GROUP BY profile
)
SELECT person.profile, coalesce(orders, 0) AS orders, coalesce(orders_90d, 0) AS orders_90d,
    coalesce(orders_365d, 0) AS orders_365d, coalesce(spent, 0) AS spent, coalesce(spent_90d, 0) AS spent_90d, basket,
    days_since_last, days_since_first, coupon_share, coalesce(items, 0) AS items,
    coalesce(categories, 0) AS categories, coalesce(views_30d, 0) AS views_30d, coalesce(views_90d, 0) AS views_90d,
    coalesce(carts_30d, 0) AS carts_30d, coalesce(searches_90d, 0) AS searches_90d,
    coalesce(visits_90d, 0) AS visits_90d, coalesce(answers_90d, 0) AS answers_90d,
    coalesce(refunds_365d, 0) AS refunds_365d, coalesce(days_90d, 0) AS days_90d
FROM person LEFT JOIN did USING (profile) LEFT JOIN bought USING (profile) LEFT JOIN line USING (profile)
ORDER BY person.profile
