//! Calendars that are to be in step with others elsewhere and are not: why, and what to do.

use super::{Doctor, State, seconds};
use chrono::{DateTime, TimeDelta, Utc};
use kalends_domain::Error;
use kalends_domain::diagnosis::{self, LinkReport};
use kalends_domain::store::Database;
use kalends_domain::sync::{LinkState, SyncLink, Trouble};

/// A service tells of changes for less than that, and nobody has renewed it.
const SOON_OVER: TimeDelta = TimeDelta::hours(6);
/// How late a renewal may be.
const LATE: TimeDelta = TimeDelta::minutes(30);
/// Which page its owner finds it on.
const PAGE: &str = "on the calendar's page Synchronisation";

impl Doctor<'_> {
    /// # Errors
    /// `Unavailable`, `Internal`
    pub(super) async fn check_links(&mut self, database: &Database) -> Result<(), Error> {
        const CHECK: &str = "links";
        let reports = diagnosis::links(database).await?;
        let now = Utc::now();
        let mut in_step = 0;
        for report in &reports {
            match report.link.state {
                LinkState::InStep | LinkState::Syncing | LinkState::New => in_step += 1,
                _ => self.add(CHECK, State::Notable, described(report), hint(&report.link)),
            }
            self.check_subscription(report, now);
        }
        if !reports.is_empty() {
            let text = match in_step {
                1 => "1 calendar is in step, or comes into it".to_owned(),
                count => format!("{count} calendars are in step, or come into it"),
            };
            self.add(CHECK, State::Fine, text, "");
        }
        Ok(())
    }

    /// Whether the service tells of changes, where it was asked to.
    fn check_subscription(&mut self, report: &LinkReport, now: DateTime<Utc>) {
        const CHECK: &str = "notifications";
        let Some(subscription) = &report.subscription else { return };
        let what = named(report);
        match (subscription.expires_at.filter(|_| subscription.remote.is_some()), &subscription.why) {
            (Some(at), why) if at - now < SOON_OVER || subscription.next_at + LATE < now => {
                let verb = if at <= now { "told of changes until" } else { "tells of changes until" };
                let why = why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
                let text = format!("{what}: the service {verb} {}, and that was not renewed{why}", seconds(at));
                self.add(CHECK, State::Notable, text, "servers renew it by a job: is one running? kalends jobs list");
            }
            (Some(at), _) => {
                self.add(CHECK, State::Fine, format!("{what}: the service tells of changes until {}", seconds(at)), "");
            }
            (None, why) => {
                let why = why.as_deref().unwrap_or("it is not said why");
                let text = format!(
                    "{what}: the service does not tell of changes, and is asked for them: {why}; tried again at {}",
                    seconds(subscription.next_at)
                );
                let hint = "nothing, where the service cannot; else the public URL has to be reachable from the internet: docs/sync-microsoft.md";
                self.add(CHECK, State::Notable, text, hint);
            }
        }
    }
}

fn named(report: &LinkReport) -> String {
    let LinkReport { link, calendar, account, owner, .. } = report;
    format!("{calendar} and {:?} at account {} of {owner} ({account})", link.remote_name, link.account.0)
}

fn described(report: &LinkReport) -> String {
    let link = &report.link;
    let time = |at: Option<DateTime<Utc>>| at.map_or_else(|| "never".to_owned(), seconds);
    let trouble = link.trouble.map(|trouble| format!(" ({})", trouble.name())).unwrap_or_default();
    let why = link.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    let failures = match link.failures {
        0 | 1 => String::new(),
        failures => format!("; {failures} runs in a row did not come to their end"),
    };
    let next = link.next_run_at.map_or_else(|| "none until somebody has done something".to_owned(), seconds);
    format!(
        "{} is {}{trouble}{why}{failures}; in step at {}, last run {}, next run {next}",
        named(report),
        link.state.name(),
        time(link.in_step_at),
        time(link.last_run_at),
    )
}

/// What to do.
fn hint(link: &SyncLink) -> String {
    let of_page = |what: &str| format!("its owner {what} {PAGE}");
    match (link.state, link.trouble) {
        (LinkState::Paused, _) => of_page("resumes it"),
        (LinkState::Gone, _) => of_page("ends it, or has it tried again,"),
        (_, None) => of_page("has it run"),
        (_, Some(trouble)) => match trouble {
            Trouble::Unreachable | Trouble::SomeFailed => {
                "it is tried again by itself; if it stays so, look whether this machine reaches the service".into()
            }
            Trouble::Unauthenticated => {
                "its owner gives the password that is right now, or signs in again, in Settings › Accounts".into()
            }
            Trouble::Forbidden => "its owner looks at the rights to the calendar there".into(),
            Trouble::Missing => of_page("looks there whether it moved, and ends it or has it tried again"),
            Trouble::Refused => "look at its address: a host in a private network has to be in private-hosts".into(),
            Trouble::Unreadable => "look what the service says, in the log of the server".into(),
            Trouble::Quota => "its owner makes room, or raise account-mib and account-objects".into(),
            Trouble::NoAccess => "its owner brings the calendar back from the bin, or ends it".into(),
            Trouble::AccountPaused => "its owner resumes the account, in Settings › Accounts".into(),
            Trouble::EmptySource | Trouble::TooManyDeletions => of_page("says yes or no to what would be deleted"),
        },
    }
}
