//! The addresses of the system that people had before: an object was called after its UID there.

use crate::access::{Access, Held};
use crate::{Kalends, Result};

impl Kalends {
    /// The name of the object that was called `name` in the system before: the one of that name, else the one whose UID the name is,
    /// followed by `.ics`. `None` when there is neither, or the calendar may not be read.
    pub async fn object_name(&self, calendar: &Held, name: &str) -> Result<Option<String>> {
        if calendar.require(Access::Read).is_err() {
            return Ok(None);
        }
        let mut tx = self.db.read().await?;
        if tx.object_head(calendar.id, name).await?.is_some() {
            return Ok(Some(name.to_owned()));
        }
        let Some(uid) = name.strip_suffix(".ics") else { return Ok(None) };
        Ok(tx.object_of_uid(calendar.id, uid).await?.map(|object| object.head.name))
    }
}
