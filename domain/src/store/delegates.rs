//! Who acts for whom.

use super::Transaction;
use super::shares::{PARTY, party};
use super::statement::{Row, millis};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::delegate::Delegation;
use crate::model::principal::{Access, PrincipalId};
use chrono::{DateTime, Utc};

fn delegation(row: &Row) -> Result<Delegation> {
    Ok(Delegation {
        with: party(row)?,
        email: row.get("email")?,
        access: Access::from_number(row.get("access")?),
        since: row.instant("granted_at")?,
    })
}

impl Transaction {
    /// Those who act for `owner`, by name; once for each access that they were given.
    pub async fn delegates(&mut self, owner: PrincipalId) -> Result<Vec<Delegation>> {
        let parts = [
            "SELECT ",
            PARTY,
            ", CAST(NULL AS TEXT) AS email, d.access, d.granted_at FROM delegates d JOIN principals p ON p.id = d.delegate_id
             JOIN users u ON u.principal_id = p.id AND u.deleted_at IS NULL WHERE d.owner_id = $1 ORDER BY lower(p.display_name), p.id, d.access",
        ];
        self.joined(&parts).bind(owner.0).all(delegation).await
    }

    /// Those for whom `delegate` acts, by name; once for each access that they gave.
    pub async fn delegating(&mut self, delegate: PrincipalId) -> Result<Vec<Delegation>> {
        let parts = [
            "SELECT ",
            PARTY,
            ", u.email, d.access, d.granted_at FROM delegates d JOIN principals p ON p.id = d.owner_id
             JOIN users u ON u.principal_id = p.id AND u.deleted_at IS NULL
             WHERE d.delegate_id = $1 ORDER BY lower(p.display_name), p.id, d.access",
        ];
        self.joined(&parts).bind(delegate.0).all(delegation).await
    }

    /// Has `delegate` act for `owner` with this access, beside what they have.
    pub async fn add_delegate(
        &mut self,
        owner: PrincipalId,
        delegate: PrincipalId,
        access: Access,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.sql(
            "INSERT INTO delegates (owner_id, delegate_id, access, granted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(owner.0)
        .bind(delegate.0)
        .bind(access.number())
        .bind(millis(at))
        .run()
        .await?;
        Ok(())
    }

    /// Has `delegate` no longer act for `owner` with this access. Yields whether they did.
    pub async fn remove_delegate(&mut self, owner: PrincipalId, delegate: PrincipalId, access: Access) -> Result<bool> {
        let statement = self.sql("DELETE FROM delegates WHERE owner_id = $1 AND delegate_id = $2 AND access = $3");
        Ok(statement.bind(owner.0).bind(delegate.0).bind(access.number()).run().await? > 0)
    }

    /// The calendars that `owner` has, those in the bin too, of which `viewer` has a view.
    pub async fn viewed_calendars_of(&mut self, owner: PrincipalId, viewer: PrincipalId) -> Result<Vec<CalendarId>> {
        self.sql(
            "SELECT c.id FROM calendars c JOIN calendar_views v ON v.calendar_id = c.id AND v.principal_id = $2
             WHERE c.owner_id = $1 ORDER BY c.id",
        )
        .bind(owner.0)
        .bind(viewer.0)
        .all(|row| Ok(CalendarId(row.get("id")?)))
        .await
    }
}
