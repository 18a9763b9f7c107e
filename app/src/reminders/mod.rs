//! `/reminders`: what comes, what came, and how. Also what reminders say by mail and to browsers.

pub mod api;
mod page;
pub mod panel;
pub mod server;
mod texts;

pub use page::RemindersPage;
pub use texts::Texts;

use serde::{Deserialize, Serialize};

/// Where the page is, and where its forms lead.
pub const PATH: &str = "/reminders";
/// The script that shows reminders in pages and signs browsers up.
pub const SCRIPT: &str = "/reminders.js";
/// What `/reminders` takes of a browser.
pub const SUBSCRIPTIONS: &str = "/api/v1.0/reminders/subscriptions";

/// Everything on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminders {
    pub coming: Vec<ComingInfo>,
    pub past: Vec<PastInfo>,
    pub wanted: Wanted,
    pub browsers: Vec<(i64, String)>,
    /// By which browsers sign up, as they read it; empty: there are no push messages.
    pub key: String,
    /// The address, where there is one and mail goes out.
    pub address: Option<String>,
    pub sends_mail: bool,
    /// How long before new events the profile says.
    pub minutes: Option<u32>,
    pub said: Option<Result<String, String>>,
}

/// What a person wants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub in_page: bool,
    pub by_mail: bool,
    pub by_push: bool,
    pub for_all: bool,
    /// `07:00`, or empty.
    pub agenda: String,
    pub agenda_empty: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComingInfo {
    pub title: String,
    pub line: String,
    pub href: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastInfo {
    pub id: i64,
    pub title: String,
    pub line: String,
    pub state: String,
    /// What became of it on each way.
    pub outcomes: Vec<String>,
    /// Whether there is something to do about it still.
    pub is_open: bool,
}

/// What a form asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    Settings(Wanted),
    TestMail,
    TestPush,
    Remove(i64),
    Dismiss(i64),
    Snooze { id: i64, minutes: u32 },
}

impl Wish {
    /// Reads the fields of a form: `do` with what it is about.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let id = || value("id")?.parse().ok();
        let is_on = |name: &str| value(name).is_some();
        Some(match value("do")?.as_str() {
            "settings" => Wish::Settings(Wanted {
                in_page: is_on("page"),
                by_mail: is_on("mail"),
                by_push: is_on("push"),
                for_all: is_on("all"),
                agenda: value("agenda").unwrap_or_default().trim().to_owned(),
                agenda_empty: is_on("empty"),
            }),
            "test-mail" => Wish::TestMail,
            "test-push" => Wish::TestPush,
            "remove" => Wish::Remove(id()?),
            "dismiss" => Wish::Dismiss(id()?),
            "snooze" => Wish::Snooze { id: id()?, minutes: value("minutes")?.parse().ok()? },
            _ => return None,
        })
    }
}
