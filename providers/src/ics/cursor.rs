//! What a cursor says: which version of the file is known, in the server's words and in ours.

use kalends_domain::sync::provider::{Cursor, ProviderError};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Position {
    /// A digest of the address: an address may be a secret.
    pub address: String,
    /// ETag and Last-Modified, as they were written.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// A digest of what all objects say.
    pub content: String,
    /// After how many seconds the feed wants to be asked again.
    pub wished_seconds: Option<i64>,
}

impl Position {
    /// # Errors
    /// `CursorRejected` for what was not written here, or by an earlier version.
    pub fn of(cursor: &Cursor) -> Result<Self, ProviderError> {
        serde_json::from_str(&cursor.0).map_err(|_| ProviderError::CursorRejected)
    }

    pub fn cursor(&self) -> Cursor {
        // It is made of texts and a number, which can all be written.
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }
}
