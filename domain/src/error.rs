use crate::model::missing::{Existing, Missing};
use crate::model::principal::Access;
use kalends_ical::syntax::SyntaxError;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did nothing. Surfaces translate each variant; the text is fit to show to a person.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist, or the caller may not know that it does.
    #[error("{0} was not found")]
    NotFound(Missing),
    /// The caller sees it but lacks the access that the operation needs.
    #[error("this needs {needed} access")]
    Forbidden { needed: Access },
    /// If-Match or If-None-Match did not hold (RFC 9110 section 13).
    #[error("the object has changed since it was read")]
    PreconditionFailed,
    /// CALDAV:valid-calendar-data (RFC 4791 section 5.3.2.1): not iCalendar, or iCalendar that RFC 5545 forbids.
    #[error("not valid iCalendar: {0}")]
    InvalidCalendarData(SyntaxError),
    /// CALDAV:valid-calendar-object-resource: valid iCalendar that may not be stored as one resource
    /// (METHOD, several UIDs, several component types; RFC 4791 section 4.1).
    #[error("not a valid calendar object resource: {0}")]
    InvalidCalendarObject(SyntaxError),
    /// CALDAV:supported-calendar-component.
    #[error("this calendar does not take {0} components")]
    UnsupportedComponent(String),
    /// CALDAV:no-uid-conflict; `name` is the resource that holds the UID.
    #[error("the UID is in use by {name}")]
    UidConflict { name: String },
    /// CALDAV:max-resource-size.
    #[error("larger than the limit of {limit} octets")]
    TooLarge { limit: usize },
    /// A dead property is larger than [`crate::Limits::property_octets`].
    #[error("the property {name} is over the limit of {limit} octets")]
    PropertyTooLarge { namespace: String, name: String, limit: usize },
    /// More dead properties than [`crate::Limits::dead_properties`].
    #[error("a calendar keeps {limit} properties that are not known here, and no more")]
    TooManyProperties { limit: usize },
    /// CALDAV:max-instances.
    #[error("more than {limit} instances")]
    TooManyInstances { limit: usize },
    /// DAV:resource-must-be-null (MKCALENDAR on a taken name, COPY/MOVE without overwrite).
    #[error("{0} already exists")]
    AlreadyExists(Existing),
    /// DAV:valid-sync-token (RFC 6578 section 3.2).
    #[error("the sync-token is not valid for this calendar")]
    InvalidSyncToken,
    /// A value that a person or client gave is not usable; `field` names it.
    #[error("{field}: {problem}")]
    BadInput { field: &'static str, problem: Problem },
    /// Wrong name or password, or a revoked or unknown secret.
    #[error("the name or the password is wrong")]
    BadCredentials,
    /// DAV:quota-not-exceeded (RFC 4331 section 6): the account holds as much as it may.
    #[error("the account may hold {limit} {unit} and no more")]
    QuotaExceeded { limit: u64, unit: &'static str },
    /// As many imports of the account wait or go on as may at once.
    #[error("{limit} imports are under way already; begin the next one when one of them is done")]
    TooManyImports { limit: usize },
    /// As much as may be done at once is being done, and others wait for it already.
    #[error("the server is busy; try again in {seconds} s")]
    Busy { seconds: u64 },
    /// Too many wrong passwords in a row; the next try has to wait this long.
    #[error("too many wrong passwords; wait {seconds} s and try again")]
    TooManyTries { seconds: i64 },
    /// Other writes were in the way, also when it was tried again.
    #[error("the server is busy with other changes; try again")]
    Contended,
    /// Another node does the job that this one was at.
    #[error("another node has taken the job over")]
    LeaseLost,
    /// What people are invited to cannot be changed so.
    #[error(transparent)]
    Scheduling(#[from] SchedulingProblem),
    /// A service elsewhere did not do what it was asked, or could not be found.
    #[error(transparent)]
    Remote(#[from] crate::sync::connector::FindError),
    /// A server of mail did not take a message just now.
    #[error(transparent)]
    Mail(#[from] crate::model::mail_error::MailError),
    /// The database cannot be reached.
    #[error("the database cannot be reached; try again in {seconds} s")]
    Unavailable { seconds: u64 },
    /// A fault of the program or of the store; the cause is for the log, not for the caller.
    #[error("the server failed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Whether it is the store that failed, and not what was asked of it.
    pub(crate) fn is_of_the_store(&self) -> bool {
        use Error::{Busy, Contended, Internal, LeaseLost, Unavailable};
        matches!(self, Contended | LeaseLost | Busy { .. } | Unavailable { .. } | Internal(_))
    }

    /// After how many seconds the same may succeed, for what the server could not do just now.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Error::Busy { seconds } | Error::Unavailable { seconds } => Some(*seconds),
            Error::Contended | Error::LeaseLost => Some(1),
            _ => None,
        }
    }

    pub fn bad_input(field: &'static str, problem: Problem) -> Self {
        Error::BadInput { field, problem }
    }
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("{least} to {most} characters")]
    Length { least: usize, most: usize },
    #[error("{least} to {most} characters, none of them a control character")]
    Name { least: usize, most: usize },
    #[error("at most {limit} octets")]
    Octets { limit: usize },
    /// It is to be one segment of an address.
    #[error("1 to 255 octets without '/' and control characters")]
    Segment,
    #[error("1 to 64 of a-z, 0-9, '.', '_' and '-', not beginning with '.'")]
    UserName,
    #[error("{0:?} means something else in addresses")]
    Reserved(String),
    #[error("an address such as ada@example.org")]
    Email,
    #[error("an address that was shown to be yours")]
    NotVerified,
    #[error("a time that has not passed")]
    Past,
    #[error("a picture of the kind PNG, JPEG or WebP, of at most 8000 pixels each way")]
    Picture,
    #[error("at most {most} minutes before")]
    TooEarly { most: u32 },
    #[error("nobody can sign in with that account")]
    NotActive,
    /// Nobody would be left to look after people's accounts.
    #[error("this is the last administrator who can sign in")]
    LastAdministrator,
    #[error("written #RRGGBB or #RRGGBBAA")]
    Color,
    #[error("at least one type of component")]
    NoComponents,
    #[error("only a whole series can move to another calendar")]
    PartOfSeries,
    #[error("that calendar holds this event already")]
    HeldAlready,
    #[error("it has a character that cannot be stored")]
    Unstorable,
    #[error("free-busy, read, write or administer")]
    Access,
    #[error("free-busy or read")]
    LinkAccess,
    #[error("1 to {most} calendars")]
    Calendars { most: usize },
    #[error("it changed only what you have for yourself, of which no version is kept")]
    Personal,
    #[error("somebody else than yourself and the owner")]
    Oneself,
    #[error("an address that begins with https://, http:// or webcal://")]
    WebAddress,
    #[error("group or mission")]
    TeamKind,
    #[error("not before the start")]
    EndBeforeStart,
    #[error("somebody has to manage it")]
    LastManager,
    /// Nobody would manage the team of this name.
    #[error("say who manages {0:?}, which nobody else does")]
    OnlyManager(String),
    #[error("it has calendars still, here or in the bin")]
    OwnsCalendars,
    #[error("nobody signs in with a password here")]
    PasswordsOff,
    #[error("there would be no way left to sign in")]
    OnlyWay,
    /// What one page gave to the next.
    #[error("it took too long; begin anew")]
    TookTooLong,
    #[error(transparent)]
    Edit(kalends_ical::Problem),
    /// Of what programs ask for and no page does.
    #[error("{0}")]
    Request(&'static str),
    /// Of the configuration, which no page shows.
    #[error("{0}")]
    Configuration(String),
}

impl From<kalends_ical::Error> for Error {
    fn from(error: kalends_ical::Error) -> Self {
        use kalends_ical::Error as Ical;
        match error {
            Ical::InvalidCalendarData(why) => Error::InvalidCalendarData(why),
            Ical::InvalidCalendarObject(why) => Error::InvalidCalendarObject(why),
            Ical::UnsupportedComponent(name) => Error::UnsupportedComponent(name),
            Ical::TooLarge { limit } => Error::TooLarge { limit },
            Ical::TooManyInstances { limit } => Error::TooManyInstances { limit },
            Ical::NotFound(what) => Error::NotFound(what.into()),
            Ical::BadInput { field, problem } => Error::BadInput { field, problem: Problem::Edit(problem) },
        }
    }
}

/// Why an object that people are invited to stays as it is (RFC 6638 section 3.2.4).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchedulingProblem {
    #[error(transparent)]
    Refused(#[from] kalends_ical::itip::Refusal),
    /// CALDAV:unique-scheduling-object-resource; the other object, at `/{owner}/{slug}/{name}`.
    #[error("it is in another calendar already")]
    NotUnique { owner: String, slug: String, name: String },
    /// CALDAV:max-attendees-per-instance
    #[error("at most {limit} people can be invited to one event")]
    TooMany { limit: usize },
    /// Nobody could answer.
    #[error("who invites needs an address of e-mail that was shown to be theirs")]
    NoAddress,
    /// If-Schedule-Tag-Match did not hold (RFC 6638 section 8.3).
    #[error("the object has changed since it was read")]
    OtherTag,
}
