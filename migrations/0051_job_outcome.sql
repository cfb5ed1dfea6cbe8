-- What a job came to, in a few words, and whether that is good: a check that finds a server down is completed and bad.
-- Set when the job ends; jobs that ended before have none.
ALTER TABLE jobs ADD COLUMN outcome_level text CHECK (outcome_level IN ('ok', 'warn', 'bad'));
ALTER TABLE jobs ADD COLUMN outcome_text text;
-- Few: this finds them among millions of good jobs.
CREATE INDEX jobs_not_ok ON jobs (tenant_id, id) WHERE outcome_level <> 'ok';

-- How long a job waited until its first start. Its later attempts replace the start itself.
ALTER TABLE jobs ADD COLUMN waited_ms bigint;
