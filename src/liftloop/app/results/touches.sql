-- What touched people and what they did after, as results are asked for it. {source}, {campaign}, {ad_group} and
-- {keyword} stand for where a visit came from; $1 and $2 are the instants between which touches lie. Pages of one
-- visit are one touch; so are a click on our message, the event that tells of it and the pages behind the link, which
-- name our own channel as their source. Rows of profile -1 are the names, with the number of touches in the place of the instant.

-- name: touches
WITH seen AS (
    SELECT profile, at_ms, "offset", {source} AS channel,
        CASE WHEN {marked} THEN {campaign} END AS campaign, CASE WHEN {marked} THEN {ad_group} END AS ad_group,
        CASE WHEN {marked} THEN {keyword} END AS keyword
    FROM event_now
    WHERE at_ms >= $1 AND at_ms < $2 AND (kind IN ('page', 'screen') OR (kind = 'track' AND {marked}))
        AND name NOT IN ('Message Sent', 'Message Delivered', 'Message Opened', 'Message Clicked')
),
sent AS (
    SELECT DISTINCT ON (message_key) message_key, profile, channel, campaign, action FROM message
),
ours AS (SELECT DISTINCT lower(channel) AS channel, coalesce(campaign, '') AS campaign FROM sent),
visit AS (
    SELECT profile, at_ms, "offset", CASE WHEN ours.channel IS NULL THEN seen.channel END AS channel,
        seen.campaign, ad_group, keyword
    FROM seen LEFT JOIN ours ON ours.channel = seen.channel AND ours.campaign = coalesce(seen.campaign, '')
),
own AS (
    SELECT coalesce(canonical.kept, sent.profile) AS profile, said.at_ms, said.tick AS "offset",
        'own:' || sent.channel AS channel, sent.campaign, sent.action AS ad_group, NULL AS keyword
    FROM (
        SELECT message_key, at_ms, tick FROM receipt WHERE receipt IN (SELECT unnest($3::VARCHAR[]))
        UNION ALL
        SELECT message_key, at_ms, tick FROM message_settled WHERE outcome = 'accepted' AND $4
    ) AS said JOIN sent USING (message_key) LEFT JOIN canonical ON canonical.forwarded = sent.profile
    WHERE said.at_ms >= $1 AND said.at_ms < $2
),
told AS (
    SELECT * FROM visit UNION ALL SELECT * FROM own
    UNION ALL
    SELECT said.profile, at_ms, "offset", 'own:' || coalesce(sent.channel, said.channel, 'message'),
        coalesce(sent.campaign, said.campaign), coalesce(sent.action, said.action), NULL
    FROM (
        SELECT profile, at_ms, "offset", nullif(json_extract_string(properties, '/channel'), '') AS channel,
            json_extract_string(properties, '/campaign') AS campaign,
            json_extract_string(properties, '/action') AS action,
            json_extract_string(properties, '/message_key') AS message_key
        FROM event_now WHERE kind = 'track' AND at_ms >= $1 AND at_ms < $2 AND name IN (SELECT unnest($5::VARCHAR[]))
    ) AS said LEFT JOIN sent USING (message_key)
),
beside AS (
    SELECT *, lag(at_ms) OVER person AS before_ms,
        lag(hash(coalesce(channel, ''), coalesce(campaign, ''), coalesce(ad_group, ''), coalesce(keyword, '')))
            OVER person AS before_key,
        hash(coalesce(channel, ''), coalesce(campaign, ''), coalesce(ad_group, ''), coalesce(keyword, '')) AS key
    FROM told WINDOW person AS (PARTITION BY profile ORDER BY at_ms, channel IS NULL, "offset")
),
touch AS MATERIALIZED (
    SELECT profile, at_ms, (key >> 1)::BIGINT AS code, coalesce(channel, 'direct') AS channel,
        coalesce(campaign, '') AS campaign, coalesce(ad_group, '') AS ad_group, coalesce(keyword, '') AS keyword
    FROM beside
    WHERE before_ms IS NULL OR at_ms - before_ms > {visit_ms} OR (channel IS NOT NULL AND key <> before_key)
)
SELECT profile, at_ms, code, '' AS channel, '' AS campaign, '' AS ad_group, '' AS keyword FROM touch
UNION ALL
SELECT -1, count(*), code, any_value(channel), any_value(campaign), any_value(ad_group), any_value(keyword)
FROM touch GROUP BY code

-- name: orders
SELECT o.profile, o.at_ms, coalesce(CASE WHEN NOT isnan(o.revenue) THEN o.revenue - o.back END, 0) * 100 AS revenue_fen,
    coalesce(m.margin_fen, 0) AS margin_fen, m.margin_fen IS NOT NULL AS margin_known,
    o.at_ms = min(o.at_ms) OVER (PARTITION BY o.profile) AS first_order
FROM order_sold AS o LEFT JOIN (
    SELECT l.profile, l.order_id, sum(l.quantity * item.margin_fen) AS margin_fen
    FROM order_line_sold AS l JOIN item ON item.item_id = l.product_id
    WHERE l.void_ms IS NULL AND l.order_id <> '' GROUP BY l.profile, l.order_id HAVING bool_and(item.margin_fen IS NOT NULL)
) AS m ON m.profile = o.profile AND m.order_id = o.order_id
WHERE o.void_ms IS NULL QUALIFY o.at_ms >= $1 AND o.at_ms < $2
ORDER BY o.profile, o.at_ms

-- name: spend
-- Of rows that say the same day and keyword in several imports those of the newest import count.
WITH said AS (
    SELECT lower(trim(coalesce(channel, ''))) AS channel, trim(coalesce(campaign, '')) AS campaign,
        trim(coalesce(ad_group, '')) AS ad_group, trim(coalesce(keyword, '')) AS keyword,
        TRY_CAST(date AS DATE) AS day, upper(coalesce(currency, '')) AS currency, at_ms,
        cost, impressions, clicks
    FROM ad_spend
),
latest AS (
    SELECT *, max(at_ms) OVER (PARTITION BY channel, campaign, ad_group, keyword, day, currency) AS newest_ms FROM said
    WHERE day >= $1::DATE AND day <= $2::DATE
)
SELECT channel, campaign, ad_group, keyword, currency, CAST(day AS VARCHAR) AS day,
    sum(cost) FILTER (at_ms = newest_ms) * 100 AS cost_fen,
    coalesce(sum(impressions) FILTER (at_ms = newest_ms), 0) AS impressions,
    coalesce(sum(clicks) FILTER (at_ms = newest_ms), 0) AS clicks,
    count(*) FILTER (at_ms < newest_ms) AS replaced
FROM latest GROUP BY ALL ORDER BY channel, campaign, ad_group, keyword, day
