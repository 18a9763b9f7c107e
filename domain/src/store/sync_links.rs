//! Links of calendars to calendars elsewhere.

use super::Transaction;
use super::statement::{Row, broken, millis};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::principal::PrincipalId;
use crate::model::remote_account::{ProviderKind, RemoteAccountId};
use crate::model::sync_link::{LinkSettings, LinkState, RunProgress, SyncLink, SyncLinkId, Trouble};
use crate::sync::plan::{Brake, Direction, Policy};
use crate::sync::provider::{RemoteCalendar, RemoteCalendarId};
use chrono::{DateTime, TimeDelta, Utc};

const LINK: &str = "SELECT l.*, s.expires_at AS told_until FROM sync_links l
    LEFT JOIN sync_subscriptions s ON s.link_id = l.id AND s.remote_id IS NOT NULL ";

fn small(row: &Row, column: &str) -> Result<u32> {
    u32::try_from(row.count(column)?).map_err(|_| broken(column))
}

fn optional_count(row: &Row, column: &str) -> Result<Option<u64>> {
    row.get::<Option<i64>>(column)?.map(|_| row.count(column)).transpose()
}

fn link(row: &Row) -> Result<SyncLink> {
    let components: Option<&str> = row.get("components")?;
    let trouble: Option<&str> = row.get("code")?;
    let progress = optional_count(row, "steps_done")?;
    let of = optional_count(row, "steps")?;
    Ok(SyncLink {
        id: SyncLinkId(row.get("id")?),
        account: RemoteAccountId(row.get("account_id")?),
        calendar: CalendarId(row.get("calendar_id")?),
        remote: RemoteCalendarId(row.get("remote_id")?),
        remote_name: row.get("remote_name")?,
        remote_writable: row.get("remote_writable")?,
        remote_color: row.get("remote_color")?,
        components: components.map(|json| serde_json::from_str(json).map_err(|_| broken("components"))).transpose()?,
        settings: LinkSettings {
            direction: Direction::from_name(row.get("direction")?).ok_or_else(|| broken("direction"))?,
            policy: Policy::from_name(row.get("policy")?).ok_or_else(|| broken("policy"))?,
            interval: row.get::<Option<i64>>("interval_seconds")?.map(TimeDelta::seconds),
            window_days: row.get::<Option<i64>>("window_days")?.map(|_| small(row, "window_days")).transpose()?,
            invites: row.get("invites")?,
            online_meetings: row.get("online_meetings")?,
            brake: Brake { percent: small(row, "brake_percent")?, objects: small(row, "brake_objects")? },
        },
        state: LinkState::from_name(row.get("state")?).ok_or_else(|| broken("state"))?,
        trouble: trouble.and_then(Trouble::from_name),
        why: row.get("why")?,
        failures: small(row, "failures")?,
        next_run_at: row.optional_instant("next_run_at")?,
        last_run_at: row.optional_instant("last_run_at")?,
        told_until: row.optional_instant("told_until")?,
        in_step_at: row.optional_instant("in_step_at")?,
        progress: progress.map(|done| RunProgress { done, of }),
        created_at: row.instant("created_at")?,
        as_wished: row.get("as_wished")?,
        wanted_at: row.optional_instant("wanted_at")?,
        hinted_at: row.optional_instant("hinted_at")?,
        looked_at: row.optional_instant("looked_at")?,
        quiet_runs: small(row, "quiet_runs")?,
        cursor: row.get("cursor")?,
        listing: row.get("listing")?,
        listing_open: row.get("listing_open")?,
        listed_at: row.optional_instant("listed_at")?,
        seen_revision: row.get("seen_revision")?,
        approved: (optional_count(row, "approved_here")?, optional_count(row, "approved_there")?),
        removing: row.get("removing")?,
    })
}

/// What became of a link, to be kept.
#[derive(Clone, Debug)]
pub struct LinkStanding<'a> {
    pub state: LinkState,
    pub trouble: Option<Trouble>,
    pub why: Option<&'a str>,
    pub failures: u32,
    pub next_run_at: Option<DateTime<Utc>>,
}

/// A link about to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewSyncLink<'a> {
    pub account: RemoteAccountId,
    pub calendar: CalendarId,
    pub remote: &'a RemoteCalendar,
    pub settings: &'a LinkSettings,
    pub at: DateTime<Utc>,
}

fn component_names(remote: &RemoteCalendar) -> Result<Option<String>> {
    remote.components.as_ref().map(|names| serde_json::to_string(names).map_err(|_| broken("components"))).transpose()
}

impl Transaction {
    pub async fn sync_link(&mut self, id: SyncLinkId) -> Result<Option<SyncLink>> {
        self.joined(&[LINK, "WHERE l.id = $1"]).bind(id.0).optional().await?.as_ref().map(link).transpose()
    }

    pub async fn sync_link_of_calendar(&mut self, calendar: CalendarId) -> Result<Option<SyncLink>> {
        let statement = self.joined(&[LINK, "WHERE l.calendar_id = $1"]);
        statement.bind(calendar.0).optional().await?.as_ref().map(link).transpose()
    }

    /// All that there are, the oldest first.
    pub(crate) async fn all_sync_links(&mut self) -> Result<Vec<SyncLink>> {
        self.joined(&[LINK, "ORDER BY l.id"]).all(link).await
    }

    /// Those of an account, the oldest first.
    pub async fn sync_links_of_account(&mut self, account: RemoteAccountId) -> Result<Vec<SyncLink>> {
        self.joined(&[LINK, "WHERE l.account_id = $1 ORDER BY l.id"]).bind(account.0).all(link).await
    }

    /// Those by accounts of `person` whose calendars belong to somebody else.
    pub async fn sync_links_of_person(&mut self, person: PrincipalId) -> Result<Vec<SyncLink>> {
        self.joined(&[
            LINK,
            "JOIN remote_accounts a ON a.id = l.account_id JOIN calendars c ON c.id = l.calendar_id
             WHERE a.principal_id = $1 AND c.owner_id <> $1 ORDER BY l.id",
        ])
        .bind(person.0)
        .all(link)
        .await
    }

    /// Those of these calendars, the oldest first.
    pub async fn sync_links_of_calendars(&mut self, calendars: &[CalendarId]) -> Result<Vec<SyncLink>> {
        let ids = serde_json::to_string(&calendars.iter().map(|id| id.0).collect::<Vec<_>>());
        let values = self.json_values();
        let parts = [LINK, "WHERE l.calendar_id IN (SELECT CAST(value AS BIGINT) FROM ", values, ") ORDER BY l.id"];
        self.joined(&parts).bind(ids.map_err(|_| broken("id"))?).all(link).await
    }

    pub async fn insert_sync_link(&mut self, new: NewSyncLink<'_>) -> Result<SyncLinkId> {
        let components = component_names(new.remote)?;
        let settings = new.settings;
        let row = self
            .sql(
                "INSERT INTO sync_links (account_id, calendar_id, remote_id, remote_name, remote_writable, components, direction,
                    policy, interval_seconds, window_days, invites, state, next_run_at, wanted_at, created_at, brake_percent,
                    brake_objects, remote_color, online_meetings)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12, 'new', $11, $11, $11, $13, $14, $15, $16) RETURNING id",
            )
            .bind(new.account.0)
            .bind(new.calendar.0)
            .bind(&new.remote.id.0)
            .bind(&new.remote.name)
            .bind(new.remote.is_writable)
            .bind(components)
            .bind(settings.direction.name())
            .bind(settings.policy.name())
            .bind(settings.interval.map(|interval| interval.num_seconds()))
            .bind(settings.window_days.map(i64::from))
            .bind(millis(new.at))
            .bind(settings.invites)
            .bind(i64::from(settings.brake.percent))
            .bind(i64::from(settings.brake.objects))
            .bind(new.remote.color.as_deref())
            .bind(settings.online_meetings)
            .one()
            .await?;
        Ok(SyncLinkId(row.get("id")?))
    }

    /// What the remote side says of the calendar.
    pub async fn set_sync_remote(&mut self, id: SyncLinkId, remote: &RemoteCalendar) -> Result<()> {
        let components = component_names(remote)?;
        let statement =
            self.sql("UPDATE sync_links SET remote_name = $2, remote_writable = $3, components = $4, remote_color = $5 WHERE id = $1");
        let statement = statement.bind(id.0).bind(&remote.name).bind(remote.is_writable).bind(components);
        statement.bind(remote.color.as_deref()).run().await?;
        Ok(())
    }

    /// What people chose. Where more is to be looked at than before, `anew` has everything here compared, and `list` everything there.
    pub async fn set_sync_settings(
        &mut self,
        id: SyncLinkId,
        settings: &LinkSettings,
        (anew, list): (bool, bool),
    ) -> Result<()> {
        let statement = self.sql(
            "UPDATE sync_links SET direction = $2, policy = $3, interval_seconds = $4, window_days = $5,
                seen_revision = CASE WHEN $6 THEN NULL ELSE seen_revision END,
                cursor = CASE WHEN $7 THEN NULL ELSE cursor END, listing_open = listing_open AND NOT $7, invites = $8,
                brake_percent = $9, brake_objects = $10, online_meetings = $11,
                as_wished = as_wished AND coalesce(interval_seconds, 0) = coalesce($4, 0) WHERE id = $1",
        );
        let statement = statement.bind(id.0).bind(settings.direction.name()).bind(settings.policy.name());
        let statement = statement.bind(settings.interval.map(|interval| interval.num_seconds()));
        let statement = statement.bind(settings.window_days.map(i64::from)).bind(anew).bind(list);
        let statement = statement.bind(settings.invites).bind(i64::from(settings.brake.percent));
        statement.bind(i64::from(settings.brake.objects)).bind(settings.online_meetings).run().await?;
        Ok(())
    }

    /// Whether the interval is to be the one that the calendar elsewhere wishes.
    pub async fn set_sync_as_wished(&mut self, id: SyncLinkId, as_wished: bool) -> Result<()> {
        self.sql("UPDATE sync_links SET as_wished = $2 WHERE id = $1").bind(id.0).bind(as_wished).run().await?;
        Ok(())
    }

    /// The calendar elsewhere wishes this interval; it counts unless somebody has chosen another meanwhile.
    pub async fn set_sync_wished(&mut self, id: SyncLinkId, interval: TimeDelta) -> Result<()> {
        let statement = self.sql("UPDATE sync_links SET interval_seconds = $2 WHERE id = $1 AND as_wished");
        statement.bind(id.0).bind(interval.num_seconds()).run().await?;
        Ok(())
    }

    pub async fn set_sync_standing(&mut self, id: SyncLinkId, standing: &LinkStanding<'_>) -> Result<()> {
        let statement = self.sql(
            "UPDATE sync_links SET state = $2, code = $3, why = $4, failures = $5, next_run_at = $6, steps_done = NULL, steps = NULL
             WHERE id = $1",
        );
        let statement = statement.bind(id.0).bind(standing.state.name()).bind(standing.trouble.map(Trouble::name));
        let statement = statement.bind(standing.why).bind(i64::from(standing.failures));
        statement.bind(standing.next_run_at.map(millis)).run().await?;
        Ok(())
    }

    /// A run came to an end at `at`; `in_step`: both sides are the same. What was approved is used up.
    pub async fn set_sync_ran(&mut self, id: SyncLinkId, at: DateTime<Utc>, in_step: bool, quiet: u32) -> Result<()> {
        let statement = self.sql(
            "UPDATE sync_links SET last_run_at = $2, in_step_at = CASE WHEN $3 THEN $2 ELSE in_step_at END, quiet_runs = $4,
                approved_here = CASE WHEN $3 THEN NULL ELSE approved_here END,
                approved_there = CASE WHEN $3 THEN NULL ELSE approved_there END WHERE id = $1",
        );
        statement.bind(id.0).bind(millis(at)).bind(in_step).bind(i64::from(quiet)).run().await?;
        Ok(())
    }

    /// A run begins, or has come so far.
    pub async fn set_sync_progress(&mut self, id: SyncLinkId, progress: RunProgress) -> Result<()> {
        let statement =
            self.sql("UPDATE sync_links SET state = 'syncing', steps_done = $2, steps = $3 WHERE id = $1 AND state NOT IN ('paused', 'gone')");
        let of = progress.of.map(u64::cast_signed);
        statement.bind(id.0).bind(progress.done.cast_signed()).bind(of).run().await?;
        Ok(())
    }

    /// From where to ask on, and the listing of everything that is under way or was the last.
    pub async fn set_sync_cursor(
        &mut self,
        id: SyncLinkId,
        cursor: Option<&str>,
        (listing, open): (i64, bool),
    ) -> Result<()> {
        let statement = self.sql("UPDATE sync_links SET cursor = $2, listing = $3, listing_open = $4 WHERE id = $1");
        statement.bind(id.0).bind(cursor).bind(listing).bind(open).run().await?;
        Ok(())
    }

    /// When everything there was listed; `None`: it is to be with the next run.
    pub async fn set_sync_listed_at(&mut self, id: SyncLinkId, at: Option<DateTime<Utc>>) -> Result<()> {
        self.sql("UPDATE sync_links SET listed_at = $2 WHERE id = $1").bind(id.0).bind(at.map(millis)).run().await?;
        Ok(())
    }

    pub async fn set_sync_seen(&mut self, id: SyncLinkId, revision: Option<i64>) -> Result<()> {
        self.sql("UPDATE sync_links SET seen_revision = $2 WHERE id = $1").bind(id.0).bind(revision).run().await?;
        Ok(())
    }

    pub async fn set_sync_wanted(&mut self, id: SyncLinkId, at: DateTime<Utc>) -> Result<()> {
        let statement = self.sql("UPDATE sync_links SET wanted_at = $2 WHERE id = $1");
        statement.bind(id.0).bind(millis(at)).run().await?;
        Ok(())
    }

    /// Something has changed; see `wanted_at` for what somebody wants.
    pub async fn set_sync_hinted(&mut self, id: SyncLinkId, at: DateTime<Utc>) -> Result<()> {
        self.sql("UPDATE sync_links SET hinted_at = $2 WHERE id = $1").bind(id.0).bind(millis(at)).run().await?;
        Ok(())
    }

    pub async fn set_sync_approved(&mut self, id: SyncLinkId, here: Option<u64>, there: Option<u64>) -> Result<()> {
        let statement = self.sql("UPDATE sync_links SET approved_here = $2, approved_there = $3 WHERE id = $1");
        statement.bind(id.0).bind(here.map(u64::cast_signed)).bind(there.map(u64::cast_signed)).run().await?;
        Ok(())
    }

    pub async fn set_sync_removing(&mut self, id: SyncLinkId) -> Result<()> {
        self.sql("UPDATE sync_links SET removing = TRUE WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }

    /// A page shows the calendar. Yields its link where that was not known a moment ago.
    pub async fn set_sync_looked(
        &mut self,
        calendar: CalendarId,
        at: DateTime<Utc>,
        since: DateTime<Utc>,
    ) -> Result<Option<SyncLinkId>> {
        let statement = self.sql(
            "UPDATE sync_links SET looked_at = $2 WHERE calendar_id = $1 AND (looked_at IS NULL OR looked_at < $3) RETURNING id",
        );
        let row = statement.bind(calendar.0).bind(millis(at)).bind(millis(since)).optional().await?;
        row.map(|row| Ok(SyncLinkId(row.get("id")?))).transpose()
    }

    pub async fn delete_sync_link(&mut self, id: SyncLinkId) -> Result<()> {
        self.sql("DELETE FROM jobs WHERE kind = 'sync' AND unique_key = $1 AND state <> 'running'")
            .bind(id.0.to_string())
            .run()
            .await?;
        self.sql("UPDATE sync_subscriptions SET next_at = 0 WHERE link_id = $1").bind(id.0).run().await?;
        self.sql("DELETE FROM sync_links WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }

    /// The job of the link of a calendar, if it waits for longer, is due at `at`: something was `changed` here. One that waits because the
    /// service wants it to, or does not answer, goes on waiting.
    pub async fn hasten_sync_of(
        &mut self,
        calendar: CalendarId,
        changed: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let statement = self.sql(
            "UPDATE sync_links SET hinted_at = $2 WHERE calendar_id = $1 AND interval_seconds IS NOT NULL
                AND state NOT IN ('paused', 'gone', 'attention') AND (state <> 'waiting' OR code = 'some-failed') RETURNING id",
        );
        let row = statement.bind(calendar.0).bind(millis(changed)).optional().await?;
        let Some(row) = row else { return Ok(()) };
        let key = row.get::<i64>("id")?.to_string();
        self.hasten_job(crate::model::job::JobKind::Sync, &key, at).await
    }

    /// For how long links that run by themselves have not been the same on both sides: the longest, of each kind that there is one of.
    pub async fn sync_lags(&mut self, now: DateTime<Utc>) -> Result<Vec<(ProviderKind, TimeDelta)>> {
        let statement = self.sql(
            "SELECT a.provider, min(coalesce(l.in_step_at, l.created_at)) AS since
             FROM sync_links l JOIN remote_accounts a ON a.id = l.account_id
             WHERE l.interval_seconds IS NOT NULL AND l.state NOT IN ('paused', 'gone') GROUP BY a.provider",
        );
        let lag = |row: &Row| {
            let kind = ProviderKind::from_name(row.get("provider")?).ok_or_else(|| broken("provider"))?;
            Ok((kind, now - row.instant("since")?))
        };
        statement.all(lag).await
    }

    /// Those of the whole installation, of calendars that do not rest in the bin, with the names in addresses of whose and which calendar
    /// each is.
    pub async fn named_sync_links(&mut self) -> Result<Vec<(SyncLink, String, String)>> {
        let statement = self.sql(
            "SELECT l.*, s.expires_at AS told_until, p.slug AS owner, c.slug AS calendar FROM sync_links l
             LEFT JOIN sync_subscriptions s ON s.link_id = l.id AND s.remote_id IS NOT NULL
             JOIN calendars c ON c.id = l.calendar_id AND c.deleted_at IS NULL JOIN principals p ON p.id = c.owner_id
             ORDER BY p.slug, c.slug",
        );
        statement.all(|row| Ok((link(row)?, row.get("owner")?, row.get("calendar")?))).await
    }

    /// Links that are to run and have no job: their jobs were removed, or are dead.
    pub async fn sync_links_without_job(&mut self) -> Result<Vec<SyncLink>> {
        self.joined(&[
            LINK,
            "JOIN calendars c ON c.id = l.calendar_id AND c.deleted_at IS NULL
             WHERE l.next_run_at IS NOT NULL AND l.state NOT IN ('paused', 'gone') AND NOT EXISTS (
                SELECT 1 FROM jobs j WHERE j.kind = 'sync' AND j.unique_key = CAST(l.id AS TEXT) AND j.state IN ('waiting', 'running'))
             ORDER BY l.id LIMIT 500",
        ])
        .all(link)
        .await
    }
}
