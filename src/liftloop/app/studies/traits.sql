-- What the study of traits reads of the lake (DuckDB). $1 is now in ms, $2 the shop's offset from UTC in ms.

-- name: people
SELECT profile, min(at_ms) AS seen_ms FROM event_now WHERE at_ms <= $1 GROUP BY profile ORDER BY profile

-- name: purchases
SELECT profile, min(at_ms) AS at_ms, coalesce(sum(CASE WHEN NOT isnan(revenue) THEN revenue - back END), 0) * 100 AS value_fen
FROM order_sold WHERE at_ms <= $1 AND (void_ms IS NULL OR void_ms > $1)
GROUP BY profile, (at_ms + $2) // 86400000 ORDER BY profile, min(at_ms)

-- name: buyers
SELECT profile, max(at_ms) FILTER (NOT refunded) AS last_ms, count(*) FILTER (NOT refunded) AS orders,
    coalesce(sum(CASE WHEN refunded THEN -revenue ELSE revenue END) FILTER (NOT isnan(revenue)), 0) * 100 AS spent_fen
FROM order_now WHERE at_ms <= $1 GROUP BY profile HAVING count(*) FILTER (NOT refunded) > 0 ORDER BY profile

-- name: items
SELECT DISTINCT product_id AS item FROM order_line_sold WHERE at_ms <= $1 AND product_id <> '' ORDER BY item

-- name: bought
WITH place AS (
    SELECT item, row_number() OVER (ORDER BY item) - 1 AS place FROM (
        SELECT DISTINCT product_id AS item FROM order_line_sold WHERE at_ms <= $1 AND product_id <> ''
    )
)
SELECT profile, place, min(at_ms) AS at_ms FROM order_line_sold JOIN place ON place.item = product_id
WHERE at_ms <= $1 AND (void_ms IS NULL OR void_ms > $1)
GROUP BY profile, place, (at_ms + $2) // 86400000 ORDER BY profile, place, min(at_ms)

-- name: sequences
-- Items as numbers, and only those that enough people bought: the pairs are two orders of magnitude more than the lines.
WITH place AS (
    SELECT product_id AS item, (row_number() OVER (ORDER BY product_id))::INTEGER AS place FROM order_line_sold
    WHERE at_ms <= $1 AND (void_ms IS NULL OR void_ms > $1) AND product_id <> ''
    GROUP BY product_id HAVING count(DISTINCT profile) >= $3
),
basket AS (
    SELECT DISTINCT profile, place, ((at_ms + $2) // 86400000)::INTEGER AS day
    FROM order_line_sold JOIN place ON place.item = product_id
    WHERE at_ms <= $1 AND (void_ms IS NULL OR void_ms > $1)
),
visit AS (
    SELECT profile, day, lead(day) OVER (PARTITION BY profile ORDER BY day) AS next_day FROM (
        SELECT DISTINCT profile, (at_ms + $2) // 86400000 AS day FROM order_line_sold
        WHERE at_ms <= $1 AND (void_ms IS NULL OR void_ms > $1) AND product_id <> ''
    )
),
followed AS (
    SELECT before, after, count(*) AS people FROM (
        SELECT DISTINCT b.profile, b.place AS before, a.place AS after
        FROM visit JOIN basket AS b ON b.profile = visit.profile AND b.day = visit.day
        JOIN basket AS a ON a.profile = visit.profile AND a.day = visit.next_day AND a.place <> b.place
    ) GROUP BY before, after HAVING count(*) >= $3
)
SELECT one.item AS before, two.item AS after, people FROM followed
JOIN place AS one ON one.place = followed.before JOIN place AS two ON two.place = followed.after
ORDER BY before, after

-- name: named_successors
SELECT item_id AS item, successor FROM item WHERE successor <> '' AND successor <> item_id

-- name: barred_items
-- What may not be recommended: sold out, sold at a loss, or taken out of the catalog.
SELECT item_id AS item FROM item WHERE stock <= 0 OR margin_fen <= 0
UNION
SELECT item_id FROM item_version WHERE item_id NOT IN (SELECT item_id FROM item)

-- name: interests
WITH sign AS (
    SELECT e.profile, e.name, e.at_ms, coalesce(
        nullif(json_extract_string(e.properties, '/category'), ''), item.category
    ) AS category
    FROM event_now AS e LEFT JOIN item ON item.item_id = json_extract_string(e.properties, '/product_id')
    WHERE e.kind = 'track' AND list_contains($4, e.name) AND e.name <> 'Order Completed'
        AND e.at_ms <= $1 AND e.at_ms > $1 - $3
    UNION ALL
    SELECT l.profile, 'Order Completed', l.at_ms, coalesce(nullif(l.category, ''), item.category)
    FROM order_line_sold AS l LEFT JOIN item ON item.item_id = l.product_id
    WHERE l.at_ms <= $1 AND l.at_ms > $1 - $3 AND (l.void_ms IS NULL OR l.void_ms > $1)
)
SELECT profile, category, sum($5[list_position($4, name)] * pow(0.5, ($1 - at_ms)::DOUBLE / $2)) AS weight
FROM sign WHERE category <> '' GROUP BY profile, category ORDER BY profile, category

-- name: hours
SELECT profile, (((at_ms + $2) // 3600000 + 72) % 168)::UTINYINT AS hour, count(*)::UINTEGER AS times
FROM event_now WHERE kind IN ('track', 'page', 'screen') AND at_ms <= $1 AND at_ms > $1 - $3
GROUP BY profile, hour ORDER BY profile

-- name: sent
SELECT coalesce(canonical.kept, message.profile) AS profile, message_settled.channel, count(*) AS times
FROM message_settled JOIN message USING (message_key)
LEFT JOIN canonical ON canonical.forwarded = message.profile
WHERE outcome IN ('accepted', 'uncertain') AND message_settled.at_ms <= $1 GROUP BY ALL ORDER BY ALL

-- name: answered
SELECT coalesce(canonical.kept, message.profile) AS profile, receipt.channel, count(DISTINCT message_key) AS times
FROM receipt JOIN message USING (message_key)
LEFT JOIN canonical ON canonical.forwarded = message.profile
WHERE receipt.receipt IN ('opened', 'clicked', 'replied', 'redeemed') AND receipt.at_ms <= $1 GROUP BY ALL ORDER BY ALL

-- name: known
SELECT profile, number, word, at_ms FROM trait_now WHERE name = $1 ORDER BY profile

-- name: last
SELECT body, at_ms FROM system_record WHERE kind = 'traits.studied' ORDER BY "offset" DESC LIMIT 1
