//! Calendars from elsewhere that stay in step.

pub mod connector;
pub mod credentials;
pub mod plan;
pub mod provider;

pub use crate::model::remote_account::{AccountState, ProviderKind, RemoteAccount, RemoteAccountId};
