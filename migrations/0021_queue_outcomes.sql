-- What came of the jobs of a minute, beside how long they took: the charts of the queue page.
ALTER TABLE job_timings
  ADD COLUMN completed integer NOT NULL DEFAULT 0,
  ADD COLUMN failed integer NOT NULL DEFAULT 0;
