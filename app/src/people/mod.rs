//! `/admin/people`: who has an account, for administrators.

pub mod api;
mod page;
mod person_page;
pub mod server;
mod wish;

pub use page::PeoplePage;
pub use person_page::PersonPage;
pub use wish::{Refused, Wish};

use crate::addresses::AddressInfo;
use crate::flash::Flash;
use serde::{Deserialize, Serialize};

/// What the page of all people shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleList {
    pub search: String,
    pub people: Vec<PersonInfo>,
    /// Which piece of them this is, from 0.
    pub piece: usize,
    pub more: bool,
    pub flash: Option<Flash>,
}

/// Somebody with an account, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonInfo {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub email: Option<String>,
    pub is_admin: bool,
    pub state: State,
    /// When they were there last.
    pub seen: String,
    pub made: String,
    pub calendars: usize,
    pub objects: usize,
    /// Where their picture is.
    pub picture: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// The password is not chosen yet.
    Invited,
    Active,
    /// Since when.
    Disabled(String),
    /// Since when, and how long it rests yet.
    Deleted {
        when: String,
        left: String,
    },
}

/// What the page of one person shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonDetails {
    pub person: PersonInfo,
    pub addresses: Vec<AddressInfo>,
    /// Some of those who could have the calendars: their user names and names.
    pub heirs: Vec<(String, String)>,
    /// How long accounts rest in the bin, in days.
    pub days: usize,
    pub flash: Option<Flash>,
}
