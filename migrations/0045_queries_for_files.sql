-- Which hosts were asked for files is looked up when one begins to send some; that is rare, and so are such queries.
CREATE INDEX queries_for_files ON queries (tenant_id, id) WHERE sql ~* '\ycarve\y';
