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
    NotFound(&'static str),
    /// A value of an edit is not usable; `field` names it.
    #[error("{field}: {message}")]
    BadInput { field: &'static str, message: String },
}

impl Error {
    pub fn bad_input(field: &'static str, message: impl Into<String>) -> Self {
        Error::BadInput { field, message: message.into() }
    }
}
