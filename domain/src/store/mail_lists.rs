//! Lists of messages, the newest first, and what is done to many at once.

use super::Transaction;
use super::mail_messages::{COLUMNS, ids, message};
use super::statement::{Row, millis, signed};
use crate::Result;
use crate::model::mail_account::MailAccountId;
use crate::model::mail_folder::MailFolderId;
use crate::model::mail_message::{MailCursor, MailMessageId, MailRow, MessageFlags};
use crate::model::principal::PrincipalId;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// One of the places of which a list is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedPlace {
    Folder(MailFolderId),
    /// What of an account is flagged, wherever it is.
    Flagged(MailAccountId),
    /// All of an account.
    Account(MailAccountId),
}

/// What is listed of a place.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListedMail<'a> {
    /// Of each thread its newest message alone.
    pub threads: bool,
    pub unread: bool,
    /// Words that it has, as the databases want them: [`Transaction::mail_has_words`].
    pub words: Option<&'a str>,
    pub after: Option<MailCursor>,
    pub most: usize,
}

const IN_THREAD: &str =
    ", (SELECT count(*) FROM mail_messages t WHERE t.account_id = m.account_id AND t.thread_id = m.thread_id
        AND t.folder_id IS NOT NULL) AS in_thread,
    (SELECT count(*) FROM mail_messages t WHERE t.account_id = m.account_id AND t.thread_id = m.thread_id
        AND t.folder_id IS NOT NULL AND (t.flags & 1) = 0) AS unread_in_thread FROM mail_messages m WHERE ";
const ALONE: &str =
    ", CAST(1 AS BIGINT) AS in_thread, CAST(CASE WHEN (m.flags & 1) = 0 THEN 1 ELSE 0 END AS BIGINT) AS unread_in_thread
    FROM mail_messages m WHERE ";

fn row(row: &Row) -> Result<MailRow> {
    Ok(MailRow {
        message: message(row)?,
        in_thread: row.count("in_thread")?,
        unread_in_thread: row.count("unread_in_thread")?,
    })
}

impl Transaction {
    /// A part of the list of one place.
    pub async fn listed_mail(&mut self, place: ListedPlace, listed: ListedMail<'_>) -> Result<Vec<MailRow>> {
        let (of, newer) = match place {
            ListedPlace::Folder(_) => ("m.folder_id = $1", "n.folder_id = $1"),
            ListedPlace::Flagged(_) => (
                "m.account_id = $1 AND (m.flags & 2) <> 0 AND m.folder_id IS NOT NULL",
                "n.account_id = $1 AND (n.flags & 2) <> 0 AND n.folder_id IS NOT NULL",
            ),
            ListedPlace::Account(_) => {
                ("m.account_id = $1 AND m.folder_id IS NOT NULL", "n.account_id = $1 AND n.folder_id IS NOT NULL")
            }
        };
        let key = match place {
            ListedPlace::Folder(id) => id.0,
            ListedPlace::Flagged(id) | ListedPlace::Account(id) => id.0,
        };
        let mut parts = vec!["SELECT ", COLUMNS, if listed.threads { IN_THREAD } else { ALONE }, of];
        parts.push(" AND (m.received_at, m.id) < ($2, $3)");
        if listed.unread {
            parts.push(" AND (m.flags & 1) = 0");
        }
        if listed.words.is_some() {
            parts.extend([" AND ", self.mail_has_words(), "$5)"]);
        }
        if listed.threads {
            // One look into the index for each row on the way: a page costs what it shows, however large the folder is.
            parts.extend([
                " AND NOT EXISTS (SELECT 1 FROM mail_messages n WHERE ",
                newer,
                " AND n.thread_id = m.thread_id AND (n.received_at, n.id) > (m.received_at, m.id)",
                if listed.unread { " AND (n.flags & 1) = 0)" } else { ")" },
            ]);
        }
        parts.push(" ORDER BY m.received_at DESC, m.id DESC LIMIT $4");
        let (at, id) = listed.after.map_or((i64::MAX, i64::MAX), |after| (millis(after.received_at), after.id.0));
        let mut statement = self.joined(&parts).bind(key).bind(at).bind(id).bind(signed(listed.most));
        if let Some(words) = listed.words {
            statement = statement.bind(words);
        }
        statement.all(row).await
    }

    /// How many messages in folders with this role nobody has read.
    pub async fn unread_mail(&mut self, owner: PrincipalId, role: &str) -> Result<u64> {
        let statement = self.sql(
            "SELECT coalesce(CAST(sum(f.unread) AS BIGINT), 0) AS messages FROM mail_folders f
             JOIN mail_accounts a ON a.id = f.account_id WHERE a.principal_id = $1 AND f.role = $2",
        );
        statement.bind(owner.0).bind(role).one().await?.count("messages")
    }

    /// Notes messages of a person as those to which something is about to be done.
    pub async fn select_mail(
        &mut self,
        batch: Uuid,
        owner: PrincipalId,
        messages: &[MailMessageId],
        at: DateTime<Utc>,
    ) -> Result<u64> {
        let values = self.json_values();
        let statement = self.joined(&[
            "INSERT INTO mail_undo (batch, message_id, folder_id, flags, at)
             SELECT $2, m.id, m.folder_id, m.flags, $4 FROM mail_messages m JOIN mail_accounts a ON a.id = m.account_id
             WHERE a.principal_id = $3 AND m.folder_id IS NOT NULL AND m.id IN (SELECT CAST(value AS BIGINT) FROM ",
            values,
            ")",
        ]);
        statement.bind(ids(messages)).bind(batch.to_string()).bind(owner.0).bind(millis(at)).run().await
    }

    /// [`Transaction::select_mail`] of all that are in the same folder and thread as `messages`.
    pub async fn select_mail_threads(
        &mut self,
        batch: Uuid,
        owner: PrincipalId,
        messages: &[MailMessageId],
        at: DateTime<Utc>,
    ) -> Result<u64> {
        let values = self.json_values();
        let statement = self.joined(&[
            "INSERT INTO mail_undo (batch, message_id, folder_id, flags, at)
             SELECT $2, m.id, m.folder_id, m.flags, $4 FROM mail_messages m WHERE m.folder_id IS NOT NULL
                AND (m.folder_id, m.thread_id) IN (
                    SELECT s.folder_id, s.thread_id FROM mail_messages s JOIN mail_accounts a ON a.id = s.account_id
                    WHERE a.principal_id = $3 AND s.id IN (SELECT CAST(value AS BIGINT) FROM ",
            values,
            "))",
        ]);
        statement.bind(ids(messages)).bind(batch.to_string()).bind(owner.0).bind(millis(at)).run().await
    }

    /// [`Transaction::select_mail`] of all that are in a folder.
    pub async fn select_mail_folder(&mut self, batch: Uuid, folder: MailFolderId, at: DateTime<Utc>) -> Result<u64> {
        let statement = self.sql(
            "INSERT INTO mail_undo (batch, message_id, folder_id, flags, at)
             SELECT $1, m.id, m.folder_id, m.flags, $3 FROM mail_messages m WHERE m.folder_id = $2",
        );
        statement.bind(batch.to_string()).bind(folder.0).bind(millis(at)).run().await
    }

    /// The folders in which the messages of a batch were, with their accounts.
    pub async fn folders_of_batch(&mut self, batch: Uuid) -> Result<Vec<(MailAccountId, MailFolderId)>> {
        let statement = self.sql(
            "SELECT DISTINCT m.account_id, u.folder_id FROM mail_undo u JOIN mail_messages m ON m.id = u.message_id WHERE u.batch = $1
             ORDER BY m.account_id, u.folder_id",
        );
        let read = |row: &Row| Ok((MailAccountId(row.get("account_id")?), MailFolderId(row.get("folder_id")?)));
        statement.bind(batch.to_string()).all(read).await
    }

    /// Sets and takes away flags of the messages of a batch; the server is told later.
    pub async fn flag_batch(&mut self, batch: Uuid, set: MessageFlags, unset: MessageFlags) -> Result<u64> {
        let statement = self.sql(
            "UPDATE mail_messages SET pending = pending | (flags & $3) | ((~flags) & $2), flags = (flags | $2) & (~$3)
             WHERE id IN (SELECT message_id FROM mail_undo WHERE batch = $1)",
        );
        statement.bind(batch.to_string()).bind(set.0).bind(unset.0).run().await
    }

    /// Moves the messages of a batch that one account has to another of its folders, or out of all; the server is told later.
    pub async fn move_batch(&mut self, batch: Uuid, account: MailAccountId, to: Option<MailFolderId>) -> Result<u64> {
        let statement = self.sql(
            "UPDATE mail_messages SET folder_id = $3 WHERE account_id = $2
                AND id IN (SELECT message_id FROM mail_undo WHERE batch = $1)",
        );
        statement.bind(batch.to_string()).bind(account.0).bind(to.map(|to| to.0)).run().await
    }

    /// Puts a person's messages of a batch back to where they were, with the flags that they had, and forgets the batch. Yields how many
    /// those are.
    pub async fn take_batch_back(&mut self, batch: Uuid, owner: PrincipalId) -> Result<u64> {
        let statement = self.sql(
            "UPDATE mail_messages SET pending = mail_messages.pending | (mail_messages.flags & (~u.flags)) | ((~mail_messages.flags) & u.flags),
                flags = u.flags, folder_id = u.folder_id
             FROM (SELECT x.message_id, x.folder_id, x.flags FROM mail_undo x JOIN mail_folders f ON f.id = x.folder_id
                   JOIN mail_accounts a ON a.id = f.account_id WHERE x.batch = $1 AND a.principal_id = $2) AS u
             WHERE mail_messages.id = u.message_id",
        );
        let done = statement.bind(batch.to_string()).bind(owner.0).run().await?;
        self.sql("DELETE FROM mail_undo WHERE batch = $1").bind(batch.to_string()).run().await?;
        Ok(done)
    }

    /// Forgets what was done before `before`.
    pub async fn delete_mail_undo(&mut self, before: DateTime<Utc>) -> Result<u64> {
        self.sql("DELETE FROM mail_undo WHERE at < $1").bind(millis(before)).run().await
    }
}
