//! Messages about meetings on their way to people elsewhere.

use super::Transaction;
use super::statement::{Row, broken, millis};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::principal::PrincipalId;
use crate::model::scheduling::{ANSWER_LINK, Brought, DeliveryId, HERE, MessageId, NO_WAY, OWN_MAIL, OutsideDelivery};
use chrono::{DateTime, Utc};

fn list_of(messages: &[MessageId]) -> Result<String> {
    let ids: Vec<i64> = messages.iter().map(|id| id.0).collect();
    serde_json::to_string(&ids).map_err(|_| broken("id"))
}

impl Transaction {
    /// Those of these messages to people elsewhere that are still to be brought there, in their order.
    pub async fn waiting_outside(&mut self, messages: &[MessageId]) -> Result<Vec<DeliveryId>> {
        let values = self.json_values();
        let parts = [
            "SELECT id FROM scheduling_deliveries WHERE message_id IN (SELECT CAST(value AS BIGINT) FROM ",
            values,
            ") AND waiting AND way <> $2 AND way <> $3 ORDER BY id",
        ];
        let statement = self.joined(&parts).bind(list_of(messages)?).bind(HERE).bind(NO_WAY);
        statement.all(|row| Ok(DeliveryId(row.get("id")?))).await
    }

    /// What these messages are about, with who had them sent.
    pub async fn subjects_of_messages(
        &mut self,
        messages: &[MessageId],
    ) -> Result<Vec<(PrincipalId, CalendarId, String)>> {
        let values = self.json_values();
        let parts = [
            "SELECT DISTINCT sender_id, calendar_id, uid FROM scheduling_messages WHERE id IN (SELECT CAST(value AS BIGINT) FROM ",
            values,
            ") AND sender_id IS NOT NULL AND calendar_id IS NOT NULL ORDER BY 1, 2, 3",
        ];
        let read =
            |row: &Row| Ok((PrincipalId(row.get("sender_id")?), CalendarId(row.get("calendar_id")?), row.get("uid")?));
        self.joined(&parts).bind(list_of(messages)?).all(read).await
    }

    /// A message to somebody elsewhere, if it is still to be brought there.
    pub async fn outside_delivery(&mut self, id: DeliveryId) -> Result<Option<OutsideDelivery>> {
        let statement = self.sql(
            "SELECT d.id, m.sender_id, m.sender, m.method, m.uid, m.text, m.calendar_id, m.sent_at, d.recipient, d.way, (
                SELECT e.text FROM scheduling_messages e JOIN scheduling_deliveries b ON b.message_id = e.id
                WHERE e.calendar_id = m.calendar_id AND e.uid = m.uid AND e.method = m.method AND b.id < d.id
                    AND b.recipient = d.recipient AND b.status = '1.1'
                ORDER BY b.id DESC LIMIT 1) AS before, EXISTS (
                SELECT 1 FROM scheduling_messages e JOIN scheduling_deliveries b ON b.message_id = e.id
                WHERE m.method = 'REQUEST' AND e.calendar_id = m.calendar_id AND e.uid = m.uid AND e.method = m.method
                    AND b.id > d.id AND b.recipient = d.recipient) AS is_replaced
             FROM scheduling_deliveries d JOIN scheduling_messages m ON m.id = d.message_id WHERE d.id = $1 AND d.waiting",
        );
        let row = statement.bind(id.0).optional().await?;
        row.map(|row| {
            Ok(OutsideDelivery {
                id: DeliveryId(row.get("id")?),
                sender_id: row.get::<Option<i64>>("sender_id")?.map(PrincipalId),
                sender: row.get("sender")?,
                method: row.get("method")?,
                uid: row.get("uid")?,
                text: row.get("text")?,
                calendar: row.get::<Option<i64>>("calendar_id")?.map(CalendarId),
                sent_at: row.instant("sent_at")?,
                recipient: row.get("recipient")?,
                way: row.get("way")?,
                before: row.get("before")?,
                is_replaced: row.get("is_replaced")?,
            })
        })
        .transpose()
    }

    /// Notes what became of bringing a message to somebody elsewhere.
    pub async fn set_brought(&mut self, id: DeliveryId, brought: &Brought<'_>, at: DateTime<Utc>) -> Result<()> {
        let statement = self.sql(
            "UPDATE scheduling_deliveries SET status = $2, waiting = $3, problem = $4, done_at = $5, way = coalesce($6, way)
             WHERE id = $1 AND waiting",
        );
        let done_at = (!brought.waits).then(|| millis(at));
        let statement = statement.bind(id.0).bind(brought.status).bind(brought.waits).bind(brought.problem);
        statement.bind(done_at).bind(brought.way).run().await?;
        Ok(())
    }

    /// The people elsewhere whom the same message was for as this delivery, at most `most`; and whether another of them has it.
    pub async fn same_message_outside(&mut self, id: DeliveryId, most: usize) -> Result<(Vec<String>, bool)> {
        const OTHERS: &str = "FROM scheduling_deliveries d WHERE d.way <> $2 AND d.way <> $3
            AND d.message_id = (SELECT message_id FROM scheduling_deliveries WHERE id = $1)";
        let people = ["SELECT d.recipient ", OTHERS, " ORDER BY d.id LIMIT $4"];
        let statement = self.joined(&people).bind(id.0).bind(HERE).bind(NO_WAY).bind(super::statement::signed(most));
        let people = statement.all(|row| row.get("recipient")).await?;
        let brought = ["SELECT 1 ", OTHERS, " AND d.id <> $1 AND d.way = $4 AND d.status = '1.1' LIMIT 1"];
        let statement = self.joined(&brought).bind(id.0).bind(HERE).bind(NO_WAY).bind(OWN_MAIL);
        Ok((people, statement.optional().await?.is_some()))
    }

    /// Of each who was invited to, or invites to, the object of a calendar with this UID and is elsewhere, the METHOD of what was sent to them
    /// and SCHEDULE-STATUS of that, in the order in which it was sent.
    pub async fn outside_statuses(&mut self, calendar: CalendarId, uid: &str) -> Result<Vec<(String, String, String)>> {
        let statement = self.sql(
            "SELECT d.recipient, m.method, d.status FROM scheduling_messages m JOIN scheduling_deliveries d ON d.message_id = m.id
             WHERE m.calendar_id = $1 AND m.uid = $2 AND m.method IN ('REQUEST', 'CANCEL', 'REPLY') AND d.way <> $3 ORDER BY d.id",
        );
        let read = |row: &Row| Ok((row.get("recipient")?, row.get("method")?, row.get("status")?));
        statement.bind(calendar.0).bind(uid).bind(HERE).all(read).await
    }
    /// The text of the object of a calendar with this UID.
    pub async fn object_text_by_uid(&mut self, calendar: CalendarId, uid: &str) -> Result<Option<String>> {
        let has_uid = self.has_uid();
        let parts = ["SELECT o.text FROM objects o WHERE o.calendar_id = $1 AND ", has_uid, " LIMIT 1"];
        let row = self.joined(&parts).bind(calendar.0).bind(uid).optional().await?;
        row.map(|row| row.get("text")).transpose()
    }
    /// Who sent a message to somebody: address of a calendar user.
    pub async fn sender_of(&mut self, message: DeliveryId) -> Result<String> {
        let statement = self.sql(
            "SELECT m.sender FROM scheduling_messages m JOIN scheduling_deliveries d ON d.message_id = m.id WHERE d.id = $1",
        );
        let row = statement.bind(message.0).optional().await?;
        Ok(row.map(|row| row.get("sender")).transpose()?.unwrap_or_default())
    }

    /// How often `sender` has said something about an object by the address in an invitation since `since`.
    pub async fn answers_by_link(&mut self, sender: &str, uid: &str, since: DateTime<Utc>) -> Result<u64> {
        let statement = self.sql(
            "SELECT count(*) AS answers FROM scheduling_messages WHERE uid = $1 AND sender = $2 AND sent_at >= $3 AND came_by = $4",
        );
        statement.bind(uid).bind(sender).bind(millis(since)).bind(ANSWER_LINK).one().await?.count("answers")
    }
    /// Whose calendar it is.
    pub async fn owner_of_calendar(&mut self, calendar: CalendarId) -> Result<Option<PrincipalId>> {
        let row = self.sql("SELECT owner_id FROM calendars WHERE id = $1").bind(calendar.0).optional().await?;
        row.map(|row| Ok(PrincipalId(row.get("owner_id")?))).transpose()
    }
    /// How many messages that somebody had sent were brought elsewhere since `since`.
    pub async fn brought_since(&mut self, sender: Option<PrincipalId>, since: DateTime<Utc>) -> Result<u64> {
        let statement = self.sql(
            "SELECT count(*) AS brought FROM scheduling_messages m JOIN scheduling_deliveries d ON d.message_id = m.id
             WHERE m.sender_id = $1 AND d.done_at >= $2 AND d.status = '1.1'",
        );
        statement.bind(sender.map(|sender| sender.0)).bind(millis(since)).one().await?.count("brought")
    }
}
