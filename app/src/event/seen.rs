//! When events are, as whoever looks at them has it.

use crate::wire::When;
use chrono_tz::Tz;
use kalends_domain::accounts::User;
use kalends_ical::edit::Timing;
use kalends_ical::time::Zone;
/// When that is on the viewer's clock, and on its own where that shows another time.
pub fn when(timing: Timing, viewer: Tz) -> (When, Option<(When, String)>) {
    match timing {
        Timing::AllDay { first, last } => (When::Days { first, last }, None),
        Timing::Timed { start, end, zone } => {
            let Some(zone) = zone else { return (When::Times { start, end }, None) };
            let seen = |local| Zone::Iana(viewer).to_local(Zone::Iana(zone).to_utc(local));
            let (seen_start, seen_end) = (seen(start), seen(end));
            let own = (seen_start != start).then(|| (When::Times { start, end }, zone.name().to_owned()));
            (When::Times { start: seen_start, end: seen_end }, own)
        }
    }
}

/// The zone that the person reads times in.
pub fn zone_of(user: &User) -> Tz {
    user.preferences.time_zone.unwrap_or(Tz::UTC)
}
