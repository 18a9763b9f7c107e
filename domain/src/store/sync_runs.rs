//! Runs of links, and their receipts.

use super::Transaction;
use super::statement::{Row, broken, millis, signed};
use crate::Result;
use crate::model::sync_link::{SyncLinkId, Trouble};
use crate::model::sync_run::{DeedCount, EntryUndo, RunEntry, RunOutcome, Side, SyncOutcome, SyncRun, SyncRunId};
use crate::versions::{packed, unpacked};
use chrono::{DateTime, Utc};

fn run(row: &Row) -> Result<SyncRun> {
    let outcome: Option<&str> = row.get("outcome")?;
    let trouble: Option<&str> = row.get("code")?;
    Ok(SyncRun {
        id: SyncRunId(row.get("id")?),
        link: SyncLinkId(row.get("link_id")?),
        run: row.get::<&str>("run")?.parse().map_err(|_| broken("run"))?,
        takes_back: row.get::<&str>("kind")? == "back",
        began_at: row.instant("began_at")?,
        ended_at: row.optional_instant("ended_at")?,
        outcome: outcome.and_then(RunOutcome::from_name),
        trouble: trouble.and_then(Trouble::from_name),
        why: row.get("why")?,
        taken_back: row.get("taken_back")?,
    })
}

fn side_and_deed(row: &Row) -> Result<(Side, SyncOutcome)> {
    let side = Side::from_name(row.get("side")?).ok_or_else(|| broken("side"))?;
    Ok((side, SyncOutcome::from_name(row.get("what")?).ok_or_else(|| broken("what"))?))
}

fn entry(row: &Row) -> Result<RunEntry> {
    let (side, deed) = side_and_deed(row)?;
    let before: Option<Vec<u8>> = row.get("before")?;
    Ok(RunEntry {
        id: row.get("id")?,
        side,
        deed,
        uid: row.get("uid")?,
        title: Some(row.get::<String>("title")?).filter(|title| !title.is_empty()),
        name: row.get("name")?,
        why: row.get("why")?,
        undo: EntryUndo {
            remote: row.get("remote_id")?,
            before: before.map(|content| unpacked(&content)).transpose()?,
            tag: row.get("tag")?,
            local_base: row.get("local_base")?,
        },
    })
}

impl Transaction {
    pub async fn insert_sync_run(
        &mut self,
        link: SyncLinkId,
        id: uuid::Uuid,
        takes_back: bool,
        at: DateTime<Utc>,
    ) -> Result<SyncRunId> {
        let statement =
            self.sql("INSERT INTO sync_runs (link_id, run, kind, began_at) VALUES ($1, $2, $3, $4) RETURNING id");
        let kind = if takes_back { "back" } else { "sync" };
        let row = statement.bind(link.0).bind(id.to_string()).bind(kind).bind(millis(at)).one().await?;
        Ok(SyncRunId(row.get("id")?))
    }

    /// What is open of a link when another run begins was broken off, with its process or by the database: what it had done stays, and a
    /// run that had done nothing leaves no receipt.
    pub async fn end_broken_sync_runs(&mut self, link: SyncLinkId, at: DateTime<Utc>) -> Result<()> {
        let statement = self.sql(
            "UPDATE sync_runs SET ended_at = $2, outcome = 'partly' WHERE link_id = $1 AND kind = 'sync' AND ended_at IS NULL
             AND EXISTS (SELECT 1 FROM sync_run_entries WHERE run_id = sync_runs.id)",
        );
        statement.bind(link.0).bind(millis(at)).run().await?;
        let statement = self.sql("DELETE FROM sync_runs WHERE link_id = $1 AND kind = 'sync' AND ended_at IS NULL");
        statement.bind(link.0).run().await?;
        Ok(())
    }

    pub async fn end_sync_run(
        &mut self,
        id: SyncRunId,
        at: DateTime<Utc>,
        outcome: RunOutcome,
        trouble: Option<(Trouble, &str)>,
    ) -> Result<()> {
        let statement = self.sql("UPDATE sync_runs SET ended_at = $2, outcome = $3, code = $4, why = $5 WHERE id = $1");
        let (trouble, why) = trouble.map_or((None, None), |(trouble, why)| (Some(trouble.name()), Some(why)));
        statement.bind(id.0).bind(millis(at)).bind(outcome.name()).bind(trouble).bind(why).run().await?;
        Ok(())
    }

    /// A run that found nothing to do leaves no receipt.
    pub async fn delete_sync_run(&mut self, id: SyncRunId) -> Result<()> {
        self.sql("DELETE FROM sync_runs WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }

    pub async fn add_sync_entry(&mut self, run: SyncRunId, entry: &RunEntry) -> Result<()> {
        let statement = self.sql(
            "INSERT INTO sync_run_entries (run_id, side, what, uid, title, name, remote_id, why, before, tag, local_base)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        );
        let before = entry.undo.before.as_deref().map(packed).transpose()?;
        let statement = statement.bind(run.0).bind(entry.side.name()).bind(entry.deed.name()).bind(&entry.uid);
        let statement = statement.bind(entry.title.as_deref().unwrap_or_default()).bind(entry.name.as_deref());
        let statement = statement.bind(entry.undo.remote.as_deref()).bind(entry.why.as_deref()).bind(before);
        statement.bind(entry.undo.tag.as_deref()).bind(entry.undo.local_base.as_deref()).run().await?;
        Ok(())
    }

    pub async fn sync_run(&mut self, id: SyncRunId) -> Result<Option<SyncRun>> {
        let statement = self.sql("SELECT * FROM sync_runs WHERE id = $1");
        statement.bind(id.0).optional().await?.as_ref().map(run).transpose()
    }

    /// Those of a link before `before`, the newest first, at most `limit`.
    pub async fn sync_runs(&mut self, link: SyncLinkId, before: SyncRunId, limit: usize) -> Result<Vec<SyncRun>> {
        let statement = self.sql("SELECT * FROM sync_runs WHERE link_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
        statement.bind(link.0).bind(before.0).bind(signed(limit)).all(run).await
    }

    /// Lines of a receipt after `after`, in their order, at most `limit`.
    pub async fn sync_run_entries(&mut self, run: SyncRunId, after: i64, limit: usize) -> Result<Vec<RunEntry>> {
        let statement = self.sql("SELECT * FROM sync_run_entries WHERE run_id = $1 AND id > $2 ORDER BY id LIMIT $3");
        statement.bind(run.0).bind(after).bind(signed(limit)).all(entry).await
    }

    /// Lines of a receipt about these objects of one side, in their order.
    pub async fn sync_run_entries_of(&mut self, run: SyncRunId, side: Side, names: &[&str]) -> Result<Vec<RunEntry>> {
        let list = serde_json::to_string(names).map_err(|_| broken("name"))?;
        let values = self.json_values();
        let parts = [
            "SELECT * FROM sync_run_entries WHERE run_id = $2 AND side = $3 AND name IN (SELECT value FROM ",
            values,
            ") ORDER BY id",
        ];
        self.joined(&parts).bind(list).bind(run.0).bind(side.name()).all(entry).await
    }

    pub async fn sync_run_counts(&mut self, run: SyncRunId) -> Result<Vec<DeedCount>> {
        let statement = self
            .sql("SELECT side, what, count(*) AS entries FROM sync_run_entries WHERE run_id = $1 GROUP BY side, what");
        let read = |row: &Row| {
            let (side, deed) = side_and_deed(row)?;
            Ok(DeedCount { side, deed, count: row.count("entries")? })
        };
        let mut counts = statement.bind(run.0).all(read).await?;
        counts.sort_by_key(|count| (count.side, count.deed));
        Ok(counts)
    }

    pub async fn set_sync_run_taken_back(&mut self, id: SyncRunId) -> Result<()> {
        self.sql("UPDATE sync_runs SET taken_back = TRUE WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }

    /// Forgets some runs that began before `before`. Yields how many.
    pub async fn delete_old_sync_runs(&mut self, before: DateTime<Utc>) -> Result<u64> {
        let statement = self.sql(
            "DELETE FROM sync_runs WHERE id IN (SELECT id FROM sync_runs WHERE began_at < $1 ORDER BY began_at LIMIT 100)",
        );
        statement.bind(millis(before)).run().await
    }
}
