-- Of a request that asked for several jobs: all of them, in its order. NULL: only `job_id`.
ALTER TABLE job_keys ADD COLUMN job_ids uuid[];
