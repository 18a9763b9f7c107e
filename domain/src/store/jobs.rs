//! The queue of jobs.

use super::Transaction;
use super::statement::{Row, Statement, broken, millis, signed};
use crate::Result;
use crate::model::job::{Job, JobId, JobKind, JobState, NewJob};
use crate::model::mail_account::MailAccountId;
use crate::model::principal::PrincipalId;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

const COLUMNS: &str =
    "id, kind, owner_id, payload, state, due_at, attempts, steps_done, steps, created_at, ended_at, result, error";
/// What can be taken: around the time that it is, twice. Times of leases are the database's own, as nodes' clocks differ.
const CLAIMABLE: [&str; 3] = ["(state = 'waiting' AND due_at <= ", " OR state = 'running' AND leased_until < ", ")"];
/// That a lease is still good: bound are the first two.
const HELD: &str = "id = $1 AND state = 'running' AND leased_by = $2";

fn job(row: &Row) -> Result<Job> {
    let ended_at = row.get::<Option<i64>>("ended_at")?;
    Ok(Job {
        id: JobId(row.get("id")?),
        kind: row.get("kind")?,
        owner: row.get::<Option<i64>>("owner_id")?.map(PrincipalId),
        payload: row.get("payload")?,
        state: JobState::from_name(row.get("state")?).ok_or_else(|| broken("state"))?,
        due_at: row.instant("due_at")?,
        attempts: u32::try_from(row.count("attempts")?).map_err(|_| broken("attempts"))?,
        steps_done: row.count("steps_done")?,
        steps: row.get::<Option<i64>>("steps")?.map(|steps| steps.unsigned_abs()),
        created_at: row.instant("created_at")?,
        ended_at: ended_at.map(|_| row.instant("ended_at")).transpose()?,
        result: row.get("result")?,
        error: row.get("error")?,
    })
}

/// The names of kinds as a JSON array.
fn names(kinds: &[JobKind]) -> Result<String> {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    serde_json::to_string(&names).map_err(|_| broken("kind"))
}

/// A node's right to do a job.
#[derive(Clone, Copy, Debug)]
pub struct JobLease {
    pub id: JobId,
    pub kind: JobKind,
    /// Each lease has its own, also on the same node.
    pub token: Uuid,
}

/// How far a job has come.
#[derive(Clone, Copy, Debug)]
pub struct JobProgress<'a> {
    pub done: u64,
    pub of: Option<u64>,
    /// What the job goes on from when another attempt takes it.
    pub payload: Option<&'a str>,
}

impl Transaction {
    /// Puts a job into the queue. Yields the one with the same key that waits or runs already, if there is one.
    pub async fn enqueue_job(&mut self, new: &NewJob) -> Result<JobId> {
        let inserted = self
            .sql(
                "INSERT INTO jobs (kind, unique_key, owner_id, payload, state, due_at, created_at)
                 VALUES ($1, $2, $3, $4, 'waiting', $5, $6)
                 ON CONFLICT (kind, unique_key) WHERE state IN ('waiting', 'running') DO NOTHING RETURNING id",
            )
            .bind(new.kind.name())
            .bind(&new.key)
            .bind(new.owner.map(|owner| owner.0))
            .bind(&new.payload)
            .bind(millis(new.due_at))
            .bind(millis(Utc::now()))
            .optional()
            .await?;
        if let Some(row) = inserted {
            return Ok(JobId(row.get("id")?));
        }
        let open =
            self.sql("SELECT id FROM jobs WHERE kind = $1 AND unique_key = $2 AND state IN ('waiting', 'running')");
        match open.bind(new.kind.name()).bind(&new.key).optional().await? {
            Some(row) => Ok(JobId(row.get("id")?)),
            // It has ended in between.
            None => Err(crate::Error::Contended),
        }
    }

    /// How many jobs of a kind that `owner` began wait or run.
    pub async fn open_jobs(&mut self, kind: JobKind, owner: PrincipalId) -> Result<u64> {
        let statement = self.sql(
            "SELECT count(*) AS jobs FROM jobs WHERE kind = $1 AND owner_id = $2 AND state IN ('waiting', 'running')",
        );
        statement.bind(kind.name()).bind(owner.0).one().await?.count("jobs")
    }

    /// How many jobs of a kind `owner` has begun since `since`, whatever became of them.
    pub async fn jobs_begun_since(&mut self, kind: JobKind, owner: PrincipalId, since: DateTime<Utc>) -> Result<u64> {
        let statement =
            self.sql("SELECT count(*) AS jobs FROM jobs WHERE kind = $1 AND owner_id = $2 AND created_at >= $3");
        statement.bind(kind.name()).bind(owner.0).bind(millis(since)).one().await?.count("jobs")
    }

    pub async fn attach_job_file(&mut self, id: JobId, content: &[u8]) -> Result<()> {
        let statement =
            self.sql("INSERT INTO job_files (job_id, content) VALUES ($1, $2) ON CONFLICT (job_id) DO NOTHING");
        statement.bind(id.0).bind(content).run().await?;
        Ok(())
    }

    pub async fn job_file(&mut self, id: JobId) -> Result<Option<Vec<u8>>> {
        let row = self.sql("SELECT content FROM job_files WHERE job_id = $1").bind(id.0).optional().await?;
        row.map(|row| row.get("content")).transpose()
    }

    /// Whether there is a job of `kinds` that could be taken now.
    pub async fn has_due_job(&mut self, kinds: &[JobKind]) -> Result<bool> {
        let parts = [&self.claimable()[..], &[" LIMIT 1"]].concat();
        Ok(self.joined(&parts).bind(names(kinds)?).optional().await?.is_some())
    }

    /// A SELECT of the ids of those that can be taken; bound as the first are their kinds as a JSON array.
    fn claimable(&self) -> [&'static str; 8] {
        let (now, values) = (self.now(), self.json_values());
        let [waits, runs, end] = CLAIMABLE;
        ["SELECT id FROM jobs WHERE kind IN (SELECT value FROM ", values, ") AND ", waits, now, runs, now, end]
    }

    /// Takes the job that has been due for the longest, of `kinds`, for `lease`.
    pub async fn claim_job(&mut self, kinds: &[JobKind], lease: TimeDelta) -> Result<Option<(JobLease, Job)>> {
        let now = self.now();
        let token = Uuid::new_v4();
        // Two nodes do not wait for each other: each takes another one.
        let lock = self.row_lock(" FOR UPDATE SKIP LOCKED");
        let taken = [
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, leased_by = $2, leased_until = ",
            now,
            " + $3 WHERE id = (",
        ];
        let first = [" ORDER BY due_at, id LIMIT 1", lock, ") RETURNING ", COLUMNS];
        let parts = [&taken[..], &self.claimable(), &first].concat();
        let statement = self.joined(&parts);
        let row =
            statement.bind(names(kinds)?).bind(token.to_string()).bind(lease.num_milliseconds()).optional().await?;
        let Some(row) = row else { return Ok(None) };
        let job = job(&row)?;
        let kind = JobKind::from_name(&job.kind).ok_or_else(|| broken("kind"))?;
        Ok(Some((JobLease { id: job.id, kind, token }, job)))
    }

    /// Holds a job for `lease` from now on, and says how far it has come: it counts as begun once, as it gets on. Yields whether it was
    /// still held.
    pub async fn hold_job(
        &mut self,
        held: JobLease,
        lease: TimeDelta,
        progress: Option<JobProgress<'_>>,
    ) -> Result<bool> {
        let now = self.now();
        let statement = self.joined(&[
            "UPDATE jobs SET leased_until = ",
            now,
            " + $3, payload = coalesce($4, payload), steps_done = coalesce($5, steps_done), steps = coalesce($6, steps),
                attempts = CASE WHEN $5 IS NULL THEN attempts ELSE 1 END WHERE ",
            HELD,
        ]);
        let statement = bind_lease(statement, held).bind(lease.num_milliseconds());
        let statement = statement.bind(progress.and_then(|progress| progress.payload));
        let statement = statement.bind(progress.map(|progress| progress.done.cast_signed()));
        Ok(statement.bind(progress.and_then(|progress| progress.of).map(u64::cast_signed)).run().await? == 1)
    }

    /// The job is done, with what came of it. Yields whether it was still held.
    pub async fn end_job(&mut self, held: JobLease, result: Option<&str>) -> Result<bool> {
        let now = self.now();
        let statement = self.joined(&[
            "UPDATE jobs SET state = 'done', ended_at = ",
            now,
            ", result = $3, error = NULL, leased_by = NULL, leased_until = NULL WHERE ",
            HELD,
        ]);
        let was_held = bind_lease(statement, held).bind(result).run().await? == 1;
        if was_held {
            self.sql("DELETE FROM job_files WHERE job_id = $1").bind(held.id.0).run().await?;
        }
        Ok(was_held)
    }

    /// The job is done, and nothing is kept of it. Yields whether it was still held.
    pub async fn forget_held_job(&mut self, held: JobLease) -> Result<bool> {
        let statement = self.joined(&["DELETE FROM jobs WHERE ", HELD]);
        Ok(bind_lease(statement, held).run().await? == 1)
    }

    /// The attempt has failed: the job waits until `again`, or is dead where there is no such time. Yields whether it was still held.
    pub async fn fail_job(&mut self, held: JobLease, error: &str, again: Option<DateTime<Utc>>) -> Result<bool> {
        let now = self.now();
        let statement = self.joined(&[
            "UPDATE jobs SET state = CASE WHEN $4 IS NULL THEN 'dead' ELSE 'waiting' END, due_at = coalesce($4, due_at),
                ended_at = CASE WHEN $4 IS NULL THEN ",
            now,
            " END, error = $3, leased_by = NULL, leased_until = NULL WHERE ",
            HELD,
        ]);
        Ok(bind_lease(statement, held).bind(error).bind(again.map(millis)).run().await? == 1)
    }

    /// The node does not go on with the job; it counts as not begun, and another may take it at once.
    pub async fn hand_back_job(&mut self, held: JobLease) -> Result<()> {
        let statement = self.joined(&[
            "UPDATE jobs SET state = 'waiting', attempts = attempts - 1, leased_by = NULL, leased_until = NULL WHERE ",
            HELD,
        ]);
        bind_lease(statement, held).run().await?;
        Ok(())
    }

    pub async fn job(&mut self, id: JobId) -> Result<Option<Job>> {
        let row = self.joined(&["SELECT ", COLUMNS, " FROM jobs WHERE id = $1"]).bind(id.0).optional().await?;
        row.as_ref().map(job).transpose()
    }

    /// What there is one of at a time of its kind.
    pub async fn job_key(&mut self, id: JobId) -> Result<Option<String>> {
        let row = self.sql("SELECT unique_key FROM jobs WHERE id = $1").bind(id.0).optional().await?;
        row.map(|row| row.get("unique_key")).transpose()
    }

    /// Of those of a kind with this key the one that was put into the queue last.
    pub async fn newest_job(&mut self, kind: JobKind, key: &str) -> Result<Option<Job>> {
        let parts = ["SELECT ", COLUMNS, " FROM jobs WHERE kind = $1 AND unique_key = $2 ORDER BY id DESC LIMIT 1"];
        let row = self.joined(&parts).bind(kind.name()).bind(key).optional().await?;
        row.as_ref().map(job).transpose()
    }

    /// Those that have not ended or are dead first, then the newest, at most `limit`.
    pub async fn jobs(&mut self, limit: usize) -> Result<Vec<Job>> {
        let parts =
            ["SELECT ", COLUMNS, " FROM jobs ORDER BY CASE WHEN state = 'done' THEN 1 ELSE 0 END, id DESC LIMIT $1"];
        self.joined(&parts).bind(signed(limit)).all(job).await
    }

    /// Those that `owner` began, the newest first, at most `limit`.
    pub async fn jobs_of(&mut self, owner: PrincipalId, limit: usize) -> Result<Vec<Job>> {
        let parts = ["SELECT ", COLUMNS, " FROM jobs WHERE owner_id = $1 ORDER BY id DESC LIMIT $2"];
        self.joined(&parts).bind(owner.0).bind(signed(limit)).all(job).await
    }

    /// How many jobs there are in each state.
    pub async fn job_counts(&mut self) -> Result<Vec<(JobState, u64)>> {
        self.sql("SELECT state, count(*) AS jobs FROM jobs GROUP BY state")
            .all(|row| Ok((JobState::from_name(row.get("state")?).ok_or_else(|| broken("state"))?, row.count("jobs")?)))
            .await
    }

    /// Has a job that does not run begin anew at `due_at`, as if it had never been tried. Yields whether there is one; not for one whose key another
    /// has meanwhile.
    pub async fn retry_job(&mut self, id: JobId, due_at: DateTime<Utc>) -> Result<bool> {
        let statement = self.sql(
            "UPDATE jobs SET state = 'waiting', attempts = 0, due_at = $2, ended_at = NULL WHERE id = $1 AND (state = 'waiting'
                OR state = 'dead' AND NOT EXISTS (SELECT 1 FROM jobs o WHERE o.kind = jobs.kind AND o.unique_key = jobs.unique_key
                    AND o.state IN ('waiting', 'running')))",
        );
        Ok(statement.bind(id.0).bind(millis(due_at)).run().await? == 1)
    }

    /// The job of a kind with this key, if it waits for longer, is due at `at`, as if it had never been tried.
    pub async fn hasten_job(&mut self, kind: JobKind, key: &str, at: DateTime<Utc>) -> Result<()> {
        let statement = self.sql(
            "UPDATE jobs SET due_at = $3, attempts = 0 WHERE kind = $1 AND unique_key = $2 AND state = 'waiting' AND due_at > $3",
        );
        statement.bind(kind.name()).bind(key).bind(millis(at)).run().await?;
        Ok(())
    }

    /// Forgets the job of a kind with this key, if it waits.
    pub async fn delete_waiting_jobs(&mut self, kind: JobKind, key: &str) -> Result<()> {
        let statement = self.sql("DELETE FROM jobs WHERE kind = $1 AND unique_key = $2 AND state = 'waiting'");
        statement.bind(kind.name()).bind(key).run().await?;
        Ok(())
    }

    /// Forgets those that wait to look at a mail account, and to send or keep what is written with it, which may be in months.
    pub async fn delete_jobs_of_mail(&mut self, account: MailAccountId) -> Result<()> {
        let statement = self.sql(
            "DELETE FROM jobs WHERE state = 'waiting' AND (
                kind IN ('mail-look', 'mail-push', 'mail-invitations') AND unique_key = $1
                OR kind IN ('mail-save', 'mail-send') AND unique_key IN
                    (SELECT CAST(id AS TEXT) FROM mail_drafts WHERE account_id = $2)
                OR kind = 'mail-save' AND unique_key IN
                    (SELECT 'copy-' || CAST(id AS TEXT) FROM mail_copies WHERE account_id = $2))",
        );
        statement.bind(account.0.to_string()).bind(account.0).run().await?;
        Ok(())
    }

    /// Forgets those of a kind with this key that are over.
    pub async fn delete_ended_jobs(&mut self, kind: JobKind, key: &str) -> Result<()> {
        let statement = self.sql("DELETE FROM jobs WHERE kind = $1 AND unique_key = $2 AND state IN ('done', 'dead')");
        statement.bind(kind.name()).bind(key).run().await?;
        Ok(())
    }

    /// Yields whether there was one that did not run.
    pub async fn remove_job(&mut self, id: JobId) -> Result<bool> {
        let statement = self.sql("DELETE FROM jobs WHERE id = $1 AND state <> 'running'");
        Ok(statement.bind(id.0).run().await? == 1)
    }

    /// Forgets jobs of a kind that have been dead since before `before`, with their files.
    pub async fn delete_dead_jobs(&mut self, kind: JobKind, before: DateTime<Utc>) -> Result<u64> {
        let statement = self.sql("DELETE FROM jobs WHERE state = 'dead' AND kind = $1 AND ended_at < $2");
        statement.bind(kind.name()).bind(millis(before)).run().await
    }

    /// Forgets jobs that were done before `before`.
    pub async fn delete_jobs_done(&mut self, before: DateTime<Utc>) -> Result<u64> {
        self.sql("DELETE FROM jobs WHERE state = 'done' AND ended_at < $1").bind(millis(before)).run().await
    }
}

fn bind_lease(statement: Statement<'_>, held: JobLease) -> Statement<'_> {
    statement.bind(held.id.0).bind(held.token.to_string())
}
