PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
CREATE TABLE principals (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL CHECK (kind IN ('person', 'group', 'mission')),
    slug         TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL
) STRICT;
CREATE TABLE users (
    principal_id  INTEGER PRIMARY KEY REFERENCES principals (id) ON DELETE CASCADE,
    email         TEXT,
    password_hash TEXT,                    -- Argon2id; NULL until chosen
    is_admin      INTEGER NOT NULL,
    time_zone     TEXT,                    -- IANA name
    locale        TEXT,                    -- BCP 47
    created_at    INTEGER NOT NULL
, week_start INTEGER CHECK (week_start BETWEEN 0 AND 6), hour12 INTEGER CHECK (hour12 IN (0, 1)), theme TEXT CHECK (theme IN ('light', 'dark'))) STRICT;
CREATE TABLE sessions (
    secret_hash BLOB PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sign_in_links (
    secret_hash BLOB PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE app_passwords (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (principal_id) ON DELETE CASCADE,
    label        TEXT NOT NULL,
    secret_hash  BLOB NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE TABLE calendars (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id     INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    slug         TEXT NOT NULL,
    display_name TEXT NOT NULL,
    description  TEXT,
    color        TEXT NOT NULL,
    sort_order   INTEGER NOT NULL,
    timezone     TEXT,                     -- CALDAV:calendar-timezone as it was given
    components   TEXT NOT NULL,            -- component names joined by ','
    revision     INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    UNIQUE (owner_id, slug)
) STRICT;
CREATE TABLE calendar_dead_properties (
    calendar_id INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    namespace   TEXT NOT NULL,
    name        TEXT NOT NULL,
    xml         TEXT NOT NULL,
    PRIMARY KEY (calendar_id, namespace, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE objects (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    calendar_id INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    text        TEXT NOT NULL,
    revision    INTEGER NOT NULL,          -- the calendar's, at the last write
    created_at  INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    uid         TEXT NOT NULL,
    component   TEXT NOT NULL,
    etag        TEXT NOT NULL,
    size        INTEGER NOT NULL,
    first_start INTEGER,                   -- Unix seconds; NULL: no start
    last_end    INTEGER,                   -- Unix seconds; NULL: open
    recurring   INTEGER NOT NULL,
    summary     TEXT,
    UNIQUE (calendar_id, name),
    UNIQUE (calendar_id, uid)
) STRICT;
CREATE VIRTUAL TABLE object_extents USING rtree_i32 (id, first_minute, last_minute, calendar_low, calendar_high);
CREATE TABLE changes (
    calendar_id INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    revision    INTEGER NOT NULL,
    name        TEXT NOT NULL,
    removed     INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    PRIMARY KEY (calendar_id, revision)
) STRICT, WITHOUT ROWID;
INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) VALUES (1, 'initial', '2026-11-27 07:04:44', 1, X'f120c71c9c8314d60bed041906b8159ee42c9b668d677bc765e48ae8a3ece3569b398f125c7c272198a654c092e1781e', 13136152);
INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) VALUES (2, 'preferences', '2026-11-27 07:04:44', 1, X'84daf10d5da1454554e26b47626863f72fa63b8be3bd31885d383dbd494604b69188865efeb647dcb70408cca205dee8', 2984065);
INSERT INTO principals (id, kind, slug, display_name) VALUES (1, 'person', 'ada', 'ada');
INSERT INTO principals (id, kind, slug, display_name) VALUES (2, 'person', 'ben', 'ben');
INSERT INTO users (principal_id, email, password_hash, is_admin, time_zone, locale, created_at, week_start, hour12, theme) VALUES (1, 'ada@example.org', '$argon2id$v=19$m=19456,t=2,p=1$F7bDZhfPYyUtOMwttIkGGQ$1NQYv6oEMXcCAvGmXNypmHNchdNF+j8r4492XXcABWc', 0, 'Europe/Zurich', NULL, 1795763084753, NULL, NULL, NULL);
INSERT INTO users (principal_id, email, password_hash, is_admin, time_zone, locale, created_at, week_start, hour12, theme) VALUES (2, NULL, NULL, 0, NULL, NULL, 1795763084784, NULL, NULL, NULL);
INSERT INTO sessions (secret_hash, user_id, created_at, expires_at) VALUES (X'b8e718e2c744ee16c12fe874760fcbf10ff8f198c09be3fd533bcc81189a0d8c', 1, 1795763085177, 4102444800000);
INSERT INTO sign_in_links (secret_hash, user_id, expires_at) VALUES (X'5f6d1af80cf5d6eee5d5331e589296532afcb2204bcc9dcb809d56a7d24ed15f', 2, 1795849484789);
INSERT INTO app_passwords (id, user_id, label, secret_hash, created_at, last_used_at) VALUES (1, 1, 'ada''s telephone', X'f141b204af3f812a7017919b10589988a2752ad5624045e0d3fe15f9d6a5f569', 1795763084863, 1795763085183);
INSERT INTO app_passwords (id, user_id, label, secret_hash, created_at, last_used_at) VALUES (2, 2, 'ben''s telephone', X'140a34f2a5f43430873512b8ffe08b7bfb9032523f4970725db604b528fa614f', 1795763084905, 1795763086341);
INSERT INTO calendars (id, owner_id, slug, display_name, description, color, sort_order, timezone, components, revision, created_at) VALUES (1, 1, 'personal', 'Personal', 'Mine', '#AA0000', 0, NULL, 'VEVENT,VTODO,VJOURNAL', 25, 1795763084753);
INSERT INTO calendars (id, owner_id, slug, display_name, description, color, sort_order, timezone, components, revision, created_at) VALUES (2, 2, 'personal', 'Personal', NULL, '#2F6FDE', 0, NULL, 'VEVENT,VTODO,VJOURNAL', 1, 1795763084784);
INSERT INTO calendars (id, owner_id, slug, display_name, description, color, sort_order, timezone, components, revision, created_at) VALUES (4, 1, 'work', 'Arbeit & Büro', 'What is paid for', '#3366CCFF', 7, replace('BEGIN:VCALENDAR↵VERSION:2.0↵PRODID:-//Kalends//Test//EN↵BEGIN:VTIMEZONE↵TZID:Depot↵BEGIN:STANDARD↵DTSTART:19701025T030000↵RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU↵TZOFFSETFROM:+0530↵TZOFFSETTO:+0430↵END:STANDARD↵BEGIN:DAYLIGHT↵DTSTART:19700329T020000↵RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU↵TZOFFSETFROM:+0430↵TZOFFSETTO:+0530↵END:DAYLIGHT↵END:VTIMEZONE↵END:VCALENDAR↵', '↵', char(10)), 'VEVENT', 6, 1795763085205);
INSERT INTO calendars (id, owner_id, slug, display_name, description, color, sort_order, timezone, components, revision, created_at) VALUES (5, 1, 'tasks', 'Tasks', NULL, '#D9582B', 2, NULL, 'VTODO,VJOURNAL,VFREEBUSY', 7, 1795763085209);
INSERT INTO calendar_dead_properties (calendar_id, namespace, name, xml) VALUES (1, 'urn:z', 'note', '<Z:note xmlns:Z="urn:z">kept</Z:note>');
INSERT INTO calendar_dead_properties (calendar_id, namespace, name, xml) VALUES (1, 'urn:z', 'rich', '<Z:rich xmlns:Z="urn:z" xml:lang="de"><Z:part kind="&quot;x&quot;">ein <b xmlns="">Wort</b></Z:part> &amp; mehr</Z:rich>');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (2, 1, 'single.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:single⏎DTSTAMP:20260101T000000Z⏎DTSTART:20260304T090000Z⏎DTEND:20260304T100000Z⏎SUMMARY:Moved again⏎SEQUENCE:2⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 23, 1795763085263, 1795763086232, 'single', 'VEVENT', '"8cec49e97e03b2cd736e741e9fd5b286"', 221, 1772614799, 1772618401, 0, 'Moved again');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (3, 1, 'series.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:series-1⏎DTSTAMP:20260101T000000Z⏎DTSTART;TZID=Europe/Zurich:20260302T090000⏎DURATION:PT45M⏎RRULE:FREQ=WEEKLY;BYDAY=MO,TH;COUNT=20⏎EXDATE;TZID=Europe/Zurich:20260312T090000⏎RDATE;TZID=Europe/Zurich:20260314T100000⏎SUMMARY:Rehearsal⏎END:VEVENT⏎BEGIN:VEVENT⏎UID:series-1⏎DTSTAMP:20260101T000000Z⏎RECURRENCE-ID;TZID=Europe/Zurich:20260309T090000⏎DTSTART;TZID=Europe/Zurich:20260309T143000⏎DURATION:PT2H⏎SUMMARY:Rehearsal\, dress⏎END:VEVENT⏎BEGIN:VEVENT⏎UID:series-1⏎DTSTAMP:20260101T000000Z⏎RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Zurich:20260402T090000⏎DTSTART;TZID=Europe/Zurich:20260402T180000⏎DURATION:PT1H⏎SUMMARY:Evening rehearsal⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 17, 1795763085292, 1795763086027, 'series-1', 'VEVENT', '"5017e8122c5a1589f44b3d3246418dca"', 768, 1772438399, 1778266801, 1, 'Rehearsal');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (4, 1, 'day.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:day⏎DTSTAMP:20260101T000000Z⏎DTSTART;VALUE=DATE:20260314⏎SUMMARY:A day⏎TRANSP:TRANSPARENT⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 3, 1795763085318, 1795763085318, 'day', 'VEVENT', '"4079bc86a89e65ce409fad030f5bd911"', 199, 1773395999, 1773576001, 0, 'A day');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (5, 1, 'days.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:days⏎DTSTAMP:20260101T000000Z⏎DTSTART;VALUE=DATE:20260401⏎DTEND;VALUE=DATE:20260408⏎RRULE:FREQ=YEARLY⏎SUMMARY:A week each year⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 4, 1795763085333, 1795763085333, 'days', 'VEVENT', '"73eed04fbf0e23ee76c7e403b96a616e"', 237, 1774951199, NULL, 1, 'A week each year');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (6, 1, 'floating.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:floating⏎DTSTAMP:20260101T000000Z⏎DTSTART:20260305T070000⏎DURATION:PT15M⏎RRULE:FREQ=DAILY⏎SUMMARY:Wherever I am⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 5, 1795763085350, 1795763085350, 'floating', 'VEVENT', '"8229eef8d8fe4a50cedf8bf2a3e49b4b"', 222, 1772643599, NULL, 1, 'Wherever I am');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (7, 1, 'zone.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VTIMEZONE⏎TZID:Depot⏎BEGIN:STANDARD⏎DTSTART:19701025T030000⏎RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU⏎TZOFFSETFROM:+0530⏎TZOFFSETTO:+0430⏎END:STANDARD⏎BEGIN:DAYLIGHT⏎DTSTART:19700329T020000⏎RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU⏎TZOFFSETFROM:+0430⏎TZOFFSETTO:+0530⏎END:DAYLIGHT⏎END:VTIMEZONE⏎BEGIN:VEVENT⏎UID:zone⏎DTSTAMP:20260101T000000Z⏎DTSTART;TZID=Depot:20260310T120000⏎DTEND;TZID=Depot:20260310T130000⏎SUMMARY:In a zone of its own⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 6, 1795763085380, 1795763085380, 'zone', 'VEVENT', '"917d28674217dc15d61cbc1b8f85a0ac"', 547, 1773127799, 1773131401, 0, 'In a zone of its own');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (8, 1, 'windows.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:windows⏎DTSTAMP:20260101T000000Z⏎DTSTART;TZID=W. Europe Standard Time:20260311T120000⏎DURATION:PT1H⏎SUMMARY:Named as in Windows⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 7, 1795763085407, 1795763085407, 'windows', 'VEVENT', '"4cbcf9137ae50af104182a943f7dfda0"', 237, 1773226799, 1773230401, 0, 'Named as in Windows');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (9, 1, 'folded.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:folded⏎DTSTAMP:20260101T000000Z⏎DTSTART:20260312T090000Z⏎DESCRIPTION:Zürich – 東京 🎄 \n\; Zürich – 東京 🎄 \n\; Zürich – 東⏎ 京 🎄 \n\; Zürich – 東京 🎄 \n\; Zürich – 東京 🎄 \n\; Zürich – 東京 🎄⏎  \n\; Zürich – 東京 🎄 \n\; Zürich – 東京 🎄 \n\; Zürich – 東京 🎄 \n⏎ \; Zürich – 東京 🎄 \n\; Zürich – 東京 🎄 \n\; Zürich – 東京 🎄 \n\; ⏎ Zürich – 東京 🎄 \n\; Zürich – 東京 🎄 \n\; Zürich – 東京 🎄 \n\; Zür⏎ ich – 東京 🎄 \n\; Zürich – 東京 🎄 \n\; Zürich – 東京 🎄 \n\; Zürich⏎  – 東京 🎄 \n\; Zürich – 東京 🎄 \n\; ⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 8, 1795763085443, 1795763085443, 'folded', 'VEVENT', '"63fd56f2056d9b892729f78e79412765"', 776, 1773305999, 1773306001, 0, NULL);
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (10, 1, 'lf.ics', replace('BEGIN:VCALENDAR↵VERSION:2.0↵PRODID:-//Kalends//Test//EN↵BEGIN:VEVENT↵UID:lf↵DTSTAMP:20260101T000000Z↵DTSTART:20260313T090000Z↵SUMMARY:Lines end with LF alone↵END:VEVENT↵END:VCALENDAR↵', '↵', char(10)), 9, 1795763085459, 1795763085459, 'lf', 'VEVENT', '"2cc7909ac0188ffee8dcd60c8c667192"', 183, 1773392399, 1773392401, 0, 'Lines end with LF alone');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (11, 1, 'naïve café 100%.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:naïve/ça va? \, #1⏎DTSTAMP:20260101T000000Z⏎DTSTART:20260315T090000Z⏎SUMMARY:A name that is not plain⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 10, 1795763085469, 1795763085469, 'naïve/ça va? , #1', 'VEVENT', '"efff8a3569f7c0bb8ebd0e95c0bcf0a3"', 212, 1773565199, 1773565201, 0, 'A name that is not plain');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (12, 1, '{6F1C}@example.org.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:{6F1C}@example.org⏎DTSTAMP:20260101T000000Z⏎dtstart:20260316T090000Z⏎Summary;LANGUAGE=de:Lower case⏎X-KEPT;X-P="a:b;c":as it is⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 11, 1795763085510, 1795763085510, '{6F1C}@example.org', 'VEVENT', '"b88e8352f3ee30b8c932223537b59238"', 237, 1773651599, 1773651601, 0, 'Lower case');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (13, 1, 'no-extension', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:no-extension⏎DTSTAMP:20260101T000000Z⏎DTSTART:20260317T090000Z⏎SUMMARY:No .ics⏎BEGIN:VALARM⏎ACTION:DISPLAY⏎TRIGGER:-PT15M⏎DESCRIPTION:Soon⏎END:VALARM⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 12, 1795763085546, 1795763085546, 'no-extension', 'VEVENT', '"53110ec6fce40a6457e23d367b065fd0"', 263, 1773737999, 1773738001, 0, 'No .ics');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (14, 1, 'long-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu⏎DTSTAMP:20260101T000000Z⏎DTSTART:20260318T090000Z⏎SUMMARY:Long⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 13, 1795763085610, 1795763085610, 'uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu', 'VEVENT', '"68dd64b5b5f837360611acbef802fea6"', 472, 1773824399, 1773824401, 0, 'Long');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (15, 1, 'guests.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:guests⏎DTSTAMP:20260101T000000Z⏎DTSTART:20260319T090000Z⏎DURATION:PT1H⏎ORGANIZER;CN=Ada:mailto:ada@example.org⏎ATTENDEE;PARTSTAT=NEEDS-ACTION;CN="B, C":mailto:ben@example.org⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 14, 1795763085627, 1795763085627, 'guests', 'VEVENT', '"dce028f42a6333fc8eb310ae2b5b97af"', 285, 1773910799, 1773914401, 0, NULL);
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (18, 4, 'orphan.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:orphan⏎DTSTAMP:20260101T000000Z⏎RECURRENCE-ID:20260303T090000Z⏎DTSTART:20260303T100000Z⏎SUMMARY:An override alone⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 1, 1795763085694, 1795763085694, 'orphan', 'VEVENT', '"ab1e343e3d71c7ed787337acff6f5ae0"', 223, 1772531999, 1772532001, 1, 'An override alone');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (19, 4, 'old.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:old⏎DTSTAMP:20260101T000000Z⏎DTSTART:19010101T000000Z⏎DTEND:19010101T010000Z⏎SUMMARY:Before 1970⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 2, 1795763085717, 1795763085717, 'old', 'VEVENT', '"55ef5d3477dc9b72b6ac39685c750cdd"', 206, -2177452801, -2177449199, 0, 'Before 1970');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (20, 4, 'far.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:far⏎DTSTAMP:20260101T000000Z⏎DTSTART;VALUE=DATE:92000101⏎SUMMARY:Far away⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 3, 1795763085762, 1795763085762, 'far', 'VEVENT', '"65dbb5bf97125d0a462e6b7bdb0b19e5"', 182, 228156688799, 228156868801, 0, 'Far away');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (21, 4, 'rule.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:rule⏎DTSTAMP:20260101T000000Z⏎DTSTART;TZID=America/New_York:20260131T233000⏎RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20280101T000000Z⏎SUMMARY:Last Friday⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 4, 1795763085835, 1795763085835, 'rule', 'VEVENT', '"306b90a6a72c2b90193f6d08231a0fa4"', 258, 1769920199, 1830564001, 1, 'Last Friday');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (23, 5, 'todo.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VTODO⏎UID:todo⏎DTSTAMP:20260101T000000Z⏎DUE;VALUE=DATE:20260401⏎SUMMARY:Taxes⏎PRIORITY:1⏎STATUS:COMPLETED⏎PERCENT-COMPLETE:10⏎END:VTODO⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 6, 1795763085896, 1795763086137, 'todo', 'VTODO', '"fa280301b27e0baa8cd6a91a7fb9e760"', 225, 1774951199, 1775044801, 0, 'Taxes');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (24, 5, 'todo-series.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VTODO⏎UID:todo-series⏎DTSTAMP:20260101T000000Z⏎DTSTART:20260105T080000Z⏎DUE:20260105T090000Z⏎RRULE:FREQ=WEEKLY⏎SUMMARY:Water the plants⏎END:VTODO⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 2, 1795763085922, 1795763085922, 'todo-series', 'VTODO', '"faaf230ac37ff75f8516967b3efe1438"', 234, 1767599999, NULL, 1, 'Water the plants');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (26, 5, 'journal.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VJOURNAL⏎UID:journal⏎DTSTAMP:20260101T000000Z⏎DTSTART;VALUE=DATE:20260301⏎SUMMARY:What was⏎DESCRIPTION:… and what was not⏎END:VJOURNAL⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 4, 1795763085987, 1795763085987, 'journal', 'VJOURNAL', '"5241c09fd9e53c684ccfcedd97212e4f"', 224, 1772272799, 1772452801, 0, 'What was');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (27, 5, 'busy.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VFREEBUSY⏎UID:busy⏎DTSTAMP:20260101T000000Z⏎DTSTART:20260302T000000Z⏎DTEND:20260303T000000Z⏎FREEBUSY;FBTYPE=BUSY:20260302T090000Z/PT1H,20260302T140000Z/20260302T150000Z⏎END:VFREEBUSY⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 5, 1795763085994, 1795763085994, 'busy', 'VFREEBUSY', '"d51bb7eb7c83553fc125ce7ce3b3f340"', 270, 1772409599, 1772496001, 0, NULL);
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (28, 1, 'moved.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:copied⏎DTSTAMP:20260101T000000Z⏎DTSTART:20260322T090000Z⏎SUMMARY:Will be copied to tasks and refused, then moved⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 21, 1795763086146, 1795763086146, 'copied', 'VEVENT', '"ff8c8d732e5cf4b9db3b105cd8c70c1e"', 221, 1774169999, 1774170001, 0, 'Will be copied to tasks and refused, then moved');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (29, 1, 'again.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:again⏎DTSTAMP:20260101T000000Z⏎DTSTART:20260321T090000Z⏎SUMMARY:Will be deleted and made again⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 22, 1795763086185, 1795763086185, 'again', 'VEVENT', '"d0ce6f3f48c01fbe1ec87d49d7c87b14"', 203, 1774083599, 1774083601, 0, 'Will be deleted and made again');
INSERT INTO objects (id, calendar_id, name, text, revision, created_at, modified_at, uid, component, etag, size, first_start, last_end, recurring, summary) VALUES (31, 2, 'ben.ics', replace('BEGIN:VCALENDAR⏎VERSION:2.0⏎PRODID:-//Kalends//Test//EN⏎BEGIN:VEVENT⏎UID:single⏎DTSTAMP:20260101T000000Z⏎DTSTART:20260302T090000Z⏎SUMMARY:The same UID at another person''s⏎END:VEVENT⏎END:VCALENDAR⏎', '⏎', char(13, 10)), 1, 1795763086356, 1795763086356, 'single', 'VEVENT', '"dcc60825f5a4a090650c488dc20b36a2"', 206, 1772441999, 1772442001, 0, 'The same UID at another person''s');
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (4, 29556599, 29559601, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (5, 29582519, 2147483647, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (6, 29544059, 2147483647, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (7, 29552129, 29552191, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (8, 29553779, 29553841, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (9, 29555099, 29555101, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (10, 29556539, 29556541, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (11, 29559419, 29559421, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (12, 29560859, 29560861, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (13, 29562299, 29562301, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (14, 29563739, 29563741, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (15, 29565179, 29565241, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (18, 29542199, 29542201, 4, 4);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (19, -36290881, -36290819, 4, 4);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (20, 2147483647, 2147483647, 4, 4);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (21, 29498669, 30509401, 4, 4);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (24, 29459999, 2147483647, 5, 5);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (26, 29537879, 29540881, 5, 5);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (27, 29540159, 29541601, 5, 5);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (3, 29540639, 29637781, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (23, 29582519, 29584081, 5, 5);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (28, 29569499, 29569501, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (29, 29568059, 29568061, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (2, 29543579, 29543641, 1, 1);
INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (31, 29540699, 29540701, 2, 2);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 1, 'single.ics', 0, 1795763085263);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 2, 'series.ics', 0, 1795763085292);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 3, 'day.ics', 0, 1795763085318);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 4, 'days.ics', 0, 1795763085333);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 5, 'floating.ics', 0, 1795763085350);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 6, 'zone.ics', 0, 1795763085380);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 7, 'windows.ics', 0, 1795763085407);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 8, 'folded.ics', 0, 1795763085443);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 9, 'lf.ics', 0, 1795763085459);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 10, 'naïve café 100%.ics', 0, 1795763085469);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 11, '{6F1C}@example.org.ics', 0, 1795763085510);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 12, 'no-extension', 0, 1795763085546);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 13, 'long-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn.ics', 0, 1795763085610);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 14, 'guests.ics', 0, 1795763085627);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 15, 'gone.ics', 0, 1795763085639);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 16, 'again.ics', 0, 1795763085673);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 17, 'series.ics', 0, 1795763086027);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 18, 'single.ics', 0, 1795763086098);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 19, 'gone.ics', 1, 1795763086118);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 20, 'again.ics', 1, 1795763086125);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 21, 'moved.ics', 0, 1795763086146);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 22, 'again.ics', 0, 1795763086185);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 23, 'single.ics', 0, 1795763086232);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 24, 'brief.ics', 0, 1795763086245);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (1, 25, 'brief.ics', 1, 1795763086262);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (2, 1, 'ben.ics', 0, 1795763086356);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (4, 1, 'orphan.ics', 0, 1795763085694);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (4, 2, 'old.ics', 0, 1795763085717);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (4, 3, 'far.ics', 0, 1795763085762);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (4, 4, 'rule.ics', 0, 1795763085835);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (4, 5, 'copied.ics', 0, 1795763085857);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (4, 6, 'copied.ics', 1, 1795763086146);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (5, 1, 'todo.ics', 0, 1795763085896);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (5, 2, 'todo-series.ics', 0, 1795763085922);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (5, 3, 'undated.ics', 0, 1795763085955);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (5, 4, 'journal.ics', 0, 1795763085987);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (5, 5, 'busy.ics', 0, 1795763085994);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (5, 6, 'todo.ics', 0, 1795763086137);
INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (5, 7, 'undated.ics', 1, 1795763086286);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence (name, seq) VALUES ('principals', 2);
INSERT INTO sqlite_sequence (name, seq) VALUES ('calendars', 5);
INSERT INTO sqlite_sequence (name, seq) VALUES ('app_passwords', 2);
INSERT INTO sqlite_sequence (name, seq) VALUES ('objects', 31);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX app_passwords_user ON app_passwords (user_id);
CREATE INDEX objects_revision ON objects (calendar_id, revision);
CREATE TRIGGER objects_gone AFTER DELETE ON objects BEGIN
    DELETE FROM object_extents WHERE id = old.id;
END;
COMMIT;
