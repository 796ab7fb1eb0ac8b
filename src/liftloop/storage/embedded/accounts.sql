CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,            -- Mail address or name, in lower case.
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    teams TEXT NOT NULL,                   -- JSON; none: everybody's customers.
    staff TEXT NOT NULL,                   -- Which `staff` definition this is, '' for none.
    active INTEGER NOT NULL,
    password TEXT NOT NULL,                -- Argon2id in PHC form; '' while there is none.
    second TEXT NOT NULL,                  -- The sealed secret of one-time codes; '' where not in use.
    second_offered TEXT NOT NULL,          -- One that was shown and not yet confirmed.
    second_step INTEGER NOT NULL,          -- The last step whose code was taken: a code counts once.
    recovery TEXT NOT NULL,                -- JSON: hashes of recovery codes that are left.
    subject TEXT NOT NULL,                 -- Who this is at the provider of single sign-on; '' for nobody.
    created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS invitation (
    hash TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    ends_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session (
    hash TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL,
    address TEXT NOT NULL,
    device TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_of_account ON session (account);
CREATE TABLE IF NOT EXISTS token (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    teams TEXT NOT NULL,
    use_cases TEXT NOT NULL,               -- JSON; none: all that the role may.
    by TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    ends_ms INTEGER,
    used_ms INTEGER,
    revoked_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failure (
    key TEXT PRIMARY KEY,                  -- 'login:…' or 'address:…', hashed.
    count INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    name TEXT NOT NULL,                    -- What the actor was called then.
    via TEXT NOT NULL,
    address TEXT NOT NULL,
    use_case TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL,                 -- done, refused or failed.
    details TEXT NOT NULL                  -- JSON: before and after, versions published; never a secret.
) STRICT;
CREATE INDEX IF NOT EXISTS trail_of_actor ON trail (actor, id);
CREATE TABLE IF NOT EXISTS trail_version (
    version TEXT PRIMARY KEY               -- 'kind/id@version' that a line of the trail names.
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS model_call (
    id TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    month TEXT NOT NULL,                   -- By the shop's clock, such as 2026-11.
    actor TEXT NOT NULL,
    purpose TEXT NOT NULL,
    model TEXT NOT NULL,
    outcome TEXT NOT NULL,                 -- 'asked' until it is settled; then what is below is what it came to.
    why TEXT NOT NULL,
    tokens_in INTEGER NOT NULL,            -- The most that is possible until it is settled, as all that follows.
    tokens_out INTEGER NOT NULL,
    cost_micro INTEGER NOT NULL,           -- In millionths of a fen.
    took_ms INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    asked TEXT NOT NULL,                   -- '' where texts are not kept.
    answered TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS model_call_of_month ON model_call (month, at_ms);
