//! Calendars from elsewhere that stay in step.

pub mod accounts;
pub mod connector;
pub mod credentials;
pub mod feed;
pub mod plan;
pub mod provider;
pub mod vault;

pub use crate::model::remote_account::{AccountState, ProviderKind, RemoteAccount, RemoteAccountId};
