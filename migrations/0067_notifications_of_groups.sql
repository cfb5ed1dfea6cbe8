-- Finds what each receiver of a group was told last.
CREATE INDEX notifications_of_group ON notifications (group_id, receiver_id, no DESC);
