//! What comes about meetings by mail: which messages have a calendar, and what was taken up.

use super::Transaction;
use super::accounts::ACTIVE;
use super::statement::{Row, broken, millis, signed};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::mail_account::MailAccountId;
use crate::model::mail_folder::MailFolderId;
use crate::model::mail_message::MailMessageId;
use crate::model::principal::PrincipalId;
use crate::model::scheduling::DeliveryId;
use chrono::{DateTime, Utc};

/// A message has no calendar.
pub const NO_CALENDAR: &str = "-";
/// What its calendar says was taken up.
pub const TAKEN_UP: &str = "+";

/// The folders in which messages are for whoever has the account.
const FOR_OWNER: &str = "(f.role IS NULL OR f.role IN ('inbox', 'archive'))";

/// A message with a calendar that was not taken up.
#[derive(Clone, Debug)]
pub struct MailWithCalendar {
    pub id: MailMessageId,
    /// Where the server has it.
    pub folder: String,
    pub uid: u32,
    pub section: String,
}

/// What came about a meeting by mail.
#[derive(Clone, Debug)]
pub struct NewMailInvitation<'a> {
    pub account: MailAccountId,
    pub digest: &'a [u8],
    pub sender: &'a str,
    pub subject: &'a str,
    pub at: DateTime<Utc>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMailInvitation {
    pub delivery: Option<DeliveryId>,
    pub is_taken: bool,
    /// What it did; `None`: nothing yet, or that is not known any more.
    pub outcome: Option<String>,
    pub problem: Option<String>,
}

impl Transaction {
    /// What a person's mail accounts are for, in small letters, but for what was shown to be somebody else's here.
    pub async fn addresses_of_mail_accounts(&mut self, person: PrincipalId) -> Result<Vec<String>> {
        let statement = self.sql(
            "SELECT DISTINCT lower(i.address) AS address FROM mail_identities i JOIN mail_accounts a ON a.id = i.account_id
             WHERE a.principal_id = $1 AND NOT EXISTS (SELECT 1 FROM email_addresses e JOIN users u ON u.principal_id = e.user_id
                WHERE e.address_key = lower(i.address) AND e.user_id <> $1 AND e.verified_at IS NOT NULL AND u.deleted_at IS NULL)
             ORDER BY 1",
        );
        statement.bind(person.0).all(|row| row.get("address")).await
    }

    /// The newest of a folder that have come since `since` and were not looked at for calendars, by their UIDs.
    pub async fn mail_of_unknown_structure(
        &mut self,
        folder: MailFolderId,
        since: DateTime<Utc>,
        most: i64,
    ) -> Result<Vec<u32>> {
        let statement = self.sql(
            "SELECT server_uid FROM mail_messages WHERE folder_id = $1 AND server_folder_id = $1 AND received_at >= $2
                AND server_uid IS NOT NULL AND calendar_section IS NULL ORDER BY received_at DESC LIMIT $3",
        );
        let read = |row: &Row| u32::try_from(row.get::<i64>("server_uid")?).map_err(|_| broken("server_uid"));
        statement.bind(folder.0).bind(millis(since)).bind(most).all(read).await
    }

    /// Where the calendar of a message is: a section, or [`NO_CALENDAR`].
    pub async fn set_calendar_section(&mut self, folder: MailFolderId, uid: u32, section: &str) -> Result<()> {
        let statement = self.sql(
            "UPDATE mail_messages SET calendar_section = $3 WHERE server_folder_id = $1 AND server_uid = $2
                AND calendar_section IS NULL",
        );
        statement.bind(folder.0).bind(i64::from(uid)).bind(section).run().await?;
        Ok(())
    }

    /// Nothing more is to be done with the calendar of a message.
    pub async fn calendar_of_mail_is_done(&mut self, id: MailMessageId, section: &str) -> Result<()> {
        let statement = self.sql("UPDATE mail_messages SET calendar_section = $2 WHERE id = $1");
        statement.bind(id.0).bind(section).run().await?;
        Ok(())
    }

    /// Messages of an account with calendars that were not taken up, where its owner may sign in, the oldest first.
    pub async fn mail_with_calendars(&mut self, account: MailAccountId, most: i64) -> Result<Vec<MailWithCalendar>> {
        let parts = [
            "SELECT m.id, f.path, m.server_uid, m.calendar_section FROM mail_messages m
             JOIN mail_folders f ON f.id = m.server_folder_id JOIN mail_accounts a ON a.id = m.account_id
             JOIN users u ON u.principal_id = a.principal_id
             WHERE m.account_id = $1 AND m.calendar_section <> '-' AND m.calendar_section <> '+' AND m.server_uid IS NOT NULL
                AND m.folder_id = m.server_folder_id AND a.state = 'active' AND ",
            FOR_OWNER,
            " AND ",
            ACTIVE,
            " ORDER BY m.received_at, m.id LIMIT $2",
        ];
        let read = |row: &Row| {
            Ok(MailWithCalendar {
                id: MailMessageId(row.get("id")?),
                folder: row.get("path")?,
                uid: u32::try_from(row.get::<i64>("server_uid")?).map_err(|_| broken("server_uid"))?,
                section: row.get("calendar_section")?,
            })
        };
        self.joined(&parts).bind(account.0).bind(most).all(read).await
    }

    /// Something came about a meeting. Yields its id; `None`: it was there already.
    pub async fn insert_mail_invitation(&mut self, new: &NewMailInvitation<'_>) -> Result<Option<i64>> {
        let row = self
            .sql(
                "INSERT INTO mail_invitations (account_id, digest, sender, subject, is_taken, at) VALUES ($1, $2, $3, $4, FALSE, $5)
                 ON CONFLICT (account_id, digest) DO NOTHING RETURNING id",
            )
            .bind(new.account.0)
            .bind(new.digest)
            .bind(new.sender)
            .bind(new.subject)
            .bind(millis(new.at))
            .optional()
            .await?;
        row.map(|row| row.get("id")).transpose()
    }

    /// The one that was not taken up, kept from others until the transaction ends.
    pub async fn lock_open_mail_invitation(&mut self, account: MailAccountId, digest: &[u8]) -> Result<Option<i64>> {
        let statement = self.sql(
            "UPDATE mail_invitations SET is_taken = TRUE WHERE account_id = $1 AND digest = $2 AND NOT is_taken RETURNING id",
        );
        statement.bind(account.0).bind(digest).optional().await?.map(|row| row.get("id")).transpose()
    }

    pub async fn mail_invitation_id(&mut self, account: MailAccountId, digest: &[u8]) -> Result<Option<i64>> {
        let statement = self.sql("SELECT id FROM mail_invitations WHERE account_id = $1 AND digest = $2");
        statement.bind(account.0).bind(digest).optional().await?.map(|row| row.get("id")).transpose()
    }

    /// It is taken up as this, into `calendar` where somebody has chosen one.
    pub async fn take_mail_invitation(
        &mut self,
        id: i64,
        delivery: DeliveryId,
        calendar: Option<CalendarId>,
    ) -> Result<()> {
        let statement =
            self.sql("UPDATE mail_invitations SET delivery_id = $2, calendar_id = $3, is_taken = TRUE WHERE id = $1");
        statement.bind(id).bind(delivery.0).bind(calendar.map(|calendar| calendar.0)).run().await?;
        Ok(())
    }

    /// What became of what came about a meeting; `None`: nothing did.
    pub async fn known_mail_invitation(
        &mut self,
        account: MailAccountId,
        digest: &[u8],
    ) -> Result<Option<KnownMailInvitation>> {
        let statement = self.sql(
            "SELECT i.delivery_id, i.is_taken, d.outcome, d.problem FROM mail_invitations i
             LEFT JOIN scheduling_deliveries d ON d.id = i.delivery_id WHERE i.account_id = $1 AND i.digest = $2",
        );
        let row = statement.bind(account.0).bind(digest).optional().await?;
        row.map(|row| {
            Ok(KnownMailInvitation {
                delivery: row.get::<Option<i64>>("delivery_id")?.map(DeliveryId),
                is_taken: row.get("is_taken")?,
                outcome: row.get("outcome")?,
                problem: row.get("problem")?,
            })
        })
        .transpose()
    }

    /// Whose mail it was that a message came by, and what it was called, on two lines.
    pub async fn mail_of_delivery(&mut self, delivery: DeliveryId) -> Result<String> {
        let statement = self.sql("SELECT sender, subject FROM mail_invitations WHERE delivery_id = $1");
        let row = statement.bind(delivery.0).optional().await?;
        let read = |row: Row| -> Result<String> {
            Ok(format!("{}\n{}", row.get::<&str>("sender")?, row.get::<&str>("subject")?))
        };
        Ok(row.map(read).transpose()?.unwrap_or_default())
    }

    /// Whether a person has written to an address, from here or with another program that keeps what is sent.
    pub async fn has_written_to(&mut self, owner: PrincipalId, address: &str) -> Result<bool> {
        let here = self.sql("SELECT 1 FROM mail_correspondents WHERE principal_id = $1 AND address = $2");
        if here.bind(owner.0).bind(address).optional().await?.is_some() {
            return Ok(true);
        }
        let quoted = serde_json::to_string(address).map_err(|_| broken("address"))?;
        let pattern: String = quoted
            .chars()
            .flat_map(|c| ['\\', c].into_iter().skip(usize::from(!matches!(c, '%' | '_' | '\\'))))
            .collect();
        let there = self.sql(
            "SELECT 1 FROM mail_messages m JOIN mail_folders f ON f.id = m.folder_id JOIN mail_accounts a ON a.id = f.account_id
             WHERE a.principal_id = $1 AND f.role = 'sent' AND lower(m.recipients) LIKE $2 ESCAPE '\\' LIMIT 1",
        );
        Ok(there.bind(owner.0).bind(format!("%{pattern}%")).optional().await?.is_some())
    }

    /// The newest texts of meetings in a person's own calendars that are no longer than this.
    pub async fn small_meetings(&mut self, owner: PrincipalId, octets: usize, most: usize) -> Result<Vec<String>> {
        let statement = self.sql(
            "SELECT o.text FROM objects o JOIN calendars c ON c.id = o.calendar_id
             WHERE c.owner_id = $1 AND c.deleted_at IS NULL AND o.schedule_tag IS NOT NULL AND o.size <= $2
             ORDER BY o.id DESC LIMIT $3",
        );
        statement.bind(owner.0).bind(signed(octets)).bind(signed(most)).all(|row| row.get("text")).await
    }

    /// The newest texts of meetings in a person's own calendars.
    pub async fn newest_meetings(&mut self, owner: PrincipalId, most: i64) -> Result<Vec<String>> {
        let statement = self.sql(
            "SELECT o.text FROM objects o JOIN calendars c ON c.id = o.calendar_id
             WHERE c.owner_id = $1 AND c.deleted_at IS NULL AND o.schedule_tag IS NOT NULL ORDER BY o.id DESC LIMIT $2",
        );
        statement.bind(owner.0).bind(most).all(|row| row.get("text")).await
    }
}
