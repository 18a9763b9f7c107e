-- What a person wants otherwise than their locale has it; NULL: as the locale has it.
ALTER TABLE users ADD COLUMN week_start INTEGER CHECK (week_start BETWEEN 0 AND 6); -- 0 is Monday
ALTER TABLE users ADD COLUMN hour12 INTEGER CHECK (hour12 IN (0, 1));
-- NULL: as the browser has it.
ALTER TABLE users ADD COLUMN theme TEXT CHECK (theme IN ('light', 'dark'));
