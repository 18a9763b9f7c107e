//! Messages of mail that an event has to do with.

use super::Transaction;
use super::mail_messages::{COLUMNS, message};
use super::statement::{Row, broken, signed};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::mail_message::MailMessage;
use crate::model::principal::PrincipalId;

/// How long before it was taken up a message may have come, and how far the clocks of servers may go otherwise, in milliseconds.
const MAX_AGE: &str = "2678400000";
const MAX_SKEW: &str = "86400000";

impl Transaction {
    /// The message of a person's accounts with this Message-ID, where it is shown.
    pub async fn mail_by_message_id(&mut self, owner: PrincipalId, message_id: &str) -> Result<Option<MailMessage>> {
        let from = " FROM mail_messages m JOIN mail_accounts a ON a.id = m.account_id
            WHERE a.principal_id = $1 AND m.message_id = $2 AND m.folder_id IS NOT NULL ORDER BY m.id LIMIT 1";
        let row = self.joined(&["SELECT ", COLUMNS, from]).bind(owner.0).bind(message_id).optional().await?;
        row.as_ref().map(message).transpose()
    }

    /// Copies of what was sent about a meeting of a calendar by mail, in a person's accounts.
    pub async fn mail_sent_about(
        &mut self,
        owner: PrincipalId,
        calendar: CalendarId,
        uid: &str,
        most: usize,
    ) -> Result<Vec<MailMessage>> {
        let statement = self.sql(
            "SELECT d.id, s.sent_at FROM scheduling_messages s JOIN scheduling_deliveries d ON d.message_id = s.id
             WHERE s.calendar_id = $1 AND s.uid = $2 ORDER BY d.id DESC LIMIT $3",
        );
        let statement = statement.bind(calendar.0).bind(uid).bind(signed(most));
        let sent: Vec<(i64, i64)> = statement.all(|row| Ok((row.get("id")?, row.get("sent_at")?))).await?;
        let statement = self.sql(
            "SELECT DISTINCT i.address FROM mail_identities i JOIN mail_accounts a ON a.id = i.account_id WHERE a.principal_id = $1",
        );
        let addresses: Vec<String> = statement.bind(owner.0).all(|row| row.get("address")).await?;
        let mut domains: Vec<&str> = addresses.iter().filter_map(|address| Some(address.rsplit_once('@')?.1)).collect();
        domains.sort_unstable();
        domains.dedup();
        // As `scheduling::letters` writes it.
        let ids =
            sent.iter().flat_map(|(id, at)| domains.iter().map(move |domain| format!("{id}.{at}.meeting@{domain}")));
        let ids: Vec<String> = ids.collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = serde_json::to_string(&ids).map_err(|_| broken("message_id"))?;
        let values = self.json_values();
        let parts = [
            "SELECT ",
            COLUMNS,
            " FROM mail_messages m JOIN mail_accounts a ON a.id = m.account_id
             WHERE a.principal_id = $2 AND m.folder_id IS NOT NULL AND m.message_id IN (SELECT value FROM ",
            values,
            ") ORDER BY m.received_at DESC, m.id DESC LIMIT $3",
        ];
        self.joined(&parts).bind(ids).bind(owner.0).bind(signed(most)).all(message).await
    }

    /// Messages of a person's accounts that something about a meeting came by and was taken up, the newest first; and whether that is
    /// doubtful, because another one from the same person is called the same.
    pub async fn mail_come_about(
        &mut self,
        owner: PrincipalId,
        uid: &str,
        most: usize,
    ) -> Result<Vec<(MailMessage, bool)>> {
        let parts = [
            "SELECT ",
            COLUMNS,
            ", EXISTS (SELECT 1 FROM mail_invitations o LEFT JOIN scheduling_deliveries e ON e.id = o.delivery_id
                LEFT JOIN scheduling_messages n ON n.id = e.message_id
                WHERE o.account_id = m.account_id AND o.sender = m.from_address AND o.subject = m.subject
                    AND (n.uid IS NULL OR n.uid <> $2)) AS is_doubtful
             FROM scheduling_messages s JOIN scheduling_deliveries d ON d.message_id = s.id
             JOIN mail_invitations i ON i.delivery_id = d.id JOIN mail_accounts a ON a.id = i.account_id
             JOIN mail_messages m ON m.account_id = i.account_id AND m.from_address = i.sender AND m.subject = i.subject
                AND m.received_at >= i.at - ",
            MAX_AGE,
            " AND m.received_at <= i.at + ",
            MAX_SKEW,
            " WHERE a.principal_id = $1 AND s.uid = $2 AND m.calendar_section = '+' AND m.folder_id IS NOT NULL
             ORDER BY m.received_at DESC, m.id DESC LIMIT $3",
        ];
        let read = |row: &Row| Ok((message(row)?, row.get("is_doubtful")?));
        self.joined(&parts).bind(owner.0).bind(uid).bind(signed(most)).all(read).await
    }
}
