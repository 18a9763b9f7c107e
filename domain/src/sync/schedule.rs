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

/// How much seldomer a service is asked that tells of changes by itself, and how often at least.
const TOLD: i32 = 4;
const MAX_TOLD: TimeDelta = TimeDelta::hours(1);

/// How long after a run without a fault the next one begins: as chosen; sooner, while somebody looks on or something changes; later where
/// the service tells of changes by itself.
pub(super) fn interval(link: &SyncLink, quiet_runs: u32, now: DateTime<Utc>) -> Option<TimeDelta> {
    let chosen = link.settings.interval?;
    if link.told_until.is_some_and(|until| until > now) {
        return Some((chosen * TOLD).min(MAX_TOLD).max(chosen));
    }
    let looks_on = link.looked_at.is_some_and(|at| now - at < LOOKS_ON);
    let part = match (looks_on, quiet_runs) {
        (true, _) => chosen / 5,
        (false, 0) => chosen / 2,
        (false, _) => chosen,
    };
    Some(part.max(MIN_INTERVAL).min(chosen))
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
