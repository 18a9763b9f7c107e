//! Addresses of e-mail that people say are theirs.

use super::statement::{Row, millis};
use super::{SecretHash, Transaction};
use crate::Result;
use crate::model::account::EmailAddress;
use crate::model::principal::PrincipalId;
use chrono::{DateTime, Utc};

fn address(row: &Row) -> Result<EmailAddress> {
    Ok(EmailAddress {
        address: row.get("address")?,
        is_verified: row.optional_instant("verified_at")?.is_some(),
        is_main: row.get("is_main")?,
        issuer: row.get("issuer")?,
    })
}

impl Transaction {
    /// Somebody's addresses: the main one, those that are verified, and the others, each in the order in which they were added.
    pub async fn email_addresses(&mut self, user: PrincipalId) -> Result<Vec<EmailAddress>> {
        let statement = self.sql(
            "SELECT e.address, e.verified_at, e.issuer, coalesce(lower(u.email) = e.address_key, FALSE) AS is_main
             FROM email_addresses e JOIN users u ON u.principal_id = e.user_id WHERE e.user_id = $1
             ORDER BY CASE WHEN lower(u.email) = e.address_key THEN 0 WHEN e.verified_at IS NOT NULL THEN 1 ELSE 2 END,
                e.added_at, e.address_key",
        );
        statement.bind(user.0).all(address).await
    }

    /// The address is one of theirs from now on: shown to be theirs at `verified`, or not. What was shown stays so.
    pub async fn put_email_address(
        &mut self,
        user: PrincipalId,
        address: &str,
        issuer: Option<&str>,
        verified: bool,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.sql(
            "INSERT INTO email_addresses (user_id, address_key, address, issuer, verified_at, added_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, address_key) DO UPDATE SET
                address = excluded.address, verified_at = coalesce(email_addresses.verified_at, excluded.verified_at)",
        )
        .bind(user.0)
        .bind(address.to_lowercase())
        .bind(address)
        .bind(issuer)
        .bind(verified.then(|| millis(at)))
        .bind(millis(at))
        .run()
        .await?;
        // By addresses it is known who has declined what.
        self.mark_person_stale(user).await
    }

    /// Takes an address from somebody, with the links by which it could have been shown to be theirs. Yields whether it was one of theirs.
    pub async fn delete_email_address(&mut self, user: PrincipalId, address: &str) -> Result<bool> {
        let key = address.to_lowercase();
        let links = self.sql("DELETE FROM address_links WHERE user_id = $1 AND address_key = $2");
        links.bind(user.0).bind(&key).run().await?;
        let statement = self.sql("DELETE FROM email_addresses WHERE user_id = $1 AND address_key = $2");
        let is_gone = statement.bind(user.0).bind(key).run().await? > 0;
        self.mark_person_stale(user).await?;
        Ok(is_gone)
    }

    /// Takes from somebody what was theirs by the word of `issuer`, but for `address`.
    pub async fn delete_email_addresses_of(
        &mut self,
        user: PrincipalId,
        issuer: &str,
        address: Option<&str>,
    ) -> Result<()> {
        let statement =
            self.sql("DELETE FROM email_addresses WHERE user_id = $1 AND issuer = $2 AND address_key <> $3");
        let kept = address.unwrap_or_default().to_lowercase();
        statement.bind(user.0).bind(issuer).bind(kept).run().await?;
        self.mark_person_stale(user).await
    }

    /// The address that is shown of somebody.
    pub async fn set_main_email(&mut self, user: PrincipalId, address: Option<&str>) -> Result<()> {
        let statement = self.sql("UPDATE users SET email = $2 WHERE principal_id = $1");
        statement.bind(user.0).bind(address).run().await?;
        Ok(())
    }

    /// Whether an account but `id` that was not deleted has shown this address to be theirs. `email` is in small letters.
    pub async fn has_email(&mut self, email: &str, id: PrincipalId) -> Result<bool> {
        let statement = self.sql(
            "SELECT 1 FROM email_addresses e JOIN users u ON u.principal_id = e.user_id
             WHERE e.address_key = $1 AND e.verified_at IS NOT NULL AND e.user_id <> $2 AND u.deleted_at IS NULL LIMIT 1",
        );
        Ok(statement.bind(email).bind(id.0).optional().await?.is_some())
    }

    /// How many addresses somebody has.
    pub async fn count_email_addresses(&mut self, user: PrincipalId) -> Result<u64> {
        let statement = self.sql("SELECT count(*) AS addresses FROM email_addresses WHERE user_id = $1");
        statement.bind(user.0).one().await?.count("addresses")
    }

    /// A link by which somebody shows that an address is theirs; earlier ones for it end.
    pub async fn insert_address_link(
        &mut self,
        secret: &SecretHash,
        user: PrincipalId,
        address: &str,
        expires: DateTime<Utc>,
    ) -> Result<()> {
        let key = address.to_lowercase();
        let before = self.sql("DELETE FROM address_links WHERE user_id = $1 AND address_key = $2");
        before.bind(user.0).bind(&key).run().await?;
        let statement = self
            .sql("INSERT INTO address_links (secret_hash, user_id, address_key, expires_at) VALUES ($1, $2, $3, $4)");
        statement.bind(&secret[..]).bind(user.0).bind(key).bind(millis(expires)).run().await?;
        Ok(())
    }

    /// The address of `user` that a link is for which has not expired.
    pub async fn address_of_link(
        &mut self,
        secret: &SecretHash,
        user: PrincipalId,
        now: DateTime<Utc>,
    ) -> Result<Option<String>> {
        let statement = self.sql(
            "SELECT e.address FROM address_links l JOIN email_addresses e ON e.user_id = l.user_id AND e.address_key = l.address_key
             WHERE l.secret_hash = $1 AND l.user_id = $2 AND l.expires_at > $3",
        );
        let row = statement.bind(&secret[..]).bind(user.0).bind(millis(now)).optional().await?;
        row.map(|row| row.get("address")).transpose()
    }

    pub async fn delete_address_link(&mut self, secret: &SecretHash) -> Result<()> {
        self.sql("DELETE FROM address_links WHERE secret_hash = $1").bind(&secret[..]).run().await?;
        Ok(())
    }

    /// Removes links that can be used no more.
    pub async fn delete_address_links(&mut self, now: DateTime<Utc>) -> Result<u64> {
        self.sql("DELETE FROM address_links WHERE expires_at <= $1").bind(millis(now)).run().await
    }
}
