//! What clients are told of shares, until they have removed it.

use super::Transaction;
use super::calendars::components;
use super::shares::{PARTY, party};
use super::statement::{Row, broken, millis};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::delegate::{ShareNotice, ShareState};
use crate::model::principal::{Access, PrincipalId};
use crate::model::share::Party;
use chrono::{DateTime, Utc};

/// A notice to be left for somebody.
pub struct NewShareNotice<'a> {
    /// Who is told.
    pub told: PrincipalId,
    pub calendar: CalendarId,
    /// Whom it was shared with.
    pub about: PrincipalId,
    pub state: ShareState,
    pub access: Access,
    /// What the calendar is called; `None`: as its owner has it.
    pub name: Option<&'a str>,
    pub at: DateTime<Utc>,
}

fn notice(row: &Row) -> Result<ShareNotice> {
    let id = PrincipalId(row.get("owner_id")?);
    Ok(ShareNotice {
        id: row.get("notice_id")?,
        is_reply: row.get("is_reply")?,
        calendar: CalendarId(row.get("calendar_id")?),
        slug: row.get("calendar_slug")?,
        owner: Party {
            id,
            kind: super::calendars::party_kind(row.get("owner_kind")?, id)?,
            slug: row.get("owner_slug")?,
            display_name: row.get("owner_name")?,
        },
        name: row.get("name")?,
        components: components(row)?,
        about: party(row)?,
        access: Access::from_number(row.get("access")?),
        state: ShareState::from_name(row.get("state")?).ok_or_else(|| broken("state"))?,
        at: row.instant("made_at")?,
    })
}

impl Transaction {
    /// What `told` is told, the oldest first. Of calendars in the bin only that a share has ended.
    pub async fn share_notices(&mut self, told: PrincipalId) -> Result<Vec<ShareNotice>> {
        let parts = [
            "SELECT n.id AS notice_id, n.principal_id <> n.about_id AS is_reply, n.calendar_id, n.state, n.access, n.name, n.made_at, c.slug AS calendar_slug, c.components,
                o.id AS owner_id, o.kind AS owner_kind, o.slug AS owner_slug, o.display_name AS owner_name, ",
            PARTY,
            "FROM share_notices n JOIN calendars c ON c.id = n.calendar_id JOIN principals o ON o.id = c.owner_id
             JOIN principals p ON p.id = n.about_id
             WHERE n.principal_id = $1 AND (c.deleted_at IS NULL OR n.state = 'ended') ORDER BY n.id",
        ];
        self.joined(&parts).bind(told.0).all(notice).await
    }

    /// Leaves a notice in the place of what somebody was told of the same share.
    pub async fn leave_share_notice(&mut self, new: NewShareNotice<'_>) -> Result<()> {
        self.delete_share_notice(new.told, new.calendar, new.about).await?;
        self.sql(
            "INSERT INTO share_notices (principal_id, calendar_id, about_id, state, access, name, made_at)
             SELECT $1, c.id, $3, $4, $5, coalesce($6, c.display_name), $7 FROM calendars c WHERE c.id = $2",
        )
        .bind(new.told.0)
        .bind(new.calendar.0)
        .bind(new.about.0)
        .bind(new.state.name())
        .bind(new.access.number())
        .bind(new.name)
        .bind(millis(new.at))
        .run()
        .await?;
        Ok(())
    }

    /// Somebody is told nothing of a share any more.
    pub async fn delete_share_notice(
        &mut self,
        told: PrincipalId,
        calendar: CalendarId,
        about: PrincipalId,
    ) -> Result<()> {
        let statement =
            self.sql("DELETE FROM share_notices WHERE principal_id = $1 AND calendar_id = $2 AND about_id = $3");
        statement.bind(told.0).bind(calendar.0).bind(about.0).run().await?;
        Ok(())
    }

    /// Removes one notice of those that `told` is told. Yields whether it was there.
    pub async fn remove_share_notice(&mut self, told: PrincipalId, id: i64) -> Result<bool> {
        let statement = self.sql("DELETE FROM share_notices WHERE principal_id = $1 AND id = $2");
        Ok(statement.bind(told.0).bind(id).run().await? > 0)
    }
}
