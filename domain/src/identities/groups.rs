//! Groups that follow what a provider says. What somebody said here is left as it is.

use crate::access::{Caller, PrincipalId};
use crate::model::identity::{ClaimedGroup, GroupOfProvider};
use crate::model::share::{PartyKind, Role, TeamDetails};
use crate::teams::{MAX_MEMBERS, MAX_TEAMS, slug_of};
use crate::write::Write;
use crate::{Error, Kalends, Result};
use chrono::Utc;
use std::collections::BTreeMap;

impl Kalends {
    /// Has somebody belong to these groups by the word of the provider, and to no others by its word.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub(super) async fn follow_groups(&self, who: PrincipalId, issuer: &str, claimed: &[ClaimedGroup]) -> Result<()> {
        self.write(Caller::page(who), async |mut write: Write| {
            let mut wanted = BTreeMap::new();
            for ClaimedGroup { group, role } in claimed.iter().take(MAX_TEAMS) {
                if let Some(team) = write.group_of_provider(issuer, group).await? {
                    let highest = wanted.entry(team).or_insert(*role);
                    *highest = (*highest).max(*role);
                }
            }
            let mut standing = BTreeMap::new();
            for (team, role, source) in write.tx.sourced_memberships(who).await? {
                if source.as_deref() == Some(issuer) {
                    standing.insert(team, role);
                } else {
                    // By the word of somebody else.
                    wanted.remove(&team);
                }
            }
            let mut teams: Vec<PrincipalId> = wanted.keys().chain(standing.keys()).copied().collect();
            teams.retain(|team| wanted.get(team) != standing.get(team));
            teams.sort_unstable();
            teams.dedup();
            for team in teams {
                write.follow_group(team, who, issuer, wanted.get(&team).copied()).await?;
            }
            write.commit(()).await
        })
        .await
    }
}

impl Write {
    /// `None` for one that is not there, or that cannot be called so.
    async fn group_of_provider(&mut self, issuer: &str, group: &GroupOfProvider) -> Result<Option<PrincipalId>> {
        let name = match group {
            GroupOfProvider::Existing(slug) => {
                let found = self.tx.team_by_slug(slug).await?;
                if found.is_none() {
                    tracing::warn!(issuer, slug, "there is no group with the name that the configuration has");
                }
                return Ok(found);
            }
            GroupOfProvider::Named(name) => name.trim(),
        };
        let details = TeamDetails { name: name.to_owned(), ..TeamDetails::default() };
        if let Err(error) = details.check() {
            tracing::warn!(issuer, %error, "a group of the provider cannot be called so");
            return Ok(None);
        }
        if let Some(known) = self.tx.provider_group(issuer, name).await? {
            return Ok(Some(known));
        }
        let mut attempt = 0;
        let team = loop {
            let slug = slug_of(name, attempt);
            if let Some(team) = self.tx.insert_team(PartyKind::Group, &slug, &details, Utc::now()).await? {
                break team;
            }
            attempt += 1;
        };
        if !self.tx.insert_provider_group(issuer, name, team).await? {
            // Somebody else of it came in at the same moment.
            return Err(Error::Contended);
        }
        Ok(Some(team))
    }

    /// `role`: what they are in the team from now on, if they belong to it.
    async fn follow_group(
        &mut self,
        team: PrincipalId,
        who: PrincipalId,
        issuer: &str,
        role: Option<Role>,
    ) -> Result<()> {
        self.tx.lock_home(team).await?;
        match role {
            None => {
                // Whoever goes learns it as well.
                self.members_changed(team).await?;
                self.tx.delete_membership(team, who).await?;
            }
            Some(role) => {
                let is_member = self.tx.membership(team, who).await?.is_some();
                if !is_member && self.tx.count_members(team).await? >= MAX_MEMBERS as u64 {
                    tracing::warn!(issuer, team = team.0, "a group has as many members as it may");
                    return Ok(());
                }
                self.tx.set_membership_by(team, who, role, issuer).await?;
                self.members_changed(team).await?;
            }
        }
        Ok(())
    }
}
