//! The backups that servers make by themselves.

use super::lease::{Ended, Lease};
use crate::{Error, Missing, Problem, Result, backup};

pub(super) async fn back_up(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let plan = kalends.limits.backups.as_ref().ok_or(Error::NotFound(Missing::BackupFolder))?;
    let made = backup::back_up_by_plan(&kalends.db, plan, &kalends.limits).await;
    let made = made.map_err(|error| Error::bad_input("backup-folder", Problem::Configuration(error.to_string())))?;
    let result = serde_json::json!({ "file": made.file.display().to_string(), "octets": made.octets }).to_string();
    let mut tx = kalends.db.write().await?;
    let ended = lease.end(&mut tx, Some(&result)).await?;
    tx.commit().await?;
    Ok(ended)
}
