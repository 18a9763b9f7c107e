//! What the forms of mail ask for.

use super::paths::{self, folder_path};
use crate::wire::ApiError;
use chrono::NaiveDateTime;

/// How many messages a form may name.
pub const MAX_CHOSEN: usize = 1000;

/// Why messages were left as they are: a Leptos context for the page that the server answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRefused(pub ApiError);

/// What is done with messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailAction {
    MarkRead,
    MarkUnread,
    Flag,
    Unflag,
    Archive,
    Delete,
    Junk,
    NotJunk,
    Move { folder: i64 },
}

/// A form around messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailWish {
    /// In which folder, as addresses name it.
    pub folder: String,
    pub messages: Vec<i64>,
    pub deed: MailAction,
    /// The page to go on with.
    pub back: String,
}

impl MailWish {
    /// Reads the fields of a form: `m` for each message, `do` with what is done, `to` with the folder to move to, `back`.
    pub fn read(form: &[(String, String)], folder: &str) -> Option<Self> {
        let value = |wanted: &str| form.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let deed = match value("do")? {
            "read" => MailAction::MarkRead,
            "unread" => MailAction::MarkUnread,
            "flag" => MailAction::Flag,
            "unflag" => MailAction::Unflag,
            "archive" => MailAction::Archive,
            "delete" => MailAction::Delete,
            "junk" => MailAction::Junk,
            "not-junk" => MailAction::NotJunk,
            "move" => MailAction::Move { folder: value("to")?.parse().ok()? },
            _ => return None,
        };
        let named = form.iter().filter(|(name, _)| name == "m");
        let messages = named.map(|(_, value)| value.parse().ok()).collect::<Option<Vec<i64>>>()?;
        let back = value("back").filter(|back| is_of_mail(back)).map_or_else(|| folder_path(folder), str::to_owned);
        Some(MailWish { folder: folder.to_owned(), messages, deed, back })
    }
}

/// Whether a page is one of mail: no other is led to.
fn is_of_mail(path: &str) -> bool {
    path.strip_prefix(paths::PATH).is_some_and(|rest| rest.starts_with('/'))
        && crate::return_path::own_path(Some(path)).is_some()
}

/// What the fields of the page that writes hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftFields {
    pub draft: Option<i64>,
    /// The one of the draft that was seen; `None`: whichever there is.
    pub revision: Option<i64>,
    /// With what it is sent: `Sender::key`.
    pub sender: String,
    pub to: String,
    pub cc: String,
    pub bcc: String,
    pub subject: String,
    pub text: String,
    /// The same with its formatting; `None`: it has none.
    pub html: Option<String>,
    /// The message that it answers, or passes on.
    pub answers: Option<i64>,
    /// How: `reply`, `all` or `forward`.
    pub kind: String,
}

/// Why a message was not sent or kept: a Leptos context for the page that the server answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeRefused {
    pub fields: DraftFields,
    pub error: ApiError,
}

/// What is done with a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeDeed {
    Save,
    Send,
    /// At this time where the viewer is.
    SendLater(NaiveDateTime),
    Discard,
    /// Without this file.
    Detach(i64),
    /// It waits to be sent, and shall not be.
    Unsend,
}

/// A file that came with the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    pub name: String,
    pub kind: String,
    pub content: Vec<u8>,
}

/// The page that writes, as it was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeWish {
    pub fields: DraftFields,
    pub deed: ComposeDeed,
    pub files: Vec<NewFile>,
}

impl ComposeWish {
    /// # Errors
    /// `BadInput` for what is no time.
    pub fn read(value: impl Fn(&str) -> Option<String>, files: Vec<NewFile>) -> Result<Self, Box<ComposeRefused>> {
        let text = |name: &str| value(name).unwrap_or_default();
        let number = |name: &str| value(name).and_then(|text| text.parse().ok());
        let fields = DraftFields {
            draft: number("draft"),
            revision: number("revision"),
            sender: text("sender"),
            to: text("to").trim().to_owned(),
            cc: text("cc").trim().to_owned(),
            bcc: text("bcc").trim().to_owned(),
            subject: text("subject").trim().to_owned(),
            text: text("text").replace("\r\n", "\n"),
            html: value("html").filter(|html| !html.trim().is_empty()),
            answers: number("answers"),
            kind: text("kind"),
        };
        let wanted = text("do");
        let deed = match wanted.split_once(':').unwrap_or((&wanted, "")) {
            ("send", _) => ComposeDeed::Send,
            ("later", _) => match text("at").parse::<NaiveDateTime>().or_else(|_| format!("{}:00", text("at")).parse())
            {
                Ok(at) => ComposeDeed::SendLater(at),
                Err(_) => {
                    let message = crate::words::server_mail_later_wrong().into();
                    let error = ApiError::BadInput { field: "at".into(), message };
                    return Err(Box::new(ComposeRefused { fields, error }));
                }
            },
            ("unsend", _) => ComposeDeed::Unsend,
            ("discard", _) => ComposeDeed::Discard,
            ("detach", part) => part.parse().map_or(ComposeDeed::Save, ComposeDeed::Detach),
            _ => ComposeDeed::Save,
        };
        Ok(ComposeWish { fields, deed, files })
    }
}

/// Where an account's mail is, as a person may change it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerFields {
    pub imap_host: String,
    pub imap_port: String,
    /// `tls`, `starttls` or `none`.
    pub imap_security: String,
    pub smtp_host: String,
    pub smtp_port: String,
    pub smtp_security: String,
    pub user: String,
}

/// The form of a new account; the password is not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddFields {
    pub address: String,
    pub name: String,
    pub servers: ServerFields,
    /// Whether the servers have been looked for, so that they are shown.
    pub is_found: bool,
    /// By what they were found, in words.
    pub found_by: Option<String>,
    /// The service, where it is one that is known by name.
    pub service: Option<String>,
}

/// Why an account was not added, or what was found for it: a Leptos context for the page that the server answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddRefused {
    pub fields: AddFields,
    pub error: Option<ApiError>,
}

/// The form of a new account: whether it is to be added, or its servers to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddWish {
    pub fields: AddFields,
    pub is_sure: bool,
}

impl AddWish {
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        let servers = ServerFields {
            imap_host: text("imap_host"),
            imap_port: text("imap_port"),
            imap_security: text("imap_security"),
            smtp_host: text("smtp_host"),
            smtp_port: text("smtp_port"),
            smtp_security: text("smtp_security"),
            user: text("user"),
        };
        let fields = AddFields {
            address: text("address"),
            name: text("name"),
            servers,
            is_found: text("do") != "look",
            found_by: value("found_by").filter(|by| !by.is_empty()),
            service: value("service").filter(|service| !service.is_empty()),
        };
        AddWish { fields, is_sure: text("do") == "add" }
    }
}

/// What a form on the page of a mail account asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountWish {
    Test,
    Pause,
    Resume,
    /// The calendars that it brings are to be here as well.
    TakeCalendars,
    Change {
        name: String,
        /// `#RRGGBB`
        color: String,
        signature: String,
        /// Whose invitations stand in the calendar as they come.
        invitations: String,
        /// Invitations go out by it where no account has the address that they are from.
        for_invitations: bool,
        /// From one look to the next; `None`: as it is.
        minutes: Option<i64>,
    },
    /// Which folder is for what, by their paths; empty: as the server says.
    Folders {
        sent: String,
        drafts: String,
        archive: String,
        bin: String,
        spam: String,
    },
    AddIdentity {
        address: String,
        name: String,
    },
    ChangeIdentity {
        identity: i64,
        name: String,
        /// Empty: the account's.
        signature: String,
    },
    RemoveIdentity {
        identity: i64,
    },
    /// The password is not kept.
    Password,
    /// With what becomes of calendars that were made with it: `keep`, `leave` or `bin`.
    Remove {
        calendars: String,
    },
}

impl AccountWish {
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let text = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        match value("do")?.as_str() {
            "test" => Some(AccountWish::Test),
            "pause" => Some(AccountWish::Pause),
            "resume" => Some(AccountWish::Resume),
            "calendars" => Some(AccountWish::TakeCalendars),
            "change" => Some(AccountWish::Change {
                name: text("name"),
                color: text("color"),
                signature: value("signature").unwrap_or_default().replace("\r\n", "\n"),
                invitations: text("invitations"),
                for_invitations: value("for_invitations").is_some(),
                minutes: text("minutes").parse().ok(),
            }),
            "folders" => Some(AccountWish::Folders {
                sent: text("sent"),
                drafts: text("drafts"),
                archive: text("archive"),
                bin: text("bin"),
                spam: text("spam"),
            }),
            "identity-add" => {
                Some(AccountWish::AddIdentity { address: text("identity_address"), name: text("identity_name") })
            }
            "identity" => Some(AccountWish::ChangeIdentity {
                identity: text("identity").parse().ok()?,
                name: text("name"),
                signature: value("signature").unwrap_or_default().replace("\r\n", "\n"),
            }),
            "identity-remove" => Some(AccountWish::RemoveIdentity { identity: text("identity").parse().ok()? }),
            "password" => Some(AccountWish::Password),
            "remove" => Some(AccountWish::Remove { calendars: text("calendars") }),
            _ => None,
        }
    }
}

/// A wish that was not done: a Leptos context for the page that the server answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRefused {
    pub wish: AccountWish,
    pub error: ApiError,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn form(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_form_names_messages_and_what_is_done_with_them() {
        let wish = MailWish::read(&form(&[("m", "3"), ("m", "5"), ("do", "archive")]), "7").unwrap();
        assert_eq!(
            wish,
            MailWish { folder: "7".into(), messages: vec![3, 5], deed: MailAction::Archive, back: "/mail/7".into() }
        );
        for fields in [&[("m", "x"), ("do", "read")][..], &[("m", "1")], &[("do", "burn")], &[("do", "move")]] {
            assert_eq!(MailWish::read(&form(fields), "7"), None, "{fields:?}");
        }
    }

    #[test]
    fn what_a_form_leads_to_is_of_mail() {
        let back = |back: &str| MailWish::read(&form(&[("do", "read"), ("back", back)]), "inbox").unwrap().back;
        assert_eq!(back("/mail/12?q=a"), "/mail/12?q=a");
        for foreign in ["/agenda", "//evil.example", "/mailer", "https://evil.example/mail/", "/mail/a b"] {
            assert_eq!(back(foreign), "/mail/inbox", "{foreign}");
        }
    }

    #[test]
    fn what_is_sent_later_has_a_time() {
        let read = |at: &'static str| {
            ComposeWish::read(
                move |name| {
                    ["do", "at"].iter().zip(["later", at]).find(|(n, _)| **n == name).map(|(_, v)| v.to_owned())
                },
                Vec::new(),
            )
        };
        let at = "2027-03-02T09:00:00".parse().unwrap();
        assert_eq!(read("2027-03-02T09:00").unwrap().deed, ComposeDeed::SendLater(at));
        assert!(matches!(read("soon").unwrap_err().error, ApiError::BadInput { .. }));
    }
}
