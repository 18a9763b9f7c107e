//! What the pages of mail show.

use super::invitation_records::MessageInvitation;
use super::wishes::{AccountRefused, AddFields, DraftFields};
use crate::wire::ApiError;
use chrono::NaiveDateTime;

/// What a folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Inbox,
    Drafts,
    Sent,
    Archive,
    Junk,
    Trash,
    /// What is starred, wherever it is.
    Starred,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderInfo {
    /// As it stands in addresses.
    pub key: String,
    /// `None`: what is in several folders together.
    pub id: Option<i64>,
    pub name: String,
    pub role: Role,
    pub unread: usize,
    pub total: usize,
    /// How many folders it is in.
    pub depth: usize,
}

/// How an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountStanding {
    Works,
    /// What it has is being read for the first time.
    Reading,
    /// Its server could not be reached, and is asked again.
    Waiting,
    Paused,
    NeedsPassword,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAccountInfo {
    pub id: i64,
    pub name: String,
    pub address: String,
    /// `#RRGGBB`
    pub color: String,
    pub standing: AccountStanding,
    /// What its server said, where something is wrong.
    pub why: Option<String>,
    /// When it was last looked at, where the viewer is.
    pub checked: Option<NaiveDateTime>,
    /// How many messages have changed here in a way that its server has not been told yet.
    pub pending: usize,
    pub folders: Vec<FolderInfo>,
}

/// The folders of everything, beside each page of mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// What is in the inboxes together, and what is starred anywhere.
    pub together: Vec<FolderInfo>,
    pub accounts: Vec<MailAccountInfo>,
}

impl Folders {
    /// The folder of this key.
    pub fn find(&self, key: &str) -> Option<&FolderInfo> {
        let own = self.accounts.iter().flat_map(|account| &account.folders);
        self.together.iter().chain(own).find(|folder| folder.key == key)
    }
}

/// A message, or a thread by its last message, as a row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub message: i64,
    /// Who wrote; in sent folders and drafts to whom.
    pub people: String,
    pub subject: String,
    pub snippet: String,
    /// Where the viewer is.
    pub at: NaiveDateTime,
    pub is_unread: bool,
    pub is_flagged: bool,
    pub is_answered: bool,
    pub has_attachments: bool,
    /// How many messages there are in its thread.
    pub count: usize,
    /// Of its account, where there are several.
    pub color: Option<String>,
    /// What is being written here is gone on with where others are read.
    pub draft: Option<i64>,
}

/// What is wanted of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub folder: String,
    /// Words to look for.
    pub query: String,
    pub unread_only: bool,
    /// The words are looked for in the texts as well, by the servers.
    pub at_server: bool,
    /// The message whose pictures from elsewhere are shown this once.
    pub pictures: Option<i64>,
    /// From which piece on, as the list before it said.
    pub from: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailList {
    pub now: NaiveDateTime,
    pub folders: Folders,
    pub wanted: Wanted,
    pub title: String,
    pub role: Role,
    /// How many messages there are in the folder; of a search it is not known.
    pub total: Option<usize>,
    pub rows: Vec<Row>,
    /// Where what is older stands.
    pub older: Option<String>,
    /// The accounts that a server did not look through, or not to the end, and why.
    pub not_searched: Vec<(String, String)>,
    pub said: Option<String>,
    pub refused: Option<ApiError>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub address: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub part: usize,
    pub name: String,
    pub kind: String,
    pub octets: usize,
    /// The browser can show it itself.
    pub can_be_seen: bool,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Text(String),
    /// It stands in a frame of its own. How many of its pictures are elsewhere, and are not fetched.
    Html {
        blocked: usize,
        /// They are fetched this once.
        shows: bool,
    },
    /// It is fetched when it is looked at.
    Later,
    /// It could not be had, and why.
    Missing(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: i64,
    pub from: Person,
    pub to: Vec<Person>,
    pub cc: Vec<Person>,
    pub bcc: Vec<Person>,
    /// All fields of its header.
    pub header: Vec<(String, String)>,
    pub reply_to: Vec<Person>,
    pub at: NaiveDateTime,
    pub snippet: String,
    pub body: Body,
    pub attachments: Vec<Attachment>,
    pub is_unread: bool,
    pub is_flagged: bool,
    /// Whether it is shown at once; else it can be opened.
    pub is_open: bool,
    /// What it says about a meeting, where it is open.
    pub invitation: MessageInvitation,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// In which it stands.
    pub list: MailList,
    /// By which it was asked for.
    pub message: i64,
    /// The account that has it.
    pub account: i64,
    pub subject: String,
    pub messages: Vec<Message>,
}

/// With what a message can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Account and identity: `3:7`.
    pub key: String,
    pub name: String,
    pub address: String,
    /// As it stands under a text; empty: none.
    pub signature: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftFile {
    pub id: i64,
    pub name: String,
    pub octets: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compose {
    pub folders: Folders,
    pub senders: Vec<Sender>,
    pub fields: DraftFields,
    pub files: Vec<DraftFile>,
    /// It waits to be sent, and until when, where the viewer is.
    pub waits: Option<NaiveDateTime>,
    /// Why it was not sent.
    pub why: Option<String>,
    pub said: Option<String>,
    pub refused: Option<ApiError>,
    /// Up to how much may be attached.
    pub max_octets: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adding {
    pub fields: AddFields,
    pub refused: Option<ApiError>,
    pub said: Option<String>,
    pub ways: Ways,
}

/// How one comes into a mail account that is being added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// Services at which one can sign in, and where that begins.
    pub sign_ins: Vec<(String, String)>,
    /// The service takes no passwords: signing in there is the only way.
    pub only_sign_in: Option<String>,
}

/// An address that mail is sent as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub id: i64,
    /// Empty: the address alone.
    pub name: String,
    pub address: String,
    /// Empty: the account's.
    pub signature: String,
}

/// Which folder is for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderChoice {
    /// As the form calls it.
    pub field: &'static str,
    pub label: &'static str,
    /// The path of the one that was chosen.
    pub chosen: Option<String>,
    /// The one that is for it where none was chosen; `None`: there is none.
    pub by_itself: Option<String>,
}

/// Calendars that are to be had where an account is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brings {
    /// What the service is called.
    pub name: String,
    /// How often its calendars are best brought into step.
    pub minutes: usize,
    pub way: BringsWay,
}

/// How one comes by them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BringsWay {
    /// With the password that the account has.
    Take,
    /// By signing in at the service, which begins here.
    SignIn(String),
    /// They are here, and chosen here.
    Taken(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneMailAccount {
    pub account: MailAccountInfo,
    pub imap: String,
    pub smtp: String,
    pub signature: String,
    /// Whose invitations stand in the calendar as they come: `nobody`, `known` or `everyone`.
    pub invitations: String,
    /// Invitations go out by it where no account has the address that they are from.
    pub for_invitations: bool,
    /// What was done last that did not work out, and when, where the viewer is.
    pub notice: Option<(String, NaiveDateTime)>,
    pub brings: Vec<Brings>,
    /// What mail is sent as, the account's own address first.
    pub identities: Vec<Identity>,
    pub folder_choices: Vec<FolderChoice>,
    /// The paths of all folders that can hold messages.
    pub all_folders: Vec<String>,
    /// From one look to the next, in minutes.
    pub minutes: i64,
    /// The service at which its owner signs in instead of giving a password, and where that begins; `None`: the server is not
    /// registered there any more.
    pub signs_in: Option<(String, Option<String>)>,
    /// The accounts of calendars that were made with it, and the calendars that are kept in step with these.
    pub calendar_accounts: Vec<(String, Vec<String>)>,
    /// How much is written and not sent, and of that how much waits to be.
    pub unsent: usize,
    pub waiting: usize,
    pub said: Option<String>,
    pub refused: Option<AccountRefused>,
}

/// The mail of the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardState {
    pub now: NaiveDateTime,
    pub unread: usize,
    pub rows: Vec<Row>,
}

/// How many messages the card of the dashboard has.
pub const MAX_SHOWN: usize = 5;
