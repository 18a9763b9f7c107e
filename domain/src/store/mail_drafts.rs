//! What is being written, with what is attached to it.

use super::Transaction;
use super::statement::{Row, broken, millis};
use crate::Result;
use crate::model::mail_account::{MailAccountId, MailIdentityId};
use crate::model::mail_draft::{
    AnswerKind, Attachment, AttachmentId, DraftContent, DraftState, MailDraft, MailDraftId, SavedDraft,
};
use crate::model::mail_message::MailMessageId;
use crate::model::principal::PrincipalId;
use chrono::{DateTime, Utc};

const SELECT: &str =
    "SELECT d.id, d.account_id, d.identity_id, d.message_id, d.content, d.answers, d.answers_kind, d.state, d.send_at,
    d.why, d.revision, d.saved_revision, d.server_folder, d.server_uid, d.created_at, d.changed_at, d.refused FROM mail_drafts d ";

/// A draft about to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewMailDraft<'a> {
    pub account: MailAccountId,
    pub identity: Option<MailIdentityId>,
    pub message_id: &'a str,
    pub content: &'a DraftContent,
    pub answers: Option<(MailMessageId, AnswerKind)>,
    pub at: DateTime<Utc>,
}

fn json(content: &DraftContent) -> Result<String> {
    serde_json::to_string(content).map_err(|_| broken("content"))
}

/// Without what is attached.
fn draft(row: &Row) -> Result<MailDraft> {
    let answers: Option<i64> = row.get("answers")?;
    let kind: Option<&str> = row.get("answers_kind")?;
    let folder: Option<String> = row.get("server_folder")?;
    let uid: Option<i64> = row.get("server_uid")?;
    let refused: Option<&str> = row.get("refused")?;
    let refused = refused.map(serde_json::from_str).transpose().map_err(|_| broken("refused"))?;
    let uid = uid.map(u32::try_from).transpose().map_err(|_| broken("server_uid"))?;
    Ok(MailDraft {
        id: MailDraftId(row.get("id")?),
        account: MailAccountId(row.get("account_id")?),
        identity: row.get::<Option<i64>>("identity_id")?.map(MailIdentityId),
        content: serde_json::from_str(row.get("content")?).map_err(|_| broken("content"))?,
        answers: answers.map(MailMessageId).zip(kind.and_then(AnswerKind::from_name)),
        state: DraftState::from_name(row.get("state")?).ok_or_else(|| broken("state"))?,
        send_at: row.optional_instant("send_at")?,
        why: row.get("why")?,
        attachments: Vec::new(),
        revision: row.get("revision")?,
        created_at: row.instant("created_at")?,
        changed_at: row.instant("changed_at")?,
        message_id: row.get("message_id")?,
        refused: refused.unwrap_or_default(),
        saved: SavedDraft { revision: row.get("saved_revision")?, at: folder.zip(uid) },
    })
}

fn attachment(row: &Row) -> Result<Attachment> {
    Ok(Attachment {
        id: AttachmentId(row.get("id")?),
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        size: row.count("size")?,
    })
}

impl Transaction {
    /// Those of a person that were not sent, the last one written at first.
    pub async fn mail_drafts_of(&mut self, owner: PrincipalId) -> Result<Vec<MailDraft>> {
        let of = "JOIN mail_accounts a ON a.id = d.account_id WHERE a.principal_id = $1 AND d.state NOT IN ('filing', 'sent') AND d.discarded_at IS NULL
            ORDER BY d.changed_at DESC, d.id DESC";
        let mut drafts = self.joined(&[SELECT, of]).bind(owner.0).all(draft).await?;
        for draft in &mut drafts {
            draft.attachments = self.draft_attachments(draft.id).await?;
        }
        Ok(drafts)
    }

    /// One of a person's.
    pub async fn mail_draft_of(&mut self, owner: PrincipalId, id: MailDraftId) -> Result<Option<MailDraft>> {
        let of = "JOIN mail_accounts a ON a.id = d.account_id WHERE a.principal_id = $1 AND d.id = $2 AND d.discarded_at IS NULL";
        let row = self.joined(&[SELECT, of]).bind(owner.0).bind(id.0).optional().await?;
        self.with_attachments(row).await
    }

    /// One, whosever it is.
    pub async fn mail_draft(&mut self, id: MailDraftId) -> Result<Option<MailDraft>> {
        let row = self.joined(&[SELECT, "WHERE d.id = $1 AND d.discarded_at IS NULL"]).bind(id.0).optional().await?;
        self.with_attachments(row).await
    }

    /// The one of an account that this message on the server is the copy of.
    pub async fn mail_draft_saved_as(&mut self, account: MailAccountId, message_id: &str) -> Result<Option<MailDraft>> {
        let of = "WHERE d.account_id = $1 AND d.message_id = $2 AND d.state IN ('draft', 'refused') AND d.discarded_at IS NULL";
        let row = self.joined(&[SELECT, of]).bind(account.0).bind(message_id).optional().await?;
        self.with_attachments(row).await
    }

    async fn with_attachments(&mut self, row: Option<Row>) -> Result<Option<MailDraft>> {
        let Some(row) = row else { return Ok(None) };
        let mut draft = draft(&row)?;
        draft.attachments = self.draft_attachments(draft.id).await?;
        Ok(Some(draft))
    }

    /// How many drafts of an account were not sent, and how many of these wait to be.
    pub async fn count_mail_drafts(&mut self, account: MailAccountId) -> Result<(u64, u64)> {
        let statement = self.sql(
            "SELECT count(*) AS drafts, count(CASE WHEN state IN ('waiting', 'sending') THEN 1 END) AS waiting
             FROM mail_drafts WHERE account_id = $1 AND state NOT IN ('filing', 'sent') AND discarded_at IS NULL",
        );
        let row = statement.bind(account.0).one().await?;
        Ok((row.count("drafts")?, row.count("waiting")?))
    }

    pub async fn insert_mail_draft(&mut self, new: NewMailDraft<'_>) -> Result<MailDraftId> {
        let row = self
            .sql(
                "INSERT INTO mail_drafts (account_id, identity_id, message_id, content, subject, answers, answers_kind, state, revision,
                    created_at, changed_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, 'draft', 1, $8, $8) RETURNING id",
            )
            .bind(new.account.0)
            .bind(new.identity.map(|identity| identity.0))
            .bind(new.message_id)
            .bind(json(new.content)?)
            .bind(&new.content.subject)
            .bind(new.answers.map(|(message, _)| message.0))
            .bind(new.answers.map(|(_, kind)| kind.name()))
            .bind(millis(new.at))
            .one()
            .await?;
        Ok(MailDraftId(row.get("id")?))
    }

    /// Another content for one that can be changed, at `revision` where one is named. Yields whether it was.
    pub async fn update_mail_draft(
        &mut self,
        id: MailDraftId,
        revision: Option<i64>,
        identity: Option<MailIdentityId>,
        content: &DraftContent,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let statement = self.sql(
            "UPDATE mail_drafts SET identity_id = $3, content = $4, subject = $5, revision = revision + 1, changed_at = $6,
                state = 'draft', why = NULL, refused = NULL
             WHERE id = $1 AND state IN ('draft', 'refused') AND ($2 IS NULL OR revision = $2)",
        );
        let statement = statement.bind(id.0).bind(revision).bind(identity.map(|identity| identity.0));
        let statement = statement.bind(json(content)?).bind(&content.subject).bind(millis(at));
        Ok(statement.run().await? > 0)
    }

    /// The draft is another mail from now on, of which the server has nothing.
    pub async fn rename_mail_draft(&mut self, id: MailDraftId, message_id: &str) -> Result<()> {
        let statement = self.sql(
            "UPDATE mail_drafts SET message_id = $2, saved_revision = 0, server_folder = NULL, server_uid = NULL WHERE id = $1",
        );
        statement.bind(id.0).bind(message_id).run().await?;
        Ok(())
    }

    /// The draft moves to another account, with what it is there.
    pub async fn move_mail_draft(&mut self, id: MailDraftId, account: MailAccountId) -> Result<()> {
        let statement = self.sql(
            "UPDATE mail_drafts SET account_id = $2, identity_id = NULL, saved_revision = 0, server_folder = NULL, server_uid = NULL
             WHERE id = $1",
        );
        statement.bind(id.0).bind(account.0).run().await?;
        Ok(())
    }

    /// Another state for a draft that is in `from`. Yields whether it was.
    pub async fn set_draft_state(
        &mut self,
        id: MailDraftId,
        from: DraftState,
        to: DraftState,
        send_at: Option<DateTime<Utc>>,
        why: Option<&str>,
    ) -> Result<bool> {
        let statement =
            self.sql("UPDATE mail_drafts SET state = $3, send_at = $4, why = $5 WHERE id = $1 AND state = $2");
        let statement = statement.bind(id.0).bind(from.name()).bind(to.name());
        Ok(statement.bind(send_at.map(millis)).bind(why).run().await? > 0)
    }

    /// The server has taken it, but for `refused`: those of its recipients who do not get it.
    pub(crate) async fn set_draft_taken(
        &mut self,
        id: MailDraftId,
        send_at: Option<DateTime<Utc>>,
        refused: &[String],
        why: Option<&str>,
    ) -> Result<()> {
        let list = serde_json::to_string(refused).map_err(|_| broken("refused"))?;
        let statement = self.sql(
            "UPDATE mail_drafts SET state = 'filing', send_at = $2, refused = $3, why = $4 WHERE id = $1 AND state = 'sending'",
        );
        let statement = statement.bind(id.0).bind(send_at.map(millis));
        statement.bind((!refused.is_empty()).then_some(list)).bind(why).run().await?;
        Ok(())
    }

    /// The draft as the server has it now.
    pub(crate) async fn set_saved_draft(&mut self, id: MailDraftId, saved: &SavedDraft) -> Result<()> {
        let statement =
            self.sql("UPDATE mail_drafts SET saved_revision = $2, server_folder = $3, server_uid = $4 WHERE id = $1");
        let statement =
            statement.bind(id.0).bind(saved.revision).bind(saved.at.as_ref().map(|(folder, _)| folder.as_str()));
        statement.bind(saved.at.as_ref().map(|(_, uid)| i64::from(*uid))).run().await?;
        Ok(())
    }

    /// Something about it has changed: what is attached.
    pub async fn raise_draft(&mut self, id: MailDraftId, at: DateTime<Utc>) -> Result<()> {
        let statement = self.sql("UPDATE mail_drafts SET revision = revision + 1, changed_at = $2 WHERE id = $1");
        statement.bind(id.0).bind(millis(at)).run().await?;
        Ok(())
    }

    /// Throws one away, for the time being: until it comes back nothing but [`Transaction::restore_mail_draft`] knows it.
    pub async fn discard_mail_draft(&mut self, id: MailDraftId, at: DateTime<Utc>) -> Result<()> {
        self.sql("UPDATE mail_drafts SET discarded_at = $2 WHERE id = $1").bind(id.0).bind(millis(at)).run().await?;
        Ok(())
    }

    /// Brings back what somebody has thrown away; the server has nothing of it. Yields whether it was there.
    pub async fn restore_mail_draft(&mut self, owner: PrincipalId, id: MailDraftId) -> Result<bool> {
        let statement = self.sql(
            "UPDATE mail_drafts SET discarded_at = NULL, saved_revision = 0, server_folder = NULL, server_uid = NULL
             WHERE id = $1 AND discarded_at IS NOT NULL AND account_id IN (SELECT id FROM mail_accounts WHERE principal_id = $2)",
        );
        Ok(statement.bind(id.0).bind(owner.0).run().await? > 0)
    }

    /// Forgets what was thrown away before `before`.
    pub async fn delete_discarded_drafts(&mut self, before: DateTime<Utc>) -> Result<u64> {
        self.sql("DELETE FROM mail_drafts WHERE discarded_at < $1").bind(millis(before)).run().await
    }

    pub async fn delete_mail_draft(&mut self, id: MailDraftId) -> Result<()> {
        self.sql("DELETE FROM mail_drafts WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }

    /// In the order in which they were attached.
    pub async fn draft_attachments(&mut self, id: MailDraftId) -> Result<Vec<Attachment>> {
        let statement =
            self.sql("SELECT id, name, media_type, size FROM mail_attachments WHERE draft_id = $1 ORDER BY id");
        statement.bind(id.0).all(attachment).await
    }

    pub async fn insert_attachment(
        &mut self,
        id: MailDraftId,
        name: &str,
        media_type: &str,
        content: &[u8],
    ) -> Result<AttachmentId> {
        let statement = self.sql(
            "INSERT INTO mail_attachments (draft_id, name, media_type, size, content) VALUES ($1, $2, $3, $4, $5) RETURNING id",
        );
        let statement = statement.bind(id.0).bind(name).bind(media_type).bind(super::statement::signed(content.len()));
        Ok(AttachmentId(statement.bind(content).one().await?.get("id")?))
    }

    pub async fn attachment_content(&mut self, draft: MailDraftId, id: AttachmentId) -> Result<Option<Vec<u8>>> {
        let statement = self.sql("SELECT content FROM mail_attachments WHERE draft_id = $1 AND id = $2");
        statement.bind(draft.0).bind(id.0).optional().await?.map(|row| row.get("content")).transpose()
    }

    /// Yields whether there was one.
    pub async fn delete_attachment(&mut self, draft: MailDraftId, id: AttachmentId) -> Result<bool> {
        let statement = self.sql("DELETE FROM mail_attachments WHERE draft_id = $1 AND id = $2");
        Ok(statement.bind(draft.0).bind(id.0).run().await? > 0)
    }
}
