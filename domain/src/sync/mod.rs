//! Calendars from elsewhere that stay in step.

pub mod provider;
