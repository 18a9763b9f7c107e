//! When a link runs next.

use crate::model::sync_link::{SyncLink, Trouble};
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;

/// A chosen interval is never shorter.
pub const MIN_INTERVAL: TimeDelta = TimeDelta::minutes(1);
/// A chosen interval is never longer.
pub const MAX_INTERVAL: TimeDelta = TimeDelta::days(1);
/// How often what is followed is asked for that does not say how often it wishes to be.
const FOLLOWED: TimeDelta = TimeDelta::hours(1);
/// How long a page counts as looking on after it last said so.
pub(super) const LOOKS_ON: TimeDelta = TimeDelta::minutes(5);
/// How long after a failure a link runs again at first, and at most.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
const MAX_WAIT: TimeDelta = TimeDelta::hours(1);
/// What a person has to mend is looked at again after so long: it may have been mended over there.
const LOOK_AGAIN: TimeDelta = TimeDelta::hours(6);

/// How often a run may find nothing before the service is asked half as often, and a quarter as often; it is at least each hour.
const QUIET: u32 = 12;
const VERY_QUIET: u32 = 48;
const MAX_QUIET: TimeDelta = TimeDelta::hours(1);

/// How much seldomer a service is asked that tells of changes by itself, and how often at least.
const TOLD: i32 = 4;
const MAX_TOLD: TimeDelta = TimeDelta::hours(1);

/// How long after a run without a fault the next one begins: as chosen; sooner, while somebody looks on or something changes; later while
/// nothing does for long, and where the service tells of changes by itself. What a calendar wishes itself is never made longer.
pub(super) fn interval(link: &SyncLink, quiet_runs: u32, now: DateTime<Utc>) -> Option<TimeDelta> {
    let chosen = link.settings.interval?;
    if link.told_until.is_some_and(|until| until > now) {
        return Some((chosen * TOLD).min(MAX_TOLD).max(chosen));
    }
    let looks_on = link.looked_at.is_some_and(|at| now - at < LOOKS_ON);
    let seldomer = |times: i32| (chosen * times).min(MAX_QUIET).max(chosen);
    Some(match (looks_on, quiet_runs) {
        (true, _) => (chosen / 5).max(MIN_INTERVAL).min(chosen),
        (false, 0) => (chosen / 2).max(MIN_INTERVAL).min(chosen),
        (false, VERY_QUIET..) if !link.as_wished => seldomer(4),
        (false, QUIET..) if !link.as_wished => seldomer(2),
        (false, _) => chosen,
    })
}

/// The interval of what is followed, which `wishes` one or says nothing.
pub(crate) fn wished(wishes: Option<TimeDelta>) -> TimeDelta {
    wishes.unwrap_or(FOLLOWED).clamp(MIN_INTERVAL, MAX_INTERVAL)
}

/// A little sooner than `wait`, so that not all that began together goes on so.
pub(super) fn jittered(wait: TimeDelta) -> TimeDelta {
    let most = wait.num_milliseconds().max(1);
    TimeDelta::milliseconds(rand::rng().random_range(most * 9 / 10..=most))
}

/// How long after the `failures`th failure in a row a link runs again: twice as long each time, and not before the remote side says.
pub(super) fn back_off(failures: u32, retry_after: Option<TimeDelta>) -> TimeDelta {
    let longest = (FIRST_WAIT * (1 << failures.saturating_sub(1).min(20))).min(MAX_WAIT).num_milliseconds();
    let wait = TimeDelta::milliseconds(rand::rng().random_range(longest / 2..=longest));
    wait.max(retry_after.unwrap_or_default().min(MAX_INTERVAL))
}

/// How long after something that a person has to mend it is looked at again; `None`: only when they say so.
pub(super) fn attention(trouble: Trouble) -> Option<TimeDelta> {
    match trouble {
        // Wrong passwords again and again have accounts closed.
        Trouble::Unauthenticated | Trouble::Missing | Trouble::AccountPaused => None,
        Trouble::Quota | Trouble::NoAccess => Some(TimeDelta::hours(1)),
        _ => Some(LOOK_AGAIN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(chosen: Option<TimeDelta>) -> SyncLink {
        let now = Utc::now();
        let remote = crate::sync::provider::RemoteCalendar::read_only(
            crate::sync::provider::RemoteCalendarId("work".into()),
            "work".into(),
        );
        let mut settings = crate::model::sync_link::LinkSettings::proposed(crate::sync::ProviderKind::CalDav, &remote);
        settings.interval = chosen;
        SyncLink {
            id: crate::model::sync_link::SyncLinkId(1),
            account: crate::model::remote_account::RemoteAccountId(1),
            calendar: crate::calendars::CalendarId(1),
            remote: remote.id,
            remote_name: remote.name,
            remote_writable: true,
            remote_color: None,
            components: None,
            settings,
            state: crate::model::sync_link::LinkState::InStep,
            trouble: None,
            why: None,
            failures: 0,
            next_run_at: None,
            last_run_at: None,
            told_until: None,
            in_step_at: None,
            progress: None,
            created_at: now,
            as_wished: false,
            wanted_at: None,
            hinted_at: None,
            looked_at: None,
            quiet_runs: 0,
            cursor: None,
            listing: 0,
            listing_open: false,
            listed_at: None,
            seen_revision: None,
            approved: (None, None),
            removing: false,
        }
    }

    /// What is particular about a link, at a time.
    type Change = fn(&mut SyncLink, DateTime<Utc>);

    #[test]
    fn an_interval_is_shorter_while_something_changes_or_somebody_looks_and_longer_while_nothing_does() {
        let now = Utc::now();
        let minutes = |chosen: i64, quiet: u32, change: Change| {
            let mut link = link(Some(TimeDelta::minutes(chosen)));
            change(&mut link, now);
            interval(&link, quiet, now).map(|interval| interval.num_minutes())
        };
        let as_is: Change = |_, _| {};
        let looked: Change = |link, now| link.looked_at = Some(now - TimeDelta::minutes(4));
        let told: Change = |link, now| link.told_until = Some(now + TimeDelta::hours(1));
        let wished: Change = |link, _| link.as_wished = true;
        for (chosen, quiet, change, expected) in [
            (15, 0, as_is, 7),
            (15, 1, as_is, 15),
            (15, 11, as_is, 15),
            (15, 12, as_is, 30),
            (15, 48, as_is, 60),
            (20, 48, as_is, 60),
            (1, 0, as_is, 1),
            (1, 1000, as_is, 4),
            // What is chosen longer stays as it is.
            (1440, 1000, as_is, 1440),
            (15, 1000, looked, 3),
            (4, 1000, looked, 1),
            (15, 1000, told, 60),
            (5, 0, told, 20),
            (15, 1000, wished, 15),
        ] {
            assert_eq!(minutes(chosen, quiet, change), Some(expected), "{chosen} minutes, {quiet} quiet runs");
        }
        assert_eq!(interval(&link(None), 0, now), None);
        // Nobody has looked for a while.
        assert_eq!(minutes(15, 1, |link, now| link.looked_at = Some(now - LOOKS_ON)), Some(15));
    }

    #[test]
    fn each_failure_waits_longer_within_bounds_and_as_long_as_the_other_side_says() {
        for (failures, most) in [(1, 30), (2, 60), (3, 120), (20, 3600)] {
            let wait = back_off(failures, None);
            assert!(wait <= TimeDelta::seconds(most) && wait * 2 >= TimeDelta::seconds(most), "{failures}: {wait}");
        }
        assert!(back_off(1, Some(TimeDelta::minutes(10))) == TimeDelta::minutes(10));
        assert!(back_off(1, Some(TimeDelta::days(400))) == MAX_INTERVAL);
    }
}
