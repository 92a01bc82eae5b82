-- Several reviewers at once: who looks at what, what is claimed, verdicts that wait for a second, and
-- merges that nobody wants to be asked about again.

-- Which item each open workbench shows; told again before it runs out. Nobody's decision: it raises
-- no revision, and the feed does not tell of it.
CREATE TABLE presences (
    workbench     TEXT    NOT NULL PRIMARY KEY CHECK (workbench <> ''),
    reviewer_id   INTEGER NOT NULL REFERENCES reviewers (id),
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    until         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Items that a reviewer took for themselves for a while; they step back in others' queues.
CREATE TABLE claims (
    automation_id INTEGER NOT NULL PRIMARY KEY REFERENCES automations (id) ON DELETE CASCADE,
    reviewer_id   INTEGER NOT NULL REFERENCES reviewers (id),
    until         INTEGER NOT NULL
) STRICT;

-- Verdicts on an item that needs more than one, in the order in which they were first given.
ALTER TABLE automations ADD COLUMN opinions TEXT NOT NULL DEFAULT '[]'
    CHECK (json_valid(opinions));
CREATE INDEX automations_with_opinions ON automations (id) WHERE opinions <> '[]';

-- Where items come from that are merged into what they repeat, without asking.
CREATE TABLE merge_rules (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    origin      TEXT    NOT NULL UNIQUE CHECK (origin <> ''),
    reviewer_id INTEGER NOT NULL REFERENCES reviewers (id),
    created     INTEGER NOT NULL
) STRICT;
