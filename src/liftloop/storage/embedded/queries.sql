-- The statements of log, state, checkpoints and vault (SQLite). Each stands under its name.

-- name: log_create
CREATE TABLE IF NOT EXISTS entry (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, body BLOB NOT NULL) STRICT;

-- name: log_create_forgotten
CREATE TABLE IF NOT EXISTS forgotten (id INTEGER PRIMARY KEY CHECK (id = 1), "end" INTEGER NOT NULL) STRICT;

-- name: log_end
SELECT max(
    coalesce((SELECT first + count FROM entry ORDER BY first DESC LIMIT 1), 0),
    coalesce((SELECT "end" FROM forgotten), 0)
);

-- name: log_append
INSERT INTO entry (first, count, body) VALUES (?, ?, ?);

-- name: log_read
SELECT first, count, body FROM entry WHERE first >= ? ORDER BY first;

-- name: log_forgettable
SELECT coalesce(max(first), -1), coalesce(sum(count), 0), max(first + count)
FROM (SELECT first, count FROM entry WHERE first < ?1 AND first + count <= ?1 ORDER BY first LIMIT ?2);

-- name: log_forget
DELETE FROM entry WHERE first <= ?;

-- name: log_remember_end
INSERT INTO forgotten (id, "end") VALUES (1, ?)
ON CONFLICT (id) DO UPDATE SET "end" = max("end", excluded."end");

-- name: lease_epoch
SELECT epoch FROM lease WHERE id = 1;

-- name: lease_take
INSERT INTO lease (id, epoch) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET epoch = epoch + 1 RETURNING epoch;

-- name: tick_put
INSERT INTO tick (tick, now_ms, seed, "offset", epoch) VALUES (?, ?, ?, ?, ?);

-- name: tick_last
SELECT tick, now_ms, "offset", epoch FROM tick ORDER BY tick DESC LIMIT 1;

-- name: tick_forget
DELETE FROM tick WHERE tick < ?1 AND tick < (SELECT max(tick) FROM tick);

-- name: delta_put
INSERT INTO delta (tick, data) VALUES (?, ?);

-- name: delta_read
SELECT tick, data FROM delta WHERE tick > ? ORDER BY tick;

-- name: delta_droppable
SELECT max(tick) FROM (SELECT tick FROM delta WHERE tick <= ? ORDER BY tick LIMIT ?);

-- name: delta_drop
DELETE FROM delta WHERE tick <= ?;

-- name: delta_dropped
SELECT tick FROM dropped WHERE id = 1;

-- name: delta_remember_dropped
INSERT INTO dropped (id, tick) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET tick = max(tick, excluded.tick);

-- name: fact_put
INSERT INTO fact (tick, position, kind, count, columns) VALUES (?, ?, ?, ?, ?);

-- name: fact_last_tick
SELECT tick FROM fact WHERE tick > ? ORDER BY tick, position LIMIT 1 OFFSET ?;

-- name: fact_read
SELECT tick, kind, count, columns FROM fact WHERE tick > ? AND tick <= ? ORDER BY tick, position;

-- name: fact_forgettable
SELECT max(tick) FROM (SELECT tick FROM fact WHERE tick < ? ORDER BY tick LIMIT ?);

-- name: fact_forget
DELETE FROM fact WHERE tick <= ?;

-- Rows lie in the order in which they came, so the oldest are at the front.
-- name: carried_forget
DELETE FROM carried WHERE rowid IN (SELECT rowid FROM carried ORDER BY rowid LIMIT ?) AND at_ms < ?;

-- name: round_last
SELECT number, tick, specs FROM round ORDER BY number DESC LIMIT 1;

-- name: round_put
INSERT INTO round (number, tick, specs) VALUES (?, ?, ?);

-- name: round_forget
DELETE FROM round WHERE number < ?;

-- name: block_put
INSERT OR REPLACE INTO block (array, number, round, data) VALUES (?, ?, ?, ?);

-- name: block_read
SELECT array, number, data, max(round) FROM block WHERE array = ? AND round <= ? GROUP BY number ORDER BY number;

-- name: block_forget_replaced
DELETE FROM block AS older WHERE round < ?1 AND EXISTS (
    SELECT 1 FROM block AS newer
    WHERE newer.array = older.array AND newer.number = older.number AND newer.round > older.round
);

-- name: block_forget_unfinished
DELETE FROM block WHERE round > ?;

-- name: block_arrays
SELECT DISTINCT array FROM block;

-- name: block_forget_array
DELETE FROM block WHERE array = ? AND round < ?;

-- name: vault_create
CREATE TABLE IF NOT EXISTS identifier_key (
    identifier INTEGER PRIMARY KEY,
    key_id BLOB NOT NULL,
    wrapped BLOB NOT NULL
) STRICT;

-- name: vault_create_witness
CREATE TABLE IF NOT EXISTS witness (id INTEGER PRIMARY KEY CHECK (id = 1), wrapped BLOB NOT NULL) STRICT;

-- name: vault_create_erasures
CREATE TABLE IF NOT EXISTS erasures (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL) STRICT;

-- name: vault_witness
SELECT wrapped FROM witness;

-- name: vault_witness_put
INSERT INTO witness (id, wrapped) VALUES (1, ?);

-- name: vault_erasures
SELECT coalesce((SELECT count FROM erasures), 0);

-- name: vault_erasures_raise
INSERT INTO erasures (id, count) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET count = count + 1;

-- name: vault_keys
SELECT identifier, key_id, wrapped FROM identifier_key WHERE identifier IN (SELECT value FROM json_each(?));

-- name: vault_key_put
INSERT INTO identifier_key (identifier, key_id, wrapped) VALUES (?, ?, ?);

-- name: vault_destroy
DELETE FROM identifier_key WHERE identifier IN (SELECT value FROM json_each(?));

-- name: examine_state
SELECT tick, now_ms, "offset", coalesce((SELECT tick FROM dropped WHERE id = 1), 0),
    (SELECT count(*) FROM delta), coalesce((SELECT max(tick) FROM delta), 0)
FROM tick ORDER BY tick DESC LIMIT 1;

-- name: examine_log
SELECT coalesce((SELECT first FROM entry ORDER BY first LIMIT 1), 0), coalesce((SELECT "end" FROM forgotten), 0),
    (SELECT body FROM entry ORDER BY first DESC LIMIT 1);

-- name: examine_block
SELECT number, length(data), max(round) FROM block WHERE array = ? AND round <= ? GROUP BY number;
