//! `/settings/subscriptions`: calendars that somebody follows.

pub mod api;
mod page;
pub mod server;

pub use page::SubscriptionsPage;

use crate::wire::ApiError;
use serde::{Deserialize, Serialize};

/// Everything on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionsState {
    pub subscriptions: Vec<SubscriptionInfo>,
    /// Code and name, by their names.
    pub countries: Vec<(String, String)>,
    /// The country that was chosen, with what more there is to choose.
    pub chosen: Option<ChosenCountry>,
    pub refused: Option<ApiError>,
    /// The revisions that this is of.
    pub follows: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenCountry {
    pub code: String,
    pub name: String,
    pub regions: Vec<(String, String)>,
    /// Code and name; one alone is not to be chosen.
    pub languages: Vec<(String, String)>,
    pub language: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionInfo {
    /// Of its account.
    pub id: i64,
    pub name: String,
    /// Where it comes from, in words; never its address.
    pub source: String,
    pub calendar: Option<i64>,
    /// How it is, in words.
    pub state: String,
    pub is_troubled: bool,
    /// It is a file, of which another version can be brought.
    pub is_file: bool,
}

/// What a form of the page asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    Subscribe { address: String, name: String },
    Holidays { country: String, region: Option<String>, language: String },
    Refresh(i64),
    Unsubscribe { id: i64, keep: bool },
}

/// A file that was brought: to be followed, or as another version of what is followed already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroughtFile {
    /// What is followed already.
    pub id: Option<i64>,
    pub name: String,
    pub file_name: String,
    pub content: Vec<u8>,
}

impl Wish {
    /// Reads the fields of a form: `do` with what it is about.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let text = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        let id = || text("id").parse::<i64>().ok();
        match value("do")?.as_str() {
            "subscribe" => Some(Wish::Subscribe { address: text("address"), name: text("name") }),
            "holidays" => {
                let region = Some(text("region")).filter(|region| !region.is_empty());
                Some(Wish::Holidays { country: text("country"), region, language: text("language") })
            }
            "refresh" => Some(Wish::Refresh(id()?)),
            "unsubscribe" => Some(Wish::Unsubscribe { id: id()?, keep: value("keep").is_some() }),
            _ => None,
        }
    }
}

/// Why a wish was not done, which the server leaves as a Leptos context for the page that it answers with. With the address that was
/// typed, so that it need not be typed again.
#[derive(Clone, Debug)]
pub struct WishRefused(pub ApiError);
