//! Which thread a message belongs to.

use super::Transaction;
use super::statement::Row;
use crate::Result;
use crate::model::mail_account::MailAccountId;
use crate::model::mail_message::MailThreadId;

/// A digest of a Message-ID.
pub type ReferenceDigest = [u8; 16];

impl Transaction {
    /// Which threads a Message-ID belongs to.
    pub async fn thread_of_reference(
        &mut self,
        account: MailAccountId,
        digest: &ReferenceDigest,
    ) -> Result<Option<MailThreadId>> {
        let statement = self.sql("SELECT thread_id FROM mail_references WHERE account_id = $1 AND digest = $2");
        let row = statement.bind(account.0).bind(&digest[..]).optional().await?;
        row.map(|row: Row| Ok(MailThreadId(row.get("thread_id")?))).transpose()
    }

    pub async fn put_reference(
        &mut self,
        account: MailAccountId,
        digest: &ReferenceDigest,
        thread: MailThreadId,
    ) -> Result<()> {
        let statement = self.sql(
            "INSERT INTO mail_references (account_id, digest, thread_id) VALUES ($1, $2, $3)
             ON CONFLICT (account_id, digest) DO UPDATE SET thread_id = excluded.thread_id",
        );
        statement.bind(account.0).bind(&digest[..]).bind(thread.0).run().await?;
        Ok(())
    }

    /// Makes one thread of two.
    pub async fn join_threads(&mut self, account: MailAccountId, one: MailThreadId, other: MailThreadId) -> Result<()> {
        let references = self.sql("UPDATE mail_references SET thread_id = $2 WHERE account_id = $1 AND thread_id = $3");
        references.bind(account.0).bind(one.0).bind(other.0).run().await?;
        let messages = self.sql("UPDATE mail_messages SET thread_id = $2 WHERE account_id = $1 AND thread_id = $3");
        messages.bind(account.0).bind(one.0).bind(other.0).run().await?;
        Ok(())
    }
}
