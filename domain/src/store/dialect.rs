//! What the two databases say differently by nature: intervals, sets, locks, words, and themselves. Opening them stands in `sqlite` and
//! `postgres`. No other module of the store asks which of them it is.

use super::calendars::{POSTGRES_CALENDAR, SQLITE_CALENDAR};
use super::statement::Row;
use super::{ObjectId, Transaction};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::principal::PrincipalId;

/// The interval tree of SQLite. The tree alone says which objects are looked at: with a condition on `objects.calendar_id` beside it
/// SQLite reads the whole calendar by that column's index and asks the tree about each object.
const SQLITE_TOUCHING: &str = "SELECT e.id FROM object_extents e
    WHERE e.calendar_low = $1 AND e.calendar_high = $1 AND e.first_minute <= $2 AND e.last_minute >= $3 AND e.id > $4";
/// PostgreSQL has ranges of one dimension: the calendar is in the upper bits, each with 2^33 numbers for minutes of 32 bits.
const POSTGRES_TOUCHING: &str = "SELECT e.id FROM object_extents e
    WHERE e.extent && int8range(($1 << 33) + $3, ($1 << 33) + $2, '[]') AND e.id > $4";

/// An object's text as octets, whatever they are, and its place among the extents.
const SQLITE_OCTETS: &str =
    "CAST(o.text AS BLOB) AS text, e.calendar_low AS extent_calendar, e.first_minute, e.last_minute ";
/// The same.
const POSTGRES_OCTETS: &str =
    "convert_to(o.text, 'UTF8') AS text, (lower(e.extent) + 2147483648) >> 33 AS extent_calendar,
    lower(e.extent) - (((lower(e.extent) + 2147483648) >> 33) << 33) AS first_minute,
    upper(e.extent) - 1 - (((lower(e.extent) + 2147483648) >> 33) << 33) AS last_minute ";

impl Transaction {
    /// A SELECT of the ids of a calendar's objects whose extents touch an interval. Bound are the calendar, the last and the first minute
    /// of the interval, and the id after which they come.
    pub(super) fn touching(&self) -> &'static str {
        if self.is_postgres() { POSTGRES_TOUCHING } else { SQLITE_TOUCHING }
    }

    /// A table with the one column `value`: the members of the JSON array that is bound as the first, as text.
    pub(super) fn json_values(&self) -> &'static str {
        if self.is_postgres() { "jsonb_array_elements_text($1::jsonb) AS wanted (value)" } else { "json_each($1)" }
    }

    /// The condition that the remote id of `s` is a row that follows as ` FROM …)`, in the terms of the index.
    pub(super) fn remote_id_among(&self) -> &'static str {
        if self.is_postgres() { "md5(s.remote_id) IN (SELECT md5(value)" } else { "s.remote_id IN (SELECT value" }
    }

    /// The condition that an object's UID is what is bound as the second, in the terms of the index.
    pub(super) fn has_uid(&self) -> &'static str {
        if self.is_postgres() { "md5(uid) = md5($2) AND uid = $2" } else { "uid = $2" }
    }

    /// The condition that `o` and `b` have the same UID, in the terms of the index.
    pub(super) fn same_uid(&self) -> &'static str {
        if self.is_postgres() { "md5(o.uid) = md5(b.uid) AND o.uid = b.uid" } else { "o.uid = b.uid" }
    }

    /// The time that it is for the database, in Unix milliseconds.
    pub(super) fn now(&self) -> &'static str {
        if self.is_postgres() {
            "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
        } else {
            "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
        }
    }

    /// The entity tag of the version `b.after`.
    pub(super) fn digest_etag(&self) -> &'static str {
        if self.is_postgres() {
            r#"'"' || encode(b.after, 'hex') || '"'"#
        } else {
            r#"'"' || lower(hex(b.after)) || '"'"#
        }
    }

    /// What a SELECT of calendars begins with.
    pub(super) fn select_calendar(&self) -> &'static str {
        if self.is_postgres() { POSTGRES_CALENDAR } else { SQLITE_CALENDAR }
    }

    /// Columns of the object `o`, as octets, and of its extent `e`.
    pub(super) fn text_and_extent(&self) -> &'static str {
        if self.is_postgres() { POSTGRES_OCTETS } else { SQLITE_OCTETS }
    }

    /// The condition that the message `m` has the words that follow, bound as one value and closed by a bracket.
    pub(super) fn mail_has_words(&self) -> &'static str {
        if self.is_postgres() {
            "to_tsvector('simple', m.search_text) @@ to_tsquery('simple', "
        } else {
            "m.id IN (SELECT rowid FROM mail_words WHERE mail_words MATCH "
        }
    }

    /// How the database is asked for words, which have letters and digits alone: each is the beginning of one that is there.
    pub(crate) fn words_to_match(&self, words: &[String]) -> String {
        let beginnings = |each: fn(&String) -> String, and| words.iter().map(each).collect::<Vec<_>>().join(and);
        if self.is_postgres() {
            beginnings(|word| format!("{word}:*"), " & ")
        } else {
            beginnings(|word| format!("\"{word}\"*"), " AND ")
        }
    }

    /// What rows are chosen with so that others wait for them, or leave them out; SQLite has one writer.
    pub(super) fn row_lock(&self, lock: &'static str) -> &'static str {
        if self.is_postgres() { lock } else { "" }
    }

    /// Holds other writers of the calendar back until this transaction ends; whoever locks several does so in the order of their ids.
    pub async fn lock_calendar(&mut self, id: CalendarId) -> Result<()> {
        if self.is_postgres() {
            self.sql("SELECT 1 FROM calendars WHERE id = $1 FOR UPDATE").bind(id.0).run().await?;
        }
        Ok(())
    }

    /// Holds back others who add to or take from what the principal owns.
    pub async fn lock_home(&mut self, owner: PrincipalId) -> Result<()> {
        if self.is_postgres() {
            self.sql("SELECT 1 FROM principals WHERE id = $1 FOR UPDATE").bind(owner.0).run().await?;
        }
        Ok(())
    }

    /// Holds back others who claim the address until this transaction ends.
    pub async fn lock_email(&mut self, email: &str) -> Result<()> {
        if self.is_postgres() {
            let statement = self.sql("SELECT pg_advisory_xact_lock(hashtext($1))");
            statement.bind(email.to_lowercase()).run().await?;
        }
        Ok(())
    }

    /// Whether other nodes may have the database open.
    pub(super) fn has_nodes(&self) -> bool {
        self.is_postgres()
    }

    /// What tables there are, as `name`.
    pub(super) fn table_names(&self) -> &'static str {
        if self.is_postgres() {
            "(SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()) tables"
        } else {
            "sqlite_schema"
        }
    }

    /// How large the database is, as `octets`.
    pub(super) fn database_size(&self) -> &'static str {
        if self.is_postgres() {
            "SELECT pg_database_size(current_database()) AS octets"
        } else {
            "SELECT page_count * page_size AS octets FROM pragma_page_count(), pragma_page_size()"
        }
    }

    /// Puts an object at its place among the extents, minutes since 1970.
    pub(super) async fn set_extent(
        &mut self,
        id: ObjectId,
        calendar: CalendarId,
        (first, last): (i32, i32),
    ) -> Result<()> {
        let statement = if self.is_postgres() {
            self.sql(
                "INSERT INTO object_extents (id, extent) VALUES ($1, int8range(($2 << 33) + $3, ($2 << 33) + $4, '[]'))
                 ON CONFLICT (id) DO UPDATE SET extent = excluded.extent",
            )
        } else {
            self.sql(
                "INSERT OR REPLACE INTO object_extents (id, calendar_low, calendar_high, first_minute, last_minute)
                 VALUES ($1, $2, $2, $3, $4)",
            )
        };
        statement.bind(id.0).bind(calendar.0).bind(i64::from(first)).bind(i64::from(last)).run().await?;
        Ok(())
    }

    /// What the database itself finds wrong with its file, and rows that name what is not there.
    pub(crate) async fn integrity_problems(&mut self) -> Result<Vec<String>> {
        if self.is_postgres() {
            return Ok(Vec::new());
        }
        let mut problems =
            self.sql("PRAGMA integrity_check(20)").all(|row| row.get::<String>("integrity_check")).await?;
        problems.retain(|problem| problem != "ok");
        let read = |row: &Row| {
            let (table, parent): (String, String) = (row.get("table")?, row.get("parent")?);
            Ok(format!("a row of {table} belongs to one of {parent} that is not there"))
        };
        problems.extend(self.sql("PRAGMA foreign_key_check").all(read).await?);
        problems.dedup();
        Ok(problems)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::store::{Database, DatabaseAddress};

    #[tokio::test]
    async fn a_window_reads_the_interval_tree_and_the_objects_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let address = DatabaseAddress::Sqlite(folder.path().join("kalends.db"));
        let mut tx = Database::open(&address).await.unwrap().read().await.unwrap();
        let plan =
            ["EXPLAIN QUERY PLAN SELECT o.etag FROM objects o WHERE o.id IN (", tx.touching(), ") ORDER BY o.id"];
        let steps: Vec<String> = tx.joined(&plan).all(|row| row.get("detail")).await.unwrap();
        assert!(steps.iter().any(|step| step.starts_with("SCAN e VIRTUAL TABLE INDEX 2:")), "{steps:?}");
        let objects: Vec<&String> = steps.iter().filter(|step| step.contains(" o ")).collect();
        assert_eq!(objects, ["SEARCH o USING INTEGER PRIMARY KEY (rowid=?)"], "{steps:?}");
    }
}
