-- Failures of one cause share a fingerprint, so that thousands of them are one line to look at and one thing to retry.
ALTER TABLE jobs ADD COLUMN fingerprint text;
CREATE INDEX jobs_fingerprints ON jobs (tenant_id, fingerprint, id) WHERE fingerprint IS NOT NULL;
