-- When a server took what goes elsewhere, or it was given up; NULL: neither yet, or it is to somebody here.
ALTER TABLE scheduling_deliveries ADD COLUMN done_at BIGINT;
-- How a message came: NULL: a change of a calendar asked for it; answer-link: by the address in an invitation.
ALTER TABLE scheduling_messages ADD COLUMN came_by TEXT;
