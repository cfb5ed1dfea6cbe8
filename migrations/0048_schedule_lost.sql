-- Since when an agent has said that it has no configuration, although every agent is served one.
ALTER TABLE hosts ADD COLUMN schedule_lost_at timestamptz;
