-- What the scan for opportunities asks of the lake (DuckDB). Times are milliseconds, UTC; money leaves here as fen.

-- name: last_order
SELECT coalesce(min(at_ms), 0) AS first_ms, coalesce(max(at_ms), 0) AS last_ms, count(*) AS orders
FROM order_sold WHERE void_ms IS NULL AND at_ms <= $1;

-- name: events_seen
SELECT DISTINCT name FROM event WHERE kind = 'track' AND at_ms > $1 AND at_ms <= $2;

-- name: orders_since
SELECT count(*) FILTER (WHERE "offset" >= $1) AS new, count(*) AS orders FROM event WHERE name = 'Order Completed';

-- name: study_offset
SELECT coalesce(max("offset"), -1) AS "offset" FROM system_record WHERE kind = 'traits.studied';

-- name: traits_known
SELECT DISTINCT name FROM trait_now WHERE number IS NOT NULL OR word IS NOT NULL;

-- name: random_contacts
-- Whoever might have been left alone and might not: drawn at which instant, contacted or not, by which chance.
SELECT profile, at_ms, treated, nobody FROM (
    SELECT profile, decided_at_ms AS at_ms, action <> 'nobody' AND NOT coalesce(holdout, false) AS treated,
        coalesce(json_extract_string(propensities, '$.nobody')::DOUBLE, 0) AS nobody
    FROM exposure_now WHERE profile IS NOT NULL AND propensities IS NOT NULL AND decided_at_ms < $1
    UNION ALL
    SELECT coalesce(canonical.kept, decision.profile), decided_ms, action <> 'nobody' AND NOT holdout,
        campaign.share + (1 - campaign.share) * coalesce(json_extract_string(propensities, '$.nobody')::DOUBLE, 0)
    FROM decision LEFT JOIN canonical ON canonical.forwarded = decision.profile
    JOIN (SELECT unnest($2::VARCHAR[]) AS name, unnest($3::DOUBLE[]) AS share) AS campaign
    ON campaign.name = decision.campaign WHERE decided_ms < $1
) WHERE nobody > 0 AND nobody < 1;

-- name: slow_items
-- What lies longest, by what it is worth: sold in a month, and the days that the rest will last at that pace.
SELECT item.item_id AS id, item.name, json_extract_string(item.body, '$.attributes.name_en') AS name_en, item.category,
    item.stock, sold.quantity, item.stock / greatest(sold.quantity, 0.5) * 30 AS days
FROM item LEFT JOIN (
    SELECT product_id, sum(quantity) AS quantity FROM item_net WHERE at_ms > $1 - 2592000000 AND at_ms <= $1
    GROUP BY product_id
) AS sold ON sold.product_id = item.item_id
WHERE item.stock > 0 AND coalesce(item.category, '') <> '' AND item.name <> ''
AND item.stock / greatest(coalesce(sold.quantity, 0), 0.5) * 30 >= $2
ORDER BY item.stock * coalesce(item.price_fen, 1) DESC, item.item_id LIMIT 1;

-- name: ended_series
-- Series of which something was sold within a year and nothing is in stock; the one with most buyers.
SELECT series, list(item_id ORDER BY item_id) AS items FROM item
WHERE coalesce(series, '') <> '' GROUP BY series
HAVING max(coalesce(stock, 1)) <= 0
ORDER BY (
    SELECT count(DISTINCT profile) FROM order_line_now AS l
    WHERE NOT l.refunded AND l.at_ms > $1 - 31536000000 AND list_contains(list(item.item_id), l.product_id)
) DESC, series LIMIT 1;

-- name: coupons_seen
SELECT coupon FROM order_now WHERE coupon <> '' AND NOT refunded GROUP BY coupon ORDER BY count(*) DESC, coupon LIMIT 50;

-- name: birthday_words
SELECT entry.key AS name, json_extract_string(entry.value, '$') AS word FROM (
    SELECT DISTINCT unnest(map_entries(from_json(properties, '"MAP(VARCHAR,JSON)"'))) AS entry
    FROM event_now WHERE kind = 'identify' AND properties <> '{}' AND json_type(properties) = 'OBJECT'
    AND (contains(properties, 'birth') OR contains(properties, '生日'))
)
WHERE entry.key IN (SELECT unnest($1::VARCHAR[])) AND TRY_CAST(json_extract_string(entry.value, '$') AS DATE) IS NOT NULL
AND strftime(TRY_CAST(json_extract_string(entry.value, '$') AS DATE), '%m-%d') IN (SELECT unnest($2::VARCHAR[]))
GROUP BY ALL ORDER BY name, word;
