//! The change log.

use super::objects::{HEAD, head};
use super::statement::{millis, signed};
use super::{NewChange, Transaction};
use crate::Result;
use crate::model::calendar::{CalendarId, Revision};
use crate::model::object::ObjectHead;
use chrono::{DateTime, Utc};

impl Transaction {
    /// Raises the calendar's revision, keeps count of what it holds, and adds the row that says why.
    pub async fn log_change(&mut self, change: NewChange<'_>) -> Result<Revision> {
        let row = self.sql(
            "UPDATE calendars SET revision = revision + 1, objects = objects + $1, octets = octets + $2 WHERE id = $3 RETURNING revision",
        )
        .bind(change.growth.objects)
        .bind(change.growth.octets)
        .bind(change.calendar.0)
        .one()
        .await?;
        let revision: i64 = row.get("revision")?;
        self.sql("INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(change.calendar.0)
            .bind(revision)
            .bind(change.name)
            .bind(change.removed)
            .bind(millis(change.at))
            .run()
            .await?;
        Ok(Revision(revision))
    }

    /// When the calendar came to `revision`, if a change ever brought it there.
    pub async fn changed_at(&mut self, calendar: CalendarId, revision: Revision) -> Result<Option<DateTime<Utc>>> {
        let row = self
            .sql("SELECT changed_at FROM changes WHERE calendar_id = $1 AND revision = $2")
            .bind(calendar.0)
            .bind(revision.0)
            .optional()
            .await?;
        row.map(|row| row.instant("changed_at")).transpose()
    }

    /// Objects last written after `since` and not after `until`, the earliest first, at most `limit`.
    pub async fn written_between(
        &mut self,
        calendar: CalendarId,
        since: Revision,
        until: Revision,
        limit: usize,
    ) -> Result<Vec<ObjectHead>> {
        self.joined(&[
            HEAD,
            "WHERE o.calendar_id = $1 AND o.revision > $2 AND o.revision <= $3 ORDER BY o.revision LIMIT $4",
        ])
        .bind(calendar.0)
        .bind(since.0)
        .bind(until.0)
        .bind(signed(limit))
        .all(head)
        .await
    }

    /// Names that were removed after `since` and not after `until` and do not exist now, the earliest first, at most `limit`.
    pub async fn removed_between(
        &mut self,
        calendar: CalendarId,
        since: Revision,
        until: Revision,
        limit: usize,
    ) -> Result<Vec<(Revision, String)>> {
        self.sql(
            "SELECT max(c.revision) AS revision, c.name FROM changes c
             WHERE c.calendar_id = $1 AND c.revision > $2 AND c.revision <= $3 AND c.removed
               AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.calendar_id = $1 AND o.name = c.name)
             GROUP BY c.name ORDER BY 1 LIMIT $4",
        )
        .bind(calendar.0)
        .bind(since.0)
        .bind(until.0)
        .bind(signed(limit))
        .all(|row| Ok((Revision(row.get("revision")?), row.get("name")?)))
        .await
    }
}
