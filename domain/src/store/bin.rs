//! What was deleted and can be brought back.

use super::changes::{CAUSE, cause_of};
use super::statement::{Row, broken, millis, signed};
use super::{ObjectId, Standing, Transaction, Usage};
use crate::Result;
use crate::model::bin::{BinnedCalendar, BinnedObject};
use crate::model::calendar::{CalendarId, Revision};
use crate::model::principal::PrincipalId;
use crate::model::version::CauseId;
use chrono::{DateTime, Utc};
use kalends_ical::ComponentKind;

const OBJECT: &[&str] = &[
    "SELECT b.calendar_id, b.object_id, b.revision, b.uid, b.component, b.summary, b.deleted_at,
        h.name, k.display_name, k.color, ",
    CAUSE,
    " FROM bin b JOIN calendars k ON k.id = b.calendar_id
        JOIN changes h ON h.calendar_id = b.calendar_id AND h.revision = b.revision
        LEFT JOIN causes c ON c.id = h.cause_id ",
];

fn object(row: &Row) -> Result<BinnedObject> {
    let component: &str = row.get("component")?;
    Ok(BinnedObject {
        calendar: CalendarId(row.get("calendar_id")?),
        calendar_name: row.get("display_name")?,
        color: row.get("color")?,
        object: ObjectId(row.get("object_id")?),
        revision: Revision(row.get("revision")?),
        name: row.get("name")?,
        uid: row.get("uid")?,
        kind: ComponentKind::from_name(component).ok_or_else(|| broken("component"))?,
        summary: row.get("summary")?,
        deleted_at: row.instant("deleted_at")?,
        cause: cause_of(row)?,
    })
}

fn calendar(row: &Row) -> Result<BinnedCalendar> {
    Ok(BinnedCalendar {
        id: CalendarId(row.get("id")?),
        display_name: row.get("display_name")?,
        color: row.get("color")?,
        slug: row.get("deleted_slug")?,
        objects: row.count("objects")?,
        octets: row.count("octets")?,
        deleted_at: row.instant("deleted_at")?,
        cause: cause_of(row)?,
    })
}

impl Transaction {
    /// An object that is about to be removed by the change that leads to `revision`. Of one UID the last one rests there.
    pub async fn put_into_bin(
        &mut self,
        calendar: CalendarId,
        standing: &Standing,
        revision: Revision,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let has_uid = self.has_uid();
        let before = self.joined(&["DELETE FROM bin WHERE calendar_id = $1 AND ", has_uid]);
        before.bind(calendar.0).bind(&standing.object.head.uid).run().await?;
        self.sql(
            "INSERT INTO bin (calendar_id, object_id, revision, uid, component, summary, deleted_at)
             SELECT calendar_id, id, $2, uid, component, summary, $3 FROM objects WHERE id = $1",
        )
        .bind(standing.id.0)
        .bind(revision.0)
        .bind(millis(at))
        .run()
        .await?;
        Ok(())
    }

    /// What rests in the bin of `calendars` since `since`, without what is there again: the last that was deleted first, `limit` at
    /// most after the first `skipped`.
    pub async fn bin(
        &mut self,
        calendars: &[CalendarId],
        since: DateTime<Utc>,
        (skipped, limit): (usize, usize),
    ) -> Result<Vec<BinnedObject>> {
        let ids = serde_json::to_string(&calendars.iter().map(|id| id.0).collect::<Vec<_>>());
        let (ids, values) = (ids.map_err(|_| broken("id"))?, self.json_values());
        let wanted = [
            "WHERE b.calendar_id IN (SELECT CAST(value AS BIGINT) FROM ",
            values,
            ") AND b.deleted_at > $2 AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.calendar_id = b.calendar_id AND ",
            self.same_uid(),
            ") ORDER BY b.deleted_at DESC, b.calendar_id, b.object_id LIMIT $3 OFFSET $4",
        ];
        let statement = self.joined(&[OBJECT, &wanted].concat()).bind(ids).bind(millis(since));
        statement.bind(signed(limit)).bind(signed(skipped)).all(object).await
    }

    /// What rests in a calendar's bin since `since`.
    pub async fn binned(
        &mut self,
        calendar: CalendarId,
        id: ObjectId,
        since: DateTime<Utc>,
    ) -> Result<Option<BinnedObject>> {
        let wanted = ["WHERE b.calendar_id = $1 AND b.object_id = $2 AND b.deleted_at > $3"];
        let statement = self.joined(&[OBJECT, &wanted].concat()).bind(calendar.0).bind(id.0).bind(millis(since));
        statement.optional().await?.as_ref().map(object).transpose()
    }

    pub async fn take_from_bin(&mut self, calendar: CalendarId, id: ObjectId) -> Result<()> {
        let statement = self.sql("DELETE FROM bin WHERE calendar_id = $1 AND object_id = $2");
        statement.bind(calendar.0).bind(id.0).run().await?;
        Ok(())
    }

    /// It is not shown any more and goes with the next cleaning, with every version of it.
    pub async fn expire_binned(&mut self, calendar: CalendarId, id: ObjectId) -> Result<()> {
        let statement = self.sql("UPDATE bin SET deleted_at = 0 WHERE calendar_id = $1 AND object_id = $2");
        statement.bind(calendar.0).bind(id.0).run().await?;
        Ok(())
    }

    /// [`Transaction::expire_binned`] for all that rests in a calendar's bin.
    pub async fn expire_bin(&mut self, calendar: CalendarId) -> Result<()> {
        // What is there again is not shown in the bin, and has its history.
        let parts = [
            "UPDATE bin AS b SET deleted_at = 0 WHERE b.calendar_id = $1
                AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.calendar_id = b.calendar_id AND ",
            self.same_uid(),
            ")",
        ];
        self.joined(&parts).bind(calendar.0).run().await?;
        Ok(())
    }

    /// The calendar is in nobody's list any more, and another may have its slug.
    pub async fn put_calendar_into_bin(&mut self, id: CalendarId, cause: CauseId, at: DateTime<Utc>) -> Result<()> {
        self.sql("UPDATE calendars SET deleted_at = $2, deleted_by = $3, deleted_slug = slug, slug = $4 WHERE id = $1")
            .bind(id.0)
            .bind(millis(at))
            .bind(cause.0)
            // No slug is written so (see `check_slug`).
            .bind(format!("/{}", id.0))
            .run()
            .await?;
        Ok(())
    }

    /// Of the calendars of `owner` that rest in the bin those that were deleted first go at once, when all together hold more than `most`.
    pub async fn bound_binned_calendars(&mut self, owner: PrincipalId, most: Usage) -> Result<()> {
        self.sql(
            "UPDATE calendars SET deleted_at = 0 WHERE id IN (SELECT id FROM (
                SELECT id, sum(objects) OVER newest AS objects, sum(octets) OVER newest AS octets
                FROM calendars WHERE owner_id = $1 AND deleted_at > 0 WINDOW newest AS (ORDER BY deleted_at DESC, id DESC)) AS resting
             WHERE objects > $2 OR octets > $3)",
        )
        .bind(owner.0)
        .bind(most.objects.cast_signed())
        .bind(most.octets.cast_signed())
        .run()
        .await?;
        Ok(())
    }

    /// The calendars of `owner` that rest in the bin since `since`, the last that was deleted first.
    pub async fn binned_calendars(&mut self, owner: PrincipalId, since: DateTime<Utc>) -> Result<Vec<BinnedCalendar>> {
        self.joined(&[
            "SELECT k.id, k.display_name, k.color, k.deleted_slug, k.objects, k.octets, k.deleted_at, ",
            CAUSE,
            " FROM calendars k LEFT JOIN causes c ON c.id = k.deleted_by
              WHERE k.owner_id = $1 AND k.deleted_at > $2 ORDER BY k.deleted_at DESC, k.id DESC",
        ])
        .bind(owner.0)
        .bind(millis(since))
        .all(calendar)
        .await
    }

    /// The calendar is in its lists again, under `slug`. Yields whether nobody else had that.
    pub async fn take_calendar_from_bin(&mut self, id: CalendarId, slug: &str) -> Result<bool> {
        let taken = self.sql(
            "SELECT o.id FROM calendars o JOIN calendars k ON k.owner_id = o.owner_id WHERE k.id = $1 AND o.slug = $2",
        );
        if taken.bind(id.0).bind(slug).optional().await?.is_some() {
            return Ok(false);
        }
        self.sql(
            "UPDATE calendars SET deleted_at = NULL, deleted_by = NULL, deleted_slug = NULL, slug = $2 WHERE id = $1",
        )
        .bind(id.0)
        .bind(slug)
        .run()
        .await?;
        Ok(true)
    }

    /// It is not shown any more and goes with the next cleaning.
    pub async fn expire_binned_calendar(&mut self, id: CalendarId) -> Result<()> {
        self.sql("UPDATE calendars SET deleted_at = 0 WHERE id = $1 AND deleted_at IS NOT NULL")
            .bind(id.0)
            .run()
            .await?;
        Ok(())
    }
}
