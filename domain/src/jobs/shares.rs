//! Ending what was shared until a time: access ends by itself at that moment, and this has the lists say so.

use super::{Ended, Lease};
use crate::Result;
use crate::model::job::{JobKind, NewJob};
use chrono::{DateTime, TimeDelta, Utc};

/// The job that is due when a share ends at `end`.
pub(crate) fn end_of_share(end: DateTime<Utc>) -> NewJob {
    // A little later, so that the database's clock is past it as well.
    let due_at = end + TimeDelta::milliseconds(50);
    NewJob {
        kind: JobKind::EndShares,
        key: due_at.timestamp().to_string(),
        owner: None,
        payload: "{}".to_owned(),
        due_at,
    }
}

pub async fn end(lease: &Lease) -> Result<Ended> {
    let ended = lease.kalends.end_shares().await?;
    let mut tx = lease.kalends.db.write().await?;
    let result = serde_json::json!({ "shares": ended }).to_string();
    let ended = lease.end(&mut tx, Some(&result)).await?;
    tx.commit().await?;
    Ok(ended)
}
