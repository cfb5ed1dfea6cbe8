-- Finds the jobs that failed in the last minutes, for the rule that raises an alert about them.
CREATE INDEX jobs_failed_at ON jobs (tenant_id, ended_at) WHERE status = 'failed';
