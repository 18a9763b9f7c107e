//! Taking away what is kept for a time only, in pieces, so that other writers do not wait long.

use super::statement::{Row, millis};
use super::{ObjectId, Transaction};
use crate::Result;
use crate::model::calendar::{CalendarId, Revision};
use chrono::{DateTime, Utc};

/// How many rows are taken away in one transaction.
const PIECE: i64 = 1000;

/// Texts that were taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freed {
    pub versions: u64,
    pub octets: u64,
}

impl Transaction {
    /// Forgets names that nobody tried since `before`.
    pub async fn delete_login_tries(&mut self, before: DateTime<Utc>) -> Result<u64> {
        self.sql("DELETE FROM login_tries WHERE last_at < $1").bind(millis(before)).run().await
    }

    /// Removes links that can be used no more.
    pub async fn delete_expired_links(&mut self, now: DateTime<Utc>) -> Result<u64> {
        self.sql("DELETE FROM sign_in_links WHERE expires_at <= $1").bind(millis(now)).run().await
    }

    /// Takes some of what has rested in the bin since before `before` from there. What somebody wanted gone for good goes with every
    /// version of it. Yields how much that was.
    pub async fn delete_from_bin(&mut self, before: DateTime<Utc>) -> Result<u64> {
        let lock = self.row_lock(" FOR UPDATE");
        let oldest = [
            "SELECT calendar_id, object_id, deleted_at FROM bin WHERE deleted_at < $1 ORDER BY deleted_at LIMIT $2",
            lock,
        ];
        let read = |row: &Row| Ok((row.get("calendar_id")?, row.get("object_id")?, row.get("deleted_at")?));
        let resting: Vec<(i64, i64, i64)> = self.joined(&oldest).bind(millis(before)).bind(PIECE).all(read).await?;
        for (calendar, object, deleted_at) in &resting {
            if *deleted_at == 0 {
                let versions = self.sql("DELETE FROM versions WHERE calendar_id = $1 AND object_id = $2");
                versions.bind(*calendar).bind(*object).run().await?;
            }
            self.take_from_bin(CalendarId(*calendar), ObjectId(*object)).await?;
        }
        Ok(resting.len() as u64)
    }

    /// A calendar that has rested in the bin since before `before`.
    pub async fn expired_calendar(&mut self, before: DateTime<Utc>) -> Result<Option<CalendarId>> {
        let statement = self.sql("SELECT id FROM calendars WHERE deleted_at < $1 ORDER BY id LIMIT 1");
        let row = statement.bind(millis(before)).optional().await?;
        row.map(|row| Ok(CalendarId(row.get("id")?))).transpose()
    }

    /// Removes some of what a calendar holds that has rested in the bin since before `before`, and at last the calendar. Yields whether it
    /// is gone.
    pub async fn delete_piece_of_calendar(&mut self, id: CalendarId, before: DateTime<Utc>) -> Result<bool> {
        // From here on nobody brings it back; somebody may have a moment ago.
        let expire = self.sql("UPDATE calendars SET deleted_at = 0 WHERE id = $1 AND deleted_at < $2");
        if expire.bind(id.0).bind(millis(before)).run().await? == 0 {
            return Ok(false);
        }
        // Row by row through the trigger: a cascade alone would leave the interval tree of SQLite behind.
        let pieces = [
            "DELETE FROM objects WHERE id IN (SELECT id FROM objects WHERE calendar_id = $1 LIMIT $2)",
            "DELETE FROM versions WHERE calendar_id = $1 AND (object_id, digest) IN
                (SELECT object_id, digest FROM versions WHERE calendar_id = $1 LIMIT $2)",
            "DELETE FROM changes WHERE calendar_id = $1 AND revision IN
                (SELECT revision FROM changes WHERE calendar_id = $1 ORDER BY revision LIMIT $2)",
        ];
        for piece in pieces {
            if self.sql(piece).bind(id.0).bind(PIECE).run().await? > 0 {
                return Ok(false);
            }
        }
        self.sql("DELETE FROM calendars WHERE id = $1 AND deleted_at IS NOT NULL").bind(id.0).run().await?;
        Ok(true)
    }

    /// Removes some of the texts that objects lost before `before`, the earliest first; not those that the bin needs. Yields how many.
    pub async fn delete_versions(&mut self, before: DateTime<Utc>) -> Result<u64> {
        const OLD: &str = "kept_at < $1 AND NOT EXISTS (SELECT 1 FROM bin b
            WHERE b.calendar_id = versions.calendar_id AND b.object_id = versions.object_id)";
        // Whole moments: a text leads to one that took its place at the same moment or later.
        let last = self.joined(&[
            "SELECT max(kept_at) AS last FROM (SELECT kept_at FROM versions WHERE ",
            OLD,
            " ORDER BY kept_at LIMIT $2) AS oldest",
        ]);
        let last = last.bind(millis(before)).bind(PIECE).one().await?.get::<Option<i64>>("last")?;
        let Some(last) = last else { return Ok(0) };
        let statement = self.joined(&["DELETE FROM versions WHERE kept_at <= $2 AND ", OLD]);
        statement.bind(millis(before)).bind(last).run().await
    }

    /// What all texts that objects had take together, in octets.
    pub async fn version_octets(&mut self) -> Result<u64> {
        let row =
            self.sql("SELECT CAST(coalesce(sum(length(content)), 0) AS BIGINT) AS octets FROM versions").one().await?;
        row.count("octets")
    }

    /// Removes the texts that were lost first, whoever needs them, until those had `octets` together or a piece is done.
    pub async fn delete_oldest_versions(&mut self, octets: u64) -> Result<Freed> {
        let oldest = self
            .sql("SELECT kept_at, CAST(length(content) AS BIGINT) AS octets FROM versions ORDER BY kept_at LIMIT $1");
        let oldest = oldest.bind(PIECE).all(|row| Ok((row.get::<i64>("kept_at")?, row.count("octets")?))).await?;
        let mut sum = 0;
        let enough = oldest.iter().position(|(_, size)| {
            sum += size;
            sum >= octets
        });
        let last = enough.and_then(|index| oldest.get(index)).or(oldest.last());
        let Some((last, _)) = last else { return Ok(Freed::default()) };
        // Whole moments, as above.
        let gone =
            self.sql("DELETE FROM versions WHERE kept_at <= $1 RETURNING CAST(length(content) AS BIGINT) AS octets");
        let gone = gone.bind(*last).all(|row| row.count("octets")).await?;
        // What can't be brought back does not rest there.
        self.sql(
            "DELETE FROM bin WHERE NOT EXISTS (SELECT 1 FROM versions v
                WHERE v.calendar_id = bin.calendar_id AND v.object_id = bin.object_id)",
        )
        .run()
        .await?;
        Ok(Freed { versions: gone.len() as u64, octets: gone.iter().sum() })
    }

    /// Calendars whose log begins before `before`.
    pub async fn calendars_with_old_log(&mut self, before: DateTime<Utc>) -> Result<Vec<CalendarId>> {
        let statement = self.sql(
            "SELECT c.id FROM calendars c WHERE (SELECT h.changed_at FROM changes h WHERE h.calendar_id = c.id
                AND h.revision > c.log_whole_after AND h.revision < c.revision ORDER BY h.revision LIMIT 1) < $1 ORDER BY c.id",
        );
        statement.bind(millis(before)).all(|row| Ok(CalendarId(row.get("id")?))).await
    }

    /// Removes some of the rows of a calendar's log of before `before`, the earliest first. What says how an object stood at that time
    /// stays. Yields whether there is more.
    pub async fn shorten_log(&mut self, id: CalendarId, before: DateTime<Utc>) -> Result<bool> {
        self.lock_calendar(id).await?;
        let until = self.sql(
            "SELECT max(revision) AS revision FROM (SELECT h.revision FROM changes h JOIN calendars c ON c.id = h.calendar_id
                WHERE h.calendar_id = $1 AND h.revision > c.log_whole_after AND h.revision < c.revision AND h.changed_at < $2
                ORDER BY h.revision LIMIT $3) AS old",
        );
        let until = until.bind(id.0).bind(millis(before)).bind(PIECE).one().await?.get::<Option<i64>>("revision")?;
        let Some(until) = until.map(Revision) else { return Ok(false) };
        self.sql(
            "DELETE FROM changes WHERE calendar_id = $1 AND revision <= $2 AND (removed OR revision IN
                (SELECT previous FROM changes WHERE calendar_id = $1 AND revision <= $2 AND previous IS NOT NULL))",
        )
        .bind(id.0)
        .bind(until.0)
        .run()
        .await?;
        self.sql("UPDATE calendars SET log_whole_after = $2 WHERE id = $1").bind(id.0).bind(until.0).run().await?;
        Ok(true)
    }
}
