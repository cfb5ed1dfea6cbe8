-- Whose jobs they were: a tenant that shares the queues is shown the figures of its own jobs only. Rows from before are
-- nobody's, and count for all together.
ALTER TABLE job_timings ADD COLUMN tenant_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE job_timings ALTER COLUMN tenant_id DROP DEFAULT;
ALTER TABLE job_timings DROP CONSTRAINT job_timings_pkey;
ALTER TABLE job_timings ADD PRIMARY KEY (queue, minute, process, tenant_id);
