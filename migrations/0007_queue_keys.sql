-- Each queue has keys of its own slot now. A process of an older version looks for jobs under the old keys only, and
-- would take those under the new ones for lost: it must not bring PostgreSQL and Redis together any more.
INSERT INTO job_leases (name, holder, until) VALUES ('jobs', 'a newer version', 'infinity')
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until, state = NULL;
