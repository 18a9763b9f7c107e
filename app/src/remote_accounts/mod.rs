//! `/settings/accounts`: accounts at services elsewhere, whose calendars stay in step.

mod account_page;
mod add_page;
pub mod api;
mod calendars_page;
pub mod linking;
mod list_page;
pub mod paths;
pub mod removal;
pub mod removal_server;
pub mod server;

pub use account_page::{AccountPage, SignInAgain};
pub use add_page::AddAccountPage;
pub use calendars_page::AccountCalendarsPage;
pub use list_page::AccountsPage;
pub use paths::{GOOGLE, MICROSOFT, PATH, SIGNED_IN, account_path, add_path, calendars_path, callback_path};

use crate::sync_links::LinkInfo;
use crate::sync_links::choices::Choices;
use crate::wire::ApiError;
use crate::words;
use chrono::NaiveDateTime;
use removal::{RemovalAsked, RemovalChoice};
use serde::{Deserialize, Serialize};

/// A service that is known by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceInfo {
    pub id: String,
    pub name: String,
    /// Where name and password are to be had.
    pub help: String,
    pub asks: AddressField,
    pub needs_app_password: bool,
}

/// What a person has to say for a service to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AddressField {
    None,
    Host,
    Any,
    /// Nothing is said here: people sign in there.
    SignIn,
}

/// What the form is called that adds an account there.
fn add_title(service: &ServiceInfo) -> String {
    match service.asks {
        AddressField::Any => words::server_accounts_add_other().to_owned(),
        AddressField::None | AddressField::Host | AddressField::SignIn => words::server_accounts_add_at(&service.name),
    }
}

/// How an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountStateInfo {
    Works,
    Paused,
    NeedsPassword,
    Missing,
}

/// How somebody gets into their account at a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountWay {
    /// With a password that is kept here.
    Password,
    /// They sign in there, on the way that begins at this path; `None`: the server is not registered there (any more).
    SignIn(Option<String>),
    /// With nothing but the address.
    Address,
}

/// An account of the viewer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountInfo {
    pub id: i64,
    pub name: String,
    /// As the service calls itself; the protocol where it is not a known one.
    pub service: String,
    pub state: AccountStateInfo,
    pub way: AccountWay,
    /// What the service said, where something is wrong.
    pub why: Option<String>,
    /// When the service last let the viewer in, where they are.
    pub checked: Option<NaiveDateTime>,
    /// How many calendars it has that the viewer has not seen.
    pub new_calendars: usize,
}

/// Everything on the page of accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// The revisions that are shown, as the cursor of the stream has them.
    pub cursor: String,
    pub accounts: Vec<AccountInfo>,
    pub services: Vec<ServiceInfo>,
    /// What became of a form.
    pub said: Option<String>,
}

/// Everything on the page that adds an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adding {
    pub service: ServiceInfo,
    pub refused: Option<AddRefused>,
}

/// Everything on the page of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneAccount {
    pub cursor: String,
    pub account: AccountInfo,
    /// The calendars that are in step with some of its.
    pub links: Vec<LinkInfo>,
    /// It is being removed: how far what is deleted at the service has come.
    pub removing: Option<Vec<String>>,
    /// Removing it was asked about.
    pub removal: Option<RemovalAsked>,
    pub said: Option<String>,
    pub refused: Option<AccountRefused>,
}

/// The calendars that an account has, as its service says right now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountCalendars {
    pub account: AccountInfo,
    pub calendars: Result<Vec<CalendarThere>, ApiError>,
    /// The service invites people by itself to what is written there.
    pub invites_by_itself: bool,
    /// Calendars of one's own that are in step with none.
    pub own: Vec<(i64, String)>,
    pub said: Option<String>,
    pub chosen: Option<Chosen>,
}

/// What was chosen of these, and what came of it: a Leptos context for the page that the server answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub ids: Vec<String>,
    /// Those that are to be in step with a calendar of one's own that there is.
    pub into: Vec<(String, i64)>,
    pub choices: Choices,
    pub outcome: Result<Vec<Preview>, ApiError>,
}

impl Default for Chosen {
    fn default() -> Self {
        Chosen { ids: Vec::new(), into: Vec::new(), choices: Choices::default(), outcome: Ok(Vec::new()) }
    }
}

/// What the first run of a calendar would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub name: String,
    /// What would be done with how many, in words.
    pub counts: Vec<String>,
    /// What would be done, with what, and why; not all where there are many.
    pub lines: Vec<(String, String, String)>,
    /// It would ask before it deletes.
    pub stops: bool,
}

/// A calendar that an account has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarThere {
    pub id: String,
    pub name: String,
    /// `#RRGGBB`
    pub color: Option<String>,
    /// What can be done with it, in words.
    pub what: String,
    pub is_writable: bool,
    pub link: Option<LinkInfo>,
}

/// What the form of a new account holds; the password is not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddFields {
    pub address: String,
    pub user: String,
    pub name: String,
}

impl AddFields {
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        AddFields { address: text("address"), user: text("user"), name: text("name") }
    }
}

/// Why an account was not added: a Leptos context for the page that the server answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddRefused {
    pub fields: AddFields,
    pub error: ApiError,
    /// The password would go to this address, which belongs to somebody else than was named: the person is asked.
    pub elsewhere: Option<String>,
}

/// What a form on the page of an account asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountWish {
    Test,
    Pause,
    Resume,
    /// All calendars of the account are brought into step now.
    Now,
    Rename {
        name: String,
    },
    /// With the name there, where it is another; the password is not kept.
    Password {
        user: String,
    },
    /// What removing it would do is to be shown.
    LookAtRemoval(RemovalChoice),
    /// With what was typed to say that it is meant.
    Remove {
        choice: RemovalChoice,
        typed: String,
    },
}

impl AccountWish {
    /// Reads the fields of a form: `do` with what it is about.
    pub fn read(fields: &[(String, String)]) -> Option<Self> {
        let value = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        let text = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        match value("do")?.as_str() {
            "test" => Some(AccountWish::Test),
            "pause" => Some(AccountWish::Pause),
            "resume" => Some(AccountWish::Resume),
            "now" => Some(AccountWish::Now),
            "rename" => Some(AccountWish::Rename { name: text("name") }),
            "password" => Some(AccountWish::Password { user: text("user") }),
            "look-at-removal" => Some(AccountWish::LookAtRemoval(RemovalChoice::read(fields))),
            "remove" => Some(AccountWish::Remove { choice: RemovalChoice::read(fields), typed: text("confirm") }),
            _ => None,
        }
    }
}

/// A wish that was not done: a Leptos context for the page that the server answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRefused {
    pub wish: AccountWish,
    pub error: ApiError,
}

/// What is wrong with a field, and what is wrong where no field is at fault.
pub(crate) fn parted(error: Option<&ApiError>, fields: &[&str]) -> (Option<(String, String)>, Option<ApiError>) {
    match error {
        Some(ApiError::BadInput { field, message }) if fields.contains(&field.as_str()) => {
            (Some((field.clone(), message.clone())), None)
        }
        other => (None, other.cloned()),
    }
}
