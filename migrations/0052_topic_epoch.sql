-- Every new topic gets an epoch of its own; it must differ from that of an earlier topic of the same name.
ALTER TABLE stream_topics ALTER COLUMN epoch SET DEFAULT substr(gen_random_uuid()::text, 1, 8);
