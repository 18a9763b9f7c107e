//! The tie of a calendar to one elsewhere.

use super::calendar_id::CalendarId;
use super::remote_account::RemoteAccountId;
use crate::sync::plan::{Brake, Direction, Policy};
use crate::sync::provider::RemoteCalendarId;
use chrono::{DateTime, TimeDelta, Utc};

/// Identifies a link in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SyncLinkId(pub i64);

/// What people choose about a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSettings {
    pub direction: Direction,
    pub policy: Policy,
    /// How long after a run the next one begins; `None`: when somebody says so.
    pub interval: Option<TimeDelta>,
    /// What ended longer ago than so many days is left where it is, unless it is in step already; `None`: nothing is.
    pub window_days: Option<u32>,
    /// What is written there may have the service invite people, where it does that by itself (Microsoft 365).
    pub invites: bool,
    /// New meetings that are written there are to be held online by the service itself, where it knows how to (Microsoft 365: in Teams).
    pub online_meetings: bool,
    /// How much a run may delete on one side without asking.
    pub brake: Brake,
}

/// How a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkState {
    /// It has not run yet.
    New,
    /// When, says [`SyncLink::in_step_at`].
    InStep,
    /// How far, says [`SyncLink::progress`].
    Syncing,
    /// Something did not work that may the next time, at [`SyncLink::next_run_at`]; [`SyncLink::trouble`] says what.
    Waiting,
    /// Something has to be done by a person: [`SyncLink::trouble`].
    Attention,
    /// It would delete so much that somebody has to say yes; everything else is in step.
    Asks,
    Paused,
    /// The calendar elsewhere is there no more. This one is kept, and nobody changes it until its owner has decided.
    Gone,
}

impl LinkState {
    pub const ALL: [LinkState; 8] = [
        LinkState::New,
        LinkState::InStep,
        LinkState::Syncing,
        LinkState::Waiting,
        LinkState::Attention,
        LinkState::Asks,
        LinkState::Paused,
        LinkState::Gone,
    ];

    pub fn name(self) -> &'static str {
        match self {
            LinkState::New => "new",
            LinkState::InStep => "in-step",
            LinkState::Syncing => "syncing",
            LinkState::Waiting => "waiting",
            LinkState::Attention => "attention",
            LinkState::Asks => "asks",
            LinkState::Paused => "paused",
            LinkState::Gone => "gone",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing runs until somebody has done something.
    pub fn rests(self) -> bool {
        matches!(self, LinkState::Paused | LinkState::Gone)
    }
}

/// What is the matter with a link, or was with a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// No connection, no answer in time, or a fault over there. It is tried again.
    Unreachable,
    /// The account's credentials are not good (any more): its owner has to give others.
    Unauthenticated,
    /// The account may not do this over there.
    Forbidden,
    /// The calendar elsewhere, or the account, is there no more.
    Missing,
    /// It leads where nothing is asked for, or sends more than is taken.
    Refused,
    /// What comes is not what the protocol says.
    Unreadable,
    /// There is no more room here.
    Quota,
    /// Whoever has the account may not change the calendar here any more.
    NoAccess,
    /// The account is paused.
    AccountPaused,
    /// One side has nothing at all any more.
    EmptySource,
    /// More would be deleted than is without asking.
    TooManyDeletions,
    /// Some objects could not be taken over just now. It is tried again.
    SomeFailed,
}

impl Trouble {
    pub const ALL: [Trouble; 12] = [
        Trouble::Unreachable,
        Trouble::Unauthenticated,
        Trouble::Forbidden,
        Trouble::Missing,
        Trouble::Refused,
        Trouble::Unreadable,
        Trouble::Quota,
        Trouble::NoAccess,
        Trouble::AccountPaused,
        Trouble::EmptySource,
        Trouble::TooManyDeletions,
        Trouble::SomeFailed,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Trouble::Unreachable => "unreachable",
            Trouble::Unauthenticated => "unauthenticated",
            Trouble::Forbidden => "forbidden",
            Trouble::Missing => "missing",
            Trouble::Refused => "refused",
            Trouble::Unreadable => "unreadable",
            Trouble::Quota => "quota",
            Trouble::NoAccess => "no-access",
            Trouble::AccountPaused => "account-paused",
            Trouble::EmptySource => "empty-source",
            Trouble::TooManyDeletions => "too-many-deletions",
            Trouble::SomeFailed => "some-failed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trouble| trouble.name() == name)
    }
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunProgress {
    pub done: u64,
    /// `None`: not known yet.
    pub of: Option<u64>,
}

/// A calendar's tie to one elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncLink {
    pub id: SyncLinkId,
    pub account: RemoteAccountId,
    pub calendar: CalendarId,
    pub remote: RemoteCalendarId,
    /// What the calendar is called there.
    pub remote_name: String,
    /// Whether the account may change what is in it there.
    pub remote_writable: bool,
    /// Its colour there, as it says it.
    pub(crate) remote_color: Option<String>,
    /// What may be stored in it there, by the names of iCalendar; `None`: it does not say.
    pub components: Option<Vec<String>>,
    pub settings: LinkSettings,
    pub state: LinkState,
    pub trouble: Option<Trouble>,
    /// The same in words, where the remote side had some.
    pub why: Option<String>,
    /// How many runs in a row did not come to their end.
    pub failures: u32,
    /// `None`: when somebody says so.
    pub next_run_at: Option<DateTime<Utc>>,
    pub last_run_at: Option<DateTime<Utc>>,
    /// Until when the service tells of changes by itself; `None`: it is asked.
    pub told_until: Option<DateTime<Utc>>,
    /// When both sides were last the same.
    pub in_step_at: Option<DateTime<Utc>>,
    /// Of the run under way.
    pub progress: Option<RunProgress>,
    pub created_at: DateTime<Utc>,
    /// The interval is the one that the calendar elsewhere wishes, whenever it wishes another.
    pub as_wished: bool,
    /// When somebody last wanted a run.
    pub(crate) wanted_at: Option<DateTime<Utc>>,
    /// When it was last known that something has changed: a reason to run soon, and no order to.
    pub(crate) hinted_at: Option<DateTime<Utc>>,
    pub(crate) looked_at: Option<DateTime<Utc>>,
    /// How many runs in a row found nothing.
    pub(crate) quiet_runs: u32,
    pub(crate) cursor: Option<String>,
    pub(crate) listing: i64,
    pub(crate) listing_open: bool,
    /// When everything there was last listed to the end; `None`: it is to be with the next run.
    pub(crate) listed_at: Option<DateTime<Utc>>,
    /// `None`: everything here is to be compared.
    pub(crate) seen_revision: Option<i64>,
    /// So many deletions may be made here and there without asking.
    pub(crate) approved: (Option<u64>, Option<u64>),
    /// It ends, with everything that is there.
    pub(crate) removing: bool,
}
