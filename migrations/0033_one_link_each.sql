-- A member has one one-time link at a time: a new one takes the place of the one before.
DELETE FROM sign_in_codes c USING sign_in_codes later
WHERE later.user_id = c.user_id AND (later.expires_at, later.code_hash) > (c.expires_at, c.code_hash);
CREATE UNIQUE INDEX sign_in_codes_user ON sign_in_codes (user_id);
-- The member or token that made it: it ends with their right to. Null: the program, at its start.
ALTER TABLE sign_in_codes ADD COLUMN made_by uuid;
