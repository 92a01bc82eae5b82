-- Calls of language models: what they cost, and what they said.

-- One row a call. Sums are millionths of the currency's unit. `counted` is what budgets see: the
-- whole reservation from before the call is sent, then what it cost. A call that nobody settled
-- keeps its reservation for good, since its provider may have charged it.
CREATE TABLE model_calls (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    at            INTEGER NOT NULL,
    -- The operator's own day, as 2026-11-16: budgets are for days and months there.
    day           TEXT    NOT NULL CHECK (length(day) = 10),
    run_id        INTEGER REFERENCES runs (id) ON DELETE SET NULL,
    task          TEXT    NOT NULL,
    item          TEXT    NOT NULL,
    provider      TEXT    NOT NULL,
    model         TEXT    NOT NULL,
    -- Name and version.
    prompt        TEXT    NOT NULL,
    outcome       TEXT    NOT NULL CHECK (outcome IN
                  ('reserved', 'answered', 'cached', 'failed', 'cancelled', 'abandoned')),
    reserved      INTEGER NOT NULL CHECK (reserved >= 0),
    counted       INTEGER NOT NULL CHECK (counted >= 0),
    -- NULL where the provider does not count.
    input_tokens  INTEGER,
    cached_tokens INTEGER,
    output_tokens INTEGER,
    latency_ms    INTEGER,
    reason        TEXT,
    -- When nobody can be waiting for it any more.
    expires       INTEGER NOT NULL
) STRICT;
-- Each covers the sum over its budget.
CREATE INDEX model_calls_by_day ON model_calls (day, counted);
CREATE INDEX model_calls_by_run ON model_calls (run_id, counted) WHERE run_id IS NOT NULL;
CREATE INDEX model_calls_open ON model_calls (expires) WHERE outcome = 'reserved';

-- Answers by the hash of all that they depend on.
CREATE TABLE model_answers (
    key           BLOB    NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    text          TEXT    NOT NULL,
    input_tokens  INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    kept          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
