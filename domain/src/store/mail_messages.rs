//! The index of messages: what the server has, and what it does not know yet.

use super::Transaction;
use super::statement::{Row, broken, millis};
use crate::Result;
use crate::model::mail_account::MailAccountId;
use crate::model::mail_folder::MailFolderId;
use crate::model::mail_message::{MailAddress, MailMessage, MailMessageId, MailThreadId, MessageFlags};
use crate::model::principal::PrincipalId;
use chrono::{DateTime, Utc};

pub(super) const COLUMNS: &str =
    "m.id, m.account_id, m.folder_id, m.thread_id, m.flags, m.message_id, m.subject, m.from_name,
    m.from_address, m.recipients, m.sent_at, m.received_at, m.size, m.attached, m.preview,
    (m.pending <> 0 OR m.folder_id <> m.server_folder_id) AS is_pending";

/// A message about to be indexed.
#[derive(Clone, Debug)]
pub struct NewMailMessage {
    pub account: MailAccountId,
    /// Where the server has it, and it is shown.
    pub folder: MailFolderId,
    pub uid: u32,
    pub flags: MessageFlags,
    pub thread: MailThreadId,
    pub message_id: Option<String>,
    pub subject: String,
    pub from: MailAddress,
    pub to: Vec<MailAddress>,
    pub sent_at: Option<DateTime<Utc>>,
    pub received_at: DateTime<Utc>,
    pub size: u64,
    pub has_attachments: bool,
    /// Words in lower case.
    pub search_text: String,
}

/// A message of which the server does not know everything yet.
#[derive(Clone, Debug)]
pub struct PendingMail {
    pub id: MailMessageId,
    pub uid: u32,
    /// Where it is to be; `None`: nowhere.
    pub folder: Option<MailFolderId>,
    pub flags: MessageFlags,
    /// Those of the flags that the server does not know.
    pub pending: MessageFlags,
}

/// Where the server has a message.
#[derive(Clone, Copy, Debug)]
pub struct MailPlaceOnServer {
    pub account: MailAccountId,
    pub folder: MailFolderId,
    /// `None`: not known now.
    pub uid: Option<u32>,
}

pub(super) fn message(row: &Row) -> Result<MailMessage> {
    Ok(MailMessage {
        id: MailMessageId(row.get("id")?),
        account: MailAccountId(row.get("account_id")?),
        folder: MailFolderId(row.get("folder_id")?),
        thread: MailThreadId(row.get("thread_id")?),
        flags: MessageFlags(row.get("flags")?),
        is_pending: row.get("is_pending")?,
        message_id: row.get("message_id")?,
        subject: row.get("subject")?,
        from: MailAddress { name: row.get("from_name")?, address: row.get("from_address")? },
        to: serde_json::from_str(row.get("recipients")?).map_err(|_| broken("recipients"))?,
        sent_at: row.optional_instant("sent_at")?,
        received_at: row.instant("received_at")?,
        size: row.count("size")?,
        has_attachments: row.get("attached")?,
        preview: row.get("preview")?,
    })
}

fn optional_uid(row: &Row) -> Result<Option<u32>> {
    let uid: Option<i64> = row.get("server_uid")?;
    uid.map(u32::try_from).transpose().map_err(|_| broken("server_uid"))
}

/// Numbers as a JSON array.
pub(super) fn numbers(numbers: impl IntoIterator<Item = i64>) -> String {
    let numbers: Vec<String> = numbers.into_iter().map(|number| number.to_string()).collect();
    format!("[{}]", numbers.join(","))
}

/// Identifiers as a JSON array.
pub(super) fn ids(ids: &[MailMessageId]) -> String {
    numbers(ids.iter().map(|id| id.0))
}

impl Transaction {
    /// A message that is one of a person's and is shown somewhere.
    pub async fn mail_message(&mut self, owner: PrincipalId, id: MailMessageId) -> Result<Option<MailMessage>> {
        let from = " FROM mail_messages m JOIN mail_accounts a ON a.id = m.account_id
            WHERE a.principal_id = $1 AND m.id = $2 AND m.folder_id IS NOT NULL";
        let row = self.joined(&["SELECT ", COLUMNS, from]).bind(owner.0).bind(id.0).optional().await?;
        row.as_ref().map(message).transpose()
    }

    /// All of a thread that are shown, the oldest first.
    pub async fn mail_thread(
        &mut self,
        account: MailAccountId,
        thread: MailThreadId,
        most: i64,
    ) -> Result<Vec<MailMessage>> {
        let from = " FROM mail_messages m WHERE m.account_id = $1 AND m.thread_id = $2 AND m.folder_id IS NOT NULL
            ORDER BY m.received_at, m.id LIMIT $3";
        self.joined(&["SELECT ", COLUMNS, from]).bind(account.0).bind(thread.0).bind(most).all(message).await
    }

    /// Those at some UIDs of a folder on the server that are shown somewhere, the newest first.
    pub async fn mail_at(
        &mut self,
        owner: PrincipalId,
        folder: MailFolderId,
        uids: &[u32],
    ) -> Result<Vec<MailMessage>> {
        let values = self.json_values();
        let parts = [
            "SELECT ",
            COLUMNS,
            " FROM mail_messages m JOIN mail_accounts a ON a.id = m.account_id
             WHERE a.principal_id = $2 AND m.server_folder_id = $3 AND m.folder_id IS NOT NULL
                AND m.server_uid IN (SELECT CAST(value AS BIGINT) FROM ",
            values,
            ") ORDER BY m.received_at DESC, m.id DESC",
        ];
        let uids = numbers(uids.iter().map(|uid| i64::from(*uid)));
        self.joined(&parts).bind(uids).bind(owner.0).bind(folder.0).all(message).await
    }

    pub async fn mail_place_on_server(&mut self, id: MailMessageId) -> Result<Option<MailPlaceOnServer>> {
        let statement = self.sql("SELECT account_id, server_folder_id, server_uid FROM mail_messages WHERE id = $1");
        let row = statement.bind(id.0).optional().await?;
        let read = |row: Row| {
            Ok(MailPlaceOnServer {
                account: MailAccountId(row.get("account_id")?),
                folder: MailFolderId(row.get("server_folder_id")?),
                uid: optional_uid(&row)?,
            })
        };
        row.map(read).transpose()
    }

    pub async fn insert_mail_message(&mut self, new: &NewMailMessage) -> Result<MailMessageId> {
        let recipients = serde_json::to_string(&new.to).map_err(|_| broken("recipients"))?;
        let row = self
            .sql(
                "INSERT INTO mail_messages (account_id, folder_id, server_folder_id, server_uid, flags, thread_id, message_id, subject,
                    from_name, from_address, recipients, sent_at, received_at, size, attached, search_text)
                 VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id",
            )
            .bind(new.account.0)
            .bind(new.folder.0)
            .bind(i64::from(new.uid))
            .bind(new.flags.0)
            .bind(new.thread.0)
            .bind(new.message_id.as_deref())
            .bind(&new.subject)
            .bind(&new.from.name)
            .bind(&new.from.address)
            .bind(recipients)
            .bind(new.sent_at.map(millis))
            .bind(millis(new.received_at))
            .bind(new.size.cast_signed())
            .bind(new.has_attachments)
            .bind(&new.search_text)
            .one()
            .await?;
        Ok(MailMessageId(row.get("id")?))
    }

    /// What the index has of the UIDs from `low` to `high`, with the flags as the server has them as far as is known.
    pub async fn indexed_mail(
        &mut self,
        folder: MailFolderId,
        low: u32,
        high: u32,
    ) -> Result<Vec<(u32, MessageFlags)>> {
        let statement = self.sql(
            "SELECT server_uid, flags FROM mail_messages WHERE server_folder_id = $1 AND server_uid >= $2 AND server_uid <= $3
             ORDER BY server_uid",
        );
        let statement = statement.bind(folder.0).bind(i64::from(low)).bind(i64::from(high));
        let read =
            |row: &Row| Ok((optional_uid(row)?.ok_or_else(|| broken("server_uid"))?, MessageFlags(row.get("flags")?)));
        statement.all(read).await
    }

    /// How many messages of a folder on the server the index has.
    pub async fn count_indexed_mail(&mut self, folder: MailFolderId) -> Result<u64> {
        let statement = self.sql(
            "SELECT count(*) AS messages FROM mail_messages WHERE server_folder_id = $1 AND server_uid IS NOT NULL",
        );
        statement.bind(folder.0).one().await?.count("messages")
    }

    /// Flags as the server has them; those that it does not know yet stay. Yields whether anything is otherwise now.
    pub async fn set_server_flags(&mut self, folder: MailFolderId, uid: u32, flags: MessageFlags) -> Result<bool> {
        let statement = self.sql(
            "UPDATE mail_messages SET flags = (flags & pending) | ($3 & (~pending))
             WHERE server_folder_id = $1 AND server_uid = $2 AND flags <> ((flags & pending) | ($3 & (~pending)))",
        );
        Ok(statement.bind(folder.0).bind(i64::from(uid)).bind(flags.0).run().await? > 0)
    }

    /// A message that was known to be somewhere in the folder is at this UID. Yields whether there was one.
    pub async fn place_mail(
        &mut self,
        folder: MailFolderId,
        message_id: &str,
        uid: u32,
        flags: MessageFlags,
    ) -> Result<bool> {
        let statement = self.sql(
            "UPDATE mail_messages SET server_uid = $3, flags = (flags & pending) | ($4 & (~pending)) WHERE id = (
                SELECT min(id) FROM mail_messages WHERE account_id = (SELECT account_id FROM mail_folders WHERE id = $1)
                    AND message_id = $2 AND server_folder_id = $1 AND server_uid IS NULL)",
        );
        let statement = statement.bind(folder.0).bind(message_id).bind(i64::from(uid)).bind(flags.0);
        Ok(statement.run().await? > 0)
    }

    /// The UIDs of a folder mean nothing any more (RFC 3501 section 2.3.1.1): its messages are to be found again.
    pub async fn forget_mail_uids(&mut self, folder: MailFolderId) -> Result<()> {
        let statement = self.sql("UPDATE mail_messages SET server_uid = NULL WHERE server_folder_id = $1");
        statement.bind(folder.0).run().await?;
        Ok(())
    }

    /// Takes messages that were not found again out of the index. Yields how many there were.
    pub async fn delete_unplaced_mail(&mut self, folder: MailFolderId) -> Result<u64> {
        let statement = self.sql("DELETE FROM mail_messages WHERE server_folder_id = $1 AND server_uid IS NULL");
        statement.bind(folder.0).run().await
    }

    /// Takes messages out of the index that the server has no more.
    pub async fn delete_mail_at(&mut self, folder: MailFolderId, uids: &[u32]) -> Result<u64> {
        let values = self.json_values();
        let statement = self.joined(&[
            "DELETE FROM mail_messages WHERE server_folder_id = $2 AND server_uid IN (SELECT CAST(value AS BIGINT) FROM ",
            values,
            ")",
        ]);
        statement.bind(numbers(uids.iter().map(|uid| i64::from(*uid)))).bind(folder.0).run().await
    }

    /// The same of a range of UIDs.
    pub async fn delete_mail_between(&mut self, folder: MailFolderId, low: u32, high: u32) -> Result<u64> {
        let statement =
            self.sql("DELETE FROM mail_messages WHERE server_folder_id = $1 AND server_uid >= $2 AND server_uid <= $3");
        statement.bind(folder.0).bind(i64::from(low)).bind(i64::from(high)).run().await
    }

    /// At most `most` messages of an account are taken out of the index. Yields how many there were.
    pub async fn delete_piece_of_mail(&mut self, account: MailAccountId, most: i64) -> Result<u64> {
        let statement = self
            .sql("DELETE FROM mail_messages WHERE id IN (SELECT id FROM mail_messages WHERE account_id = $1 LIMIT $2)");
        statement.bind(account.0).bind(most).run().await
    }

    /// Messages of a folder on the server of which it does not know everything yet.
    pub async fn pending_mail(
        &mut self,
        account: MailAccountId,
        folder: MailFolderId,
        most: i64,
    ) -> Result<Vec<PendingMail>> {
        let statement = self.sql(
            "SELECT id, server_uid, folder_id, flags, pending FROM mail_messages
             WHERE account_id = $1 AND server_folder_id = $2 AND server_uid IS NOT NULL
                AND (pending <> 0 OR folder_id IS NULL OR folder_id <> server_folder_id) ORDER BY server_uid LIMIT $3",
        );
        let read = |row: &Row| {
            Ok(PendingMail {
                id: MailMessageId(row.get("id")?),
                uid: optional_uid(row)?.ok_or_else(|| broken("server_uid"))?,
                folder: row.get::<Option<i64>>("folder_id")?.map(MailFolderId),
                flags: MessageFlags(row.get("flags")?),
                pending: MessageFlags(row.get("pending")?),
            })
        };
        statement.bind(account.0).bind(folder.0).bind(most).all(read).await
    }

    /// How many messages of an account the server does not know everything of.
    pub async fn count_pending_mail(&mut self, account: MailAccountId) -> Result<u64> {
        let statement = self.sql(
            "SELECT count(*) AS messages FROM mail_messages WHERE account_id = $1 AND server_uid IS NOT NULL
                AND (pending <> 0 OR folder_id IS NULL OR folder_id <> server_folder_id)",
        );
        statement.bind(account.0).one().await?.count("messages")
    }

    /// The server knows now that `flags` of these are as in `values`.
    pub async fn mail_flags_known(
        &mut self,
        messages: &[MailMessageId],
        flags: MessageFlags,
        values: MessageFlags,
    ) -> Result<()> {
        let wanted = self.json_values();
        let statement = self.joined(&[
            "UPDATE mail_messages SET pending = pending & (~$2) WHERE (flags & $2) = ($3 & $2)
                AND id IN (SELECT CAST(value AS BIGINT) FROM ",
            wanted,
            ")",
        ]);
        statement.bind(ids(messages)).bind(flags.0).bind(values.0).run().await?;
        Ok(())
    }

    /// What was done to a message here and what its server does not do is not done: it has the flags and the place that it has there.
    pub async fn take_mail_back(&mut self, id: MailMessageId, flags: Option<MessageFlags>) -> Result<()> {
        let statement = self.sql(
            "UPDATE mail_messages SET folder_id = server_folder_id, pending = 0, flags = coalesce($2, (flags & (~pending)) | ((~flags) & pending))
             WHERE id = $1",
        );
        statement.bind(id.0).bind(flags.map(|flags| flags.0)).run().await?;
        Ok(())
    }

    /// The server has moved a message; `uid`: where, if it says so.
    pub async fn mail_moved(&mut self, id: MailMessageId, folder: MailFolderId, uid: Option<u32>) -> Result<()> {
        // The folder may have been looked at in between.
        if let Some(uid) = uid {
            let found =
                self.sql("DELETE FROM mail_messages WHERE server_folder_id = $1 AND server_uid = $2 AND id <> $3");
            found.bind(folder.0).bind(i64::from(uid)).bind(id.0).run().await?;
        }
        let statement = self.sql("UPDATE mail_messages SET server_folder_id = $2, server_uid = $3 WHERE id = $1");
        statement.bind(id.0).bind(folder.0).bind(uid.map(i64::from)).run().await?;
        Ok(())
    }

    /// Takes messages out of the index that were deleted.
    pub async fn delete_mail(&mut self, messages: &[MailMessageId]) -> Result<()> {
        let wanted = self.json_values();
        let statement =
            self.joined(&["DELETE FROM mail_messages WHERE id IN (SELECT CAST(value AS BIGINT) FROM ", wanted, ")"]);
        statement.bind(ids(messages)).run().await?;
        Ok(())
    }

    /// What is known of a message once its body was looked at; `None`: as it was.
    pub async fn set_mail_preview(
        &mut self,
        folder: MailFolderId,
        uid: u32,
        preview: &str,
        has_attachments: Option<bool>,
    ) -> Result<()> {
        let statement = self.sql(
            "UPDATE mail_messages SET preview = $3, attached = coalesce($4, attached) WHERE server_folder_id = $1 AND server_uid = $2",
        );
        statement.bind(folder.0).bind(i64::from(uid)).bind(preview).bind(has_attachments).run().await?;
        Ok(())
    }

    /// The newest of a folder whose texts were not looked at.
    pub async fn mail_without_preview(&mut self, folder: MailFolderId, newest: i64) -> Result<Vec<u32>> {
        let statement = self.sql(
            "SELECT server_uid FROM (SELECT server_uid, preview FROM mail_messages WHERE server_folder_id = $1 AND server_uid IS NOT NULL
                ORDER BY server_uid DESC LIMIT $2) AS newest WHERE preview IS NULL",
        );
        let read = |row: &Row| optional_uid(row)?.ok_or_else(|| broken("server_uid"));
        statement.bind(folder.0).bind(newest).all(read).await
    }
}
