-- Who may append to a topic at the moment, for writers that take turns (the runs of a job): fence[1]. An append that
-- depends on it names whom it expects in fence[2], because ON CONFLICT sees nothing but the columns of the table.
ALTER TABLE stream_topics ADD COLUMN fence text[];
