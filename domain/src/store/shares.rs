//! Who has been given access to what.

use super::Transaction;
use super::calendars::party_kind;
use super::statement::{Row, broken, millis};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::principal::{Access, PrincipalId};
use crate::model::share::{Answer, Party, PartyKind, Share};
use chrono::{DateTime, Utc};

/// The columns of principals as `p` that make a [`Party`].
pub(super) const PARTY: &str = "p.id, p.kind, p.slug, p.display_name ";

pub(super) fn party(row: &Row) -> Result<Party> {
    let id = PrincipalId(row.get("id")?);
    Ok(Party {
        id,
        kind: party_kind(row.get("kind")?, id)?,
        slug: row.get("slug")?,
        display_name: row.get("display_name")?,
    })
}

fn share(row: &Row) -> Result<Share> {
    let with = party(row)?;
    let ends_at: Option<i64> = row.get("ends_at")?;
    let answer: Option<&str> = row.get("answer")?;
    Ok(Share {
        access: Access::from_number(row.get("access")?),
        ends_at: ends_at.map(|at| DateTime::from_timestamp_millis(at).ok_or_else(|| broken("ends_at"))).transpose()?,
        answer: answer.and_then(Answer::from_name).filter(|_| with.kind == PartyKind::Person),
        granted_at: row.instant("granted_at")?,
        with,
    })
}

impl Transaction {
    /// With whom the calendar is shared, those whose share has ended left out: people first, by name.
    pub async fn shares(&mut self, calendar: CalendarId) -> Result<Vec<Share>> {
        let now = self.now();
        let parts = [
            "SELECT ",
            PARTY,
            ", g.access, g.ends_at, g.granted_at, v.answer FROM grants g JOIN principals p ON p.id = g.principal_id
             LEFT JOIN calendar_views v ON v.calendar_id = g.calendar_id AND v.principal_id = g.principal_id
             WHERE g.calendar_id = $1 AND (g.ends_at IS NULL OR g.ends_at > ",
            now,
            ") ORDER BY CASE p.kind WHEN 'person' THEN 0 ELSE 1 END, lower(p.display_name), p.id",
        ];
        self.joined(&parts).bind(calendar.0).all(share).await
    }

    /// What the calendar is shared with `with` for, also where its time is over.
    pub async fn share_with(&mut self, calendar: CalendarId, with: PrincipalId) -> Result<Option<Share>> {
        let parts = [
            "SELECT ",
            PARTY,
            ", g.access, g.ends_at, g.granted_at, v.answer FROM grants g JOIN principals p ON p.id = g.principal_id
             LEFT JOIN calendar_views v ON v.calendar_id = g.calendar_id AND v.principal_id = g.principal_id
             WHERE g.calendar_id = $1 AND g.principal_id = $2",
        ];
        let row = self.joined(&parts).bind(calendar.0).bind(with.0).optional().await?;
        row.as_ref().map(share).transpose()
    }

    /// Gives `with` this access to the calendar in the place of what it had.
    pub async fn set_grant(
        &mut self,
        calendar: CalendarId,
        with: PrincipalId,
        access: Access,
        ends_at: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.sql(
            "INSERT INTO grants (calendar_id, principal_id, access, ends_at, granted_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (calendar_id, principal_id) DO UPDATE SET access = excluded.access, ends_at = excluded.ends_at",
        )
        .bind(calendar.0)
        .bind(with.0)
        .bind(access.number())
        .bind(ends_at.map(millis))
        .bind(millis(at))
        .run()
        .await?;
        Ok(())
    }

    /// Yields whether there was a grant.
    pub async fn delete_grant(&mut self, calendar: CalendarId, with: PrincipalId) -> Result<bool> {
        let statement = self.sql("DELETE FROM grants WHERE calendar_id = $1 AND principal_id = $2");
        Ok(statement.bind(calendar.0).bind(with.0).run().await? > 0)
    }

    /// Whatever the principal thought of the calendar; what they have for themselves of what is or was in it goes too.
    pub async fn forget_view(&mut self, calendar: CalendarId, principal: PrincipalId) -> Result<()> {
        let view = self.sql("DELETE FROM calendar_views WHERE calendar_id = $1 AND principal_id = $2");
        view.bind(calendar.0).bind(principal.0).run().await?;
        let own = self.sql("DELETE FROM personal_data WHERE calendar_id = $1 AND principal_id = $2");
        own.bind(calendar.0).bind(principal.0).run().await?;
        Ok(())
    }

    /// Calendars with shares that have ended by now.
    pub async fn ended_shares(&mut self) -> Result<Vec<(CalendarId, PrincipalId)>> {
        let now = self.now();
        let parts = ["SELECT calendar_id, principal_id FROM grants WHERE ends_at <= ", now, " ORDER BY calendar_id"];
        let read = |row: &Row| Ok((CalendarId(row.get("calendar_id")?), PrincipalId(row.get("principal_id")?)));
        self.joined(&parts).all(read).await
    }

    /// Somebody with this name in URLs.
    pub async fn party_by_slug(&mut self, slug: &str) -> Result<Option<Party>> {
        let row = self.joined(&["SELECT ", PARTY, "FROM principals p WHERE p.slug = $1"]).bind(slug).optional().await?;
        row.as_ref().map(party).transpose()
    }

    /// The person with this e-mail address, in lower case, which they have shown to be theirs; nobody where several have it.
    pub async fn person_by_email(&mut self, email: &str) -> Result<Option<Party>> {
        let parts = [
            "SELECT ",
            PARTY,
            "FROM principals p JOIN email_addresses e ON e.user_id = p.id WHERE e.address_key = $1 AND e.verified_at IS NOT NULL
             ORDER BY p.id LIMIT 2",
        ];
        let mut found = self.joined(&parts).bind(email).all(party).await?;
        Ok(found.pop().filter(|_| found.is_empty()))
    }

    pub async fn party(&mut self, id: PrincipalId) -> Result<Option<Party>> {
        let row = self.joined(&["SELECT ", PARTY, "FROM principals p WHERE p.id = $1"]).bind(id.0).optional().await?;
        row.as_ref().map(party).transpose()
    }

    /// People who can sign in, and the groups and missions that `principal` belongs to, whose name or address begins with `wanted` or has a word that
    /// does, at most `limit`. `wanted` is in lower case.
    pub async fn parties_like(&mut self, principal: PrincipalId, wanted: &str, limit: usize) -> Result<Vec<Party>> {
        let literal = wanted.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let parts = [
            "SELECT ",
            PARTY,
            "FROM principals p LEFT JOIN users u ON u.principal_id = p.id
             WHERE p.id <> 0 AND p.id <> $1 AND (
                lower(p.display_name) LIKE $2 ESCAPE '\\' OR lower(p.display_name) LIKE $3 ESCAPE '\\'
                OR p.slug LIKE $2 ESCAPE '\\'
                OR EXISTS (SELECT 1 FROM email_addresses e
                    WHERE e.user_id = p.id AND e.verified_at IS NOT NULL AND e.address_key LIKE $2 ESCAPE '\\'))
             AND (p.kind = 'person' AND u.disabled_at IS NULL AND u.deleted_at IS NULL OR p.id IN (SELECT group_id FROM memberships WHERE member_id = $1))
             ORDER BY lower(p.display_name), p.id LIMIT $4",
        ];
        let statement = self.joined(&parts).bind(principal.0);
        let statement = statement.bind(format!("{literal}%")).bind(format!("% {literal}%"));
        statement.bind(super::statement::signed(limit)).all(party).await
    }
}
