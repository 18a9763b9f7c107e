//! What the two databases say differently by nature: intervals and sets. Opening them stands in `sqlite` and `postgres`.

use super::{ObjectId, Transaction};
use crate::Result;
use crate::model::calendar::CalendarId;

/// The interval tree of SQLite. The tree alone says which objects are looked at: with a condition on `objects.calendar_id` beside it
/// SQLite reads the whole calendar by that column's index and asks the tree about each object.
const SQLITE_TOUCHING: &str = "SELECT e.id FROM object_extents e
    WHERE e.calendar_low = $1 AND e.calendar_high = $1 AND e.first_minute <= $2 AND e.last_minute >= $3 AND e.id > $4";
/// PostgreSQL has ranges of one dimension: the calendar is in the upper bits, each with 2^33 numbers for minutes of 32 bits.
const POSTGRES_TOUCHING: &str = "SELECT e.id FROM object_extents e
    WHERE e.extent && int8range(($1 << 33) + $3, ($1 << 33) + $2, '[]') AND e.id > $4";

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
