-- Something has changed on one side of a link, which is a reason to run soon and no order to.
ALTER TABLE sync_links ADD COLUMN hinted_at BIGINT;
-- More deletions than so many, that are more than this share of a side, are asked about first.
ALTER TABLE sync_links ADD COLUMN brake_percent BIGINT NOT NULL DEFAULT 20;
ALTER TABLE sync_links ADD COLUMN brake_objects BIGINT NOT NULL DEFAULT 10;
-- The colour of the calendar elsewhere when it was last looked at, as its name stands in remote_name.
ALTER TABLE sync_links ADD COLUMN remote_color TEXT;
-- When the calendars of an account were last listed, the ids (JSON) of those that its owner was shown, and how many there are beside them.
ALTER TABLE remote_accounts ADD COLUMN listed_at BIGINT;
ALTER TABLE remote_accounts ADD COLUMN shown_calendars TEXT;
ALTER TABLE remote_accounts ADD COLUMN new_calendars BIGINT NOT NULL DEFAULT 0;
