-- What planning and measuring ask of the lake. Times are milliseconds, UTC; money leaves here as fen.
-- {moment} stands for one of the statements `now_and_log` and `windows`: whom to look at, as of when.

-- name: now_and_log
SELECT 0 AS source, profile AS id, profile, $1::BIGINT AS at_ms FROM (SELECT DISTINCT profile FROM event_now)
UNION ALL
SELECT 1, "offset", profile, decided_at_ms FROM exposure_now
WHERE profile IS NOT NULL AND propensities IS NOT NULL AND decided_at_ms < $2 AND hash(profile) % $4::UBIGINT = 0
UNION ALL
SELECT 2, decision, coalesce(canonical.kept, decision.profile), decided_ms
FROM decision_drawn AS decision LEFT JOIN canonical ON canonical.forwarded = decision.profile
WHERE decided_ms < $2 AND campaign IN (SELECT unnest($3::VARCHAR[]))
AND hash(coalesce(canonical.kept, decision.profile)) % $4::UBIGINT = 0

-- name: windows
SELECT 0 AS source, profile AS id, profile, start.at_ms
FROM (SELECT DISTINCT profile FROM event_now WHERE hash(profile) % $2::UBIGINT = 0),
(SELECT unnest($1::BIGINT[]) AS at_ms) AS start
WHERE start.at_ms > $3 AND start.at_ms < $4

-- name: people
WITH moment AS MATERIALIZED ({moment})
SELECT source, id, profile, at_ms FROM moment ORDER BY source, id, at_ms;

-- name: orders_sold
SELECT profile, at_ms, void_ms AS undone_ms, revenue, back, back_ms, coalesce(coupon, '') <> '' AS coupon
FROM order_sold;

-- name: events_count
SELECT count(*) AS events FROM event WHERE kind IN ('track', 'page');

-- name: events
-- Of one part of the people; `name` is the place in `_EVENTS`.
SELECT profile, at_ms, (CASE name WHEN 'Product Viewed' THEN 1 WHEN 'Product Added' THEN 2 WHEN 'Store Visited' THEN 3
    WHEN 'Coupon Redeemed' THEN 4 WHEN 'Message Opened' THEN 5 ELSE 0 END)::TINYINT AS name
FROM event_now WHERE kind IN ('track', 'page') AND profile % $1::BIGINT = $2::BIGINT;

-- name: contacts
SELECT profile, decided_at_ms AS at_ms FROM exposure_now
WHERE action <> 'nobody' AND NOT coalesce(holdout, false) AND profile IS NOT NULL
UNION ALL
SELECT coalesce(canonical.kept, message.profile), decided_ms
FROM message LEFT JOIN canonical ON canonical.forwarded = message.profile WHERE state IN ('queued', 'deferred');

-- name: category_top
SELECT category FROM order_line_now WHERE category IS NOT NULL AND category <> ''
GROUP BY category ORDER BY count(*) DESC, category LIMIT 8;

-- name: order_lines
SELECT profile, at_ms, void_ms AS undone_ms, coalesce(list_position($1::VARCHAR[], category), 0)::TINYINT AS category
FROM order_line_sold;

-- name: named
SELECT event_now.profile, event_now.at_ms, void.void_ms AS undone_ms
FROM event_now LEFT JOIN (SELECT "offset", void_ms FROM order_sold WHERE void_ms IS NOT NULL) AS void
ON void."offset" = event_now."offset" AND event_now.name = 'Order Completed'
WHERE name IN (SELECT unnest($1::VARCHAR[]));

-- name: events_named
SELECT profile, at_ms FROM event_now WHERE kind = 'track' AND name = $1;

-- name: lines_about
-- Orders with a line of these products or categories, once an order.
SELECT DISTINCT profile, at_ms, order_id FROM order_line_now
WHERE NOT refunded AND (product_id IN (SELECT unnest($1::VARCHAR[])) OR category IN (SELECT unnest($2::VARCHAR[])));

-- name: orders_with_coupon
SELECT profile, at_ms FROM order_now WHERE NOT refunded AND coupon IN (SELECT unnest($1::VARCHAR[]));

-- name: named_part
SELECT event_now.profile, event_now.at_ms, void.void_ms AS undone_ms
FROM event_now LEFT JOIN (SELECT "offset", void_ms FROM order_sold WHERE void_ms IS NOT NULL) AS void
ON void."offset" = event_now."offset" AND event_now.name = 'Order Completed'
WHERE name IN (SELECT unnest($1::VARCHAR[])) AND hash(event_now.profile) % $2::UBIGINT = 0;

-- name: order_lines_part
SELECT profile, at_ms, void_ms AS undone_ms, coalesce(list_position($1::VARCHAR[], category), 0)::TINYINT AS category
FROM order_line_sold WHERE hash(profile) % $2::UBIGINT = 0;

-- name: attribute_words_part
-- The commonest words of attributes among every so-manieth person.
WITH pair AS (
    SELECT profile, entry.key AS key, entry.value AS value
    FROM (
        SELECT profile, unnest(map_entries(from_json(properties, '"MAP(VARCHAR,JSON)"'))) AS entry
        FROM event_now WHERE kind = 'identify' AND properties <> '{}' AND json_type(properties) = 'OBJECT'
        AND hash(profile) % $2::UBIGINT = 0
    )
    WHERE json_type(entry.value) = 'VARCHAR' AND NOT contains(entry.key, '"')
)
SELECT key, json_extract_string(value, '$') AS word, count(DISTINCT profile) AS people FROM pair
WHERE length(value) <= 42 GROUP BY key, word HAVING people >= 2 ORDER BY people DESC, key, word LIMIT $1;

-- name: attribute_people
-- Who said each of some words for an attribute, last; `place` counts the pairs from 1.
WITH pair AS (
    SELECT unnest($1::VARCHAR[]) AS key, unnest($2::VARCHAR[]) AS word,
        unnest(range(1, len($1::VARCHAR[]) + 1)) AS place
),
said AS (
    SELECT profile, at_ms, "offset", unnest(map_entries(from_json(properties, '"MAP(VARCHAR,JSON)"'))) AS entry
    FROM event_now WHERE kind = 'identify' AND properties <> '{}' AND json_type(properties) = 'OBJECT'
    AND hash(profile) % $3::UBIGINT = 0
),
last AS (
    SELECT profile, entry.key AS key, json_extract_string(arg_max(entry.value, (at_ms, "offset")), '$') AS word
    FROM said WHERE entry.key IN (SELECT key FROM pair) GROUP BY ALL
)
SELECT last.profile, pair.place FROM last JOIN pair ON pair.key = last.key AND pair.word = last.word;

-- name: revenue
WITH moment AS MATERIALIZED ({moment})
SELECT moment.source, moment.id, moment.at_ms, coalesce(sum(o.revenue), 0) * 100 AS amount
FROM moment LEFT JOIN revenue_net AS o
ON o.profile = moment.profile AND o.at_ms >= moment.at_ms + $5 AND o.at_ms < moment.at_ms + $6
GROUP BY moment.source, moment.id, moment.at_ms ORDER BY moment.source, moment.id, moment.at_ms;

-- name: quantity
WITH moment AS MATERIALIZED ({moment})
SELECT moment.source, moment.id, moment.at_ms, coalesce(sum(l.quantity), 0)::DOUBLE AS amount
FROM moment LEFT JOIN item_net AS l
ON l.profile = moment.profile AND l.at_ms >= moment.at_ms + $5 AND l.at_ms < moment.at_ms + $6
GROUP BY moment.source, moment.id, moment.at_ms ORDER BY moment.source, moment.id, moment.at_ms;

-- name: margin
WITH moment AS MATERIALIZED ({moment})
SELECT moment.source, moment.id, moment.at_ms, coalesce(sum(l.quantity * item.margin_fen), 0)::DOUBLE AS amount
FROM moment LEFT JOIN item_net AS l
ON l.profile = moment.profile AND l.at_ms >= moment.at_ms + $5 AND l.at_ms < moment.at_ms + $6
LEFT JOIN item ON item.item_id = l.product_id
GROUP BY moment.source, moment.id, moment.at_ms ORDER BY moment.source, moment.id, moment.at_ms;

-- name: redeemed
WITH moment AS MATERIALIZED ({moment}),
logged AS (
    SELECT 1 AS source, "offset" AS id, action FROM exposure_now
    UNION ALL
    SELECT 2, decision, action FROM decision_drawn AS decision WHERE NOT holdout AND campaign IN (SELECT unnest($3::VARCHAR[]))
),
coupon AS (SELECT unnest($5::VARCHAR[]) AS action, unnest($6::VARCHAR[]) AS offer, unnest($7::BIGINT[]) AS valid_ms)
SELECT moment.source, moment.id, moment.at_ms, count(o.at_ms)::DOUBLE AS amount
FROM moment
LEFT JOIN logged ON logged.source = moment.source AND logged.id = moment.id
LEFT JOIN coupon ON coupon.action = logged.action
LEFT JOIN order_sold AS o
ON o.profile = moment.profile AND o.coupon = coupon.offer AND o.void_ms IS NULL
AND o.at_ms >= moment.at_ms AND o.at_ms < moment.at_ms + coupon.valid_ms
GROUP BY moment.source, moment.id, moment.at_ms ORDER BY moment.source, moment.id, moment.at_ms;

-- name: log
SELECT * FROM (
    SELECT 1 AS source, "offset" AS id, hash(campaign) AS campaign, hash(action) AS action,
        hash(propensities) AS propensities, FALSE AS held
    FROM exposure_now WHERE profile IS NOT NULL AND propensities IS NOT NULL AND decided_at_ms < $1
    AND hash(profile) % $3::UBIGINT = 0
    UNION ALL
    SELECT 2, decision, hash(campaign), hash(action), hash(propensities), holdout
    FROM decision_drawn AS decision LEFT JOIN canonical ON canonical.forwarded = decision.profile
    WHERE decided_ms < $1 AND campaign IN (SELECT unnest($2::VARCHAR[]))
    AND hash(coalesce(canonical.kept, decision.profile)) % $3::UBIGINT = 0
) ORDER BY source, id;

-- name: log_words
SELECT DISTINCT hash(word) AS key, word FROM (
    SELECT unnest([campaign, action, propensities]) AS word FROM exposure_now
    UNION ALL
    SELECT unnest([campaign, action, propensities]) FROM decision
) WHERE word IS NOT NULL;

-- name: log_size
SELECT (SELECT count(*) FROM exposure_now WHERE propensities IS NOT NULL AND decided_at_ms < $1)
    + (SELECT count(*) FROM decision_drawn AS decision WHERE decided_ms < $1 AND campaign IN (SELECT unnest($2::VARCHAR[]))) AS contacts;

-- name: log_without_chances
SELECT coalesce(sum(contacts) FILTER (WHERE propensities IS NULL), 0)::BIGINT AS contacts,
    coalesce(sum(contacts) FILTER (WHERE surest >= 0.99), 0)::BIGINT AS decided,
    count(DISTINCT action) FILTER (WHERE surest >= 0.99) AS arms
FROM (
    SELECT propensities, action, count(*) AS contacts,
        list_max(map_values(TRY_CAST(propensities::JSON AS MAP(VARCHAR, DOUBLE)))) AS surest
    FROM exposure_now GROUP BY propensities, action
);

-- name: past_chances
-- What past contacts make of a person for "nothing done": 0 if contacted, more than 1 if left alone by chance.
SELECT profile, decided_at_ms AS at_ms, CASE WHEN action IS NULL THEN 1.0 WHEN action = 'nobody' THEN
    1.0 / coalesce(nullif(json_extract_string(propensities, '$.nobody')::DOUBLE, 0), 1.0) ELSE 0.0 END AS weight
FROM exposure_now WHERE propensities IS NOT NULL AND profile IS NOT NULL;

-- name: shop
SELECT
    (SELECT count(*) FROM order_sold WHERE void_ms IS NULL) AS orders,
    (SELECT coalesce((SELECT min(at_ms) FROM order_now), (SELECT min(at_ms) FROM event_now), 0)) AS first_ms,
    (SELECT coalesce(max(at_ms), 0) FROM order_now) AS last_ms,
    (SELECT coalesce(avg(revenue - back), 0) * 100 FROM order_sold WHERE void_ms IS NULL) AS order_fen,
    (SELECT count(*) FROM order_now WHERE coupon <> '') AS coupon_orders,
    (SELECT count(DISTINCT profile) FROM event_now) AS people,
    (SELECT count(*) FROM event_now) AS events;

-- name: order_margin
SELECT coalesce(sum(l.quantity * item.margin_fen), 0) AS margin_fen,
    count(DISTINCT l.order_id) FILTER (item.margin_fen IS NOT NULL) AS orders,
    count(DISTINCT l.order_id) AS all_orders
FROM order_line_sold AS l LEFT JOIN item ON item.item_id = l.product_id WHERE l.void_ms IS NULL;

-- name: items
SELECT item_id, coalesce(name, item_id) AS name, coalesce(category, '') AS category, price_fen, margin_fen, stock, body,
    coalesce(series, '') AS series
FROM item ORDER BY item_id;

-- name: everybody
SELECT DISTINCT profile FROM event_now ORDER BY profile;

-- name: goods
-- What goods are called: by category, by name, or by the name and category that their number has in the list of items.
WITH line AS (
    SELECT product_id, nullif(name, '') AS name, nullif(category, '') AS category, count(*) AS times
    FROM order_line_now WHERE NOT refunded GROUP BY ALL
),
called AS (
    SELECT category AS word, 0 AS place, category AS value, sum(times) AS times FROM line WHERE category IS NOT NULL
    GROUP BY ALL
    UNION ALL
    SELECT called.zh, 0, line.category, sum(times)
    FROM line JOIN category_called AS called ON called.category = line.category GROUP BY ALL
    UNION ALL
    SELECT called.en, 0, line.category, sum(times)
    FROM line JOIN category_called AS called ON called.category = line.category GROUP BY ALL
    UNION ALL
    SELECT name, 1, name, sum(times) FROM line WHERE name IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT item.name, 2, line.product_id, sum(times) FROM line JOIN item ON item.item_id = line.product_id
    WHERE line.name IS NULL GROUP BY ALL
    UNION ALL
    SELECT item.category, 2, line.product_id, sum(times) FROM line JOIN item ON item.item_id = line.product_id
    WHERE line.category IS NULL GROUP BY ALL
)
SELECT word, place, value FROM called WHERE word IS NOT NULL AND word <> '' AND value IS NOT NULL
ORDER BY times DESC, word, place, value LIMIT $1;

-- name: assigned_people
SELECT 0 AS source, coalesce(canonical.kept, decision.profile) AS id,
    coalesce(canonical.kept, decision.profile) AS profile, $2::BIGINT AS at_ms
FROM decision_drawn AS decision LEFT JOIN canonical ON canonical.forwarded = decision.profile
WHERE campaign = $1 AND decided_ms >= $3 AND decided_ms <= $4
GROUP BY coalesce(canonical.kept, decision.profile)

-- name: assignment
-- A merged person counts under her first decision.
SELECT coalesce(canonical.kept, decision.profile) AS id, arg_min(holdout, decided_ms) AS held,
    arg_min(action, decided_ms) AS action
FROM decision_drawn AS decision LEFT JOIN canonical ON canonical.forwarded = decision.profile
WHERE campaign = $1 AND decided_ms >= $2 AND decided_ms <= $3
GROUP BY coalesce(canonical.kept, decision.profile) ORDER BY id;

-- name: bought_of_categories
-- Who bought which item of some categories between two instants, whole refunds left out.
SELECT DISTINCT line.profile, line.product_id AS item, coalesce(nullif(item.category, ''), line.category) AS category
FROM order_line_sold AS line LEFT JOIN item ON item.item_id = line.product_id
WHERE line.void_ms IS NULL AND line.at_ms >= $1 AND line.at_ms < $2
    AND coalesce(nullif(item.category, ''), line.category) IN (SELECT unnest($3::VARCHAR[]));

-- name: assigned_twice
-- People who were decided on under two profiles before these were merged, and not alike.
SELECT count(*) AS people FROM (
    SELECT coalesce(canonical.kept, decision.profile) AS id
    FROM decision_drawn AS decision LEFT JOIN canonical ON canonical.forwarded = decision.profile
    WHERE campaign = $1 AND decided_ms >= $2 AND decided_ms <= $3
    GROUP BY id
    HAVING count(DISTINCT decision.profile) > 1 AND (count(DISTINCT holdout) > 1 OR count(DISTINCT action) > 1)
);

-- name: sent
SELECT count(*) AS messages, coalesce(sum(settled.cost_fen), 0) AS cost_fen
FROM message JOIN message_settled AS settled USING (message_key)
WHERE message.campaign = $1 AND settled.outcome IN ('accepted', 'uncertain');

-- name: coupons_used
WITH assigned AS (
    SELECT coalesce(canonical.kept, decision.profile) AS profile, arg_min(action, decided_ms) AS action,
        arg_min(holdout, decided_ms) AS held
    FROM decision_drawn AS decision LEFT JOIN canonical ON canonical.forwarded = decision.profile
    WHERE campaign = $1 AND decided_ms >= $2 GROUP BY coalesce(canonical.kept, decision.profile)
),
coupon AS (
    SELECT unnest($3::VARCHAR[]) AS action, unnest($4::VARCHAR[]) AS offer, unnest($5::BIGINT[]) AS cost_fen,
        unnest($6::BIGINT[]) AS valid_ms
),
offer AS (SELECT offer, max(cost_fen) AS cost_fen, max(valid_ms) AS valid_ms FROM coupon GROUP BY offer)
SELECT
    count(*) FILTER (mine.offer IS NOT NULL AND NOT assigned.held AND own) AS by_assigned,
    coalesce(sum(offer.cost_fen) FILTER (mine.offer IS NOT NULL AND NOT assigned.held AND own), 0) AS cost_fen,
    count(*) FILTER (mine.offer IS NULL OR assigned.held OR NOT own) AS by_others
FROM (SELECT *, coalesce(coupon_holder = profile, TRUE) AS own FROM order_sold) AS o JOIN offer ON offer.offer = o.coupon
LEFT JOIN assigned ON assigned.profile = o.profile
LEFT JOIN coupon AS mine ON mine.action = assigned.action AND mine.offer = o.coupon
WHERE o.void_ms IS NULL AND o.at_ms >= $2 AND o.at_ms < $2 + offer.valid_ms;

-- name: attribute_names
-- Attributes as identify said them, on a sample of people: how often known, how many values, and whether they change.
WITH said AS (
    SELECT profile, properties FROM event_now
    WHERE kind = 'identify' AND properties <> '{}' AND hash(profile) % $1::UBIGINT = 0
    AND json_type(properties) = 'OBJECT'
),
pair AS (
    SELECT profile, entry.key AS key, entry.value AS value
    FROM (SELECT profile, unnest(map_entries(from_json(properties, '"MAP(VARCHAR,VARCHAR)"'))) AS entry FROM said)
    WHERE NOT contains(entry.key, '"')
),
person AS (SELECT key, profile, count(DISTINCT value) AS versions FROM pair WHERE value IS NOT NULL GROUP BY key, profile),
kept AS (SELECT key FROM person GROUP BY key HAVING avg((versions = 1)::INT) >= 0.99)
SELECT key, count(DISTINCT profile) AS people, count(DISTINCT value) AS levels,
    avg((TRY_CAST(value AS DOUBLE) IS NOT NULL)::INT) AS numbers,
    avg((TRY_CAST(value AS DATE) IS NOT NULL)::INT) AS dates
FROM pair JOIN kept USING (key) WHERE value IS NOT NULL GROUP BY key ORDER BY people DESC, key LIMIT 40;

-- name: attribute_number
SELECT profile, arg_max(TRY_CAST(json_extract_string(properties, $1) AS DOUBLE), at_ms) AS value
FROM event_now WHERE kind = 'identify' AND properties <> '{}'
AND TRY_CAST(json_extract_string(properties, $1) AS DOUBLE) IS NOT NULL
GROUP BY profile ORDER BY profile;

-- name: attribute_date
SELECT profile, arg_max(epoch_ms(TRY_CAST(json_extract_string(properties, $1) AS DATE)::TIMESTAMP), at_ms) AS value
FROM event_now WHERE kind = 'identify' AND properties <> '{}'
AND TRY_CAST(json_extract_string(properties, $1) AS DATE) IS NOT NULL
GROUP BY profile ORDER BY profile;

-- name: attribute_words
SELECT json_extract_string(properties, $1) AS word, count(*) AS times FROM event_now
WHERE kind = 'identify' AND properties <> '{}' AND json_extract_string(properties, $1) IS NOT NULL
GROUP BY word ORDER BY times DESC, word LIMIT 12;

-- name: attribute_word
SELECT profile, arg_max(list_position($2::VARCHAR[], json_extract_string(properties, $1)), at_ms)::DOUBLE AS value
FROM event_now WHERE kind = 'identify' AND properties <> '{}'
AND list_position($2::VARCHAR[], json_extract_string(properties, $1)) > 0
GROUP BY profile ORDER BY profile;

-- name: attribute_values
-- Words that people have for an attribute, the commonest first.
WITH pair AS (
    SELECT profile, entry.key AS key, entry.value AS value
    FROM (
        SELECT profile, unnest(map_entries(from_json(properties, '"MAP(VARCHAR,JSON)"'))) AS entry
        FROM event_now WHERE kind = 'identify' AND properties <> '{}' AND json_type(properties) = 'OBJECT'
    )
    WHERE json_type(entry.value) = 'VARCHAR' AND NOT contains(entry.key, '"')
)
SELECT key, json_extract_string(value, '$') AS word, count(DISTINCT profile) AS people FROM pair
WHERE length(value) <= 42 GROUP BY key, word HAVING people >= 2 ORDER BY people DESC, key, word LIMIT $1;

-- name: no_profiling
-- Who said as an attribute that nobody is to decide on them by what is known.
SELECT profile FROM event_now
WHERE kind = 'identify' AND contains(properties, 'no_profiling')
AND json_extract_string(properties, '$.no_profiling') IS NOT NULL
GROUP BY profile HAVING arg_max(json_extract_string(properties, '$.no_profiling'), at_ms) IN ('true', '1') ORDER BY profile;

-- name: experiment_entered
-- Who entered a journey, each under the first entry; statement for moments, with the journey's least version.
SELECT 0 AS source, coalesce(canonical.kept, enrolment.profile) AS id,
    coalesce(canonical.kept, enrolment.profile) AS profile, min(at_ms) AS at_ms
FROM enrolment LEFT JOIN canonical ON canonical.forwarded = enrolment.profile
WHERE entered AND journey = $1 AND at_ms >= $2 AND at_ms <= $3 AND version >= $4
GROUP BY coalesce(canonical.kept, enrolment.profile)

-- name: experiment_drawn
-- In the order of the moments: the profile as entered, by which the arm was drawn, and all they entered as.
SELECT coalesce(canonical.kept, enrolment.profile) AS id, arg_min(enrolment.profile, at_ms) AS drawn,
    list(DISTINCT enrolment.profile) AS others
FROM enrolment LEFT JOIN canonical ON canonical.forwarded = enrolment.profile
WHERE entered AND journey = $1 AND at_ms >= $2 AND at_ms <= $3 AND version >= $4
GROUP BY coalesce(canonical.kept, enrolment.profile) ORDER BY id;

-- name: experiment_messages
-- Messages of a journey ($1) by person, handed over from $3 to $2: how many, opened (or clicked), clicked.
WITH told AS (
    SELECT message_key, bool_or(receipt = 'opened') AS opened, bool_or(receipt = 'clicked') AS clicked
    FROM receipt_told WHERE at_ms <= $2 GROUP BY message_key
)
SELECT coalesce(canonical.kept, message.profile) AS id, count(*) AS sent,
    count(*) FILTER (told.opened OR told.clicked) AS opened, count(*) FILTER (told.clicked) AS clicked
FROM message JOIN message_settled AS settled USING (message_key) LEFT JOIN told USING (message_key)
LEFT JOIN canonical ON canonical.forwarded = message.profile
WHERE message.journey = $1 AND settled.outcome IN ('accepted', 'uncertain') AND settled.at_ms <= $2 AND settled.at_ms >= $3
GROUP BY id ORDER BY id;

-- name: known_before
-- Everybody known before an instant ($1); statement for moments. $2 to $4 leave nobody out as 0, 1 and 0.
SELECT 0 AS source, profile AS id, profile, $1::BIGINT AS at_ms FROM event_now
WHERE at_ms < $1 AND at_ms >= $2 AND profile % $3::BIGINT = 0 AND profile >= $4 GROUP BY profile
