//! What was sent by an account without having been a draft, until it is among what was sent there.

use super::Transaction;
use super::statement::{Row, millis};
use crate::Result;
use crate::model::mail_account::MailAccountId;
use chrono::{DateTime, Utc};

/// A message that waits to be put among what was sent.
#[derive(Clone, Debug)]
pub struct MailCopy {
    pub id: i64,
    pub account: MailAccountId,
    /// Without the angle brackets.
    pub message_id: String,
    pub subject: String,
    pub content: Vec<u8>,
    /// When it was sent.
    pub at: DateTime<Utc>,
}

impl Transaction {
    /// `None`: one with this Message-ID waits already.
    pub async fn insert_mail_copy(&mut self, copy: &MailCopy) -> Result<Option<i64>> {
        let statement = self.sql(
            "INSERT INTO mail_copies (account_id, message_id, subject, content, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (account_id, message_id) DO NOTHING RETURNING id",
        );
        let statement = statement.bind(copy.account.0).bind(&copy.message_id).bind(&copy.subject);
        let row = statement.bind(&copy.content[..]).bind(millis(copy.at)).optional().await?;
        row.map(|row| row.get("id")).transpose()
    }

    pub async fn mail_copy(&mut self, id: i64) -> Result<Option<MailCopy>> {
        let read = |row: &Row| {
            Ok(MailCopy {
                id: row.get("id")?,
                account: MailAccountId(row.get("account_id")?),
                message_id: row.get("message_id")?,
                subject: row.get("subject")?,
                content: row.get("content")?,
                at: row.instant("at")?,
            })
        };
        let statement =
            self.sql("SELECT id, account_id, message_id, subject, content, at FROM mail_copies WHERE id = $1");
        statement.bind(id).optional().await?.as_ref().map(read).transpose()
    }

    pub async fn delete_mail_copy(&mut self, id: i64) -> Result<()> {
        self.sql("DELETE FROM mail_copies WHERE id = $1").bind(id).run().await?;
        Ok(())
    }

    /// Takes what is indexed of mail out of accounts whose owners have rested in the bin since before `before`, at most `most` messages and
    /// as many references. Yields how many there were.
    pub async fn delete_piece_of_expired_mail(&mut self, before: DateTime<Utc>, most: i64) -> Result<u64> {
        const EXPIRED: &str =
            "SELECT a.id FROM mail_accounts a JOIN users u ON u.principal_id = a.principal_id WHERE u.deleted_at < $1";
        let messages = [
            "DELETE FROM mail_messages WHERE id IN (SELECT id FROM mail_messages WHERE account_id IN (",
            EXPIRED,
            ") LIMIT $2)",
        ];
        let gone = self.joined(&messages).bind(millis(before)).bind(most).run().await?;
        let references = [
            "DELETE FROM mail_references WHERE (account_id, digest) IN (SELECT account_id, digest FROM mail_references
                WHERE account_id IN (",
            EXPIRED,
            ") LIMIT $2)",
        ];
        Ok(gone + self.joined(&references).bind(millis(before)).bind(most).run().await?)
    }
}
