-- Messages of journeys and what is told of proposals. Statements are named; $n are parameters.

-- name: sent
-- Messages handed over from $1 to $2 that have had their time to be opened, by all that could make a difference:
-- $3 minutes lie between UTC and the shop's clock, $4 are the waits that are told apart, in milliseconds, ascending.
WITH told AS (
    SELECT DISTINCT message_key FROM receipt_told WHERE receipt IN ('opened', 'clicked', 'replied')
),
stage AS (SELECT profile, word FROM trait_now WHERE name = 'lifecycle_stage' AND word IS NOT NULL),
message_once AS (SELECT DISTINCT ON (message_key) * FROM message ORDER BY message_key, tick)
SELECT message.journey, coalesce(message.campaign, '') AS campaign, split_part(message.message_key, '/', -3) AS node,
    settled.channel, message.action, ((settled.at_ms // 60000 + $3) % 1440) // 60 AS hour,
    coalesce(list_max(list_filter($4::BIGINT[], step -> step <= settled.at_ms - entry.at_ms)), -1) AS wait_ms,
    coalesce(stage.word, '') AS stage, count(*) AS sent, count(told.message_key) AS opened
FROM message_once AS message JOIN message_settled AS settled USING (message_key)
LEFT JOIN told USING (message_key)
LEFT JOIN enrolment AS entry ON entry.entered
    AND entry.enrolment = try_cast(split_part(split_part(message.message_key, '/', -2), '~', 1) AS BIGINT)
LEFT JOIN canonical ON canonical.forwarded = message.profile
LEFT JOIN stage ON stage.profile = coalesce(canonical.kept, message.profile)
WHERE settled.outcome IN ('accepted', 'uncertain') AND settled.at_ms >= $1 AND settled.at_ms < $2
GROUP BY ALL;

-- name: entries
-- How many people entered each journey from $1 to $2.
SELECT journey, count(*) AS people FROM enrolment WHERE entered AND at_ms >= $1 AND at_ms < $2 GROUP BY journey;

-- name: kept
-- The last word on every proposal.
SELECT arg_max(body, "offset") AS body FROM system_record WHERE kind IN (SELECT unnest($1::VARCHAR[])) GROUP BY name;
