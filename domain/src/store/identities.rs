//! Who people are at providers of sign-in, what they have begun there, and the groups that come from there.

use super::statement::{Row, broken, millis};
use super::{SecretHash, Transaction};
use crate::Result;
use crate::model::identity::{Flow, Identity};
use crate::model::principal::{Access, PrincipalId};
use crate::model::share::Role;
use chrono::{DateTime, Utc};

/// A sign-in that begins.
#[derive(Clone, Copy, Debug)]
pub struct NewFlow<'a> {
    pub state: &'a SecretHash,
    pub browser: &'a SecretHash,
    pub flow: &'a Flow,
    pub expires: DateTime<Utc>,
}

fn flow(row: &Row) -> Result<Flow> {
    let user: Option<i64> = row.get("user_id")?;
    Ok(Flow { provider: row.get("provider")?, next: row.get("next_path")?, user: user.map(PrincipalId) })
}

impl Transaction {
    /// Whose account it is, and whether they look after the accounts by the provider's word.
    pub async fn identity_user(&mut self, issuer: &str, subject: &str) -> Result<Option<(PrincipalId, bool)>> {
        let statement = self.sql("SELECT user_id, gave_admin FROM identities WHERE issuer = $1 AND subject = $2");
        let row = statement.bind(issuer).bind(subject).optional().await?;
        row.map(|row| Ok((PrincipalId(row.get("user_id")?), row.get("gave_admin")?))).transpose()
    }

    /// Yields whether neither the identity nor, at this provider, the account is somebody's already.
    pub async fn insert_identity(
        &mut self,
        issuer: &str,
        subject: &str,
        user: PrincipalId,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let statement = self.sql(
            "INSERT INTO identities (issuer, subject, user_id, created_at, used_at) VALUES ($1, $2, $3, $4, $4)
             ON CONFLICT DO NOTHING",
        );
        Ok(statement.bind(issuer).bind(subject).bind(user.0).bind(millis(at)).run().await? > 0)
    }

    pub async fn touch_identity(
        &mut self,
        issuer: &str,
        subject: &str,
        gave_admin: bool,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.sql("UPDATE identities SET gave_admin = $3, used_at = $4 WHERE issuer = $1 AND subject = $2")
            .bind(issuer)
            .bind(subject)
            .bind(gave_admin)
            .bind(millis(at))
            .run()
            .await?;
        Ok(())
    }

    /// Those of an account, the one that was used last first.
    pub async fn identities(&mut self, user: PrincipalId) -> Result<Vec<Identity>> {
        let read = |row: &Row| {
            Ok(Identity {
                issuer: row.get("issuer")?,
                subject: row.get("subject")?,
                created_at: row.instant("created_at")?,
                used_at: row.instant("used_at")?,
            })
        };
        self.sql(
            "SELECT issuer, subject, created_at, used_at FROM identities WHERE user_id = $1 ORDER BY used_at DESC, issuer",
        )
        .bind(user.0)
        .all(read)
        .await
    }

    /// Yields whether the account had one at this provider.
    pub async fn delete_identity(&mut self, user: PrincipalId, issuer: &str) -> Result<bool> {
        let statement = self.sql("DELETE FROM identities WHERE user_id = $1 AND issuer = $2");
        Ok(statement.bind(user.0).bind(issuer).run().await? > 0)
    }

    /// Ends the sessions that were opened by this session at the provider, or by this person's; by both where both are given, and then
    /// also those of the person of which the provider did not say by which session they were opened.
    pub async fn delete_sessions_of_provider(
        &mut self,
        issuer: &str,
        subject: Option<&str>,
        provider_session: Option<&str>,
    ) -> Result<u64> {
        self.sql(
            "DELETE FROM sessions WHERE issuer = $1 AND ($2 IS NULL OR subject = $2)
                AND ($3 IS NULL OR provider_session = $3 OR $2 IS NOT NULL AND provider_session IS NULL)",
        )
        .bind(issuer)
        .bind(subject)
        .bind(provider_session)
        .run()
        .await
    }

    /// Remembers a token until then; yields whether it was not remembered already.
    pub async fn spend_token(&mut self, token: &SecretHash, until: DateTime<Utc>) -> Result<bool> {
        let statement =
            self.sql("INSERT INTO spent_tokens (token_hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        Ok(statement.bind(&token[..]).bind(millis(until)).run().await? > 0)
    }

    pub async fn insert_flow(&mut self, new: NewFlow<'_>) -> Result<()> {
        self.sql(
            "INSERT INTO sign_in_flows (state_hash, browser_hash, provider, next_path, user_id, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&new.state[..])
        .bind(&new.browser[..])
        .bind(&new.flow.provider)
        .bind(&new.flow.next)
        .bind(new.flow.user.map(|user| user.0))
        .bind(millis(new.expires))
        .run()
        .await?;
        Ok(())
    }

    /// Uses up what this browser began, unless it is too old.
    pub async fn take_flow(
        &mut self,
        state: &SecretHash,
        browser: &SecretHash,
        now: DateTime<Utc>,
    ) -> Result<Option<Flow>> {
        let row = self
            .sql(
                "DELETE FROM sign_in_flows WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3
                 RETURNING provider, next_path, user_id",
            )
            .bind(&state[..])
            .bind(&browser[..])
            .bind(millis(now))
            .optional()
            .await?;
        row.as_ref().map(flow).transpose()
    }

    /// Removes what has expired, and of the rest so much that `most` are left: those that expire last.
    pub async fn limit_flows(&mut self, now: DateTime<Utc>, most: usize) -> Result<()> {
        self.sql("DELETE FROM sign_in_flows WHERE expires_at <= $1").bind(millis(now)).run().await?;
        self.sql(
            "DELETE FROM sign_in_flows WHERE state_hash IN
                (SELECT state_hash FROM sign_in_flows ORDER BY expires_at DESC LIMIT 1000 OFFSET $1)",
        )
        .bind(super::statement::signed(most))
        .run()
        .await?;
        Ok(())
    }

    pub async fn delete_spent_tokens(&mut self, now: DateTime<Utc>) -> Result<u64> {
        self.sql("DELETE FROM spent_tokens WHERE expires_at <= $1").bind(millis(now)).run().await
    }

    /// The group that was made because the provider names it.
    pub async fn provider_group(&mut self, issuer: &str, name: &str) -> Result<Option<PrincipalId>> {
        let statement = self.sql("SELECT team_id FROM provider_groups WHERE issuer = $1 AND name = $2");
        let row = statement.bind(issuer).bind(name).optional().await?;
        row.map(|row| Ok(PrincipalId(row.get("team_id")?))).transpose()
    }

    /// Yields whether there was none.
    pub async fn insert_provider_group(&mut self, issuer: &str, name: &str, team: PrincipalId) -> Result<bool> {
        let statement =
            self.sql("INSERT INTO provider_groups (issuer, name, team_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        Ok(statement.bind(issuer).bind(name).bind(team.0).run().await? > 0)
    }

    /// The teams that `member` belongs to, with their role and the provider by whose word that is.
    pub async fn sourced_memberships(
        &mut self,
        member: PrincipalId,
    ) -> Result<Vec<(PrincipalId, Role, Option<String>)>> {
        let read = |row: &Row| {
            let role = Role::of(Access::from_number(row.get("access")?)).ok_or_else(|| broken("access"))?;
            Ok((PrincipalId(row.get("group_id")?), role, row.get("issuer")?))
        };
        self.sql("SELECT group_id, access, issuer FROM memberships WHERE member_id = $1").bind(member.0).all(read).await
    }

    /// Has them belong to it by the word of a provider.
    pub async fn set_membership_by(
        &mut self,
        team: PrincipalId,
        member: PrincipalId,
        role: Role,
        issuer: &str,
    ) -> Result<()> {
        self.set_membership(team, member, role).await?;
        self.sql("UPDATE memberships SET issuer = $3 WHERE group_id = $1 AND member_id = $2")
            .bind(team.0)
            .bind(member.0)
            .bind(issuer)
            .run()
            .await?;
        Ok(())
    }

    pub async fn count_members(&mut self, team: PrincipalId) -> Result<u64> {
        self.sql("SELECT count(*) AS members FROM memberships WHERE group_id = $1")
            .bind(team.0)
            .one()
            .await?
            .count("members")
    }

    /// The group or mission with this name in addresses.
    pub async fn team_by_slug(&mut self, slug: &str) -> Result<Option<PrincipalId>> {
        let statement =
            self.sql("SELECT p.id FROM principals p JOIN teams t ON t.principal_id = p.id WHERE p.slug = $1");
        let row = statement.bind(slug).optional().await?;
        row.map(|row| Ok(PrincipalId(row.get("id")?))).transpose()
    }
}
