//! What the forms of the pages ask for.

use crate::wire::ApiError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    Invite {
        slug: String,
        name: String,
        email: String,
        is_admin: bool,
    },
    Link(i64),
    Change {
        id: i64,
        name: String,
        email: String,
        is_admin: bool,
    },
    /// A link that is to be sent to an address.
    AddressLink {
        id: i64,
        address: String,
    },
    VerifyAddress {
        id: i64,
        address: String,
    },
    RemoveAddress {
        id: i64,
        address: String,
    },
    Disable(i64),
    Enable(i64),
    /// `heir`: the user name of whoever gets the calendars; `None`: they go into the bin.
    Delete {
        id: i64,
        heir: Option<String>,
        /// The user name of whoever manages the groups that nobody else does.
        manager: Option<String>,
    },
    /// To manage the group of this name.
    Manage {
        id: i64,
        team: String,
    },
    Restore(i64),
}

impl Wish {
    /// Reads the fields of a form: `do`, and what that takes; `id`: the person whose page it is on.
    pub fn read(id: Option<i64>, value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let text = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        let is_admin = value("admin").is_some();
        let manager = || Some(text("manager").to_lowercase()).filter(|manager| !manager.is_empty());
        match (value("do")?.as_str(), id) {
            ("invite", None) => Some(Wish::Invite {
                slug: text("slug").to_lowercase(),
                name: text("name"),
                email: text("email"),
                is_admin,
            }),
            ("link", Some(id)) => Some(Wish::Link(id)),
            ("change", Some(id)) => Some(Wish::Change { id, name: text("name"), email: text("email"), is_admin }),
            ("address-link", Some(id)) => Some(Wish::AddressLink { id, address: text("address") }),
            ("verify-address", Some(id)) => Some(Wish::VerifyAddress { id, address: text("address") }),
            ("remove-address", Some(id)) => Some(Wish::RemoveAddress { id, address: text("address") }),
            ("disable", Some(id)) => Some(Wish::Disable(id)),
            ("enable", Some(id)) => Some(Wish::Enable(id)),
            ("delete", Some(id)) => match text("calendars").as_str() {
                "hand-over" => Some(Wish::Delete { id, heir: Some(text("heir").to_lowercase()), manager: manager() }),
                "bin" => Some(Wish::Delete { id, heir: None, manager: manager() }),
                _ => None,
            },
            ("manage", Some(id)) => Some(Wish::Manage { id, team: text("team").to_lowercase() }),
            ("restore", Some(id)) => Some(Wish::Restore(id)),
            _ => None,
        }
    }
}

/// Why a wish was not done, and what was typed, which the server leaves as a Leptos context for the page that it answers with.
#[derive(Clone, Debug)]
pub struct Refused {
    pub error: ApiError,
    pub form: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::Wish;

    fn read(id: Option<i64>, form: &[(&str, &str)]) -> Option<Wish> {
        Wish::read(id, |name| form.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn nothing_is_deleted_without_a_word_about_the_calendars() {
        let delete = |more: &[(&str, &str)]| read(Some(7), &[&[("do", "delete")], more].concat());
        assert_eq!(delete(&[]), None);
        assert_eq!(delete(&[("heir", "anna")]), None);
        assert_eq!(
            delete(&[("calendars", "bin"), ("heir", "anna")]),
            Some(Wish::Delete { id: 7, heir: None, manager: None })
        );
        let (heir, manager) = (Some("anna".to_owned()), Some("cleo".to_owned()));
        assert_eq!(
            delete(&[("calendars", "hand-over"), ("heir", " Anna "), ("manager", "Cleo")]),
            Some(Wish::Delete { id: 7, heir, manager })
        );
        let heir = Some(String::new());
        assert_eq!(delete(&[("calendars", "hand-over")]), Some(Wish::Delete { id: 7, heir, manager: None }));
        assert_eq!(read(None, &[("do", "disable")]), None);
        assert_eq!(read(Some(7), &[("do", "invite"), ("slug", "ben")]), None);
    }
}
