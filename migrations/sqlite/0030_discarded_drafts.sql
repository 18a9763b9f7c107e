-- When a draft was thrown away; it can come back for a day.
ALTER TABLE mail_drafts ADD COLUMN discarded_at INTEGER;
