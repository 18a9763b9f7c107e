//! `/settings/accounts`: accounts at services elsewhere, whose calendars stay in step.

mod account_page;
mod add_page;
pub mod api;
mod list_page;
pub mod server;

pub use account_page::{AccountCalendarsPage, AccountPage};
pub use add_page::AddAccountPage;
pub use list_page::AccountsPage;

use crate::wire::ApiError;
use crate::words;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

/// Where the page is.
pub const PATH: &str = "/settings/accounts";

/// The page that adds an account at this service.
pub fn add_path(service: &str) -> String {
    match service {
        MICROSOFT => format!("{PATH}/{MICROSOFT}"),
        service => format!("{PATH}/new/{service}"),
    }
}

/// The service at which people sign in instead of giving a password here.
pub const MICROSOFT: &str = "microsoft";

/// The page of an account.
pub fn account_path(id: i64) -> String {
    format!("{PATH}/{id}")
}

/// The page with the calendars that an account has.
pub fn calendars_path(id: i64) -> String {
    format!("{PATH}/{id}/calendars")
}

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
}

/// What the form is called that adds an account there.
fn add_title(service: &ServiceInfo) -> String {
    match service.asks {
        AddressField::Any => words::server_accounts_add_other().to_owned(),
        AddressField::None | AddressField::Host => words::server_accounts_add_at(&service.name),
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

/// An account of the viewer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountInfo {
    pub id: i64,
    pub name: String,
    /// As the service calls itself; the protocol where it is not a known one.
    pub service: String,
    pub state: AccountStateInfo,
    /// What the service said, where something is wrong.
    pub why: Option<String>,
    /// When the service last let the viewer in, where they are.
    pub checked: Option<NaiveDateTime>,
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
    pub said: Option<String>,
    pub refused: Option<AccountRefused>,
}

/// The calendars that an account has, as its service says right now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountCalendars {
    pub account: AccountInfo,
    pub calendars: Result<Vec<CalendarThere>, ApiError>,
    pub said: Option<String>,
}

/// A calendar that an account has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarThere {
    pub name: String,
    /// `#RRGGBB`
    pub color: Option<String>,
    /// What can be done with it, in words.
    pub what: String,
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
    Rename {
        name: String,
    },
    /// With the name there, where it is another; the password is not kept.
    Password {
        user: String,
    },
    Remove,
}

impl AccountWish {
    /// Reads the fields of a form: `do` with what it is about.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let text = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        match value("do")?.as_str() {
            "test" => Some(AccountWish::Test),
            "pause" => Some(AccountWish::Pause),
            "resume" => Some(AccountWish::Resume),
            "rename" => Some(AccountWish::Rename { name: text("name") }),
            "password" => Some(AccountWish::Password { user: text("user") }),
            "remove" => Some(AccountWish::Remove),
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
