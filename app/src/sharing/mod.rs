//! `/calendars/{id}/sharing`: with whom a calendar is shared; `/shared`: what others shared with the viewer.

pub mod api;
pub mod fields;
pub mod links;
mod page;
pub mod people;
pub mod server;
mod shared_page;
pub mod shared_server;

pub use page::{PartyName, SharingPage};
pub use shared_page::SharedPage;

use crate::wire::{ApiError, CalendarId};
use axum::http::StatusCode;
use chrono::NaiveDate;
use kalends_domain::Error;
use links::CalendarLinks;
use serde::{Deserialize, Serialize};

/// What somebody may do with a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    FreeBusy,
    Read,
    Write,
    Administer,
}

/// What somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Person,
    Group,
    Mission,
    Everyone,
}

/// Somebody with whom something can be shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyInfo {
    /// The name in URLs.
    pub slug: String,
    pub name: String,
    pub kind: Kind,
    /// Where their picture is, as far as that was looked up: [`people::add_pictures`].
    pub picture: Option<String>,
}

/// Everything on the page of a calendar's shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarShares {
    pub calendar: CalendarId,
    pub name: String,
    pub color: String,
    /// The revisions that are shown, as the cursor of the stream has them.
    pub cursor: String,
    pub shares: Vec<ShareInfo>,
    /// The viewer's groups and missions.
    pub teams: Vec<PartyInfo>,
    /// What became of a form.
    pub said: Option<String>,
    pub refused: Option<ShareRefused>,
    pub links: CalendarLinks,
}

/// With whom it is shared, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareInfo {
    pub id: i64,
    pub with: PartyInfo,
    pub is_viewer: bool,
    pub level: Level,
    /// On the viewer's calendar.
    pub last_day: Option<NaiveDate>,
    /// Of a person, who is asked.
    pub reply: Option<Reply>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    Asked,
    Accepted,
    Declined,
}

/// Whom a form names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// As typed.
    pub name: String,
    /// A group or mission, or everyone, chosen from the list.
    pub team: String,
    /// Chosen from those whom the name may mean.
    pub which: String,
    /// The name that they were offered for.
    pub asked: String,
}

impl Wanted {
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        Wanted { name: text("name"), team: text("team"), which: text("which"), asked: text("asked") }
    }

    /// Who was chosen, unless another name was typed since.
    pub fn chosen(&self) -> Option<&str> {
        let which = Some(self.which.as_str()).filter(|_| self.asked == self.name);
        Some(self.team.as_str()).filter(|team| !team.is_empty()).or(which.filter(|which| !which.is_empty()))
    }
}

/// What a form of the page of shares asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShareWish {
    Share { with: Wanted, level: String, ends: String },
    Change { who: i64, level: String, ends: String },
    End { who: i64 },
}

impl ShareWish {
    /// Reads the fields of a form: `do` with what it is about.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let text = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        let who = || value("who")?.parse().ok();
        match value("do")?.as_str() {
            "share" => Some(ShareWish::Share { with: Wanted::read(&value), level: text("level"), ends: text("ends") }),
            "change" => Some(ShareWish::Change { who: who()?, level: text("level"), ends: text("ends") }),
            "end" => Some(ShareWish::End { who: who()? }),
            _ => None,
        }
    }
}

/// Why a form that names somebody did nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The name may mean several.
    Which(Vec<PartyInfo>),
    Error(ApiError),
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Refusal::Error(error)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::Error(error.into())
    }
}

impl Refusal {
    pub fn bad_input(field: &str, message: &str) -> Self {
        Refusal::Error(ApiError::BadInput { field: field.into(), message: message.into() })
    }

    pub fn offered(&self) -> &[PartyInfo] {
        match self {
            Refusal::Which(offered) => offered,
            Refusal::Error(_) => &[],
        }
    }

    /// What is wrong with a field of one of these names.
    pub fn at(&self, fields: &[&str]) -> Option<String> {
        match self {
            Refusal::Error(ApiError::BadInput { field, message }) if fields.contains(&field.as_str()) => {
                Some(message.clone())
            }
            _ => None,
        }
    }

    /// The error that none of these fields shows.
    pub fn other_than(&self, fields: &[&str]) -> Option<ApiError> {
        match self {
            Refusal::Error(error) if self.at(fields).is_none() => Some(error.clone()),
            _ => None,
        }
    }

    /// A question is no error.
    pub fn status(&self) -> StatusCode {
        match self {
            Refusal::Which(_) => StatusCode::OK,
            Refusal::Error(error) => error.status(),
        }
    }
}

/// A wish that was not done, which the server leaves as a Leptos context for the page that it answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareRefused {
    pub wish: ShareWish,
    pub refusal: Refusal,
}

/// Everything on the page of what was shared with the viewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedCalendars {
    pub cursor: String,
    pub offered: Vec<SharedCalendar>,
    pub listed: Vec<SharedCalendar>,
    pub left: Vec<SharedCalendar>,
    pub said: Option<String>,
    pub refused: Option<ApiError>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedCalendar {
    pub id: CalendarId,
    pub name: String,
    pub color: String,
    pub owner: PartyInfo,
    /// What the viewer may do with it, and what that shows them, in words.
    pub access: String,
    pub what: String,
}

/// Why the answer to a share was not taken: a Leptos context, as [`ShareRefused`].
#[derive(Clone, Debug)]
pub struct AnswerRefused(pub ApiError);

/// The page of a calendar's shares.
pub fn path(calendar: CalendarId) -> String {
    format!("/calendars/{calendar}/sharing")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str, team: &str, which: &str, asked: &str) -> Wanted {
        Wanted { name: name.into(), team: team.into(), which: which.into(), asked: asked.into() }
    }

    #[test]
    fn a_choice_holds_for_the_name_that_it_was_offered_for() {
        assert_eq!(wanted("ro", "", "robin", "ro").chosen(), Some("robin"));
        assert_eq!(wanted("ada", "", "robin", "ro").chosen(), None);
        assert_eq!(wanted("ro", "support", "robin", "ro").chosen(), Some("support"));
        assert_eq!(wanted("ro", "", "", "ro").chosen(), None);
    }
}
