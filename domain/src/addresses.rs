//! The addresses of the system that people had before: an object was called after its UID there.

use crate::access::{self, Access, Caller};
use crate::{Error, Kalends, Result};

impl Kalends {
    /// The name of the object that was `/{owner}/{slug}/{name}` in the system before: the one of that name, else the one whose UID
    /// the name is, followed by `.ics`. `None` when there is neither, or no such calendar that the caller may see.
    pub async fn object_name(&self, caller: Caller, owner: &str, slug: &str, name: &str) -> Result<Option<String>> {
        let mut tx = self.db.read().await?;
        let calendar = match access::calendar_at(&mut tx, caller, owner, slug, Access::Read).await {
            Ok(calendar) => calendar,
            Err(Error::NotFound(_) | Error::Forbidden { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        if tx.object_head(calendar.id, name).await?.is_some() {
            return Ok(Some(name.to_owned()));
        }
        match name.strip_suffix(".ics") {
            Some(uid) => tx.name_of_uid(calendar.id, uid).await,
            None => Ok(None),
        }
    }
}
