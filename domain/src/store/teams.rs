//! Groups and missions, and who belongs to them.

use super::Transaction;
use super::shares::{PARTY, party};
use super::statement::{Row, broken, millis};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::principal::{Access, PrincipalId};
use crate::model::share::{Member, Party, PartyKind, Role, Team, TeamDetails};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

/// Where the day ends last: twelve hours behind UTC.
const LAST_ZONE: TimeDelta = TimeDelta::hours(12);

/// When a day has ended everywhere.
fn end_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    Some(day.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN).and_utc() + LAST_ZONE)
}

fn day(row: &Row, column: &str) -> Result<Option<NaiveDate>> {
    let text: Option<&str> = row.get(column)?;
    text.map(|text| text.parse().map_err(|_| broken(column))).transpose()
}

fn team(row: &Row) -> Result<Team> {
    let party = party(row)?;
    let access: Option<i64> = row.get("access")?;
    Ok(Team {
        details: TeamDetails {
            name: party.display_name.clone(),
            description: row.get("description")?,
            starts_on: day(row, "starts_on")?,
            ends_on: day(row, "ends_on")?,
        },
        role: access.map(Access::from_number).and_then(Role::of),
        party,
    })
}

const TEAM: &str =
    ", t.description, t.starts_on, t.ends_on, m.access FROM teams t JOIN principals p ON p.id = t.principal_id ";

impl Transaction {
    /// The groups and missions that `member` belongs to, groups first, by name.
    pub async fn teams_of(&mut self, member: PrincipalId) -> Result<Vec<Team>> {
        let parts = [
            "SELECT ",
            PARTY,
            TEAM,
            "JOIN memberships m ON m.group_id = t.principal_id AND m.member_id = $1 ORDER BY p.kind, lower(p.display_name), p.id",
        ];
        self.joined(&parts).bind(member.0).all(team).await
    }

    /// A group or mission, with the role of `member` in it.
    pub async fn team(&mut self, id: PrincipalId, member: PrincipalId) -> Result<Option<Team>> {
        let parts = [
            "SELECT ",
            PARTY,
            TEAM,
            "LEFT JOIN memberships m ON m.group_id = t.principal_id AND m.member_id = $2 WHERE t.principal_id = $1",
        ];
        let row = self.joined(&parts).bind(id.0).bind(member.0).optional().await?;
        row.as_ref().map(team).transpose()
    }

    /// `None` when the slug is taken.
    pub async fn insert_team(
        &mut self,
        kind: PartyKind,
        slug: &str,
        details: &TeamDetails,
        at: DateTime<Utc>,
    ) -> Result<Option<PrincipalId>> {
        let kind = if kind == PartyKind::Mission { "mission" } else { "group" };
        let row = self.sql(
            "INSERT INTO principals (kind, slug, display_name) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING RETURNING id",
        );
        let Some(row) = row.bind(kind).bind(slug).bind(&details.name).optional().await? else { return Ok(None) };
        let id = PrincipalId(row.get("id")?);
        self.sql("INSERT INTO teams (principal_id, description, created_at) VALUES ($1, '', $2)")
            .bind(id.0)
            .bind(millis(at))
            .run()
            .await?;
        self.update_team(id, details).await?;
        Ok(Some(id))
    }

    pub async fn update_team(&mut self, id: PrincipalId, details: &TeamDetails) -> Result<()> {
        let name = self.sql("UPDATE principals SET display_name = $2 WHERE id = $1");
        name.bind(id.0).bind(&details.name).run().await?;
        self.sql(
            "UPDATE teams SET description = $2, starts_on = $3, ends_on = $4, ends_at = $5 WHERE principal_id = $1",
        )
        .bind(id.0)
        .bind(&details.description)
        .bind(details.starts_on.map(|day| day.to_string()))
        .bind(details.ends_on.map(|day| day.to_string()))
        .bind(details.ends_on.and_then(end_of).map(millis))
        .run()
        .await?;
        Ok(())
    }

    /// The team, its memberships, and what was shared with it.
    pub async fn delete_team(&mut self, id: PrincipalId) -> Result<()> {
        self.sql("DELETE FROM principals WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }

    /// Who belongs to a team: managers first, by name.
    pub async fn members(&mut self, team: PrincipalId) -> Result<Vec<Member>> {
        let parts = [
            "SELECT ",
            PARTY,
            ", m.access FROM memberships m JOIN principals p ON p.id = m.member_id WHERE m.group_id = $1
             ORDER BY m.access DESC, lower(p.display_name), p.id",
        ];
        let read = |row: &Row| {
            let person: Party = party(row)?;
            let role = Role::of(Access::from_number(row.get("access")?)).ok_or_else(|| broken("access"))?;
            Ok(Member { person, role })
        };
        self.joined(&parts).bind(team.0).all(read).await
    }

    /// Who belongs to a team, with the access to its calendars that comes with it now: once a mission is over, all but its managers only read.
    pub async fn members_with_access(&mut self, team: PrincipalId) -> Result<Vec<(Party, Access)>> {
        let now = self.now();
        let parts = [
            "SELECT ",
            PARTY,
            ", CASE WHEN m.access >= 50 OR t.ends_at IS NULL OR t.ends_at > ",
            now,
            " THEN m.access WHEN m.access > 20 THEN 20 ELSE m.access END AS access
             FROM memberships m JOIN principals p ON p.id = m.member_id LEFT JOIN teams t ON t.principal_id = m.group_id
             WHERE m.group_id = $1 ORDER BY lower(p.display_name), p.id",
        ];
        let read = |row: &Row| Ok((party(row)?, Access::from_number(row.get("access")?)));
        self.joined(&parts).bind(team.0).all(read).await
    }

    /// What `member` is in the team, if they belong to it.
    pub async fn membership(&mut self, team: PrincipalId, member: PrincipalId) -> Result<Option<Role>> {
        let statement = self.sql("SELECT access FROM memberships WHERE group_id = $1 AND member_id = $2");
        let row = statement.bind(team.0).bind(member.0).optional().await?;
        Ok(row.map(|row| row.get("access")).transpose()?.map(Access::from_number).and_then(Role::of))
    }

    /// By somebody's own word, whatever provider's it was.
    pub async fn set_membership(&mut self, team: PrincipalId, member: PrincipalId, role: Role) -> Result<()> {
        self.sql(
            "INSERT INTO memberships (group_id, member_id, access) VALUES ($1, $2, $3)
             ON CONFLICT (group_id, member_id) DO UPDATE SET access = excluded.access, issuer = NULL",
        )
        .bind(team.0)
        .bind(member.0)
        .bind(role.access().number())
        .run()
        .await?;
        Ok(())
    }

    /// Yields whether they belonged to it.
    pub async fn delete_membership(&mut self, team: PrincipalId, member: PrincipalId) -> Result<bool> {
        let statement = self.sql("DELETE FROM memberships WHERE group_id = $1 AND member_id = $2");
        Ok(statement.bind(team.0).bind(member.0).run().await? > 0)
    }

    /// Whether the team owns any calendar, one included that rests in the bin since `since`.
    pub async fn owns_calendars(&mut self, team: PrincipalId, since: DateTime<Utc>) -> Result<bool> {
        let statement =
            self.sql("SELECT 1 FROM calendars WHERE owner_id = $1 AND (deleted_at IS NULL OR deleted_at > $2) LIMIT 1");
        Ok(statement.bind(team.0).bind(millis(since)).optional().await?.is_some())
    }

    /// A calendar of the team that waits to be removed for good.
    pub async fn calendar_beyond_bin(&mut self, team: PrincipalId) -> Result<Option<CalendarId>> {
        let statement =
            self.sql("SELECT id FROM calendars WHERE owner_id = $1 AND deleted_at IS NOT NULL ORDER BY id LIMIT 1");
        let row = statement.bind(team.0).optional().await?;
        row.map(|row| Ok(CalendarId(row.get("id")?))).transpose()
    }

    /// The teams that `person` manages, in the order of their ids.
    pub async fn managed_teams(&mut self, person: PrincipalId) -> Result<Vec<PrincipalId>> {
        let statement =
            self.sql("SELECT group_id FROM memberships WHERE member_id = $1 AND access >= 50 ORDER BY group_id");
        statement.bind(person.0).all(|row| Ok(PrincipalId(row.get("group_id")?))).await
    }

    /// Whether a team has members who are there, or calendars, and nobody who is there manages it but `person`.
    pub async fn needs_manager(&mut self, team: PrincipalId, person: PrincipalId) -> Result<bool> {
        let statement = self.sql(
            "SELECT 1 FROM principals p WHERE p.id = $1
                AND NOT EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.principal_id = m.member_id
                    WHERE m.group_id = p.id AND m.member_id <> $2 AND m.access >= 50 AND u.deleted_at IS NULL)
                AND (EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.principal_id = m.member_id
                        WHERE m.group_id = p.id AND m.member_id <> $2 AND u.deleted_at IS NULL)
                    OR EXISTS (SELECT 1 FROM calendars c WHERE c.owner_id = p.id AND c.deleted_at IS NULL))",
        );
        Ok(statement.bind(team.0).bind(person.0).optional().await?.is_some())
    }

    /// Raises the revisions of the lists of all who belong to a team. Yields them.
    pub async fn raise_members(
        &mut self,
        team: PrincipalId,
    ) -> Result<Vec<(PrincipalId, crate::model::calendar::Revision)>> {
        self.sql(
            "UPDATE principals SET home_revision = home_revision + 1
             WHERE id IN (SELECT member_id FROM memberships WHERE group_id = $1) RETURNING id, home_revision",
        )
        .bind(team.0)
        .all(super::changes::home)
        .await
    }
}
