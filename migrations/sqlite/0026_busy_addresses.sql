-- Where people who have no account here publish when they are busy: of each person here their own. Sealed, as whoever has such an address
-- sees what is at it.
CREATE TABLE busy_addresses (
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    -- Of e-mail, in small letters.
    address_key  TEXT NOT NULL,
    sealed       BLOB NOT NULL,
    PRIMARY KEY (principal_id, address_key)
) STRICT;
