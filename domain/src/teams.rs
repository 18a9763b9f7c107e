//! Groups and missions: teams whose calendars belong to them, and live on when a member goes.

use crate::access::{self, Caller, PrincipalId};
use crate::accounts::RESERVED_USER_NAMES;
use crate::model::share::PartyKind;
pub use crate::model::share::{Member, Role, Team, TeamDetails};
use crate::write::Write;
use crate::{Error, Kalends, Problem, Result};
use chrono::Utc;

/// Longest name of a team, in characters.
const MAX_NAME: usize = 250;
/// Longest description of a team, in characters.
const MAX_DESCRIPTION: usize = 2000;
/// Most members of one team.
pub(crate) const MAX_MEMBERS: usize = 1000;
/// Most teams that somebody belongs to.
pub(crate) const MAX_TEAMS: usize = 200;
/// Longest name of a team in URLs.
const MAX_SLUG: usize = 40;

const NOT_THERE: Error = Error::NotFound("the group");

impl TeamDetails {
    pub(crate) fn check(&self) -> Result<()> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(Error::bad_input("name", Problem::Name { least: 1, most: MAX_NAME }));
        }
        if self.description.chars().count() > MAX_DESCRIPTION {
            return Err(Error::bad_input("description", Problem::Length { least: 0, most: MAX_DESCRIPTION }));
        }
        if let (Some(start), Some(end)) = (self.starts_on, self.ends_on)
            && end < start
        {
            return Err(Error::bad_input("end", Problem::EndBeforeStart));
        }
        Ok(())
    }
}

/// A name in URLs made of what people call the team.
pub(crate) fn slug_of(name: &str, attempt: usize) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(MAX_SLUG);
    let slug = slug.trim_matches('-');
    let slug = if slug.is_empty() { "team" } else { slug };
    match attempt {
        0 if !RESERVED_USER_NAMES.contains(&slug) => slug.to_owned(),
        attempt => format!("{slug}-{}", attempt + 1),
    }
}

impl Kalends {
    /// The groups and missions that the caller belongs to.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn teams(&self, caller: Caller) -> Result<Vec<Team>> {
        self.db.once().await?.teams_of(caller.principal).await
    }

    /// A group or mission that the caller belongs to, and who else does.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn team(&self, caller: Caller, id: PrincipalId) -> Result<(Team, Vec<Member>)> {
        let mut tx = self.db.read().await?;
        let team = tx.team(id, caller.principal).await?.filter(|team| team.role.is_some()).ok_or(NOT_THERE)?;
        Ok((team, tx.members(id).await?))
    }

    /// Makes a group or a mission, which the caller manages.
    ///
    /// # Errors
    /// `BadInput`; `Forbidden` when the credential is not for that; `QuotaExceeded`.
    pub async fn create_team(&self, caller: Caller, kind: PartyKind, details: TeamDetails) -> Result<Team> {
        access::require_own(caller)?;
        details.check()?;
        if !matches!(kind, PartyKind::Group | PartyKind::Mission) {
            return Err(Error::bad_input("kind", Problem::TeamKind));
        }
        self.write(caller, async |mut write: Write| {
            let tx = &mut write.tx;
            tx.lock_home(caller.principal).await?;
            if tx.teams_of(caller.principal).await?.len() >= MAX_TEAMS {
                return Err(Error::QuotaExceeded { limit: MAX_TEAMS as u64, unit: "groups" });
            }
            let details = TeamDetails { name: details.name.trim().to_owned(), ..details.clone() };
            let mut attempt = 0;
            let id = loop {
                if let Some(id) = tx.insert_team(kind, &slug_of(&details.name, attempt), &details, Utc::now()).await? {
                    break id;
                }
                attempt += 1;
            };
            tx.set_membership(id, caller.principal, Role::Manager).await?;
            let team = tx.team(id, caller.principal).await?.ok_or(NOT_THERE)?;
            write.list_changed().await?;
            write.commit(team).await
        })
        .await
    }

    /// Changes what a team is called and when a mission is.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `BadInput`.
    pub async fn update_team(&self, caller: Caller, id: PrincipalId, details: TeamDetails) -> Result<()> {
        self.update_team_if(caller, id, details, |_, _| Ok(())).await
    }

    /// [`Kalends::update_team`], of a team that `check` takes as the caller sees it, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::update_team`] and of `check`.
    pub async fn update_team_if(
        &self,
        caller: Caller,
        id: PrincipalId,
        details: TeamDetails,
        check: impl Fn(&Team, &[Member]) -> Result<()>,
    ) -> Result<()> {
        details.check()?;
        self.write(caller, async |mut write: Write| {
            write.managed_if(id, &check).await?;
            write.tx.update_team(id, &details).await?;
            write.members_changed(id).await?;
            write.commit(()).await
        })
        .await
    }

    /// Removes a team that has no calendars any more.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`; `BadInput` (calendars) while it has any, also in the bin.
    pub async fn delete_team(&self, caller: Caller, id: PrincipalId) -> Result<()> {
        self.delete_team_if(caller, id, |_, _| Ok(())).await
    }

    /// [`Kalends::delete_team`], of a team that `check` takes as the caller sees it, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::delete_team`] and of `check`.
    pub async fn delete_team_if(
        &self,
        caller: Caller,
        id: PrincipalId,
        check: impl Fn(&Team, &[Member]) -> Result<()>,
    ) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            write.managed_if(id, &check).await?;
            if write.tx.owns_calendars(id).await? {
                return Err(Error::bad_input("calendars", Problem::OwnsCalendars));
            }
            write.members_changed(id).await?;
            write.tx.delete_team(id).await?;
            write.commit(()).await
        })
        .await
    }

    /// Gives a person this role in the team, whether or not they belong to it already.
    ///
    /// # Errors
    /// `NotFound` (the team, the person), `Forbidden`; `BadInput` (role) for the last manager; `QuotaExceeded`.
    pub async fn set_member(&self, caller: Caller, id: PrincipalId, person: PrincipalId, role: Role) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            write.managed(id).await?;
            let party = write.tx.party(person).await?.filter(|party| party.kind == PartyKind::Person);
            party.ok_or(Error::NotFound("the person"))?;
            let members = write.tx.members(id).await?;
            let is_new = !members.iter().any(|member| member.person.id == person);
            if is_new && members.len() >= MAX_MEMBERS {
                return Err(Error::QuotaExceeded { limit: MAX_MEMBERS as u64, unit: "members" });
            }
            if role != Role::Manager {
                keep_a_manager(&members, person)?;
            }
            write.tx.set_membership(id, person, role).await?;
            write.members_changed(id).await?;
            write.commit(()).await
        })
        .await
    }

    /// Takes a person out of the team; everybody may take themselves out.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`; `BadInput` (role) for the last manager.
    pub async fn remove_member(&self, caller: Caller, id: PrincipalId, person: PrincipalId) -> Result<()> {
        access::require_own(caller)?;
        self.write(caller, async |mut write: Write| {
            if person == caller.principal {
                write.tx.lock_home(id).await?;
                write.tx.membership(id, person).await?.ok_or(NOT_THERE)?;
            } else {
                write.managed(id).await?;
            }
            keep_a_manager(&write.tx.members(id).await?, person)?;
            // Whoever goes learns it as well.
            write.members_changed(id).await?;
            if !write.tx.delete_membership(id, person).await? {
                return Err(Error::NotFound("the member"));
            }
            write.commit(()).await
        })
        .await
    }
}

/// # Errors
/// `BadInput` (role) when no manager is left once `person` is none.
fn keep_a_manager(members: &[Member], person: PrincipalId) -> Result<()> {
    let mut managers = members.iter().filter(|member| member.role == Role::Manager);
    match (managers.next(), managers.next()) {
        (Some(only), None) if only.person.id == person => Err(Error::bad_input("role", Problem::LastManager)),
        _ => Ok(()),
    }
}

impl Write {
    /// That the caller manages the team; others who change who belongs to it wait until this write ends.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`
    async fn managed(&mut self, team: PrincipalId) -> Result<()> {
        let caller = self.caller();
        self.tx.lock_home(team).await?;
        access::home_to_fill(&mut self.tx, caller, team).await.map(drop)
    }

    /// [`Write::managed`], of a team that `check` takes.
    async fn managed_if(&mut self, team: PrincipalId, check: impl Fn(&Team, &[Member]) -> Result<()>) -> Result<()> {
        self.managed(team).await?;
        let principal = self.caller().principal;
        let found = self.tx.team(team, principal).await?.ok_or(NOT_THERE)?;
        check(&found, &self.tx.members(team).await?)
    }

    /// The lists of all who belong to the team are others now.
    pub(crate) async fn members_changed(&mut self, team: PrincipalId) -> Result<()> {
        let raised = self.tx.raise_members(team).await?;
        self.homes_raised(raised);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_team_has_a_name_in_addresses() {
        for (name, attempt, slug) in [
            ("Support Team", 0, "support-team"),
            ("  Équipe — nord ", 0, "quipe-nord"),
            ("山", 0, "team"),
            ("Calendars", 0, "calendars-1"),
            ("Everyone", 1, "everyone-2"),
            ("Support Team", 1, "support-team-2"),
        ] {
            assert_eq!(slug_of(name, attempt), slug, "{name}");
        }
    }
}
