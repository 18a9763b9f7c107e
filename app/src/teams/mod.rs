//! `/groups`: the groups and missions of the viewer; `/groups/{slug}`: one of them, with who belongs to it and its calendars.

pub mod api;
mod details;
mod page;
pub mod server;
mod team_page;

pub use page::TeamsPage;
pub use team_page::TeamPage;

use crate::sharing::{Kind, PartyInfo, Refusal, Wanted};
use crate::wire::CalendarId;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Everything on the page of all groups and missions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamList {
    /// The revisions that are shown, as the cursor of the stream has them.
    pub cursor: String,
    pub teams: Vec<TeamInfo>,
    /// What became of a form.
    pub said: Option<String>,
    pub refused: Option<NewTeamRefused>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamInfo {
    pub party: PartyInfo,
    pub description: String,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    /// What the viewer is in it.
    pub role: TeamRole,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TeamRole {
    Guest,
    Member,
    Manager,
}

/// Everything on the page of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamContents {
    pub cursor: String,
    pub team: TeamInfo,
    pub members: Vec<MemberInfo>,
    pub calendars: Vec<TeamCalendar>,
    pub said: Option<String>,
    pub refused: Option<TeamRefused>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberInfo {
    pub id: i64,
    pub person: PartyInfo,
    pub is_viewer: bool,
    pub role: TeamRole,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamCalendar {
    pub id: CalendarId,
    pub name: String,
    pub color: String,
    /// Whether the viewer says with whom it is shared.
    pub is_administered: bool,
}

/// What the form of a team holds; the names are those of its controls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamFields {
    /// `group` or `mission`
    pub kind: String,
    pub title: String,
    pub description: String,
    pub starts: String,
    pub ends: String,
}

impl TeamFields {
    /// Reads the values of the controls; `value` gives that of one name.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        TeamFields {
            kind: text("kind"),
            title: text("title"),
            description: text("description"),
            starts: text("starts"),
            ends: text("ends"),
        }
    }
}

/// The form of a new team that was not made: a Leptos context, as [`TeamRefused`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTeamRefused {
    pub fields: TeamFields,
    pub refusal: Refusal,
}

/// What a form of the page of one asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TeamWish {
    Update(TeamFields),
    Delete,
    Add { with: Wanted, role: String },
    SetRole { who: i64, role: String },
    Remove { who: i64 },
    CreateCalendar { calendar: String },
}

impl TeamWish {
    /// Reads the fields of a form: `do` with what it is about.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let text = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        let who = || value("who")?.parse().ok();
        match value("do")?.as_str() {
            "update" => Some(TeamWish::Update(TeamFields::read(&value))),
            "delete" => Some(TeamWish::Delete),
            "add" => Some(TeamWish::Add { with: Wanted::read(&value), role: text("role") }),
            "role" => Some(TeamWish::SetRole { who: who()?, role: text("role") }),
            "remove" => Some(TeamWish::Remove { who: who()? }),
            "calendar" => Some(TeamWish::CreateCalendar { calendar: text("calendar") }),
            _ => None,
        }
    }
}

/// A wish that was not done, which the server leaves as a Leptos context for the page that it answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamRefused {
    pub wish: TeamWish,
    pub refusal: Refusal,
}

/// The page of all of them.
pub const PATH: &str = "/groups";

/// The page of one.
pub fn path(slug: &str) -> String {
    format!("{PATH}/{}", leptos_router::location::Url::escape(slug))
}

/// In forms.
pub fn kind_name(kind: Kind) -> &'static str {
    if kind == Kind::Mission { "mission" } else { "group" }
}
