//! Calendars from elsewhere that stay in step.

pub mod plan;
pub mod provider;
