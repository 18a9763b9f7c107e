//! Whom people have written to, and whose pictures they want to see.

use super::Transaction;
use super::mail_messages::{COLUMNS, message};
use super::statement::{Row, millis, signed};
use crate::Result;
use crate::model::mail_message::{MailAddress, MailMessage};
use crate::model::principal::PrincipalId;
use chrono::{DateTime, Utc};

impl Transaction {
    /// Somebody was written to. `search_text`: words in lower case, by which they are found.
    pub async fn note_correspondent(
        &mut self,
        owner: PrincipalId,
        who: &MailAddress,
        search_text: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let statement = self.sql(
            "INSERT INTO mail_correspondents (principal_id, address, name, search_text, times, last_at) VALUES ($1, $2, $3, $4, 1, $5)
             ON CONFLICT (principal_id, address) DO UPDATE SET times = mail_correspondents.times + 1, last_at = excluded.last_at,
                name = CASE WHEN excluded.name = '' THEN mail_correspondents.name ELSE excluded.name END,
                search_text = CASE WHEN excluded.name = '' THEN mail_correspondents.search_text ELSE excluded.search_text END",
        );
        let statement = statement.bind(owner.0).bind(who.address.to_lowercase()).bind(&who.name).bind(search_text);
        statement.bind(millis(at)).run().await?;
        Ok(())
    }

    /// Those with a word that begins with `word`, each with how often they were written to, and when last; most often first.
    pub async fn correspondents(
        &mut self,
        owner: PrincipalId,
        word: &str,
        most: usize,
    ) -> Result<Vec<(MailAddress, i64, DateTime<Utc>)>> {
        // `word` has letters and digits alone.
        let statement = self.sql(
            "SELECT name, address, CAST(times AS BIGINT) AS times, last_at FROM mail_correspondents WHERE principal_id = $1 AND (search_text LIKE $2 OR search_text LIKE $3)
             ORDER BY times DESC, last_at DESC, address LIMIT $4",
        );
        let statement = statement.bind(owner.0).bind(format!("{word}%")).bind(format!("% {word}%"));
        let read = |row: &Row| {
            let who = MailAddress { name: row.get("name")?, address: row.get("address")? };
            Ok((who, row.get("times")?, row.instant("last_at")?))
        };
        statement.bind(signed(most)).all(read).await
    }

    /// Messages with these words ([`Transaction::words_to_match`]) in their people or their subject, the newest first: those that were sent,
    /// or those that came and are neither spam nor deleted.
    pub async fn mail_with_people(
        &mut self,
        owner: PrincipalId,
        words: &str,
        is_sent: bool,
        most: usize,
    ) -> Result<Vec<MailMessage>> {
        let in_folders = match is_sent {
            true => "f.role = 'sent'",
            false => "(f.role IS NULL OR f.role NOT IN ('sent', 'drafts', 'spam', 'bin'))",
        };
        let has_words = self.mail_has_words();
        let parts = [
            "SELECT ",
            COLUMNS,
            " FROM mail_messages m WHERE m.folder_id IN (SELECT f.id FROM mail_folders f JOIN mail_accounts a ON a.id = f.account_id
                WHERE a.principal_id = $1 AND ",
            in_folders,
            // $Junk
            ") AND (m.flags & 32) = 0 AND ",
            has_words,
            "$2) ORDER BY m.received_at DESC, m.id DESC LIMIT $3",
        ];
        self.joined(&parts).bind(owner.0).bind(words).bind(signed(most)).all(message).await
    }

    /// Whether somebody's pictures are shown to a person.
    pub async fn shows_pictures(&mut self, owner: PrincipalId, address: &str) -> Result<bool> {
        let statement =
            self.sql("SELECT 1 AS shown FROM mail_picture_senders WHERE principal_id = $1 AND address = $2");
        Ok(statement.bind(owner.0).bind(address.to_lowercase()).optional().await?.is_some())
    }

    pub async fn picture_senders(&mut self, owner: PrincipalId) -> Result<Vec<String>> {
        let statement = self.sql("SELECT address FROM mail_picture_senders WHERE principal_id = $1 ORDER BY address");
        statement.bind(owner.0).all(|row| row.get("address")).await
    }

    pub async fn set_shows_pictures(&mut self, owner: PrincipalId, address: &str, shows: bool) -> Result<()> {
        let statement = match shows {
            true => self
                .sql("INSERT INTO mail_picture_senders (principal_id, address) VALUES ($1, $2) ON CONFLICT DO NOTHING"),
            false => self.sql("DELETE FROM mail_picture_senders WHERE principal_id = $1 AND address = $2"),
        };
        statement.bind(owner.0).bind(address.to_lowercase()).run().await?;
        Ok(())
    }
}
