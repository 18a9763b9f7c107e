//! The change log.

use super::objects::{HEAD, head};
use super::statement::{Row, broken, millis, signed};
use super::{Growth, NewChange, ObjectId, Transaction};
use crate::Result;
use crate::model::calendar::{CalendarId, Revision};
use crate::model::object::ObjectHead;
use crate::model::principal::{Caller, PrincipalId, Way};
use crate::model::scheduling::{ANSWER_LINK, BY_MAIL, DeliveryId};
use crate::model::version::{Cause, CauseId, Change, Digest, Run, RunKind, StoredVersion};
use chrono::{DateTime, Utc};

/// What follows a way where a run was not the import of a file.
const KINDS: [(RunKind, &str); 3] =
    [(RunKind::Restore, "/restore"), (RunKind::TakenBack, "/undo"), (RunKind::Sync, "/run")];

/// The way on which it is noted what became of messages.
pub(crate) const DELIVERY: &str = "delivery";

pub(super) fn digest(octets: &[u8]) -> Result<Digest> {
    octets.try_into().map(Digest).map_err(|_| broken("digest"))
}

/// How a way is written, and the credential on it.
fn way(way: Way) -> (&'static str, i64) {
    match way {
        Way::Page => ("page", 0),
        Way::AppPassword(id) => ("app-password", id),
        Way::Command => ("command", 0),
        // For reading alone; it is written nowhere.
        Way::Link(id) => ("link", id),
        Way::Sync(id) => ("sync", id),
        Way::Invitation(_) => ("invitation", 0),
        Way::Delivery => (DELIVERY, 0),
        Way::AnswerLink(DeliveryId(message)) => (ANSWER_LINK, message),
        Way::Mail(DeliveryId(message)) => (BY_MAIL, message),
    }
}

/// The columns of `causes` as `c`; of a row without a cause all are NULL.
pub(super) const CAUSE: &str = "c.principal_name, c.for_name, c.way, c.label, c.run";

pub(super) fn cause_of(row: &Row) -> Result<Option<Cause>> {
    let way: Option<&str> = row.get("way")?;
    way.map(|way| cause(row, way)).transpose()
}

/// What parts a way from the id of the person for whom somebody acted.
const FOR: &str = "/for/";

/// A way as it is written in `causes`, without for whom, and what kind of run there was.
pub(super) fn way_and_kind(written: &str) -> (&str, RunKind) {
    let marked = KINDS.iter().find_map(|(kind, mark)| Some((written.strip_suffix(mark)?, *kind)));
    let (way, kind) = marked.unwrap_or((written, RunKind::Import));
    (way.split_once(FOR).map_or(way, |(way, _)| way), kind)
}

fn cause(row: &Row, way: &str) -> Result<Cause> {
    let run: &str = row.get("run")?;
    let (way, kind) = way_and_kind(way);
    Ok(Cause {
        principal_name: row.get("principal_name")?,
        for_name: row.get("for_name")?,
        way: way.to_owned(),
        label: row.get("label")?,
        run: if run.is_empty() { None } else { Some((run.parse().map_err(|_| broken("run"))?, kind)) },
    })
}

pub(super) const CHANGE: &str = "SELECT h.revision, h.name, h.removed, h.changed_at, h.object_id, h.previous, h.after,
        c.principal_name, c.for_name, c.way, c.label, c.run ";
pub(super) const FROM_CHANGES: &str = "FROM changes h LEFT JOIN causes c ON c.id = h.cause_id ";

pub(super) fn change(row: &Row) -> Result<Change> {
    Ok(Change {
        revision: Revision(row.get("revision")?),
        name: row.get("name")?,
        removed: row.get("removed")?,
        at: row.instant("changed_at")?,
        object: row.get::<Option<i64>>("object_id")?.map(ObjectId),
        previous: row.get::<Option<i64>>("previous")?.map(Revision),
        after: row.get::<Option<Vec<u8>>>("after")?.map(|octets| digest(&octets)).transpose()?,
        cause: cause_of(row)?,
    })
}

pub(super) fn home(row: &Row) -> Result<(PrincipalId, Revision)> {
    Ok((PrincipalId(row.get("id")?), Revision(row.get("home_revision")?)))
}

impl Transaction {
    /// Raises the calendar's revision, and keeps count of what it holds.
    pub async fn raise_revision(&mut self, calendar: CalendarId, growth: Growth) -> Result<Revision> {
        let row = self.sql(
            "UPDATE calendars SET revision = revision + 1, objects = objects + $1, octets = octets + $2 WHERE id = $3 RETURNING revision",
        )
        .bind(growth.objects)
        .bind(growth.octets)
        .bind(calendar.0)
        .one()
        .await?;
        Ok(Revision(row.get("revision")?))
    }

    /// Adds the row that says how the calendar came to its revision.
    pub async fn log_change(&mut self, change: NewChange<'_>) -> Result<()> {
        self.sql(
            "INSERT INTO changes (calendar_id, revision, name, removed, changed_at, object_id, previous, after, cause_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(change.calendar.0)
        .bind(change.revision.0)
        .bind(change.name)
        .bind(change.after.is_none())
        .bind(millis(change.at))
        .bind(change.object.0)
        .bind(change.previous.map(|previous| previous.0))
        .bind(change.after.map(|after| after.0.to_vec()))
        .bind(change.cause.0)
        .run()
        .await?;
        Ok(())
    }

    /// The newest row before `before` about an object that had this name and was removed.
    pub async fn last_removal(
        &mut self,
        calendar: CalendarId,
        name: &str,
        before: Revision,
    ) -> Result<Option<Revision>> {
        let statement = self.sql(
            "SELECT max(revision) AS revision FROM changes WHERE calendar_id = $1 AND name = $2 AND removed AND revision < $3",
        );
        Ok(statement
            .bind(calendar.0)
            .bind(name)
            .bind(before.0)
            .one()
            .await?
            .get::<Option<i64>>("revision")?
            .map(Revision))
    }

    /// The row of the log with this revision: the row before about the same object, the version that it led to, when, and why.
    pub async fn change(&mut self, calendar: CalendarId, revision: Revision) -> Result<Option<Change>> {
        let row = self.joined(&[CHANGE, FROM_CHANGES, "WHERE h.calendar_id = $1 AND h.revision = $2"]);
        let row = row.bind(calendar.0).bind(revision.0).optional().await?;
        row.as_ref().map(change).transpose()
    }

    /// The rows of a calendar after `since`, the earliest first, at most `limit`.
    pub async fn changes_after(&mut self, calendar: CalendarId, since: Revision, limit: usize) -> Result<Vec<Change>> {
        self.joined(&[
            CHANGE,
            FROM_CHANGES,
            "WHERE h.calendar_id = $1 AND h.revision > $2 ORDER BY h.revision LIMIT $3",
        ])
        .bind(calendar.0)
        .bind(since.0)
        .bind(signed(limit))
        .all(change)
        .await
    }

    /// The rows of a calendar that a run added, the earliest first.
    pub async fn changes_of_run(&mut self, calendar: CalendarId, run: uuid::Uuid) -> Result<Vec<Change>> {
        self.joined(&[CHANGE, FROM_CHANGES, "WHERE h.calendar_id = $1 AND c.run = $2 ORDER BY h.revision"])
            .bind(calendar.0)
            .bind(run.to_string())
            .all(change)
            .await
    }

    /// The row that stands for a cause, made when there is none yet. `acts_for`: the person for whom the caller acts.
    pub async fn cause(&mut self, caller: Caller, acts_for: Option<PrincipalId>, run: Option<&Run>) -> Result<CauseId> {
        let (way, credential) = way(caller.way);
        // Of what a message did, whoever sent it is the cause.
        let principal = match caller.way {
            Way::Invitation(sender) => sender.unwrap_or(caller.principal),
            _ => caller.principal,
        };
        // Of what somebody said who has no account, their address; of what came by mail, whose it was and what it was called.
        let said_by = match caller.way {
            Way::AnswerLink(message) => Some(self.sender_of(message).await?),
            Way::Mail(message) => Some(self.mail_of_delivery(message).await?),
            _ => None,
        };
        let acts = acts_for.map(|owner| format!("{FOR}{}", owner.0)).unwrap_or_default();
        let kind =
            KINDS.iter().find(|(kind, _)| run.is_some_and(|run| run.kind == *kind)).map_or("", |(_, mark)| *mark);
        let row = self
            .sql(
                "INSERT INTO causes (principal_id, principal_name, way, credential_id, run, label, for_name)
                 SELECT p.id, p.display_name, $2, $3, $4, coalesce($5, a.label, ''), coalesce(o.display_name, '')
                 FROM principals p LEFT JOIN app_passwords a ON a.id = $3 LEFT JOIN principals o ON o.id = $6 WHERE p.id = $1
                 ON CONFLICT (principal_id, way, credential_id, run) DO UPDATE SET label = excluded.label RETURNING id",
            )
            .bind(principal.0)
            .bind(format!("{way}{acts}{kind}"))
            .bind(credential)
            .bind(run.map(|run| run.id.to_string()).unwrap_or_default())
            .bind(said_by.as_deref().or(run.map(|run| run.label.as_str())))
            .bind(acts_for.map(|owner| owner.0))
            .one()
            .await?;
        Ok(CauseId(row.get("id")?))
    }

    /// Keeps a text that an object has no more; never as of before those that it is kept with, which it may be needed for, whatever the
    /// clocks of nodes say.
    /// One that it had before and lost before is kept as `version` has it.
    pub async fn keep_version(
        &mut self,
        calendar: CalendarId,
        object: ObjectId,
        version: &StoredVersion,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.sql(
            "INSERT INTO versions (calendar_id, object_id, digest, base, content, kept_at) VALUES ($1, $2, $3, $4, $5, (
                SELECT CASE WHEN max(kept_at) > $6 THEN max(kept_at) ELSE $6 END FROM versions
                WHERE calendar_id = $1 AND object_id = $2))
             ON CONFLICT (calendar_id, object_id, digest) DO UPDATE SET base = excluded.base, content = excluded.content,
                kept_at = excluded.kept_at",
        )
        .bind(calendar.0)
        .bind(object.0)
        .bind(&version.digest.0[..])
        .bind(version.base.map(|base| base.0.to_vec()))
        .bind(&version.content)
        .bind(millis(at))
        .run()
        .await?;
        Ok(())
    }

    /// The texts that an object has no more.
    pub async fn versions(&mut self, calendar: CalendarId, object: ObjectId) -> Result<Vec<StoredVersion>> {
        self.sql("SELECT digest, base, content FROM versions WHERE calendar_id = $1 AND object_id = $2")
            .bind(calendar.0)
            .bind(object.0)
            .all(|row| {
                Ok(StoredVersion {
                    digest: digest(row.get("digest")?)?,
                    base: row.get::<Option<Vec<u8>>>("base")?.map(|octets| digest(&octets)).transpose()?,
                    content: row.get("content")?,
                })
            })
            .await
    }

    /// Raises the revision of the lists in which the calendar stands: its owner's, of those who act for them, and of whom it was
    /// shared with. Yields them.
    pub async fn raise_homes(&mut self, calendar: CalendarId) -> Result<Vec<(PrincipalId, Revision)>> {
        let raised = self.sql(
            "UPDATE principals SET home_revision = home_revision + 1 WHERE id IN (
                SELECT owner_id FROM calendars WHERE id = $1
                UNION SELECT m.member_id FROM calendars c JOIN memberships m ON m.group_id = c.owner_id WHERE c.id = $1
                UNION SELECT d.delegate_id FROM calendars c JOIN delegates d ON d.owner_id = c.owner_id WHERE c.id = $1
                UNION SELECT principal_id FROM grants WHERE calendar_id = $1
                UNION SELECT m.member_id FROM grants g JOIN memberships m ON m.group_id = g.principal_id WHERE g.calendar_id = $1
                UNION SELECT u.principal_id FROM grants g JOIN users u ON g.calendar_id = $1 AND g.principal_id = 0)
             RETURNING id, home_revision",
        )
        .bind(calendar.0)
        .all(home)
        .await?;
        let people: Vec<PrincipalId> = raised.iter().map(|(principal, _)| *principal).collect();
        self.mark_people_stale(&people).await?;
        Ok(raised)
    }

    /// Raises the revision of one list of calendars.
    pub async fn raise_home(&mut self, principal: PrincipalId) -> Result<(PrincipalId, Revision)> {
        let raise = self
            .sql("UPDATE principals SET home_revision = home_revision + 1 WHERE id = $1 RETURNING id, home_revision");
        let raised = home(&raise.bind(principal.0).one().await?)?;
        self.mark_person_stale(principal).await?;
        Ok(raised)
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
