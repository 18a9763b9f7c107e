use crate::syntax::SyntaxError;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a text is not read or an edit not made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// CALDAV:valid-calendar-data (RFC 4791 section 5.3.2.1): not iCalendar, or iCalendar that RFC 5545 forbids.
    #[error("not valid iCalendar: {0}")]
    InvalidCalendarData(SyntaxError),
    /// CALDAV:valid-calendar-object-resource: valid iCalendar that may not be stored as one resource
    /// (METHOD, several UIDs, several component types; RFC 4791 section 4.1).
    #[error("not a valid calendar object resource: {0}")]
    InvalidCalendarObject(SyntaxError),
    /// CALDAV:supported-calendar-component: a type of component that nothing here knows.
    #[error("there are no {0} components here")]
    UnsupportedComponent(String),
    /// CALDAV:max-resource-size.
    #[error("larger than the limit of {limit} octets")]
    TooLarge { limit: usize },
    /// CALDAV:max-instances.
    #[error("more than {limit} instances")]
    TooManyInstances { limit: usize },
    /// The object has no such component or instance.
    #[error("{0} was not found")]
    NotFound(Missing),
    /// A value of an edit is not usable; `field` names it.
    #[error("{field}: {problem}")]
    BadInput { field: &'static str, problem: Problem },
}

impl Error {
    pub(crate) fn bad_input(field: &'static str, problem: Problem) -> Self {
        Error::BadInput { field, problem }
    }
}

/// What an object does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// A component that has what is asked of it.
    #[error("the event")]
    Event,
    #[error("the instance")]
    Instance,
    /// Anybody who is invited and is who asks.
    #[error("the invitation")]
    Invitation,
}

/// What is wrong with an edit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("the end is before the start")]
    EndBeforeStart,
    #[error("the year must be between 1 and 9998")]
    Year,
    #[error("the interval must be at least 1")]
    NoInterval,
    #[error("no day is chosen")]
    NoDay,
    #[error("there must be at least one event")]
    NoEvent,
    #[error("it ends before it begins")]
    EndsBeforeItBegins,
    /// A rule that cannot be read, and why.
    #[error("{0}")]
    NoRule(String),
    #[error("a series that repeats by several rules cannot be divided")]
    SeveralRules,
    #[error("this series repeats by a rule that cannot be moved; change how it repeats as well")]
    UnmovableRule,
    #[error("an event that repeats within a day cannot last all day")]
    RepeatsWithinADay,
}
