//! Where the calendar comes from that an account of the kind [`super::ProviderKind::Ics`] is.

use super::provider::ProviderError;
use crate::holidays::Pack;
use serde::{Deserialize, Serialize};

/// What an account's settings say. An address may be a secret, so that it is kept as credentials are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum FeedSource {
    /// At an address on this host.
    Address { host: String },
    /// Public holidays, for which nobody is asked.
    Holidays(Pack),
    /// A file that somebody brought, and brings again when there is another version of it; it was called so.
    File { name: String },
}

impl FeedSource {
    /// # Errors
    /// `Missing` for what was not written by [`FeedSource::written`].
    pub fn read(settings: &str) -> Result<Self, ProviderError> {
        let unreadable = |_| ProviderError::Missing("what is kept of where it comes from cannot be read".into());
        serde_json::from_str(settings).map_err(unreadable)
    }

    /// As it stands in an account's settings.
    pub fn written(&self) -> String {
        // It is made of texts, which can all be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}
