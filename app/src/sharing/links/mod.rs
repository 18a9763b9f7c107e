//! Public links of a calendar: the section on the page of its shares, where they are made, changed and revoked.

mod addresses;
mod form;
mod section;
pub mod server;

pub use addresses::{Addresses, Embedding};
pub use section::Links;

use crate::sharing::Refusal;
use crate::wire::CalendarId;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Everything in the section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarLinks {
    pub links: Vec<LinkInfo>,
    /// The calendars that the viewer can publish, this one first.
    pub calendars: Vec<(CalendarId, String)>,
    /// Of the link that was made or got another address just now; it is not known later.
    pub fresh: Option<Addresses>,
    pub refused: Option<LinkRefused>,
}

/// A public link as those who administer the calendar see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkInfo {
    pub id: i64,
    pub name: String,
    /// Whether it shows when somebody is busy and nothing else.
    pub is_busy: bool,
    /// Who made it, where that is somebody else, who alone changes it.
    pub maker: Option<String>,
    /// Those that the viewer administers.
    pub calendars: Vec<CalendarId>,
    /// On the viewer's calendar.
    pub last_day: Option<NaiveDate>,
    pub has_ended: bool,
    pub uses: usize,
    pub last_used: Option<NaiveDate>,
}

/// What a form says of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkFields {
    pub name: String,
    pub level: String,
    pub ends: String,
    pub calendars: Vec<CalendarId>,
}

/// What a form of the section asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkWish {
    Make(LinkFields),
    Change { link: i64, fields: LinkFields },
    Rotate { link: i64 },
    Revoke { link: i64 },
    Withdraw { link: i64 },
}

impl LinkWish {
    /// Reads the fields of a form: `do` with what it is about.
    pub fn read(form: &[(String, String)]) -> Option<Self> {
        let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned());
        let link = || value("link")?.parse().ok();
        let fields = || LinkFields {
            name: value("name").unwrap_or_default(),
            level: value("level").unwrap_or_default(),
            ends: value("ends").unwrap_or_default(),
            calendars: form.iter().filter(|(key, _)| key == "calendar").filter_map(|(_, id)| id.parse().ok()).collect(),
        };
        match value("do")?.as_str() {
            "link-make" => Some(LinkWish::Make(fields())),
            "link-change" => Some(LinkWish::Change { link: link()?, fields: fields() }),
            "link-rotate" => Some(LinkWish::Rotate { link: link()? }),
            "link-revoke" => Some(LinkWish::Revoke { link: link()? }),
            "link-withdraw" => Some(LinkWish::Withdraw { link: link()? }),
            _ => None,
        }
    }
}

/// A wish that was not done, which the server leaves as a Leptos context for the page that it answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRefused {
    pub wish: LinkWish,
    pub refusal: Refusal,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_form_names_several_calendars() {
        let read = LinkWish::read(&form(&[
            ("do", "link-make"),
            ("name", " Choir "),
            ("level", "read"),
            ("calendar", "3"),
            ("calendar", "x"),
            ("calendar", "5"),
        ]));
        let fields =
            LinkFields { name: "Choir".into(), level: "read".into(), ends: String::new(), calendars: vec![3, 5] };
        assert_eq!(read, Some(LinkWish::Make(fields)));
        assert_eq!(LinkWish::read(&form(&[("do", "link-revoke"), ("link", "7")])), Some(LinkWish::Revoke { link: 7 }));
        for none in [&[("do", "link-revoke")][..], &[("do", "link-rotate"), ("link", "x")], &[("do", "share")], &[]] {
            assert_eq!(LinkWish::read(&form(none)), None, "{none:?}");
        }
    }
}
