-- Where a session was opened, so that its owner recognises it in a list.
ALTER TABLE sessions ADD COLUMN client text, ADD COLUMN agent text;
CREATE INDEX sessions_tenant ON sessions (tenant_id, id);
