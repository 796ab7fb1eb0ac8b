-- name: cells
-- People by variant and piece of time, and how many of them responded within the time that all of them are given.
WITH answered AS (
    SELECT message.profile, receipt.at_ms,
        CASE receipt.receipt WHEN 'clicked' THEN 'Message Clicked' WHEN 'opened' THEN 'Message Opened' END AS name
    FROM receipt JOIN message USING (message_key)
    WHERE message.campaign = $1 AND receipt.receipt IN ('clicked', 'opened')
),
given AS (
    SELECT decision.decision, coalesce(canonical.kept, decision.profile) AS profile, decision.variant, decision.batch,
        coalesce(settled.at_ms, decision.decided_ms) AS from_ms
    FROM decision
    JOIN message ON message.campaign = decision.campaign AND message.profile = decision.profile
        AND message.decided_ms = decision.decided_ms AND message.action = decision.action
    LEFT JOIN message_settled AS settled ON settled.message_key = message.message_key
    LEFT JOIN canonical ON canonical.forwarded = decision.profile
    WHERE decision.campaign = $1 AND decision.action = $2 AND NOT decision.holdout AND decision.batch >= 0
        AND message.state IN ('queued', 'deferred')
),
happened AS (
    SELECT profile, at_ms FROM event_now WHERE name IN (SELECT unnest($3::VARCHAR[])) AND at_ms >= $4
    UNION ALL
    SELECT coalesce(canonical.kept, answered.profile), at_ms FROM answered
    LEFT JOIN canonical ON canonical.forwarded = answered.profile WHERE name IN (SELECT unnest($3::VARCHAR[]))
),
responded AS (
    SELECT DISTINCT given.decision FROM given JOIN happened ON happened.profile = given.profile
        AND happened.at_ms >= given.from_ms AND happened.at_ms < given.from_ms + $5
),
-- What a person's orders brought, where $7 asks for it; whoever brings far more than others counts for ten usual ones.
ordered AS (
    SELECT given.decision, sum(coalesce(sold.revenue, 0) - sold.back) * 100 AS fen
    FROM given JOIN order_sold AS sold ON sold.profile = given.profile
        AND sold.at_ms >= given.from_ms AND sold.at_ms < given.from_ms + $5
    WHERE $7 AND sold.void_ms IS NULL GROUP BY given.decision
),
brought AS (SELECT decision, least(fen, 10 * (SELECT median(fen) FROM ordered WHERE fen > 0)) AS fen FROM ordered)
SELECT given.batch, (given.from_ms - $4) // $6 AS piece, given.variant, count(*) AS people,
    count(responded.decision) AS total, sum(coalesce(brought.fen, 0)) AS amount,
    sum(coalesce(brought.fen * brought.fen, 0)) AS square
FROM given LEFT JOIN responded ON responded.decision = given.decision
LEFT JOIN brought ON brought.decision = given.decision
GROUP BY ALL ORDER BY piece, batch, variant;

-- name: log
SELECT "offset", at_ms, kind, actor, body FROM system_record
WHERE name = $1 AND kind IN (SELECT unnest($2::VARCHAR[])) ORDER BY "offset";

-- name: answered
SELECT
    (SELECT count(*) FROM message JOIN message_settled AS settled USING (message_key)
        WHERE message.campaign = $1 AND settled.outcome IN ('accepted', 'uncertain') AND settled.at_ms >= $3) AS sent,
    (SELECT count(DISTINCT message_key) FROM receipt JOIN message USING (message_key)
        JOIN message_settled AS settled USING (message_key)
        WHERE message.campaign = $1 AND receipt.receipt = $2 AND settled.at_ms >= $3) AS answers;

-- name: spent
SELECT (settled.at_ms - $2) // $3 AS piece, sum(settled.cost_fen) AS cost_fen
FROM message JOIN message_settled AS settled USING (message_key)
WHERE message.campaign = $1 AND settled.outcome IN ('accepted', 'uncertain')
GROUP BY piece ORDER BY piece;

-- name: parted
-- People by way and piece of time at one node of a journey, each by their first coming; $5 is what counts as won.
WITH come AS (
    SELECT coalesce(canonical.kept, parted.profile) AS profile, parted.arm, parted.batch, parted.at_ms
    FROM parted LEFT JOIN canonical ON canonical.forwarded = parted.profile
    WHERE parted.journey = $1 AND parted.node = $2 AND parted.ways = $3
    QUALIFY row_number() OVER (PARTITION BY coalesce(canonical.kept, parted.profile) ORDER BY parted.at_ms, parted.tick) = 1
),
counted AS (SELECT * FROM come WHERE at_ms >= $4),
won AS (
    SELECT DISTINCT counted.profile FROM counted JOIN event_now ON event_now.profile = counted.profile
    WHERE event_now.name = $5 AND event_now.at_ms >= counted.at_ms AND event_now.at_ms < counted.at_ms + $6
)
SELECT counted.batch, counted.at_ms // $7 AS piece, counted.arm, count(*) AS people, count(won.profile) AS total
FROM counted LEFT JOIN won ON won.profile = counted.profile
GROUP BY ALL ORDER BY piece, batch, arm;
