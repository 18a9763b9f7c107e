//! Reminders that came, what became of them on each way, and where push messages go.

use super::statement::{Row, broken, millis, signed};
use super::{ObjectId, Transaction};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::principal::PrincipalId;
use crate::model::reminder::{
    Channel, Delivery, DeliveryState, NewReminder, PushSubscription, Reminder, ReminderId, ReminderReport,
    ReminderState,
};
use chrono::{DateTime, NaiveDate, Utc};

fn reminder(row: &Row) -> Result<Reminder> {
    let day = row.get::<Option<String>>("starts_on")?;
    let starts_on = day.map(|day| day.parse::<NaiveDate>()).transpose().map_err(|_| broken("starts_on"))?;
    Ok(Reminder {
        id: ReminderId(row.get("id")?),
        of: NewReminder {
            principal: PrincipalId(row.get("principal_id")?),
            calendar: CalendarId(row.get("calendar_id")?),
            object: ObjectId(row.get("object_id")?),
            name: row.get("name")?,
            recurrence_id: row.get("recurrence_id")?,
            alarm: row.get("alarm")?,
            due_at: row.instant("due_at")?,
            title: row.get("title")?,
            location: row.get("location")?,
            starts_at: row.instant("starts_at")?,
            starts_on,
        },
        state: ReminderState::from_name(row.get("state")?).ok_or_else(|| broken("state"))?,
        deliveries: Vec::new(),
    })
}

fn delivery(row: &Row) -> Result<(ReminderId, Delivery)> {
    let delivery = Delivery {
        channel: Channel::from_name(row.get("channel")?).ok_or_else(|| broken("channel"))?,
        state: DeliveryState::from_name(row.get("state")?).ok_or_else(|| broken("state"))?,
        detail: row.get("detail")?,
        at: row.instant("at")?,
    };
    Ok((ReminderId(row.get("reminder_id")?), delivery))
}

fn subscription(row: &Row) -> Result<PushSubscription> {
    Ok(PushSubscription {
        id: row.get("id")?,
        principal: PrincipalId(row.get("principal_id")?),
        endpoint: row.get("endpoint")?,
        public_key: row.get("public_key")?,
        secret: row.get("secret")?,
        label: row.get("label")?,
        made_at: row.instant("made_at")?,
        used_at: row.optional_instant("used_at")?,
    })
}

impl Transaction {
    /// `None`: it came before.
    pub async fn insert_reminder(
        &mut self,
        new: &NewReminder,
        state: ReminderState,
        now: DateTime<Utc>,
    ) -> Result<Option<ReminderId>> {
        let statement = self.sql(
            "INSERT INTO reminders (principal_id, calendar_id, object_id, name, recurrence_id, alarm, due_at, title, location,
                starts_at, starts_on, state, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (principal_id, object_id, recurrence_id, alarm, due_at) DO NOTHING RETURNING id",
        );
        let statement = statement.bind(new.principal.0).bind(new.calendar.0).bind(new.object.0).bind(&new.name);
        let statement = statement.bind(&new.recurrence_id).bind(&new.alarm).bind(millis(new.due_at)).bind(&new.title);
        let statement = statement.bind(&new.location).bind(millis(new.starts_at));
        let statement = statement.bind(new.starts_on.map(|day| day.to_string())).bind(state.name()).bind(millis(now));
        statement.optional().await?.map(|row| Ok(ReminderId(row.get("id")?))).transpose()
    }

    /// Has a reminder go out on a way.
    pub async fn insert_reminder_delivery(
        &mut self,
        id: ReminderId,
        channel: Channel,
        state: DeliveryState,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let statement = self.sql(
            "INSERT INTO reminder_deliveries (reminder_id, channel, state, detail, tries, at) VALUES ($1, $2, $3, '', 0, $4)
             ON CONFLICT (reminder_id, channel) DO NOTHING",
        );
        statement.bind(id.0).bind(channel.name()).bind(state.name()).bind(millis(now)).run().await?;
        Ok(())
    }

    /// Takes reminders that wait to be sent: from now on nobody else sends them. With how often each was tried before.
    pub async fn claim_deliveries(
        &mut self,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<(ReminderId, Channel, u32)>> {
        let lock = self.row_lock(" FOR UPDATE SKIP LOCKED");
        let parts = [
            "UPDATE reminder_deliveries SET state = 'sending', tries = tries + 1, at = $1 WHERE (reminder_id, channel) IN (
                SELECT reminder_id, channel FROM reminder_deliveries WHERE state = 'waiting' AND at <= $1 ORDER BY at LIMIT $2",
            lock,
            ") RETURNING reminder_id, channel, tries",
        ];
        let read = |row: &Row| {
            let channel = Channel::from_name(row.get("channel")?).ok_or_else(|| broken("channel"))?;
            let tries = u32::try_from(row.count("tries")?).map_err(|_| broken("tries"))?;
            Ok((ReminderId(row.get("reminder_id")?), channel, tries))
        };
        self.joined(&parts).bind(millis(now)).bind(signed(limit)).all(read).await
    }

    /// What became of one that was claimed.
    pub async fn end_delivery(
        &mut self,
        (id, channel): (ReminderId, Channel),
        state: DeliveryState,
        detail: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let statement = self.sql(
            "UPDATE reminder_deliveries SET state = $3, detail = $4, at = $5
             WHERE reminder_id = $1 AND channel = $2 AND state = 'sending'",
        );
        let statement = statement.bind(id.0).bind(channel.name()).bind(state.name()).bind(detail);
        statement.bind(millis(at)).run().await?;
        Ok(())
    }

    /// Those that a node took before `before` and never said what became of them: nobody knows.
    pub async fn give_up_deliveries(&mut self, before: DateTime<Utc>) -> Result<u64> {
        let statement =
            self.sql("UPDATE reminder_deliveries SET state = 'uncertain' WHERE state = 'sending' AND at < $1");
        statement.bind(millis(before)).run().await
    }

    pub async fn reminder(&mut self, id: ReminderId) -> Result<Option<Reminder>> {
        let row = self.sql("SELECT * FROM reminders WHERE id = $1").bind(id.0).optional().await?;
        row.as_ref().map(reminder).transpose()
    }

    /// What somebody has put off until a time that has not come, where no text says so.
    pub async fn put_off_reminders(&mut self, principal: PrincipalId, now: DateTime<Utc>) -> Result<Vec<Reminder>> {
        let statement = self.sql(
            "SELECT * FROM reminders WHERE principal_id = $1 AND due_at > $2 AND state = 'due' ORDER BY due_at LIMIT 100",
        );
        statement.bind(principal.0).bind(millis(now)).all(reminder).await
    }

    /// The last reminders of a person, the newest first, at most `limit`, with what became of each.
    pub async fn reminders_of(
        &mut self,
        principal: PrincipalId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Reminder>> {
        let statement = self.sql(
            "SELECT * FROM reminders WHERE principal_id = $1 AND due_at <= $2 ORDER BY due_at DESC, id DESC LIMIT $3",
        );
        let statement = statement.bind(principal.0).bind(millis(now)).bind(signed(limit));
        let mut found = statement.all(reminder).await?;
        let Some(first) = found.iter().map(|reminder| reminder.id).min() else { return Ok(found) };
        let statement = self.sql(
            "SELECT d.* FROM reminder_deliveries d JOIN reminders r ON r.id = d.reminder_id
             WHERE r.principal_id = $1 AND r.id >= $2 ORDER BY d.channel",
        );
        for (id, delivery) in statement.bind(principal.0).bind(first.0).all(delivery).await? {
            if let Some(reminder) = found.iter_mut().find(|reminder| reminder.id == id) {
                reminder.deliveries.push(delivery);
            }
        }
        Ok(found)
    }

    /// What somebody was reminded of about an object since `since` and has done nothing about.
    pub async fn open_reminders(
        &mut self,
        principal: PrincipalId,
        object: ObjectId,
        since: DateTime<Utc>,
    ) -> Result<Vec<Reminder>> {
        let statement = self.sql(
            "SELECT * FROM reminders WHERE principal_id = $1 AND object_id = $2 AND state = 'due' AND due_at > $3 ORDER BY id",
        );
        statement.bind(principal.0).bind(object.0).bind(millis(since)).all(reminder).await
    }

    /// Those that stand in the pages of a person and came after `since`, the earliest first.
    pub async fn reminders_in_page(&mut self, principal: PrincipalId, since: DateTime<Utc>) -> Result<Vec<Reminder>> {
        let statement = self.sql(
            "SELECT r.* FROM reminders r JOIN reminder_deliveries d ON d.reminder_id = r.id AND d.channel = 'page'
             WHERE r.principal_id = $1 AND r.due_at > $2 AND r.state = 'due' AND d.state = 'sent' ORDER BY r.due_at, r.id LIMIT 20",
        );
        statement.bind(principal.0).bind(millis(since)).all(reminder).await
    }

    /// Yields whether it was another before.
    pub async fn set_reminder_state(&mut self, id: ReminderId, state: ReminderState) -> Result<bool> {
        let statement = self.sql("UPDATE reminders SET state = $2 WHERE id = $1 AND state <> $2");
        Ok(statement.bind(id.0).bind(state.name()).run().await? > 0)
    }

    /// `late`: what was due before that is late. `since`: of what was sent before that nobody asks.
    pub async fn reminder_report(&mut self, late: DateTime<Utc>, since: DateTime<Utc>) -> Result<ReminderReport> {
        let statement = self.sql(
            "SELECT (SELECT count(*) FROM reminder_plan WHERE next_at < $1) AS late,
                (SELECT count(*) FROM reminder_deliveries WHERE state = 'sent' AND at >= $2) AS sent,
                (SELECT count(*) FROM reminder_deliveries WHERE state = 'failed' AND at >= $2) AS failed,
                (SELECT count(*) FROM reminder_deliveries WHERE state = 'uncertain' AND at >= $2) AS uncertain,
                (SELECT detail FROM reminder_deliveries WHERE state = 'failed' AND at >= $2 ORDER BY at DESC LIMIT 1) AS why",
        );
        let row = statement.bind(millis(late)).bind(millis(since)).one().await?;
        Ok(ReminderReport {
            late: row.count("late")?,
            sent: row.count("sent")?,
            failed: row.count("failed")?,
            uncertain: row.count("uncertain")?,
            why: row.get("why")?,
        })
    }

    pub async fn delete_reminders(&mut self, before: DateTime<Utc>) -> Result<u64> {
        self.sql("DELETE FROM reminders WHERE made_at < $1").bind(millis(before)).run().await
    }

    /// A browser that takes messages; one that was somebody else's is theirs from now on.
    pub async fn put_push_subscription(&mut self, new: &PushSubscription) -> Result<()> {
        let statement = self.sql(
            "INSERT INTO push_subscriptions (principal_id, endpoint, public_key, secret, label, made_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (endpoint) DO UPDATE SET principal_id = excluded.principal_id, public_key = excluded.public_key,
                secret = excluded.secret, label = excluded.label, made_at = excluded.made_at",
        );
        let statement = statement.bind(new.principal.0).bind(&new.endpoint).bind(&new.public_key[..]);
        statement.bind(&new.secret[..]).bind(&new.label).bind(millis(new.made_at)).run().await?;
        Ok(())
    }

    pub async fn push_subscriptions(&mut self, principal: PrincipalId) -> Result<Vec<PushSubscription>> {
        let statement = self.sql("SELECT * FROM push_subscriptions WHERE principal_id = $1 ORDER BY id");
        statement.bind(principal.0).all(subscription).await
    }

    pub async fn delete_push_subscription(&mut self, principal: PrincipalId, id: i64) -> Result<bool> {
        let statement = self.sql("DELETE FROM push_subscriptions WHERE principal_id = $1 AND id = $2");
        Ok(statement.bind(principal.0).bind(id).run().await? > 0)
    }

    pub async fn delete_push_endpoint(&mut self, principal: PrincipalId, endpoint: &str) -> Result<bool> {
        let statement = self.sql("DELETE FROM push_subscriptions WHERE principal_id = $1 AND endpoint = $2");
        Ok(statement.bind(principal.0).bind(endpoint).run().await? > 0)
    }

    pub async fn touch_push_subscription(&mut self, id: i64, at: DateTime<Utc>) -> Result<()> {
        let statement = self.sql("UPDATE push_subscriptions SET used_at = $2 WHERE id = $1");
        statement.bind(id).bind(millis(at)).run().await?;
        Ok(())
    }

    /// The sealed key by which push services know the installation.
    pub async fn push_key(&mut self) -> Result<Option<Vec<u8>>> {
        let row = self.sql("SELECT sealed FROM push_keys WHERE id = 1").optional().await?;
        row.map(|row| row.get("sealed")).transpose()
    }

    /// Of two nodes that make one at once the first one's holds.
    pub async fn insert_push_key(&mut self, sealed: &[u8]) -> Result<()> {
        let statement =
            self.sql("INSERT INTO push_keys (id, sealed, made_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING");
        statement.bind(sealed).bind(millis(Utc::now())).run().await?;
        Ok(())
    }

    /// A new one in the place of one that no key opens any more: browsers have to be signed up anew.
    pub async fn replace_push_key(&mut self, sealed: &[u8]) -> Result<()> {
        self.sql("DELETE FROM push_subscriptions").run().await?;
        self.sql("DELETE FROM push_keys").run().await?;
        self.insert_push_key(sealed).await
    }
}
