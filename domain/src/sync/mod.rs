//! Calendars from elsewhere that stay in step.

pub mod accounts;
pub mod connector;
pub mod credentials;
pub mod plan;
pub mod provider;
mod signed_in;
pub mod vault;

pub use crate::model::remote_account::{AccountState, ProviderKind, RemoteAccount, RemoteAccountId};
pub use signed_in::SignedInAt;
