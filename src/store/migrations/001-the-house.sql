-- The whole of the product's tables, designed together. Times are milliseconds since 1970 UTC.
-- JSON columns hold the domain's types exactly as `model` serialises them.

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    key     TEXT    NOT NULL PRIMARY KEY,
    value   TEXT    NOT NULL,
    changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reviewers (
    id      INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE CHECK (name <> ''),
    created INTEGER NOT NULL
) STRICT;

-- Discover ---------------------------------------------------------------------------------

CREATE TABLE sources (
    id                   INTEGER PRIMARY KEY,
    name                 TEXT    NOT NULL UNIQUE CHECK (name <> ''),
    kind                 TEXT    NOT NULL,
    address              TEXT    NOT NULL,
    title                TEXT,
    is_enabled           INTEGER NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1)),
    schedule             TEXT,
    options              TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(options)),
    etag                 TEXT,
    last_modified        TEXT,
    last_success         INTEGER,
    last_attempt         INTEGER,
    last_error           TEXT,
    next_attempt         INTEGER,
    consecutive_failures INTEGER NOT NULL DEFAULT 0,
    created              INTEGER NOT NULL
) STRICT;

-- Raw answers as they came, zstd; several documents may share one.
CREATE TABLE bodies (
    id       INTEGER PRIMARY KEY,
    hash     BLOB    NOT NULL UNIQUE,
    format   TEXT    NOT NULL,
    location TEXT    NOT NULL,
    size     INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    received INTEGER NOT NULL
) STRICT;

CREATE TABLE documents (
    id            INTEGER PRIMARY KEY,
    source_id     INTEGER NOT NULL REFERENCES sources (id),
    identity      TEXT    NOT NULL,
    revision      INTEGER NOT NULL DEFAULT 1,
    content_hash  BLOB    NOT NULL,
    url           TEXT,
    title         TEXT    NOT NULL,
    author        TEXT,
    published     INTEGER,
    kind          TEXT    NOT NULL,
    origin        TEXT,
    language      TEXT,
    body_id       INTEGER NOT NULL REFERENCES bodies (id),
    gathered      INTEGER NOT NULL,
    -- Which extractor read this revision; NULL while it waits.
    extracted_by  TEXT,
    UNIQUE (source_id, identity)
) STRICT;
CREATE INDEX documents_waiting ON documents (id) WHERE extracted_by IS NULL;
CREATE INDEX documents_by_url ON documents (url) WHERE url IS NOT NULL;
CREATE INDEX documents_by_body ON documents (body_id);

-- Apart from `documents`, so that scans of the small columns stay small.
CREATE TABLE document_texts (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    readable    TEXT NOT NULL,
    marks       TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(marks))
) STRICT;

-- Superseded revisions, kept: decisions may rest on them.
CREATE TABLE document_revisions (
    document_id  INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    revision     INTEGER NOT NULL,
    content_hash BLOB    NOT NULL,
    title        TEXT    NOT NULL,
    readable     TEXT    NOT NULL,
    body_id      INTEGER NOT NULL REFERENCES bodies (id),
    gathered     INTEGER NOT NULL,
    PRIMARY KEY (document_id, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_revisions_by_body ON document_revisions (body_id);

-- Curate -----------------------------------------------------------------------------------

CREATE TABLE automations (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    revision          INTEGER NOT NULL DEFAULT 1,
    document_id       INTEGER REFERENCES documents (id),
    document_revision INTEGER,
    -- Which of its document's automations it is, from 0.
    position          INTEGER NOT NULL DEFAULT 0,
    status            TEXT    NOT NULL DEFAULT 'inbox'
                      CHECK (status IN ('inbox', 'approved', 'rejected', 'deferred', 'merged')),
    title             TEXT    NOT NULL CHECK (title <> ''),
    description       TEXT    NOT NULL,
    trigger_kind      TEXT,
    trigger_json      TEXT    CHECK (trigger_json IS NULL OR json_valid(trigger_json)),
    steps             TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(steps)),
    problem           TEXT,
    claims            TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(claims)),
    complexity        TEXT,
    location          TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(location)),
    confidence        REAL    NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    worth             REAL    NOT NULL DEFAULT 0,
    -- Best function, kind and origin of the document: repeated here so that a list needs no join.
    function          TEXT,
    kind              TEXT,
    origin            TEXT,
    dated             INTEGER NOT NULL,
    reason            TEXT,
    deferred_until    INTEGER,
    merged_into       INTEGER REFERENCES automations (id),
    -- The look-alike that stands for it in lists.
    lead_id           INTEGER REFERENCES automations (id) ON DELETE SET NULL,
    made_by           TEXT    NOT NULL,
    created           INTEGER NOT NULL,
    decided           INTEGER,
    decided_by        INTEGER REFERENCES reviewers (id),
    CHECK ((status = 'merged') = (merged_into IS NOT NULL)),
    CHECK (lead_id IS NULL OR lead_id <> id)
) STRICT;
-- `lead_id` stands in the order indexes so that they cover the queue's queries whole.
CREATE INDEX automations_by_worth ON automations (status, lead_id, worth DESC, id);
CREATE INDEX automations_by_doubt ON automations (status, lead_id, abs(confidence - 0.5), id);
CREATE INDEX automations_by_date ON automations (status, lead_id, dated DESC, id);
CREATE INDEX automations_by_origin ON automations (status, lead_id, origin, dated DESC, id);
CREATE INDEX automations_by_function ON automations (function, status);
CREATE INDEX automations_by_document ON automations (document_id, position);
CREATE INDEX automations_by_lead ON automations (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX automations_by_merge ON automations (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX automations_due ON automations (deferred_until) WHERE status = 'deferred';
CREATE INDEX automations_by_decision ON automations (decided_by, decided) WHERE decided IS NOT NULL;
CREATE INDEX automations_by_creation ON automations (created);

CREATE TABLE automation_tags (
    tag           TEXT    NOT NULL CHECK (tag <> ''),
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, automation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX automation_tags_by_automation ON automation_tags (automation_id);

CREATE TABLE automation_tools (
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    tool          TEXT    NOT NULL CHECK (tool <> ''),
    role          TEXT    NOT NULL CHECK (role IN ('used', 'mentioned')),
    p             REAL    NOT NULL,
    PRIMARY KEY (automation_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX automation_tools_by_tool ON automation_tools (tool, role, automation_id);

CREATE TABLE automation_labels (
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    kind          TEXT    NOT NULL CHECK (kind IN ('function', 'industry')),
    position      INTEGER NOT NULL,
    label         TEXT    NOT NULL CHECK (label <> ''),
    p             REAL    NOT NULL,
    PRIMARY KEY (automation_id, kind, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX automation_labels_by_label ON automation_labels (kind, label, automation_id);

-- Spans are byte offsets into the readable text of the named revision.
CREATE TABLE evidence (
    id                INTEGER PRIMARY KEY,
    automation_id     INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    document_id       INTEGER NOT NULL REFERENCES documents (id),
    document_revision INTEGER NOT NULL,
    field             TEXT    NOT NULL,
    position          INTEGER NOT NULL DEFAULT 0,
    span_start        INTEGER NOT NULL,
    span_end          INTEGER NOT NULL CHECK (span_end > span_start),
    confidence        REAL    NOT NULL
) STRICT;
CREATE INDEX evidence_by_automation ON evidence (automation_id, span_start);

CREATE TABLE duplicates (
    a          INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    b          INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    p          REAL    NOT NULL,
    verdict    TEXT    NOT NULL CHECK (verdict IN ('same', 'related')),
    state      TEXT    NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'apart', 'merged')),
    found      INTEGER NOT NULL,
    decided    INTEGER,
    decided_by INTEGER REFERENCES reviewers (id),
    PRIMARY KEY (a, b),
    CHECK (a < b)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicates_by_b ON duplicates (b);
CREATE INDEX duplicates_open ON duplicates (verdict, state);

-- The journal -------------------------------------------------------------------------------

-- What one key press or one command did, undone as one.
CREATE TABLE batches (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT    NOT NULL,
    reviewer_id INTEGER NOT NULL REFERENCES reviewers (id),
    origin      TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    -- The batch that this one takes back (undo) or does again (redo).
    reverses    INTEGER REFERENCES batches (id)
) STRICT;
CREATE INDEX batches_by_reviewer ON batches (reviewer_id, id);
CREATE INDEX batches_by_reversal ON batches (reverses) WHERE reverses IS NOT NULL;

CREATE TABLE decisions (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id      INTEGER NOT NULL REFERENCES batches (id),
    automation_id INTEGER NOT NULL REFERENCES automations (id),
    revision      INTEGER NOT NULL,
    changes       TEXT    NOT NULL CHECK (json_valid(changes)),
    -- The decision that this one takes back (undo, or redo of an undo).
    reverses      INTEGER REFERENCES decisions (id),
    is_undone     INTEGER NOT NULL DEFAULT 0 CHECK (is_undone IN (0, 1))
) STRICT;
CREATE INDEX decisions_by_automation ON decisions (automation_id, id);
CREATE INDEX decisions_by_batch ON decisions (batch_id);

-- Innovate, match, learn --------------------------------------------------------------------

CREATE TABLE innovations (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    method        TEXT    NOT NULL
                  CHECK (method IN ('cross_pollination', 'gap_analysis', 'new_tool', 'combination')),
    status        TEXT    NOT NULL DEFAULT 'proposed'
                  CHECK (status IN ('proposed', 'accepted', 'rejected', 'parked')),
    title         TEXT    NOT NULL CHECK (title <> ''),
    pitch         TEXT    NOT NULL,
    plan          TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(plan)),
    novelty       REAL,
    feasibility   REAL,
    automation_id INTEGER REFERENCES automations (id),
    made_by       TEXT    NOT NULL,
    created       INTEGER NOT NULL,
    reason        TEXT,
    decided       INTEGER,
    decided_by    INTEGER REFERENCES reviewers (id)
) STRICT;
CREATE INDEX innovations_by_status ON innovations (status, created);

CREATE TABLE innovation_parents (
    innovation_id INTEGER NOT NULL REFERENCES innovations (id) ON DELETE CASCADE,
    automation_id INTEGER NOT NULL REFERENCES automations (id),
    PRIMARY KEY (innovation_id, automation_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE adaptations (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    automation_id INTEGER NOT NULL REFERENCES automations (id),
    industry      TEXT    NOT NULL,
    text          TEXT    NOT NULL,
    made_by       TEXT    NOT NULL,
    created       INTEGER NOT NULL,
    UNIQUE (automation_id, industry)
) STRICT;

CREATE TABLE implementations (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    automation_id INTEGER NOT NULL REFERENCES automations (id),
    status        TEXT    NOT NULL CHECK (status IN ('planned', 'running', 'failed', 'stopped')),
    hours_saved   REAL,
    money_saved   REAL,
    currency      TEXT,
    rating        INTEGER CHECK (rating BETWEEN 1 AND 5),
    notes         TEXT,
    reported      INTEGER NOT NULL
) STRICT;
CREATE INDEX implementations_by_automation ON implementations (automation_id);

CREATE TABLE saved_searches (
    id          INTEGER PRIMARY KEY,
    reviewer_id INTEGER NOT NULL REFERENCES reviewers (id),
    name        TEXT    NOT NULL CHECK (name <> ''),
    query       TEXT    NOT NULL CHECK (json_valid(query)),
    seen        INTEGER NOT NULL,
    UNIQUE (reviewer_id, name)
) STRICT;

-- Run ----------------------------------------------------------------------------------------

CREATE TABLE runs (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    owner   TEXT    NOT NULL,
    started INTEGER NOT NULL
) STRICT;

CREATE TABLE jobs (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id    INTEGER NOT NULL REFERENCES runs (id),
    stage     TEXT    NOT NULL,
    subject   TEXT    NOT NULL DEFAULT '',
    state     TEXT    NOT NULL DEFAULT 'queued'
              CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'dead')),
    priority  INTEGER NOT NULL DEFAULT 0,
    done      INTEGER NOT NULL DEFAULT 0,
    total     INTEGER NOT NULL DEFAULT 0,
    failed    INTEGER NOT NULL DEFAULT 0,
    message   TEXT,
    attempts  INTEGER NOT NULL DEFAULT 0,
    run_after INTEGER NOT NULL DEFAULT 0,
    wants_cancel INTEGER NOT NULL DEFAULT 0 CHECK (wants_cancel IN (0, 1)),
    queued    INTEGER NOT NULL,
    started   INTEGER,
    finished  INTEGER
) STRICT;
CREATE INDEX jobs_open ON jobs (state, priority DESC, id);
CREATE INDEX jobs_by_run ON jobs (run_id);

-- What could not be worked on, with the reason, until somebody looks.
CREATE TABLE dead_letters (
    id       INTEGER PRIMARY KEY,
    stage    TEXT    NOT NULL,
    subject  TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    hint     TEXT,
    attempts INTEGER NOT NULL DEFAULT 1,
    first    INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    UNIQUE (stage, subject)
) STRICT;

-- Who may do what only one process may do, and until when.
CREATE TABLE leases (
    name  TEXT    NOT NULL PRIMARY KEY,
    owner TEXT    NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Derived data ---------------------------------------------------------------------------------

CREATE TABLE embeddings (
    -- Grows with every write, so that readers fetch what is newer than what they hold.
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    -- The revision of the automation that was read.
    revision      INTEGER NOT NULL,
    model         TEXT    NOT NULL,
    text_hash     BLOB    NOT NULL,
    -- Scale as f32 LE, then 256 int8 values; empty for a text without a known word.
    vector        BLOB    NOT NULL,
    UNIQUE (automation_id, model)
) STRICT;

-- What the search index has yet to follow. AUTOINCREMENT: a number is never used again, even
-- when the newest rows were pruned.
CREATE TABLE changes (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    automation_id INTEGER NOT NULL,
    op            TEXT    NOT NULL CHECK (op IN ('upsert', 'delete'))
) STRICT;

CREATE TRIGGER automations_inserted AFTER INSERT ON automations BEGIN
    INSERT INTO changes (automation_id, op) VALUES (new.id, 'upsert');
END;
-- Every write to an automation, its tags, tools or labels raises the revision; folding and
-- ranking do not, and need not be followed.
CREATE TRIGGER automations_updated AFTER UPDATE OF revision ON automations BEGIN
    INSERT INTO changes (automation_id, op) VALUES (new.id, 'upsert');
END;
CREATE TRIGGER automations_deleted AFTER DELETE ON automations BEGIN
    INSERT INTO changes (automation_id, op) VALUES (old.id, 'delete');
END;
