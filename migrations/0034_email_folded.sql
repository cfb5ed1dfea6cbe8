-- The form by which an address is looked up and kept unique, made by the program: lower() depends on the locale. What is
-- here so far is ASCII, whose lower case is the same by all rules but those of a locale.
ALTER TABLE users ADD COLUMN email_folded text;
UPDATE users SET email_folded = lower(email COLLATE "C");
ALTER TABLE users ALTER COLUMN email_folded SET NOT NULL;
CREATE UNIQUE INDEX users_email_folded ON users (email_folded);
DROP INDEX users_email;
