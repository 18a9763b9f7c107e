//! Messages between those who organize and those who are invited.

use super::statement::{Row, broken, millis, signed};
use super::{ObjectId, Transaction};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::principal::PrincipalId;
use crate::model::scheduling::{
    ANSWER_LINK, BY_MAIL, CameBy, DeliveryId, HERE, MessageId, NewDelivery, NewMessage, OpenProposal, Sent, Waiting,
};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

impl Transaction {
    /// The addresses that were shown to be a person's, the main one first.
    pub async fn verified_addresses(&mut self, person: PrincipalId) -> Result<Vec<String>> {
        let all = self.email_addresses(person).await?.into_iter();
        Ok(all.filter(|address| address.is_verified).map(|address| address.address).collect())
    }

    /// Those of everybody who belongs to a team.
    pub async fn addresses_of_team(&mut self, team: PrincipalId) -> Result<Vec<String>> {
        self.sql(
            "SELECT e.address FROM memberships m JOIN email_addresses e ON e.user_id = m.member_id
             WHERE m.group_id = $1 AND e.verified_at IS NOT NULL",
        )
        .bind(team.0)
        .all(|row| row.get("address"))
        .await
    }

    /// The people that these addresses of e-mail (in small letters) were shown to be of.
    pub async fn people_by_emails(&mut self, emails: &[String]) -> Result<HashMap<String, PrincipalId>> {
        let list = serde_json::to_string(emails).map_err(|_| broken("address"))?;
        let values = self.json_values();
        let parts = [
            "SELECT e.address_key, min(e.user_id) AS person FROM email_addresses e JOIN users u ON u.principal_id = e.user_id
             WHERE e.address_key IN (SELECT value FROM ",
            values,
            ") AND e.verified_at IS NOT NULL AND u.deleted_at IS NULL GROUP BY e.address_key HAVING count(*) = 1",
        ];
        let read = |row: &Row| Ok((row.get("address_key")?, PrincipalId(row.get("person")?)));
        Ok(self.joined(&parts).bind(list).all(read).await?.into_iter().collect())
    }

    /// The person of this name, if their account was not deleted.
    pub async fn person_by_slug(&mut self, slug: &str) -> Result<Option<PrincipalId>> {
        let row = self.sql(
            "SELECT p.id FROM principals p JOIN users u ON u.principal_id = p.id WHERE p.slug = $1 AND u.deleted_at IS NULL",
        );
        row.bind(slug).optional().await?.map(|row| Ok(PrincipalId(row.get("id")?))).transpose()
    }

    pub async fn insert_message(&mut self, new: &NewMessage<'_>) -> Result<MessageId> {
        let statement = self.sql(
            "INSERT INTO scheduling_messages (sender_id, sender, method, uid, text, calendar_id, sent_at, came_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        );
        let statement = statement.bind(new.sender_id.map(|sender| sender.0)).bind(new.sender).bind(new.method);
        let statement = statement.bind(new.uid).bind(new.text).bind(new.calendar.map(|calendar| calendar.0));
        Ok(MessageId(statement.bind(millis(new.at)).bind(new.came_by).one().await?.get("id")?))
    }

    /// `waits`: something is still to be done with it. `inbox`: the revision of the recipient's inbox that it comes with.
    pub async fn insert_delivery(
        &mut self,
        message: MessageId,
        new: &NewDelivery,
        waits: bool,
        inbox: Option<i64>,
    ) -> Result<DeliveryId> {
        let statement = self.sql(
            "INSERT INTO scheduling_deliveries (message_id, recipient, principal_id, way, status, waiting, in_inbox, inbox_revision)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        );
        let statement = statement.bind(message.0).bind(&new.recipient).bind(new.principal.map(|who| who.0));
        let statement =
            statement.bind(&new.way).bind(&new.status).bind(waits).bind(new.principal.is_some()).bind(inbox);
        Ok(DeliveryId(statement.one().await?.get("id")?))
    }

    /// People of this installation to whom one of these messages is still to be handed.
    pub async fn waiting_recipients(&mut self, messages: &[MessageId]) -> Result<Vec<PrincipalId>> {
        let ids: Vec<i64> = messages.iter().map(|id| id.0).collect();
        let list = serde_json::to_string(&ids).map_err(|_| broken("id"))?;
        let values = self.json_values();
        let parts = [
            "SELECT DISTINCT principal_id FROM scheduling_deliveries WHERE message_id IN (SELECT CAST(value AS BIGINT) FROM ",
            values,
            ") AND waiting AND principal_id IS NOT NULL ORDER BY principal_id",
        ];
        self.joined(&parts).bind(list).all(|row| Ok(PrincipalId(row.get("principal_id")?))).await
    }

    /// The first message to somebody here that something is still to be done with, after `after`.
    pub async fn next_waiting(&mut self, who: PrincipalId, after: DeliveryId) -> Result<Option<DeliveryId>> {
        let statement = self.sql(
            "SELECT id FROM scheduling_deliveries WHERE principal_id = $1 AND id > $2 AND waiting ORDER BY id LIMIT 1",
        );
        let row = statement.bind(who.0).bind(after.0).optional().await?;
        row.map(|row| Ok(DeliveryId(row.get("id")?))).transpose()
    }

    /// That message, if something is still to be done with it.
    pub async fn waiting(&mut self, id: DeliveryId) -> Result<Option<Waiting>> {
        self.waiting_locked(id, "").await
    }

    /// [`Transaction::waiting`], held back from others who would do it.
    pub async fn take_waiting(&mut self, id: DeliveryId) -> Result<Option<Waiting>> {
        let lock = self.row_lock(" FOR UPDATE OF d");
        self.waiting_locked(id, lock).await
    }

    async fn waiting_locked(&mut self, id: DeliveryId, lock: &'static str) -> Result<Option<Waiting>> {
        let parts = [
            "SELECT d.id, m.sender_id, m.text, m.came_by, i.calendar_id AS chosen FROM scheduling_deliveries d
             JOIN scheduling_messages m ON m.id = d.message_id LEFT JOIN mail_invitations i ON i.delivery_id = d.id
             WHERE d.id = $1 AND d.waiting",
            lock,
        ];
        let row = self.joined(&parts).bind(id.0).optional().await?;
        row.map(|row| {
            let sender = row.get::<Option<i64>>("sender_id")?.map(PrincipalId);
            let came_by = match row.get::<Option<&str>>("came_by")? {
                Some(ANSWER_LINK) => CameBy::AnswerLink,
                Some(BY_MAIL) => CameBy::Mail,
                _ => CameBy::Here,
            };
            let calendar = row.get::<Option<i64>>("chosen")?.map(CalendarId);
            Ok(Waiting { id: DeliveryId(row.get("id")?), sender, text: row.get("text")?, came_by, calendar })
        })
        .transpose()
    }

    /// Nothing more is to be done with a message to somebody.
    pub async fn set_outcome(&mut self, id: DeliveryId, outcome: &str, problem: Option<&str>) -> Result<()> {
        let statement =
            self.sql("UPDATE scheduling_deliveries SET waiting = FALSE, outcome = $2, problem = $3 WHERE id = $1");
        statement.bind(id.0).bind(outcome).bind(problem).run().await?;
        Ok(())
    }

    /// What became of a message to somebody; `None`: nothing yet.
    pub async fn outcome(&mut self, id: DeliveryId) -> Result<Option<String>> {
        let statement = self.sql("SELECT outcome FROM scheduling_deliveries WHERE id = $1 AND NOT waiting");
        Ok(statement.bind(id.0).optional().await?.map(|row| row.get("outcome")).transpose()?.flatten())
    }

    /// What was sent about the object of a calendar with this UID, the last first, at most `limit`.
    pub async fn sent_messages(&mut self, calendar: CalendarId, uid: &str, limit: usize) -> Result<Vec<Sent>> {
        self.sql(
            "SELECT d.recipient, m.method, m.sent_at, d.way, d.status, d.waiting, d.outcome, d.problem, d.done_at
             FROM scheduling_messages m JOIN scheduling_deliveries d ON d.message_id = m.id
             WHERE m.calendar_id = $1 AND m.uid = $2 ORDER BY d.id DESC LIMIT $3",
        )
        .bind(calendar.0)
        .bind(uid)
        .bind(signed(limit))
        .all(|row| {
            Ok(Sent {
                recipient: row.get("recipient")?,
                method: row.get("method")?,
                at: row.instant("sent_at")?,
                way: row.get("way")?,
                status: row.get("status")?,
                waiting: row.get("waiting")?,
                outcome: row.get("outcome")?,
                problem: row.get("problem")?,
                done_at: row.get::<Option<i64>>("done_at")?.map(|_| row.instant("done_at")).transpose()?,
            })
        })
        .await
    }

    /// What was proposed to one of `deciders` about the object with this UID and is not decided, the first of the last hundred first.
    pub async fn open_proposals(&mut self, deciders: &[PrincipalId; 2], uid: &str) -> Result<Vec<OpenProposal>> {
        let [one, other] = deciders;
        let read = |row: &Row| {
            Ok(OpenProposal {
                id: DeliveryId(row.get("id")?),
                sender: row.get("sender")?,
                text: row.get("text")?,
                at: row.instant("sent_at")?,
            })
        };
        let statement = self.sql(
            "SELECT d.id, m.sender, m.text, m.sent_at FROM scheduling_messages m
             JOIN scheduling_deliveries d ON d.message_id = m.id
             WHERE m.uid = $3 AND m.method = 'COUNTER' AND d.principal_id IN ($1, $2) AND d.outcome = 'for-person'
             ORDER BY d.id DESC LIMIT 100",
        );
        let mut found = statement.bind(one.0).bind(other.0).bind(uid).all(read).await?;
        found.reverse();
        Ok(found)
    }

    /// The last CANCELs that came to somebody about what was not there then.
    pub async fn cancels_of_unknown(&mut self, who: PrincipalId, uid: &str, most: i64) -> Result<Vec<String>> {
        let statement = self.sql(
            "SELECT m.text FROM scheduling_messages m JOIN scheduling_deliveries d ON d.message_id = m.id
             WHERE m.uid = $2 AND m.method = 'CANCEL' AND d.principal_id = $1 AND d.outcome = 'unknown'
             ORDER BY d.id DESC LIMIT $3",
        );
        statement.bind(who.0).bind(uid).bind(most).all(|row: &Row| row.get("text")).await
    }

    /// Says what was decided about a proposal. Yields whether it was open.
    pub async fn decide_proposal(&mut self, id: DeliveryId, outcome: &str) -> Result<bool> {
        let statement =
            self.sql("UPDATE scheduling_deliveries SET outcome = $2 WHERE id = $1 AND outcome = 'for-person'");
        Ok(statement.bind(id.0).bind(outcome).run().await? == 1)
    }

    /// Removes messages of before `before` that are in nobody's inbox and with which nothing more is to be done. Yields how many.
    pub async fn delete_old_messages(&mut self, before: DateTime<Utc>) -> Result<u64> {
        const OLD: &str = "SELECT m.id FROM scheduling_messages m WHERE m.sent_at < $1
            AND NOT EXISTS (SELECT 1 FROM scheduling_deliveries d WHERE d.message_id = m.id AND (d.waiting AND d.way = $2 OR d.in_inbox))
            ORDER BY m.id LIMIT 1000";
        // That they went from an inbox is not known from then on.
        let forgotten = [
            "UPDATE scheduling_inboxes SET whole_after = g.revision FROM (
                SELECT d.principal_id AS who, max(d.inbox_revision) AS revision FROM scheduling_deliveries d
                WHERE d.inbox_revision IS NOT NULL AND d.message_id IN (",
            OLD,
            ") GROUP BY d.principal_id) AS g WHERE g.who = principal_id AND g.revision > whole_after",
        ];
        self.joined(&forgotten).bind(millis(before)).bind(HERE).run().await?;
        let delete = ["DELETE FROM scheduling_messages WHERE id IN (", OLD, ")"];
        self.joined(&delete).bind(millis(before)).bind(HERE).run().await
    }

    /// The calendar that has the object with this UID, among those of `owner`, but for `besides`, with its slug and the object's name.
    pub async fn holder_of_uid(
        &mut self,
        owner: PrincipalId,
        uid: &str,
        besides: Option<CalendarId>,
    ) -> Result<Option<(CalendarId, String, String)>> {
        let has_uid = self.has_uid();
        let parts = [
            "SELECT o.calendar_id, o.name, c.slug FROM objects o JOIN calendars c ON c.id = o.calendar_id WHERE o.calendar_id IN
                (SELECT id FROM calendars WHERE owner_id = $1 AND deleted_at IS NULL AND id <> $3) AND ",
            has_uid,
            " ORDER BY o.calendar_id LIMIT 1",
        ];
        let row = self.joined(&parts).bind(owner.0).bind(uid).bind(besides.map_or(0, |id| id.0)).optional().await?;
        row.map(|row| Ok((CalendarId(row.get("calendar_id")?), row.get("slug")?, row.get("name")?))).transpose()
    }

    /// Gives an object a Schedule-Tag, or takes it away.
    pub async fn set_schedule_tag(&mut self, calendar: CalendarId, name: &str, tag: Option<&str>) -> Result<()> {
        let statement = self.sql("UPDATE objects SET schedule_tag = $3 WHERE calendar_id = $1 AND name = $2");
        statement.bind(calendar.0).bind(name).bind(tag).run().await?;
        Ok(())
    }

    /// The Schedule-Tag of an object.
    pub async fn schedule_tag(&mut self, object: ObjectId) -> Result<Option<String>> {
        let row = self.sql("SELECT schedule_tag FROM objects WHERE id = $1").bind(object.0).optional().await?;
        Ok(row.map(|row| row.get("schedule_tag")).transpose()?.flatten())
    }

    /// The VAVAILABILITY that somebody gave.
    pub async fn availability(&mut self, who: PrincipalId) -> Result<Option<String>> {
        let row = self.sql("SELECT text FROM availabilities WHERE principal_id = $1").bind(who.0).optional().await?;
        row.map(|row| row.get("text")).transpose()
    }

    /// `None`: they give none any more.
    pub async fn set_availability(&mut self, who: PrincipalId, text: Option<&str>) -> Result<()> {
        let Some(text) = text else {
            self.sql("DELETE FROM availabilities WHERE principal_id = $1").bind(who.0).run().await?;
            return Ok(());
        };
        let statement = self.sql(
            "INSERT INTO availabilities (principal_id, text) VALUES ($1, $2)
             ON CONFLICT (principal_id) DO UPDATE SET text = excluded.text",
        );
        statement.bind(who.0).bind(text).run().await?;
        Ok(())
    }
}
