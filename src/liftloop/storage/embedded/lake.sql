-- The lake's tables, views and statements (DuckDB). Money is as the event said it; times are milliseconds, UTC.

-- name: create_layout
CREATE TABLE IF NOT EXISTS layout (number INTEGER NOT NULL);

-- name: layout
SELECT number FROM layout;

-- name: layout_put
INSERT INTO layout VALUES (?);

-- name: create_tables
CREATE TABLE IF NOT EXISTS followed ("offset" BIGINT NOT NULL, tick BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS event (
    "offset" BIGINT NOT NULL, profile BIGINT NOT NULL, at_ms BIGINT NOT NULL, received_ms BIGINT NOT NULL,
    name VARCHAR NOT NULL, kind VARCHAR NOT NULL, message_id VARCHAR NOT NULL, properties VARCHAR NOT NULL,
    imported BOOLEAN NOT NULL
);
CREATE TABLE IF NOT EXISTS order_head (
    "offset" BIGINT NOT NULL, profile BIGINT NOT NULL, at_ms BIGINT NOT NULL, order_id VARCHAR, revenue DOUBLE,
    currency VARCHAR, coupon VARCHAR, refunded BOOLEAN NOT NULL
);
CREATE TABLE IF NOT EXISTS order_line (
    "offset" BIGINT NOT NULL, profile BIGINT NOT NULL, at_ms BIGINT NOT NULL, order_id VARCHAR, product_id VARCHAR,
    name VARCHAR, category VARCHAR, price DOUBLE, quantity DOUBLE, refunded BOOLEAN NOT NULL
);
CREATE TABLE IF NOT EXISTS profile_merge (
    tick BIGINT NOT NULL, kept BIGINT NOT NULL, forwarded BIGINT NOT NULL, at_ms BIGINT
);
-- Merges that were undone; the same two may be merged again later.
CREATE TABLE IF NOT EXISTS profile_separation (
    tick BIGINT NOT NULL, kept BIGINT NOT NULL, forwarded BIGINT NOT NULL, merged_tick BIGINT, at_ms BIGINT
);
CREATE TABLE IF NOT EXISTS identifier_shared (
    tick BIGINT NOT NULL, profile BIGINT, hash BIGINT, kind VARCHAR, "offset" BIGINT, at_ms BIGINT
);
CREATE TABLE IF NOT EXISTS decision (
    tick BIGINT NOT NULL, decision BIGINT, campaign VARCHAR, profile BIGINT, decided_ms BIGINT, eligible VARCHAR,
    action VARCHAR, propensities VARCHAR, holdout BOOLEAN, arm VARCHAR, policy VARCHAR, features VARCHAR
);
CREATE TABLE IF NOT EXISTS message (
    tick BIGINT NOT NULL, message_key VARCHAR, campaign VARCHAR, journey VARCHAR, profile BIGINT, channel VARCHAR,
    action VARCHAR, state VARCHAR, reason VARCHAR, decided_ms BIGINT
);
CREATE TABLE IF NOT EXISTS message_settled (
    tick BIGINT NOT NULL, message_key VARCHAR, channel VARCHAR, outcome VARCHAR, reason VARCHAR, provider_id VARCHAR,
    at_ms BIGINT, cost_fen BIGINT
);
-- What became known later of messages that were uncertain; `message_settled` says it too.
CREATE TABLE IF NOT EXISTS message_reconciled (
    tick BIGINT NOT NULL, message_key VARCHAR, outcome VARCHAR, reason VARCHAR
);
CREATE TABLE IF NOT EXISTS receipt (
    tick BIGINT NOT NULL, message_key VARCHAR, channel VARCHAR, receipt VARCHAR, at_ms BIGINT
);
-- Codes of coupon pools that may be in people's hands; `offer` is what an order that names the code was paid with.
CREATE TABLE IF NOT EXISTS coupon_issued (
    tick BIGINT NOT NULL, message_key VARCHAR, profile BIGINT, pool VARCHAR, code VARCHAR, offer VARCHAR,
    expires_ms BIGINT, at_ms BIGINT
);
CREATE TABLE IF NOT EXISTS membership (
    tick BIGINT NOT NULL, audience VARCHAR, profile BIGINT, at_ms BIGINT, triggers BOOLEAN,
    entered BOOLEAN NOT NULL
);
CREATE TABLE IF NOT EXISTS enrolment (
    tick BIGINT NOT NULL, enrolment BIGINT, profile BIGINT, journey VARCHAR, version BIGINT, campaign VARCHAR,
    reason VARCHAR, at_ms BIGINT, entered BOOLEAN NOT NULL
);
-- Who came to a node of a journey whose shares move by results: which way they went, and the chances of all its ways.
CREATE TABLE IF NOT EXISTS parted (
    tick BIGINT NOT NULL, enrolment BIGINT, visit BIGINT, profile BIGINT, journey VARCHAR, version BIGINT,
    node VARCHAR, ways VARCHAR, arm VARCHAR, uniform BOOLEAN, batch BIGINT, chances VARCHAR, at_ms BIGINT
);
CREATE TABLE IF NOT EXISTS fact_block (
    tick BIGINT NOT NULL, position BIGINT NOT NULL, kind VARCHAR NOT NULL, count BIGINT NOT NULL, columns BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS item_version (
    "offset" BIGINT NOT NULL, at_ms BIGINT NOT NULL, item_id VARCHAR, name VARCHAR, category VARCHAR, series VARCHAR,
    brand VARCHAR, price DOUBLE, cost DOUBLE, margin DOUBLE, stock DOUBLE, successor VARCHAR, currency VARCHAR,
    body VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS exposure (
    "offset" BIGINT NOT NULL, message_id VARCHAR NOT NULL, decision_id VARCHAR, campaign VARCHAR, profile BIGINT,
    customer_id VARCHAR, decided_at_ms BIGINT, eligible VARCHAR, action VARCHAR, propensities VARCHAR,
    holdout BOOLEAN, features VARCHAR
);
CREATE TABLE IF NOT EXISTS ad_spend (
    "offset" BIGINT NOT NULL, message_id VARCHAR NOT NULL, at_ms BIGINT NOT NULL, date VARCHAR, channel VARCHAR,
    campaign VARCHAR, ad_group VARCHAR, keyword VARCHAR, cost DOUBLE, impressions DOUBLE, clicks DOUBLE,
    currency VARCHAR, body VARCHAR NOT NULL
);
-- Values of studied traits as they are now; of `KEPT` in lake.py also those of before.
CREATE TABLE IF NOT EXISTS trait_studied (
    "offset" BIGINT NOT NULL, at_ms BIGINT NOT NULL, name VARCHAR NOT NULL, profile BIGINT NOT NULL, number DOUBLE,
    word VARCHAR
);
-- Changes of points, those refused among them, each with what the account was after it.
CREATE TABLE IF NOT EXISTS points_change (
    tick BIGINT NOT NULL, position BIGINT NOT NULL, at_ms BIGINT NOT NULL, profile BIGINT NOT NULL,
    kind VARCHAR NOT NULL, points BIGINT NOT NULL, name VARCHAR NOT NULL, message_id VARCHAR NOT NULL,
    refused BOOLEAN NOT NULL,
    points_balance DOUBLE, points_expire_next DOUBLE, points_expire_next_ms DOUBLE
);
-- What journeys changed of people: traits and tags, each value as JSON.
CREATE TABLE IF NOT EXISTS trait_given (
    tick BIGINT NOT NULL, profile BIGINT NOT NULL, name VARCHAR NOT NULL, value VARCHAR NOT NULL,
    source VARCHAR NOT NULL, at_ms BIGINT NOT NULL
);
-- What became of traits whose change depended on what was known: added to, appended to, set once, deleted. Each value is
-- JSON; a change that came to nothing has one row without a name.
CREATE TABLE IF NOT EXISTS trait_resolved (
    tick BIGINT NOT NULL, "offset" BIGINT NOT NULL, profile BIGINT NOT NULL, name VARCHAR, value VARCHAR,
    source VARCHAR NOT NULL, at_ms BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS system_record (
    "offset" BIGINT NOT NULL, at_ms BIGINT NOT NULL, received_ms BIGINT NOT NULL, kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL, actor VARCHAR NOT NULL, message_id VARCHAR NOT NULL, body VARCHAR NOT NULL
);
-- Messages that came a second time and were dropped, a row a tick and sender.
CREATE TABLE IF NOT EXISTS repeated (
    tick BIGINT NOT NULL, source VARCHAR NOT NULL, at_ms BIGINT NOT NULL, messages BIGINT NOT NULL
);
-- Lakes of earlier versions get these columns here.
-- What is not JSON, byte for byte; `body` is then empty.
ALTER TABLE system_record ADD COLUMN IF NOT EXISTS packed BLOB;
-- Who sent it (`key:web`), and whether it said which customer it is about; NULL for what came before there was this.
ALTER TABLE event ADD COLUMN IF NOT EXISTS source VARCHAR;
ALTER TABLE event ADD COLUMN IF NOT EXISTS recognised BOOLEAN;
-- Where a visit came from, as the sender's library says it in `context.campaign`: JSON with source, name, term, content.
ALTER TABLE event ADD COLUMN IF NOT EXISTS utm VARCHAR;
-- Which variant of the action was given, in which batch of shares, and the chances of all arms down to variants.
ALTER TABLE decision ADD COLUMN IF NOT EXISTS variant VARCHAR;
ALTER TABLE decision ADD COLUMN IF NOT EXISTS batch BIGINT;
ALTER TABLE decision ADD COLUMN IF NOT EXISTS arms VARCHAR;
-- A version that only says that the item is gone.
ALTER TABLE item_version ADD COLUMN IF NOT EXISTS deleted BOOLEAN;

-- name: create_views
CREATE OR REPLACE VIEW canonical AS
WITH RECURSIVE
latest AS (
    SELECT forwarded, arg_max(kept, tick) AS kept FROM profile_merge AS merged ANTI JOIN profile_separation AS parted
    ON parted.kept = merged.kept AND parted.forwarded = merged.forwarded AND parted.merged_tick = merged.tick
    GROUP BY forwarded
),
chain (forwarded, kept, length) AS (
    SELECT forwarded, kept, 1 FROM latest
    UNION ALL
    SELECT chain.forwarded, latest.kept, chain.length + 1
    FROM chain JOIN latest ON latest.forwarded = chain.kept
    WHERE chain.length < 1000
)
SELECT forwarded, arg_max(kept, length) AS kept FROM chain GROUP BY forwarded;

-- What a journey changed of somebody, and what a change of traits came to, stand there as if they had been said of
-- them: conditions ask for all alike.
CREATE OR REPLACE VIEW event_now AS
SELECT event.* REPLACE (coalesce(canonical.kept, event.profile) AS profile)
FROM event LEFT JOIN canonical ON canonical.forwarded = event.profile
UNION ALL BY NAME
SELECT "offset", coalesce(canonical.kept, told.profile) AS profile, at_ms, at_ms AS received_ms, '' AS name,
    'identify' AS kind, '' AS message_id, properties, FALSE AS imported, source
FROM (
    SELECT tick AS "offset", profile, at_ms, source, json_object(name, value::JSON)::VARCHAR AS properties
    FROM trait_given
    UNION ALL
    SELECT "offset", profile, at_ms, source,
        CASE WHEN name IS NULL THEN '{}' ELSE json_object(name, value::JSON)::VARCHAR END AS properties
    FROM trait_resolved
) AS told LEFT JOIN canonical ON canonical.forwarded = told.profile;

-- What a code of a pool stands for, and whose it is; a code that everybody has is nobody's.
CREATE OR REPLACE VIEW coupon_given AS
SELECT code, nullif(any_value(offer), '') AS offer,
    CASE WHEN count(DISTINCT coalesce(canonical.kept, issued.profile)) = 1
        THEN any_value(coalesce(canonical.kept, issued.profile)) END AS holder
FROM coupon_issued AS issued LEFT JOIN canonical ON canonical.forwarded = issued.profile GROUP BY code;

CREATE OR REPLACE VIEW order_now AS
SELECT order_head.* REPLACE (
        coalesce(canonical.kept, order_head.profile) AS profile, coalesce(given.offer, order_head.coupon) AS coupon
    ), order_head.coupon AS coupon_code, given.holder AS coupon_holder
FROM order_head LEFT JOIN canonical ON canonical.forwarded = order_head.profile
LEFT JOIN coupon_given AS given ON given.code = order_head.coupon;

CREATE OR REPLACE VIEW order_line_now AS
SELECT order_line.* REPLACE (coalesce(canonical.kept, order_line.profile) AS profile)
FROM order_line LEFT JOIN canonical ON canonical.forwarded = order_line.profile;

-- What a refund takes off, what is back of an order in all, and whether so much is the whole of it. A refund that names
-- no amount is one of the whole order.
CREATE OR REPLACE MACRO refunded_amount(revenue) AS
    CASE WHEN revenue IS NULL OR isnan(revenue) THEN 1e18 ELSE abs(revenue) END;
CREATE OR REPLACE MACRO amount_back(amount, revenue) AS least(coalesce(amount, 0), coalesce(revenue, 0));
CREATE OR REPLACE MACRO is_whole(amount, revenue) AS amount >= coalesce(revenue, 0) - 0.005;

-- Orders that were made, with what went back since: `back` in all by `back_ms`; from `void_ms` on the order is no
-- purchase any more.
CREATE OR REPLACE VIEW order_sold AS
WITH refund AS (
    SELECT profile, order_id, sum(refunded_amount(revenue)) AS amount, max(at_ms) AS at_ms
    FROM order_now WHERE refunded AND order_id <> '' GROUP BY profile, order_id
)
SELECT o."offset", o.profile, o.at_ms, o.order_id, o.revenue, o.coupon, o.coupon_code, o.coupon_holder,
    amount_back(refund.amount, o.revenue) AS back, refund.at_ms AS back_ms,
    CASE WHEN is_whole(refund.amount, o.revenue) THEN refund.at_ms END AS void_ms
FROM order_now AS o LEFT JOIN refund ON refund.profile = o.profile AND refund.order_id = o.order_id
WHERE NOT o.refunded;

-- `order_sold`, without coupons, and `order_line_sold` of one person, given by all their numbers: no merges are followed.
CREATE OR REPLACE MACRO order_sold_of(numbers) AS TABLE
WITH own AS (SELECT * FROM order_head WHERE list_contains(numbers, order_head.profile)),
refund AS (
    SELECT order_id, sum(refunded_amount(revenue)) AS amount, max(at_ms) AS at_ms
    FROM own WHERE refunded AND order_id <> '' GROUP BY order_id
)
SELECT o."offset", o.at_ms, o.order_id, o.revenue,
    amount_back(refund.amount, o.revenue) AS back, refund.at_ms AS back_ms,
    CASE WHEN is_whole(refund.amount, o.revenue) THEN refund.at_ms END AS void_ms
FROM own AS o LEFT JOIN refund ON refund.order_id = o.order_id
WHERE NOT o.refunded;

CREATE OR REPLACE MACRO order_line_sold_of(numbers) AS TABLE
SELECT l.*, void.void_ms FROM order_line AS l LEFT JOIN (
    SELECT order_id, max(void_ms) AS void_ms FROM order_sold_of(numbers) WHERE void_ms IS NOT NULL GROUP BY order_id
) AS void ON void.order_id = l.order_id
WHERE NOT l.refunded AND list_contains(numbers, l.profile);

-- Revenue with refunds deducted: at the instant of their order, or at their own where they name no order of the person.
CREATE OR REPLACE VIEW revenue_net AS
SELECT profile, at_ms, revenue - back AS revenue FROM order_sold
UNION ALL
SELECT r.profile, r.at_ms, -abs(r.revenue) FROM order_now AS r
ANTI JOIN order_sold AS o ON o.profile = r.profile AND o.order_id = r.order_id
WHERE r.refunded;

CREATE OR REPLACE VIEW order_line_sold AS
SELECT l.*, void.void_ms FROM order_line_now AS l LEFT JOIN (
    SELECT profile, order_id, max(void_ms) AS void_ms FROM order_sold
    WHERE void_ms IS NOT NULL GROUP BY profile, order_id
) AS void ON void.profile = l.profile AND void.order_id = l.order_id
WHERE NOT l.refunded;

-- Items with what went back deducted, by the same rule.
CREATE OR REPLACE VIEW item_net AS
SELECT profile, at_ms, product_id, quantity FROM order_line_sold WHERE void_ms IS NULL
UNION ALL
SELECT r.profile, coalesce(made.at_ms, r.at_ms), r.product_id, -abs(r.quantity)
FROM order_line_now AS r LEFT JOIN (
    SELECT profile, order_id, min(at_ms) AS at_ms, bool_or(void_ms IS NOT NULL) AS void FROM order_sold
    GROUP BY profile, order_id
) AS made ON made.profile = r.profile AND made.order_id = r.order_id
WHERE r.refunded AND NOT coalesce(made.void, FALSE);

-- One value a person and trait: their own, else that of a profile that became theirs, until a study knows better.
CREATE OR REPLACE VIEW trait_now AS
SELECT coalesce(canonical.kept, studied.profile) AS profile, studied.name, studied.number, studied.word, studied.at_ms,
    studied."offset"
FROM trait_studied AS studied LEFT JOIN canonical ON canonical.forwarded = studied.profile
QUALIFY row_number() OVER (
    PARTITION BY studied.name, coalesce(canonical.kept, studied.profile)
    ORDER BY studied.number IS NULL AND studied.word IS NULL, canonical.kept IS NOT NULL, studied.profile,
        studied."offset" DESC
) = 1
UNION ALL BY NAME
SELECT profile, name, CASE WHEN NOT isnan(number) THEN number END AS number, NULL::VARCHAR AS word, at_ms,
    tick AS "offset"
FROM (
    UNPIVOT (
        SELECT coalesce(canonical.kept, change.profile) AS profile, change.at_ms, change.tick,
            change.points_balance, change.points_expire_next, change.points_expire_next_ms
        FROM points_change AS change LEFT JOIN canonical ON canonical.forwarded = change.profile
        WHERE NOT change.refused
        QUALIFY row_number() OVER (
            PARTITION BY coalesce(canonical.kept, change.profile)
            ORDER BY canonical.kept IS NOT NULL, change.tick DESC, change.position DESC
        ) = 1
    )
    ON points_balance, points_expire_next, points_expire_next_ms INTO NAME name VALUE number
);

-- `100 * liftloop.kernel.dice.uniform(number, salt)`: DuckDB raises where C wraps around, so 128 bits hold each product.
CREATE OR REPLACE MACRO wrapped(number) AS (number % 18446744073709551616::UHUGEINT)::UBIGINT;
CREATE OR REPLACE MACRO mixed_one(number) AS
    wrapped(xor(number, number >> 30)::UHUGEINT * 13787848793156543929::UHUGEINT);
CREATE OR REPLACE MACRO mixed_two(number) AS
    wrapped(xor(number, number >> 27)::UHUGEINT * 10723151780598845931::UHUGEINT);
CREATE OR REPLACE MACRO mixed_three(number) AS xor(number, number >> 31);
CREATE OR REPLACE MACRO bucket(number, salt) AS 100 * ((mixed_three(mixed_two(mixed_one(
    wrapped(xor(number::UBIGINT, salt::UBIGINT)::UHUGEINT + 11400714819323198485::UHUGEINT)))) >> 11)::DOUBLE
    * 1.1102230246251565e-16);

-- Receipts, and opens and clicks that somebody told as events that name the key of the message.
CREATE OR REPLACE VIEW receipt_told AS
SELECT message_key, receipt, at_ms FROM receipt
UNION ALL
SELECT json_extract_string(properties, '/message_key'), CASE name WHEN 'Message Opened' THEN 'opened' ELSE 'clicked' END,
    at_ms
FROM event WHERE name IN ('Message Opened', 'Message Clicked') AND json_extract_string(properties, '/message_key') <> '';

-- Decisions that a campaign drew: without people whom no marketing reached that quarter, who are on neither side.
CREATE OR REPLACE VIEW decision_drawn AS SELECT * FROM decision WHERE arm IS DISTINCT FROM 'everywhere';

CREATE OR REPLACE VIEW exposure_now AS
SELECT exposure.* REPLACE (coalesce(canonical.kept, exposure.profile) AS profile)
FROM exposure LEFT JOIN canonical ON canonical.forwarded = exposure.profile;

CREATE OR REPLACE VIEW item AS
WITH newest AS (
    SELECT * FROM item_version QUALIFY row_number() OVER (PARTITION BY item_id ORDER BY "offset" DESC) = 1
)
SELECT * EXCLUDE (deleted), price * 100 AS price_fen, cost * 100 AS cost_fen,
    coalesce(margin, price - cost) * 100 AS margin_fen
FROM newest WHERE deleted IS NOT TRUE;

-- What categories that are codes are called, as items say beside the code.
CREATE OR REPLACE VIEW category_called AS
WITH said AS (
    SELECT category, "offset", coalesce(
            json_extract_string(body, '$.attributes.category_name'), json_extract_string(body, '$.attributes."品类名称"'),
            json_extract_string(body, '$.attributes."分类名称"'), json_extract_string(body, '$.attributes."类目名称"')
        ) AS zh, json_extract_string(body, '$.attributes.category_name_en') AS en
    FROM item WHERE category <> ''
)
SELECT category, arg_max(coalesce(zh, en), "offset") AS zh, arg_max(coalesce(en, zh), "offset") AS en FROM said
WHERE coalesce(zh, en, '') <> '' GROUP BY category;

-- What dashboards count: decisions, messages with what became of them, and what was sold, merges followed.
CREATE OR REPLACE VIEW decided_now AS
SELECT coalesce(canonical.kept, decision.profile) AS profile, decided_ms AS at_ms, campaign, action, arm, variant,
    holdout AS held_out
FROM decision LEFT JOIN canonical ON canonical.forwarded = decision.profile;

CREATE OR REPLACE VIEW message_now AS
WITH settled AS (
    SELECT message_key, arg_max({'outcome': outcome, 'reason': reason, 'channel': channel}, tick) AS last,
        sum(cost_fen) FILTER (outcome IN ('accepted', 'uncertain')) AS cost
    FROM message_settled GROUP BY message_key
),
told AS (
    SELECT message_key, bool_or(receipt IN ('opened', 'clicked', 'replied')) AS opened,
        bool_or(receipt = 'clicked') AS clicked
    FROM receipt_told GROUP BY message_key
),
decided AS (
    SELECT message_key, arg_max({'profile': profile, 'channel': channel, 'campaign': campaign, 'journey': journey,
        'action': action, 'state': state, 'reason': reason}, tick) AS last, min(decided_ms) AS at_ms
    FROM message GROUP BY message_key
)
SELECT coalesce(canonical.kept, decided.last.profile) AS profile, decided.at_ms,
    coalesce(settled.last.channel, decided.last.channel) AS channel, decided.last.campaign AS campaign,
    decided.last.journey AS journey, decided.last.action AS action,
    CASE WHEN settled.last.outcome = 'accepted' THEN 'sent' ELSE coalesce(settled.last.outcome, decided.last.state) END
        AS state,
    coalesce(nullif(settled.last.reason, ''), decided.last.reason) AS reason, coalesce(settled.cost, 0)::DOUBLE AS cost,
    coalesce(settled.last.outcome IN ('accepted', 'uncertain'), FALSE) AS sent, coalesce(told.opened, FALSE) AS opened,
    coalesce(told.clicked, FALSE) AS clicked
FROM decided LEFT JOIN settled USING (message_key) LEFT JOIN told USING (message_key)
LEFT JOIN canonical ON canonical.forwarded = decided.last.profile;

CREATE OR REPLACE VIEW sale_now AS
SELECT profile, at_ms, coupon, CASE WHEN at_ms = min(at_ms) OVER (PARTITION BY profile) THEN 'first' ELSE 'again' END
    AS buyer, coalesce(revenue, 0) - back AS amount
FROM order_sold WHERE void_ms IS NULL;

CREATE OR REPLACE VIEW item_sold_now AS
SELECT l.profile, l.at_ms, coalesce(nullif(l.category, ''), item.category) AS category,
    coalesce(nullif(l.name, ''), item.name, l.product_id) AS product,
    coalesce(l.price, 0) * coalesce(l.quantity, 1) AS amount, coalesce(l.quantity, 1) AS quantity
FROM order_line_sold AS l LEFT JOIN item ON item.item_id = l.product_id WHERE l.void_ms IS NULL;

-- name: superseded_drop
DELETE FROM trait_studied WHERE name NOT IN (SELECT unnest(?::VARCHAR[])) AND EXISTS (
    SELECT 1 FROM batch WHERE batch.name = trait_studied.name AND batch.profile = trait_studied.profile
);

-- name: position
SELECT "offset", tick FROM followed;

-- name: position_drop
DELETE FROM followed;

-- name: position_put
INSERT INTO followed VALUES (?, ?);

-- name: reconcile
UPDATE message_settled SET outcome = known.outcome, reason = known.reason
FROM message_reconciled AS known WHERE known.message_key = message_settled.message_key AND known.tick >= $1;

-- name: columns
SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal;

-- name: block_put
INSERT INTO fact_block VALUES (?, ?, ?, ?, ?);

-- name: block_read
SELECT tick, kind, count, columns FROM fact_block WHERE kind = ? ORDER BY tick, position;
