-- What a review asks of the lake beside what planning asks. Times are milliseconds, UTC.

-- name: done
-- What became of each action's messages; a receipt counts a message once.
WITH sent AS (
    SELECT message.message_key, message.action, settled.cost_fen, settled.at_ms
    FROM message JOIN message_settled AS settled USING (message_key)
    WHERE message.campaign = $1 AND settled.outcome IN ('accepted', 'uncertain')
),
told AS (
    SELECT message_key, bool_or(receipt = 'opened') AS opened, bool_or(receipt = 'clicked') AS clicked
    FROM receipt_told WHERE message_key IN (SELECT message_key FROM sent) GROUP BY message_key
)
SELECT sent.action, count(*) AS sent, coalesce(sum(sent.cost_fen), 0) AS cost_fen,
    count(*) FILTER (told.opened OR told.clicked) AS opened, count(*) FILTER (told.clicked) AS clicked,
    min(sent.at_ms) AS first_ms, max(sent.at_ms) AS last_ms
FROM sent LEFT JOIN told USING (message_key) GROUP BY sent.action ORDER BY sent.action;

-- name: mixed_sides
-- People who were held out under one profile and treated under another before these were merged.
SELECT count(*) AS people FROM (
    SELECT coalesce(canonical.kept, decision.profile) AS id
    FROM decision_drawn AS decision LEFT JOIN canonical ON canonical.forwarded = decision.profile
    WHERE campaign = $1 AND decided_ms >= $2 AND decided_ms <= $3
    GROUP BY id HAVING count(DISTINCT decision.profile) > 1 AND count(DISTINCT holdout) > 1
);

-- name: canonical
SELECT forwarded, kept FROM canonical;
