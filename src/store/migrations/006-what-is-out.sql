-- Questions that are out at a provider in a batch, to be fetched by a later run.

CREATE TABLE model_batches (
    id       INTEGER PRIMARY KEY,
    provider TEXT    NOT NULL,
    -- The provider's name for it.
    name     TEXT    NOT NULL,
    -- Its questions with their reservations, as `llm` writes them.
    content  TEXT    NOT NULL CHECK (json_valid(content)),
    sent     INTEGER NOT NULL,
    -- When its answers were fetched or it was given up. From then on its documents wait again.
    returned INTEGER,
    UNIQUE (provider, name)
) STRICT;

-- What a batch asks about. A row goes when its document has been read.
CREATE TABLE batched_documents (
    document_id INTEGER NOT NULL PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    -- The revision that was asked about: a newer one does not wait for the batch.
    revision    INTEGER NOT NULL,
    batch_id    INTEGER NOT NULL REFERENCES model_batches (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX batched_documents_by_batch ON batched_documents (batch_id);
