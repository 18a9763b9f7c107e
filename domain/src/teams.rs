//! Groups and missions: teams whose calendars belong to them, and live on when a member goes.

use crate::access::{self, Caller, PrincipalId};
use crate::accounts::{AccountState, RESERVED_USER_NAMES};
use crate::idempotency::Once;
pub use crate::model::share::{Member, Role, Team, TeamDetails};
use crate::model::share::{Party, PartyKind};
use crate::people::Administrator;
use crate::write::Write;
use crate::{Error, Kalends, Missing, Problem, Result};
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

const NOT_THERE: Error = Error::NotFound(Missing::Group);

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
        self.create_team_once(caller, kind, details, None).await
    }

    /// [`Kalends::create_team`], of which a request that is repeated with the same key makes one.
    ///
    /// # Errors
    /// Those of [`Kalends::create_team`]; `BadInput` (Idempotency-Key) for the key of another request; `NotFound` where the caller does not
    /// belong any more to what the key made.
    pub async fn create_team_once(
        &self,
        caller: Caller,
        kind: PartyKind,
        details: TeamDetails,
        once: Option<&Once>,
    ) -> Result<Team> {
        access::require_own(caller)?;
        details.check()?;
        if !matches!(kind, PartyKind::Group | PartyKind::Mission) {
            return Err(Error::bad_input("kind", Problem::TeamKind));
        }
        self.write(caller, async |mut write: Write| {
            write.tx.lock_home(caller.principal).await?;
            let tx = &mut write.tx;
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
            // What was just made is not committed where an earlier request has made it.
            if let Some(made) = write.take_key(once, &team.party.slug).await? {
                let made = write.tx.party_by_slug(&made).await?.ok_or(NOT_THERE)?;
                let team = write.tx.team(made.id, caller.principal).await?;
                return team.filter(|team| team.role.is_some()).ok_or(NOT_THERE);
            }
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
            let now = Utc::now();
            if write.tx.owns_calendars(id, now - self.limits.bin_age).await? {
                return Err(Error::bad_input("calendars", Problem::OwnsCalendars));
            }
            // What somebody removed for good need not have been cleaned away yet.
            while let Some(calendar) = write.tx.calendar_beyond_bin(id).await? {
                write.tx.delete_piece_of_calendar(calendar, now).await?;
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
        self.set_member_if(caller, id, (person, role), |_, _| Ok(())).await
    }

    /// [`Kalends::set_member`], in a team that `check` takes as the caller sees it, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::set_member`] and of `check`.
    pub async fn set_member_if(
        &self,
        caller: Caller,
        id: PrincipalId,
        (person, role): (PrincipalId, Role),
        check: impl Fn(&Team, &[Member]) -> Result<()>,
    ) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            write.managed_if(id, &check).await?;
            let party = write.tx.party(person).await?.filter(|party| party.kind == PartyKind::Person);
            party.ok_or(Error::NotFound(Missing::Person))?;
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

    /// Has somebody manage a team, by the word of whoever looks after the accounts: for one that nobody manages any more.
    ///
    /// # Errors
    /// `NotFound` (the team); `BadInput` (manager) for whoever cannot sign in.
    pub async fn name_manager(&self, by: Administrator, team: &str, person: PrincipalId) -> Result<Party> {
        self.write(by.caller(person), async |mut write: Write| {
            by.check(&mut write.tx).await?;
            let party = write.tx.party_by_slug(team).await?;
            let party = party.filter(|party| matches!(party.kind, PartyKind::Group | PartyKind::Mission));
            let party = party.ok_or(NOT_THERE)?;
            write.tx.lock_home(party.id).await?;
            write.make_manager(party.id, person).await?;
            write.commit(party).await
        })
        .await
    }

    /// Takes a person out of the team; everybody may take themselves out.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`; `BadInput` (role) for the last manager.
    pub async fn remove_member(&self, caller: Caller, id: PrincipalId, person: PrincipalId) -> Result<()> {
        self.remove_member_if(caller, id, person, |_, _| Ok(())).await
    }

    /// [`Kalends::remove_member`], from a team that `check` takes as the caller sees it, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::remove_member`] and of `check`.
    pub async fn remove_member_if(
        &self,
        caller: Caller,
        id: PrincipalId,
        person: PrincipalId,
        check: impl Fn(&Team, &[Member]) -> Result<()>,
    ) -> Result<()> {
        access::require_own(caller)?;
        self.write(caller, async |mut write: Write| {
            let members = if person == caller.principal {
                write.tx.lock_home(id).await?;
                let found = write.tx.team(id, person).await?.filter(|team| team.role.is_some()).ok_or(NOT_THERE)?;
                let members = write.tx.members(id).await?;
                check(&found, &members)?;
                members
            } else {
                write.managed_if(id, &check).await?;
                write.tx.members(id).await?
            };
            keep_a_manager(&members, person)?;
            // Whoever goes learns it as well.
            write.members_changed(id).await?;
            if !write.tx.delete_membership(id, person).await? {
                return Err(Error::NotFound(Missing::Member));
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

    /// Has a person manage a team, whose home is locked.
    ///
    /// # Errors
    /// `BadInput` (manager) for whoever cannot sign in.
    pub(crate) async fn make_manager(&mut self, team: PrincipalId, person: PrincipalId) -> Result<()> {
        let user = self.tx.user(person).await?.filter(|user| user.state == AccountState::Active);
        user.ok_or(Error::bad_input("manager", Problem::NotActive))?;
        self.tx.set_membership(team, person, Role::Manager).await?;
        self.members_changed(team).await
    }

    /// Of the teams that `person`, who goes, manages alone, `heir` does from now on.
    ///
    /// # Errors
    /// `BadInput` (manager) with the name of one for which there is no heir.
    pub(crate) async fn hand_teams_over(&mut self, person: PrincipalId, heir: Option<PrincipalId>) -> Result<()> {
        for team in self.tx.managed_teams(person).await? {
            // Of two managers who go at once the second is found to be the last.
            self.tx.lock_home(team).await?;
            if !self.tx.needs_manager(team, person).await? {
                continue;
            }
            match heir {
                Some(heir) => self.make_manager(team, heir).await?,
                None => {
                    let name = self.tx.party(team).await?.map(|party| party.display_name).unwrap_or_default();
                    return Err(Error::bad_input("manager", Problem::OnlyManager(name)));
                }
            }
        }
        Ok(())
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
