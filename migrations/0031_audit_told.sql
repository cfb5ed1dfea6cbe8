-- Whether the tenant event of a row is out. A process may end between the row's commit and its event; others make up
-- for it. Rows from before count as told.
ALTER TABLE audit_log ADD COLUMN told boolean NOT NULL DEFAULT true;
CREATE INDEX audit_log_untold ON audit_log (id) WHERE NOT told;
CREATE INDEX audit_log_actor ON audit_log (tenant_id, actor_id, id);
