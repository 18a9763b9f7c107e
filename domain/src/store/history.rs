//! The log, read backwards: what a calendar was at a time, and who changed what in it.

use super::changes::{CHANGE, DELIVERY, FROM_CHANGES, change, digest, way_and_kind};
use super::statement::{Row, broken, millis, signed};
use super::{ObjectId, Transaction};
use crate::Result;
use crate::model::as_of::{
    AsOfPage, Became, ChangeFilter, ChangeMaker, ChangeWay, Differences, LoggedChange, ObjectAsOf,
};
use crate::model::calendar::{CalendarId, Revision};
use crate::model::principal::PrincipalId;
use crate::model::scheduling::{ANSWER_LINK, BY_MAIL};
use crate::model::version::{Digest, RunKind};
use chrono::{DateTime, Utc};

/// The names that changed after a revision, the second that is bound, beside what they were then: the first change after it says what was
/// before. (Rows of before causes were kept do not say so; there the last row about the name does.)
const COMPARED: [&str; 3] = [
    "WITH touched AS (
        SELECT name, min(revision) AS first, max(revision) AS last FROM changes
        WHERE calendar_id = $1 AND revision > $2 GROUP BY name),
    led AS (
        SELECT t.name, t.last, coalesce(f.previous, CASE WHEN f.cause_id IS NULL THEN (
            SELECT max(e.revision) FROM changes e WHERE e.calendar_id = $1 AND e.name = t.name AND e.revision <= $2) END) AS stood
        FROM touched t JOIN changes f ON f.calendar_id = $1 AND f.revision = t.first),
    beside AS (
        SELECT l.name, l.last, CASE WHEN b.removed THEN NULL ELSE l.stood END AS stood, b.object_id, b.after, ",
    " AS was, o.etag, o.summary FROM led l
        LEFT JOIN changes b ON b.calendar_id = $1 AND b.revision = l.stood
        LEFT JOIN objects o ON o.calendar_id = $1 AND o.name = l.name),
    compared AS (
        SELECT name, last, stood, object_id, after, was, etag, summary, CASE
            WHEN stood IS NULL AND etag IS NULL THEN 'never' WHEN stood IS NULL THEN 'added' WHEN etag IS NULL THEN 'deleted'
            WHEN was = etag THEN 'same' ELSE 'changed' END AS became
        FROM beside) ",
    "SELECT name, last, stood, object_id, after, etag, summary, became FROM compared ",
];

/// The objects that nothing has happened to since.
const UNTOUCHED: &str = "UNION ALL
    SELECT o.name, o.revision, o.revision, o.id, NULL, o.etag, o.summary, 'same' FROM objects o
    WHERE o.calendar_id = $1 AND o.revision <= $2 AND o.name > $3 ";

fn became(name: &str) -> Option<Became> {
    match name {
        "same" => Some(Became::Same),
        "changed" => Some(Became::Changed),
        "deleted" => Some(Became::Deleted),
        "added" => Some(Became::Added),
        _ => None,
    }
}

fn object_as_of(row: &Row) -> Result<ObjectAsOf> {
    let became = became(row.get("became")?).ok_or_else(|| broken("became"))?;
    let etag: Option<String> = row.get("etag")?;
    let logged = row.get::<Option<Vec<u8>>>("after")?.map(|octets| digest(&octets)).transpose()?;
    let then = match became {
        Became::Same => etag.as_deref().and_then(Digest::of_etag),
        Became::Changed | Became::Deleted => logged,
        Became::Added => None,
    };
    Ok(ObjectAsOf {
        name: row.get("name")?,
        stood: row.get::<Option<i64>>("stood")?.map(Revision).filter(|_| became != Became::Added),
        object: row.get::<Option<i64>>("object_id")?.map(ObjectId),
        then,
        etag,
        summary: row.get("summary")?,
        last: Revision(row.get("last")?),
        became,
    })
}

/// A way as it stands in the log: its name, with which credential, by hand; or what kind of run it was part of.
fn written(way: ChangeWay) -> (Option<&'static str>, Option<i64>, Option<&'static str>) {
    match way {
        ChangeWay::Page => (Some("page"), None, None),
        ChangeWay::AppPassword(id) => (Some("app-password"), Some(id), None),
        ChangeWay::Command => (Some("command"), None, None),
        ChangeWay::Import => (None, None, Some("import")),
        ChangeWay::Restore => (None, None, Some("restore")),
        ChangeWay::Sync => (None, None, Some("run")),
        ChangeWay::Invitation => (Some("invitation"), None, None),
        ChangeWay::Delivery => (Some(DELIVERY), None, None),
        ChangeWay::AnswerLink => (Some(ANSWER_LINK), None, None),
        ChangeWay::Mail => (Some(BY_MAIL), None, None),
    }
}

fn change_maker(row: &Row) -> Result<ChangeMaker> {
    let (way, kind) = way_and_kind(row.get("way")?);
    let (way, label) = match (row.get::<bool>("in_run")?, kind, way) {
        (true, RunKind::Import | RunKind::TakenBack, _) => (ChangeWay::Import, String::new()),
        (true, RunKind::Restore, _) => (ChangeWay::Restore, String::new()),
        (true, RunKind::Sync, _) => (ChangeWay::Sync, String::new()),
        (false, _, "page") => (ChangeWay::Page, String::new()),
        (false, _, "invitation") => (ChangeWay::Invitation, String::new()),
        (false, _, DELIVERY) => (ChangeWay::Delivery, String::new()),
        (false, _, ANSWER_LINK) => (ChangeWay::AnswerLink, String::new()),
        (false, _, BY_MAIL) => (ChangeWay::Mail, String::new()),
        (false, _, "app-password") => (ChangeWay::AppPassword(row.get("credential_id")?), row.get("label")?),
        _ => (ChangeWay::Command, String::new()),
    };
    Ok(ChangeMaker { name: row.get("principal_name")?, principal: PrincipalId(row.get("principal_id")?), way, label })
}

fn logged_change(row: &Row) -> Result<LoggedChange> {
    Ok(LoggedChange {
        change: change(row)?,
        before: row.get::<Option<Vec<u8>>>("before")?.map(|octets| digest(&octets)).transpose()?,
        summary: row.get("summary")?,
        stands: row.get::<Option<i64>>("standing")?.is_some(),
    })
}

impl Transaction {
    /// The revision that the calendar had at a time; `None`: the log has nothing as old.
    pub async fn revision_at(&mut self, calendar: CalendarId, at: DateTime<Utc>) -> Result<Option<Revision>> {
        let statement = self.sql(
            "SELECT revision FROM changes WHERE calendar_id = $1 AND changed_at <= $2 ORDER BY revision DESC LIMIT 1",
        );
        let row = statement.bind(calendar.0).bind(millis(at)).optional().await?;
        row.map(|row| Ok(Revision(row.get("revision")?))).transpose()
    }

    /// The oldest change that the log has of a calendar.
    pub async fn oldest_change(&mut self, calendar: CalendarId) -> Result<Option<Revision>> {
        let row = self.sql("SELECT min(revision) AS oldest FROM changes WHERE calendar_id = $1").bind(calendar.0);
        Ok(row.one().await?.get::<Option<i64>>("oldest")?.map(Revision))
    }

    /// What became since `revision` of the objects that there were then, and how many are new.
    pub async fn differences(&mut self, calendar: CalendarId, revision: Revision) -> Result<Differences> {
        let [with, rest, _] = COMPARED;
        let counted = "SELECT became, count(*) AS objects FROM compared GROUP BY became
            UNION ALL SELECT 'same', count(*) FROM objects WHERE calendar_id = $1 AND revision <= $2";
        let digest_etag = self.digest_etag();
        let counts = self.joined(&[with, digest_etag, rest, counted]).bind(calendar.0).bind(revision.0);
        let counts = counts.all(|row| Ok((became(row.get("became")?), row.count("objects")?))).await?;
        let mut differences = Differences::default();
        for (became, count) in counts {
            match became {
                Some(Became::Same) => differences.same += count,
                Some(Became::Changed) => differences.changed += count,
                Some(Became::Deleted) => differences.deleted += count,
                Some(Became::Added) => differences.added += count,
                None => {}
            }
        }
        Ok(differences)
    }

    /// A part of what a calendar was at `revision`, at most `limit` objects.
    pub async fn objects_as_of(
        &mut self,
        calendar: CalendarId,
        revision: Revision,
        page: &AsOfPage,
        limit: usize,
    ) -> Result<Vec<ObjectAsOf>> {
        let [with, rest, select] = COMPARED;
        let digest_etag = self.digest_etag();
        match page {
            AsOfPage::Everything { after } => {
                let which = "WHERE became IN ('same', 'changed', 'deleted') AND name > $3 ";
                let parts = [with, digest_etag, rest, select, which, UNTOUCHED, "ORDER BY name LIMIT $4"];
                let statement = self.joined(&parts).bind(calendar.0).bind(revision.0).bind(after);
                statement.bind(signed(limit)).all(object_as_of).await
            }
            AsOfPage::Different { before } => {
                let which = "WHERE became IN ('changed', 'deleted', 'added') AND last < $3 ORDER BY last DESC LIMIT $4";
                let statement =
                    self.joined(&[with, digest_etag, rest, select, which]).bind(calendar.0).bind(revision.0);
                let before = before.map_or(i64::MAX, |before| before.0);
                statement.bind(before).bind(signed(limit)).all(object_as_of).await
            }
        }
    }

    /// What became since `revision` of the object of this name, where anything did.
    pub async fn object_as_of(
        &mut self,
        calendar: CalendarId,
        revision: Revision,
        name: &str,
    ) -> Result<Option<ObjectAsOf>> {
        let [with, rest, select] = COMPARED;
        let digest_etag = self.digest_etag();
        let which = "WHERE became <> 'never' AND name = $3";
        let statement = self.joined(&[with, digest_etag, rest, select, which]).bind(calendar.0).bind(revision.0);
        statement.bind(name).optional().await?.as_ref().map(object_as_of).transpose()
    }

    /// The changes of a calendar before `before`, the newest first, at most `limit`.
    pub async fn changes_before(
        &mut self,
        calendar: CalendarId,
        before: Revision,
        filter: &ChangeFilter,
        limit: usize,
    ) -> Result<Vec<LoggedChange>> {
        let (way, credential, kind) = filter.way.map_or((None, None, None), written);
        let parts = [
            CHANGE,
            ", p.after AS before, o.id AS standing, o.summary ",
            FROM_CHANGES,
            "LEFT JOIN changes p ON p.calendar_id = h.calendar_id AND p.revision = h.previous
             LEFT JOIN objects o ON o.id = h.object_id
             WHERE h.calendar_id = $1 AND h.revision < $2 AND h.changed_at >= $3 AND h.changed_at < $4
                AND ($5 IS NULL OR c.principal_id = $5) AND ($6 IS NULL OR ((c.way = $6 OR c.way LIKE $6 || '/for/%') AND c.run = ''))
                AND ($7 IS NULL OR c.credential_id = $7)
                AND ($8 IS NULL OR (c.run <> '' AND $8 = CASE WHEN c.way LIKE '%/restore' THEN 'restore' WHEN c.way LIKE '%/run' THEN 'run'
                    ELSE 'import' END))
             ORDER BY h.revision DESC LIMIT $9",
        ];
        let statement = self.joined(&parts).bind(calendar.0).bind(before.0);
        let statement =
            statement.bind(filter.from.map_or(i64::MIN, millis)).bind(filter.until.map_or(i64::MAX, millis));
        let statement = statement.bind(filter.person.map(|person| person.0)).bind(way).bind(credential).bind(kind);
        statement.bind(signed(limit)).all(logged_change).await
    }

    /// Who changed something in a calendar, each by each way once, in the order of the names.
    pub async fn change_makers(&mut self, calendar: CalendarId) -> Result<Vec<ChangeMaker>> {
        let statement = self.sql(
            "SELECT c.principal_id, c.principal_name, c.way, c.credential_id, c.label, c.run <> '' AS in_run FROM causes c
             WHERE c.id IN (SELECT h.cause_id FROM changes h WHERE h.calendar_id = $1)",
        );
        let mut makers = statement.bind(calendar.0).all(change_maker).await?;
        makers.sort();
        makers.dedup();
        Ok(makers)
    }

    /// Whether the object of this name, there or not, has changed after `revision`.
    pub async fn has_changed_after(&mut self, calendar: CalendarId, revision: Revision, name: &str) -> Result<bool> {
        let statement =
            self.sql("SELECT 1 FROM changes WHERE calendar_id = $1 AND revision > $2 AND name = $3 LIMIT 1");
        Ok(statement.bind(calendar.0).bind(revision.0).bind(name).optional().await?.is_some())
    }
}
