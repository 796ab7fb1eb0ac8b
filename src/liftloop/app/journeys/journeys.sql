-- What became of the messages of a journey. $1 is its id.

-- name: messages
WITH told AS (
    SELECT message_key, bool_or(receipt = 'opened') AS opened, bool_or(receipt = 'clicked') AS clicked
    FROM receipt_told GROUP BY message_key
),
settled AS (SELECT message_key, arg_max(outcome, tick) AS outcome FROM message_settled GROUP BY message_key),
decided AS (SELECT DISTINCT message_key FROM message WHERE journey = $1)
SELECT split_part(decided.message_key, '/', -3) AS node, coalesce(entry.version, 0) AS version,
    count(*) FILTER (settled.outcome IN ('accepted', 'uncertain')) AS sent,
    count(*) FILTER (settled.outcome IN ('accepted', 'uncertain') AND (told.opened OR told.clicked)) AS opened,
    count(*) FILTER (settled.outcome IN ('accepted', 'uncertain') AND told.clicked) AS clicked
FROM decided LEFT JOIN settled USING (message_key) LEFT JOIN told USING (message_key)
LEFT JOIN enrolment AS entry ON entry.entered
    AND entry.enrolment = try_cast(split_part(split_part(decided.message_key, '/', -2), '~', 1) AS BIGINT)
GROUP BY ALL;

-- name: standing
-- How many ever entered each journey, and are in it now.
SELECT entry.journey, count(*) AS entered, count(*) FILTER (gone.enrolment IS NULL) AS inside
FROM enrolment AS entry LEFT JOIN enrolment AS gone ON gone.enrolment = entry.enrolment AND NOT gone.entered
WHERE entry.entered GROUP BY ALL;
