//! Where the pages of mail are.

/// Where mail is; leads on to the inbox of all accounts.
pub const PATH: &str = "/mail";

/// The name of the folder that has what is in the inboxes of all accounts.
pub const INBOX: &str = "inbox";

/// The name of what is starred in all accounts.
pub const STARRED: &str = "starred";

/// The page that writes a message, and takes what it is written with.
pub const WRITE: &str = "/mail/write";

/// The settings of mail accounts.
pub const SETTINGS: &str = "/settings/mail";

/// The page that adds an account.
pub const ADD: &str = "/settings/mail/new";

/// Where somebody signs in at a service for their mail there.
pub fn sign_in_path(service: &str) -> String {
    format!("{SETTINGS}/sign-in/{service}")
}

/// The list of what is in a folder: a number, [`INBOX`] or [`STARRED`].
pub fn folder_path(folder: &str) -> String {
    format!("{PATH}/{folder}")
}

/// A message, with those that belong to it.
pub fn message_path(folder: &str, message: i64) -> String {
    format!("{PATH}/{folder}/{message}")
}

/// What a message says as HTML, for the frame on its page.
pub fn body_path(message: i64) -> String {
    format!("{PATH}/message/{message}/body")
}

/// A part of a message, as a file.
pub fn part_path(message: i64, part: impl std::fmt::Display) -> String {
    format!("{PATH}/message/{message}/part/{part}")
}

/// What takes what somebody says to what a message says about a meeting.
pub fn invitation_path(message: i64) -> String {
    format!("{PATH}/message/{message}/invitation")
}

/// The form for what is made of a message: `event` or `task`.
pub fn making_path(kind: &str, message: i64) -> String {
    format!("{PATH}/from/{message}/{kind}")
}

/// The mail about an event.
pub fn about_path(calendar: i64, name: &str) -> String {
    let mut path = format!("{PATH}/about/{calendar}/");
    crate::agenda::links::escape(&mut path, name);
    path
}

/// What has a message of the folder for drafts be written on.
pub fn edit_path(message: i64) -> String {
    format!("{PATH}/message/{message}/edit")
}

/// A message as it came.
pub fn source_path(message: i64) -> String {
    format!("{PATH}/message/{message}/source")
}

/// An answer to a message, or what passes it on: `reply`, `all` or `forward`.
pub fn answer_path(kind: &str, message: i64) -> String {
    format!("{WRITE}?{kind}={message}")
}

/// The page of a mail account.
pub fn account_path(account: i64) -> String {
    format!("{SETTINGS}/{account}")
}
