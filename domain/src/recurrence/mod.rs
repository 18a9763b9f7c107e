//! RRULE (RFC 5545 section 3.3.10): reading a rule and expanding it lazily in a window of wall-clock time.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// A parsed and checked RRULE value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {}

/// The form in which UNTIL was written decides what it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Date(NaiveDate),
    Floating(NaiveDateTime),
    Utc(DateTime<Utc>),
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RuleError(pub String);

impl Rule {
    /// Reads the value of an RRULE property.
    pub fn parse(value: &str) -> Result<Self, RuleError> {
        let _ = value;
        todo!()
    }
}
