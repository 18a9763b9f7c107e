//! `/settings/delegates`: who acts for the viewer, and for whom the viewer acts.

pub mod api;
mod page;
pub mod server;

pub use page::DelegatesPage;

use crate::sharing::{PartyInfo, Refusal, Wanted};
use serde::{Deserialize, Serialize};

/// Where the page is.
pub const PATH: &str = "/settings/delegates";

/// What a delegate may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DelegateLevel {
    Read,
    Write,
}

/// Everything on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegations {
    /// The revisions that are shown, as the cursor of the stream has them.
    pub cursor: String,
    pub delegates: Vec<DelegateInfo>,
    pub delegating: Vec<DelegateInfo>,
    /// What became of a form.
    pub said: Option<String>,
    pub refused: Option<DelegateRefused>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegateInfo {
    pub id: i64,
    pub with: PartyInfo,
    pub level: DelegateLevel,
}

/// What a form of the page asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DelegateWish {
    Add {
        with: Wanted,
        level: String,
    },
    /// Somebody acts for the viewer no longer.
    End {
        who: i64,
    },
    /// The viewer acts for somebody no longer.
    Stop {
        who: i64,
    },
}

impl DelegateWish {
    /// Reads the fields of a form: `do` with what it is about.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let who = || value("who")?.parse().ok();
        match value("do")?.as_str() {
            "add" => {
                let level = value("level").unwrap_or_default().trim().to_owned();
                Some(DelegateWish::Add { with: Wanted::read(&value), level })
            }
            "end" => Some(DelegateWish::End { who: who()? }),
            "stop" => Some(DelegateWish::Stop { who: who()? }),
            _ => None,
        }
    }
}

/// A wish that was not done, which the server leaves as a Leptos context for the page that it answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegateRefused {
    pub wish: DelegateWish,
    pub refusal: Refusal,
}
