-- How much a human look would settle, 0..=1: what "uncertain first" orders by. Kept by the program as it
-- orders the inbox; here as for an item whose worth nothing has been learnt of.
ALTER TABLE automations ADD COLUMN uncertainty REAL NOT NULL DEFAULT 0;
UPDATE automations SET uncertainty = 1 - abs(2 * worth - 1);
DROP INDEX automations_by_doubt;
CREATE INDEX automations_by_uncertainty ON automations (status, lead_id, uncertainty DESC, id);
-- What was judged, newest first: what the order is learnt from.
CREATE INDEX automations_judged ON automations (decided)
    WHERE decided IS NOT NULL AND status IN ('approved', 'rejected');
