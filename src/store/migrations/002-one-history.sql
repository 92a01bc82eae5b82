-- The feed tells of folding too, and of which history it is: two stores that began as copies of one
-- another come to the same numbers, but never to the same stamps.

DROP TRIGGER automations_inserted;
DROP TRIGGER automations_updated;
DROP TRIGGER automations_deleted;

CREATE TABLE new_changes (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    automation_id INTEGER NOT NULL,
    op            TEXT    NOT NULL CHECK (op IN ('upsert', 'delete', 'fold')),
    stamp         INTEGER NOT NULL DEFAULT (random())
) STRICT;
INSERT INTO new_changes (seq, automation_id, op) SELECT seq, automation_id, op FROM changes;
-- The newest number stays used, also where its entry was pruned.
DELETE FROM sqlite_sequence WHERE name = 'new_changes';
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'new_changes', seq FROM sqlite_sequence WHERE name = 'changes';
DROP TABLE changes;
ALTER TABLE new_changes RENAME TO changes;

CREATE TRIGGER automations_inserted AFTER INSERT ON automations BEGIN
    INSERT INTO changes (automation_id, op) VALUES (new.id, 'upsert');
END;
-- Every write to an automation, its tags, tools or labels raises the revision; ranking does not,
-- and need not be followed.
CREATE TRIGGER automations_updated AFTER UPDATE OF revision ON automations BEGIN
    INSERT INTO changes (automation_id, op) VALUES (new.id, 'upsert');
END;
CREATE TRIGGER automations_deleted AFTER DELETE ON automations BEGIN
    INSERT INTO changes (automation_id, op) VALUES (old.id, 'delete');
END;
-- Lists show it: the item itself, and how many stand behind its lead. The index does not hold it.
CREATE TRIGGER automations_folded AFTER UPDATE OF lead_id ON automations
WHEN old.lead_id IS NOT new.lead_id BEGIN
    INSERT INTO changes (automation_id, op) VALUES (new.id, 'fold');
    INSERT INTO changes (automation_id, op)
        SELECT id, 'fold' FROM automations WHERE id IN (old.lead_id, new.lead_id);
END;

-- The newest entry on the item when taking this decision back was refused: until there is a newer
-- one, undo passes it over for what came before.
ALTER TABLE decisions ADD COLUMN passed INTEGER;

-- From which source it came, so that it can be tried again.
ALTER TABLE dead_letters ADD COLUMN source_id INTEGER REFERENCES sources (id) ON DELETE SET NULL;
UPDATE dead_letters SET source_id = COALESCE(
    (SELECT s.id FROM sources s WHERE s.kind IN ('folder', 'feed')
         AND substr(subject, 1, length(s.address)) = s.address),
    (SELECT s.id FROM sources s WHERE s.kind = 'sample'
         AND NOT (subject LIKE '/%' OR subject LIKE 'http%')),
    (SELECT s.id FROM sources s WHERE s.kind = 'import'))
WHERE stage = 'crawl';
