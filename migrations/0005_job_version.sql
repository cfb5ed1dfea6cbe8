-- Counts the changes of a job: whoever knows the last one can store the next without reading and locking the row first.
ALTER TABLE jobs ADD COLUMN version integer NOT NULL DEFAULT 0;
