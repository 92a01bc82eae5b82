-- A model may read a document after the rules have; where the two differ, and what a later reading
-- made of an item, can be seen.

-- What refined this revision, and whether one shall that has not yet.
ALTER TABLE documents ADD COLUMN refined_by TEXT;
ALTER TABLE documents ADD COLUMN awaits_model INTEGER NOT NULL DEFAULT 0
    CHECK (awaits_model IN (0, 1));
CREATE INDEX documents_awaiting_model ON documents (id) WHERE awaits_model = 1;

-- What one reader found and the other did not.
ALTER TABLE automations ADD COLUMN doubts TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(doubts));

-- How a document was read otherwise than before. Where a person had decided on the item it was kept
-- as it is, and this tells what the newer reading would have made of it.
CREATE TABLE rereadings (
    id            INTEGER PRIMARY KEY,
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    at            INTEGER NOT NULL,
    made_by       TEXT    NOT NULL,
    -- Names of fields.
    changed       TEXT    NOT NULL CHECK (json_valid(changed)),
    is_kept       INTEGER NOT NULL CHECK (is_kept IN (0, 1))
) STRICT;
CREATE INDEX rereadings_by_automation ON rereadings (automation_id, id);
