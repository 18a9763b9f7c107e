//! When reminders come next, and of what that is to be derived anew.

use super::objects::HEAD;
use super::statement::{Row, broken, millis, signed};
use super::{ObjectId, Transaction};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::object::{Object, ObjectHead};
use crate::model::principal::PrincipalId;
use crate::model::reminder::{Planned, ReminderSettings, Stale};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

fn planned(row: &Row) -> Result<Planned> {
    Ok(Planned {
        principal: PrincipalId(row.get("principal_id")?),
        calendar: CalendarId(row.get("calendar_id")?),
        object: ObjectId(row.get("object_id")?),
        next_at: row.instant("next_at")?,
        done_until: row.instant("done_until")?,
    })
}

fn stale(row: &Row) -> Result<Stale> {
    Ok(Stale {
        principal: row.get::<Option<i64>>("principal_id")?.map(PrincipalId),
        calendar: row.get::<Option<i64>>("calendar_id")?.map(CalendarId),
        object: row.get::<Option<i64>>("object_id")?.map(ObjectId),
        after: ObjectId(row.get("after_id")?),
        at: row.instant("at")?,
    })
}

const STALE: &str = "INSERT INTO reminder_stale (principal_id, calendar_id, object_id, after_id, at)";

impl Transaction {
    /// An object is another, or gone. One without alarms counts only where somebody wants to be reminded of everything, or has been.
    pub async fn mark_object_stale(&mut self, calendar: CalendarId, object: ObjectId, at: DateTime<Utc>) -> Result<()> {
        let parts = [
            STALE,
            " SELECT NULL, $1, $2, 0, $3 WHERE EXISTS (SELECT 1 FROM objects WHERE id = $2 AND alarmed)
                OR EXISTS (SELECT 1 FROM reminder_plan WHERE object_id = $2)
                OR EXISTS (SELECT 1 FROM reminders WHERE object_id = $2 AND state = 'due')
                OR EXISTS (SELECT 1 FROM reminder_settings WHERE for_all)",
        ];
        self.joined(&parts).bind(calendar.0).bind(object.0).bind(millis(at)).run().await?;
        Ok(())
    }

    /// What a person sees, or how they see it, is another.
    pub async fn mark_person_stale(&mut self, principal: PrincipalId) -> Result<()> {
        let parts = [STALE, " SELECT principal_id, NULL, NULL, 0, $2 FROM users WHERE principal_id = $1"];
        self.joined(&parts).bind(principal.0).bind(millis(Utc::now())).run().await?;
        Ok(())
    }

    /// [`Transaction::mark_person_stale`], of many.
    pub async fn mark_people_stale(&mut self, people: &[PrincipalId]) -> Result<()> {
        let ids = serde_json::to_string(&people.iter().map(|id| id.0).collect::<Vec<_>>());
        let (ids, values) = (ids.map_err(|_| broken("id"))?, self.json_values());
        let parts = [
            STALE,
            " SELECT principal_id, NULL, NULL, 0, $2 FROM users WHERE principal_id IN (SELECT CAST(value AS BIGINT) FROM ",
            values,
            ")",
        ];
        self.joined(&parts).bind(ids).bind(millis(Utc::now())).run().await?;
        Ok(())
    }

    /// Everything is to be planned anew.
    pub async fn mark_everybody_stale(&mut self) -> Result<()> {
        self.sql("DELETE FROM reminder_calendars").run().await?;
        let parts = [STALE, " SELECT principal_id, NULL, NULL, 0, $1 FROM users"];
        self.joined(&parts).bind(millis(Utc::now())).run().await?;
        Ok(())
    }

    pub async fn put_stale(&mut self, stale: Stale) -> Result<()> {
        let statement = self.joined(&[STALE, " VALUES ($1, $2, $3, $4, $5)"]);
        let statement = statement.bind(stale.principal.map(|id| id.0)).bind(stale.calendar.map(|id| id.0));
        let statement = statement.bind(stale.object.map(|id| id.0)).bind(stale.after.0);
        statement.bind(millis(stale.at)).run().await?;
        Ok(())
    }

    /// Takes the first rows.
    pub async fn take_stale(&mut self, limit: usize) -> Result<Vec<Stale>> {
        let statement = self.sql(
            "DELETE FROM reminder_stale WHERE id IN (SELECT id FROM reminder_stale ORDER BY id LIMIT $1)
             RETURNING principal_id, calendar_id, object_id, after_id, at",
        );
        statement.bind(signed(limit)).all(stale).await
    }

    /// Whether anything about reminders is to be done now: by whoever plans and makes them, and by whoever sends them.
    /// `gone`: what was being sent before that is not being sent any more.
    pub async fn reminder_work(&mut self, now: DateTime<Utc>, gone: DateTime<Utc>) -> Result<(bool, bool)> {
        let statement = self.sql(
            "SELECT EXISTS (SELECT 1 FROM reminder_stale) OR EXISTS (SELECT 1 FROM reminder_plan WHERE next_at <= $1)
                    OR EXISTS (SELECT 1 FROM reminder_settings WHERE agenda_at <= $1) AS plan,
                EXISTS (SELECT 1 FROM reminder_deliveries WHERE state = 'waiting' AND at <= $1)
                    OR EXISTS (SELECT 1 FROM reminder_deliveries WHERE state = 'sending' AND at < $2) AS send",
        );
        let row = statement.bind(millis(now)).bind(millis(gone)).one().await?;
        Ok((row.get("plan")?, row.get("send")?))
    }

    /// Those who may have reminders of an object: its owner or the team's members, those with alarms of their own, those who want to be
    /// reminded of everything, and those for whom something is planned or open.
    pub async fn people_to_remind(&mut self, calendar: CalendarId, object: ObjectId) -> Result<Vec<PrincipalId>> {
        let statement = self.sql(
            "SELECT u.principal_id FROM users u WHERE u.principal_id IN (
                SELECT owner_id FROM calendars WHERE id = $1
                UNION SELECT m.member_id FROM calendars c JOIN memberships m ON m.group_id = c.owner_id WHERE c.id = $1
                UNION SELECT principal_id FROM personal_data WHERE object_id = $2
                UNION SELECT principal_id FROM reminder_plan WHERE object_id = $2
                UNION SELECT principal_id FROM reminders WHERE object_id = $2 AND state = 'due'
                UNION SELECT principal_id FROM reminder_settings WHERE for_all)
             ORDER BY u.principal_id",
        );
        let read = |row: &Row| Ok(PrincipalId(row.get("principal_id")?));
        statement.bind(calendar.0).bind(object.0).all(read).await
    }

    /// The objects of a calendar that may have alarms, or all of them, after the one with the id `after`, at most `limit`.
    pub async fn alarmed_after(
        &mut self,
        calendar: CalendarId,
        after: ObjectId,
        all: bool,
        limit: usize,
    ) -> Result<Vec<ObjectId>> {
        let statement = self.sql(
            "SELECT o.id FROM objects o WHERE o.calendar_id = $1 AND o.id > $2 AND (o.alarmed OR $3) ORDER BY o.id LIMIT $4",
        );
        let read = |row: &Row| Ok(ObjectId(row.get("id")?));
        statement.bind(calendar.0).bind(after.0).bind(all).bind(signed(limit)).all(read).await
    }

    /// An object by its id, wherever it is now.
    pub async fn object_by_id(&mut self, id: ObjectId) -> Result<Option<Object>> {
        let row = self.joined(&[HEAD, "WHERE o.id = $1"]).bind(id.0).optional().await?;
        let Some(head) = row.as_ref().map(super::objects::head).transpose()? else { return Ok(None) };
        let head: ObjectHead = head;
        Ok(self.text_by_id(head.calendar, id).await?.map(|text| Object { head, text }))
    }

    pub async fn planned(&mut self, principal: PrincipalId, object: ObjectId) -> Result<Option<Planned>> {
        let statement = self.sql("SELECT * FROM reminder_plan WHERE principal_id = $1 AND object_id = $2");
        statement.bind(principal.0).bind(object.0).optional().await?.as_ref().map(planned).transpose()
    }

    pub async fn set_planned(&mut self, plan: Planned) -> Result<()> {
        let statement = self.sql(
            "INSERT INTO reminder_plan (principal_id, object_id, calendar_id, next_at, done_until) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (principal_id, object_id) DO UPDATE SET calendar_id = excluded.calendar_id,
                next_at = excluded.next_at, done_until = excluded.done_until",
        );
        let statement = statement.bind(plan.principal.0).bind(plan.object.0).bind(plan.calendar.0);
        statement.bind(millis(plan.next_at)).bind(millis(plan.done_until)).run().await?;
        Ok(())
    }

    pub async fn delete_planned(&mut self, principal: PrincipalId, object: ObjectId) -> Result<()> {
        let statement = self.sql("DELETE FROM reminder_plan WHERE principal_id = $1 AND object_id = $2");
        statement.bind(principal.0).bind(object.0).run().await?;
        Ok(())
    }

    /// Leaves a person's plan with what is in `calendars` alone. Yields whether something was open of what is not.
    pub async fn keep_planned(&mut self, principal: PrincipalId, calendars: &[CalendarId]) -> Result<bool> {
        let ids = serde_json::to_string(&calendars.iter().map(|id| id.0).collect::<Vec<_>>());
        let (ids, values) = (ids.map_err(|_| broken("id"))?, self.json_values());
        let elsewhere = " principal_id = $2 AND calendar_id NOT IN (SELECT CAST(value AS BIGINT) FROM ";
        let mut last = 0;
        for statement in [
            "DELETE FROM reminder_plan WHERE",
            "DELETE FROM reminder_calendars WHERE",
            "UPDATE reminders SET state = 'withdrawn' WHERE state = 'due' AND",
        ] {
            let parts = [statement, elsewhere, values, ")"];
            last = self.joined(&parts).bind(&ids).bind(principal.0).run().await?;
        }
        Ok(last > 0)
    }

    /// As what a person had their calendars when these were planned.
    pub async fn planned_calendars(&mut self, principal: PrincipalId) -> Result<HashMap<CalendarId, String>> {
        let statement = self.sql("SELECT calendar_id, outlook FROM reminder_calendars WHERE principal_id = $1");
        let read = |row: &Row| Ok((CalendarId(row.get("calendar_id")?), row.get("outlook")?));
        Ok(statement.bind(principal.0).all(read).await?.into_iter().collect())
    }

    pub async fn set_planned_calendar(
        &mut self,
        principal: PrincipalId,
        calendar: CalendarId,
        outlook: &str,
    ) -> Result<()> {
        let statement = self.sql(
            "INSERT INTO reminder_calendars (principal_id, calendar_id, outlook) VALUES ($1, $2, $3)
             ON CONFLICT (principal_id, calendar_id) DO UPDATE SET outlook = excluded.outlook",
        );
        statement.bind(principal.0).bind(calendar.0).bind(outlook).run().await?;
        Ok(())
    }

    /// What is due, the earliest first, at most `limit`.
    pub async fn due_plans(&mut self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Planned>> {
        let statement = self.sql("SELECT * FROM reminder_plan WHERE next_at <= $1 ORDER BY next_at LIMIT $2");
        statement.bind(millis(now)).bind(signed(limit)).all(planned).await
    }

    /// What comes next for a person, the earliest first, at most `limit`.
    pub async fn next_plans(&mut self, principal: PrincipalId, limit: usize) -> Result<Vec<Planned>> {
        let statement = self.sql("SELECT * FROM reminder_plan WHERE principal_id = $1 ORDER BY next_at LIMIT $2");
        statement.bind(principal.0).bind(signed(limit)).all(planned).await
    }

    pub async fn reminder_settings(&mut self, principal: PrincipalId) -> Result<ReminderSettings> {
        let statement = self.sql("SELECT * FROM reminder_settings WHERE principal_id = $1");
        let Some(row) = statement.bind(principal.0).optional().await? else { return Ok(ReminderSettings::default()) };
        let minute = row.get::<Option<i64>>("agenda_minute")?;
        Ok(ReminderSettings {
            in_page: row.get("in_page")?,
            by_mail: row.get("by_mail")?,
            by_push: row.get("by_push")?,
            for_all: row.get("for_all")?,
            agenda_minute: minute.map(u16::try_from).transpose().map_err(|_| broken("agenda_minute"))?,
            agenda_empty: row.get("agenda_empty")?,
        })
    }

    /// `agenda_at`: when the next mail with a day's events goes.
    pub async fn set_reminder_settings(
        &mut self,
        principal: PrincipalId,
        settings: &ReminderSettings,
        agenda_at: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let statement = self.sql(
            "INSERT INTO reminder_settings (principal_id, in_page, by_mail, by_push, for_all, agenda_minute, agenda_empty, agenda_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (principal_id) DO UPDATE SET in_page = excluded.in_page, by_mail = excluded.by_mail,
                by_push = excluded.by_push, for_all = excluded.for_all, agenda_minute = excluded.agenda_minute,
                agenda_empty = excluded.agenda_empty, agenda_at = excluded.agenda_at",
        );
        let statement =
            statement.bind(principal.0).bind(settings.in_page).bind(settings.by_mail).bind(settings.by_push);
        let statement = statement.bind(settings.for_all).bind(settings.agenda_minute.map(i64::from));
        statement.bind(settings.agenda_empty).bind(agenda_at.map(millis)).run().await?;
        Ok(())
    }

    /// Whose mail with the day's events is due, at most `limit`.
    pub async fn due_agendas(&mut self, now: DateTime<Utc>, limit: usize) -> Result<Vec<(PrincipalId, DateTime<Utc>)>> {
        let statement = self.sql(
            "SELECT principal_id, agenda_at FROM reminder_settings WHERE agenda_at <= $1 ORDER BY agenda_at LIMIT $2",
        );
        let read = |row: &Row| Ok((PrincipalId(row.get("principal_id")?), row.instant("agenda_at")?));
        statement.bind(millis(now)).bind(signed(limit)).all(read).await
    }
}
