//! The server's side of groups and missions.

use super::{MemberInfo, PATH, TeamCalendar, TeamContents, TeamFields, TeamInfo, TeamList, TeamRole, TeamWish, path};
use crate::sharing::Refusal;
use crate::sharing::people::{add_pictures, info, named};
use crate::wire::ApiError;
use crate::words;
use chrono::NaiveDate;
use kalends_domain::access::{Held, PrincipalId};
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarDetails;
use kalends_domain::sharing::{Party, PartyKind};
use kalends_domain::teams::{Role, Team, TeamDetails};
use kalends_domain::{Error, Kalends, Missing};

/// What the forms of the pages are called where it is said what became of them.
pub const FORM: &str = "teams";

pub async fn list(kalends: &Kalends, user: &User) -> Result<TeamList, ApiError> {
    let caller = user.on_a_page();
    let cursor = kalends.told(caller).await?.to_string();
    let teams = kalends.teams(caller).await?.into_iter().filter_map(team_info).collect();
    Ok(TeamList { cursor, teams, said: None, refused: None })
}

/// # Errors
/// `NotFound` for what the viewer does not belong to.
pub async fn contents(kalends: &Kalends, user: &User, slug: &str) -> Result<TeamContents, ApiError> {
    let caller = user.on_a_page();
    let cursor = kalends.told(caller).await?.to_string();
    let id = team_named(kalends, user, slug).await?.id;
    let (team, members) = kalends.team(caller, id).await?;
    // Also those that the viewer has left.
    let (listed, left) = (kalends.calendars(caller).await?, kalends.offers(caller).await?);
    let own = listed.iter().chain(&left).filter(|held| held.owner().id == id);
    let mut members: Vec<_> = members
        .into_iter()
        .map(|member| MemberInfo {
            id: member.person.id.0,
            is_viewer: member.person.id == user.principal.id,
            role: TeamRole::of(member.role),
            person: info(member.person),
        })
        .collect();
    add_pictures(kalends, members.iter_mut().map(|member| &mut member.person)).await?;
    Ok(TeamContents {
        cursor,
        team: team_info(team).ok_or(Error::NotFound(Missing::Group))?,
        members,
        calendars: own.map(calendar_info).collect(),
        said: None,
        refused: None,
    })
}

fn calendar_info(held: &Held) -> TeamCalendar {
    TeamCalendar {
        id: held.id.0,
        name: held.details.display_name.clone(),
        color: held.details.color.clone(),
        is_administered: held.may_administer(),
    }
}

/// `None` for those who do not belong to it.
fn team_info(team: Team) -> Option<TeamInfo> {
    let TeamDetails { description, starts_on, ends_on, .. } = team.details;
    Some(TeamInfo { party: info(team.party), description, starts_on, ends_on, role: TeamRole::of(team.role?) })
}

async fn team_named(kalends: &Kalends, user: &User, slug: &str) -> Result<Party, Error> {
    const UNKNOWN: Error = Error::NotFound(Missing::Group);
    match kalends.party(user.on_a_page(), slug).await {
        Ok(party) if matches!(party.kind, PartyKind::Group | PartyKind::Mission) && party.slug == slug => Ok(party),
        Ok(_) | Err(Error::NotFound(_)) => Err(UNKNOWN),
        Err(error) => Err(error),
    }
}

/// Makes what the form of the page of all of them says. Yields where it is and what is said of it.
///
/// # Errors
/// What is wrong with the form.
pub async fn create(kalends: &Kalends, user: &User, fields: &TeamFields) -> Result<(String, String), Refusal> {
    let kind = match fields.kind.as_str() {
        "group" => PartyKind::Group,
        "mission" => PartyKind::Mission,
        _ => return Err(Refusal::bad_input("kind", words::server_value_team_kind())),
    };
    let team = kalends.create_team(user.on_a_page(), kind, details(fields, kind)?).await?;
    Ok((path(&team.party.slug), words::server_teams_made(&team.details.name)))
}

fn details(fields: &TeamFields, kind: PartyKind) -> Result<TeamDetails, Refusal> {
    let day = |field: &'static str, text: &str| -> Result<Option<NaiveDate>, Refusal> {
        // The days of a group are hidden, whatever they say.
        if text.is_empty() || kind != PartyKind::Mission {
            return Ok(None);
        }
        let wrong = || Refusal::bad_input(field, words::server_sharing_no_day());
        text.parse().map(Some).map_err(|_| wrong())
    };
    Ok(TeamDetails {
        name: fields.title.clone(),
        description: fields.description.clone(),
        starts_on: day("start", &fields.starts)?,
        ends_on: day("end", &fields.ends)?,
    })
}

/// Does what a form of the page of one asked for. Yields where to go on and what is said there.
///
/// # Errors
/// What is wrong with the form, or with asking for it.
pub async fn fulfil(kalends: &Kalends, user: &User, slug: &str, wish: &TeamWish) -> Result<(String, String), Refusal> {
    let caller = user.on_a_page();
    let party = team_named(kalends, user, slug).await?;
    let (id, here) = (party.id, path(slug));
    let (team, members) = kalends.team(caller, id).await?;
    let leaves = matches!(wish, TeamWish::Remove { who } if PrincipalId(*who) == user.principal.id);
    // Before a name says anything about who is here.
    if team.role != Some(Role::Manager) && !leaves {
        return Err(ApiError::Forbidden(words::server_teams_forbidden().into()).into());
    }
    let member = |who: i64| {
        let member = members.iter().find(|member| member.person.id == PrincipalId(who));
        member.map(|member| member.person.display_name.clone()).ok_or(Error::NotFound(Missing::Person))
    };
    let said = match wish {
        TeamWish::Update(fields) => {
            kalends.update_team(caller, id, details(fields, party.kind)?).await?;
            words::server_teams_saved().to_owned()
        }
        TeamWish::Delete => {
            kalends.delete_team(caller, id).await?;
            return Ok((PATH.to_owned(), words::server_teams_deleted(&party.display_name)));
        }
        TeamWish::Add { with, role: name } => {
            let role = role(name)?;
            let person = named(kalends, user, with, |kind| kind == PartyKind::Person).await?;
            kalends.set_member(caller, id, person.id, role).await?;
            words::server_teams_added(&person.display_name)
        }
        TeamWish::SetRole { who, role: name } => {
            member(*who)?;
            kalends.set_member(caller, id, PrincipalId(*who), role(name)?).await?;
            words::server_teams_saved().to_owned()
        }
        TeamWish::Remove { who } => {
            let name = member(*who)?;
            kalends.remove_member(caller, id, PrincipalId(*who)).await?;
            if leaves {
                return Ok((PATH.to_owned(), words::server_teams_left(&party.display_name)));
            }
            words::server_teams_removed(&name)
        }
        TeamWish::CreateCalendar { calendar } => {
            let taken = kalends.calendars(caller).await?.len();
            let made = CalendarDetails::named(calendar, taken);
            let made = kalends.create_calendar_for(caller, id, None, made, Vec::new()).await?;
            words::server_teams_calendar_made(&made.details.display_name)
        }
    };
    Ok((here, said))
}

fn role(name: &str) -> Result<Role, Refusal> {
    Role::from_name(name).ok_or_else(|| Refusal::bad_input("role", words::server_teams_no_role()))
}

impl TeamRole {
    pub const ALL: [TeamRole; 3] = [TeamRole::Guest, TeamRole::Member, TeamRole::Manager];

    fn of(role: Role) -> Self {
        match role {
            Role::Guest => TeamRole::Guest,
            Role::Member => TeamRole::Member,
            Role::Manager => TeamRole::Manager,
        }
    }

    /// In forms.
    pub fn value(self) -> &'static str {
        match self {
            TeamRole::Guest => Role::Guest.name(),
            TeamRole::Member => Role::Member.name(),
            TeamRole::Manager => Role::Manager.name(),
        }
    }

    /// What it is called, and what it means.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            TeamRole::Guest => (words::server_teams_guest(), words::server_teams_guest_what()),
            TeamRole::Member => (words::server_teams_member(), words::server_teams_member_what()),
            TeamRole::Manager => (words::server_teams_manager(), words::server_teams_manager_what()),
        }
    }
}
