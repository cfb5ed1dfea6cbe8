-- The latest attempts failed, one of them in a way that no retry mends.
ALTER TABLE receivers ADD COLUMN is_refusing boolean NOT NULL DEFAULT false;
