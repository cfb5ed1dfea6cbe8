-- Schedules that people make. Those that are there already are the program's own.
ALTER TABLE job_schedules
  ADD COLUMN is_system boolean NOT NULL DEFAULT true,
  -- what happens when it is due and its last job has not ended
  ADD COLUMN overlap text NOT NULL DEFAULT 'skip' CHECK (overlap IN ('skip', 'queue')),
  -- how many jobs make up for the times that were missed
  ADD COLUMN catch_up text NOT NULL DEFAULT 'one' CHECK (catch_up IN ('none', 'one')),
  ADD COLUMN enabled boolean NOT NULL DEFAULT true,
  -- not due after this
  ADD COLUMN until timestamptz,
  -- intervals are counted from here
  ADD COLUMN anchor_at timestamptz NOT NULL DEFAULT now(),
  -- due at; null while it is paused, after its end, and until it is first computed
  ADD COLUMN next_at timestamptz,
  ADD COLUMN ended_at timestamptz,
  -- jobs of it that may still be open
  ADD COLUMN open_jobs uuid[] NOT NULL DEFAULT '{}',
  -- the last time that it was due and made no job, and why
  ADD COLUMN skipped_at timestamptz,
  ADD COLUMN skip_reason text,
  ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE job_schedules ALTER COLUMN is_system SET DEFAULT false;
UPDATE job_schedules SET open_jobs = ARRAY[last_job_id] WHERE last_job_id IS NOT NULL;

CREATE INDEX job_schedules_due ON job_schedules (next_at) WHERE enabled AND ended_at IS NULL;
