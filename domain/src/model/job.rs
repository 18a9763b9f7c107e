//! Work that outlives the request that asked for it.

use super::principal::PrincipalId;
use chrono::{DateTime, Utc};

/// Identifies a job in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub i64);

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Takes away what is kept for a time only: what rests in the bin, old versions, what has ended.
    Clean,
    /// Derives the index anew from the stored objects.
    Reindex,
    /// Reads a file into a calendar.
    Import,
    /// Writes a backup into the folder for them.
    Backup,
    /// Ends what was shared until a time that has come.
    EndShares,
    /// Imports calendars from another service.
    MoveIn,
    /// Brings a calendar and one elsewhere into step.
    Sync,
    /// Has a service tell of changes in the calendars of an account.
    Subscribe,
    /// Takes back what that did once.
    TakeBack,
    /// Takes up messages about meetings for whom they are.
    Invitations,
    /// Sends a letter of the installation's.
    Mail,
    /// Plans reminders, and makes those that are due.
    Remind,
    /// Sends reminders.
    Deliver,
    /// Looks at what a mail account has.
    MailLook,
    /// Tells a mail server what was done here.
    MailPush,
    /// Saves a draft of a mail on its server.
    MailSave,
    /// Sends a mail.
    MailSend,
    /// Sends messages about meetings to people elsewhere.
    InvitationMail,
    /// Takes up what came about meetings by mail.
    MailInvitations,
}

impl JobKind {
    pub const ALL: [JobKind; 19] = [
        JobKind::Clean,
        JobKind::Reindex,
        JobKind::Import,
        JobKind::Backup,
        JobKind::EndShares,
        JobKind::MoveIn,
        JobKind::Sync,
        JobKind::Subscribe,
        JobKind::TakeBack,
        JobKind::Invitations,
        JobKind::Mail,
        JobKind::Remind,
        JobKind::Deliver,
        JobKind::MailLook,
        JobKind::MailPush,
        JobKind::MailSave,
        JobKind::MailSend,
        JobKind::InvitationMail,
        JobKind::MailInvitations,
    ];

    pub fn name(self) -> &'static str {
        match self {
            JobKind::Clean => "clean",
            JobKind::Reindex => "reindex",
            JobKind::Import => "import",
            JobKind::Backup => "backup",
            JobKind::EndShares => "end-shares",
            JobKind::MoveIn => "move-in",
            JobKind::Sync => "sync",
            JobKind::Subscribe => "subscribe",
            JobKind::TakeBack => "take-back",
            JobKind::Invitations => "invitations",
            JobKind::Mail => "mail",
            JobKind::Remind => "remind",
            JobKind::Deliver => "deliver",
            JobKind::MailLook => "mail-look",
            JobKind::MailPush => "mail-push",
            JobKind::MailSave => "mail-save",
            JobKind::MailSend => "mail-send",
            JobKind::InvitationMail => "invitation-mail",
            JobKind::MailInvitations => "mail-invitations",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Until it is due, at first or again.
    Waiting,
    /// A node does it.
    Running,
    Done,
    /// It failed as often as it may. It is kept until somebody has it tried again or removes it.
    Dead,
}

impl JobState {
    pub const ALL: [JobState; 4] = [JobState::Waiting, JobState::Running, JobState::Done, JobState::Dead];

    pub fn name(self) -> &'static str {
        match self {
            JobState::Waiting => "waiting",
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Dead => "dead",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A job as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    /// A name that this version may not know.
    pub kind: String,
    /// Who may see it beside administrators.
    pub owner: Option<PrincipalId>,
    /// JSON, of the kind's own form: what there is to do, and how far it has come.
    pub payload: String,
    pub state: JobState,
    /// When it is done at the earliest.
    pub due_at: DateTime<Utc>,
    /// How often it was begun.
    pub attempts: u32,
    /// How much of how much is done; `None`: not known.
    pub steps_done: u64,
    pub steps: Option<u64>,
    pub created_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// JSON, of the kind's own form.
    pub result: Option<String>,
    /// Why the last attempt that failed did so.
    pub error: Option<String>,
}

/// A job about to be put into the queue.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub kind: JobKind,
    /// Of those of a kind that have not ended there is one with the same.
    pub key: String,
    pub owner: Option<PrincipalId>,
    pub payload: String,
    pub due_at: DateTime<Utc>,
}
