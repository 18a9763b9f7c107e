//! Times at which people could meet, by what is known of when they are busy and when they work.

#[cfg(test)]
mod tests;

use crate::busy::{Busy, BusyKind};
use chrono::{DateTime, Days, LocalResult, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use std::cmp::Reverse;

/// Fewest minutes between two times that are looked at.
pub const MIN_STEP_MINUTES: u32 = 5;
const DAY_MINUTES: u32 = 24 * 60;

/// Somebody who is to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// Without whom there is no meeting; otherwise ROLE is OPT-PARTICIPANT (RFC 5545 section 3.2.16).
    pub is_required: bool,
    /// `None`: nothing is known of them.
    pub known: Option<KnownTimes>,
}

/// What is known of somebody's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTimes {
    /// `Unavailable` is outside of their working hours, whatever zone these are in.
    pub busy: Vec<Busy>,
    /// From when on, and until when, the rest is free. Beyond it nothing is known.
    pub span: (DateTime<Utc>, DateTime<Utc>),
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedTime {
    /// Within which the meeting begins and ends.
    pub window: (DateTime<Utc>, DateTime<Utc>),
    /// More than nothing.
    pub duration: TimeDelta,
    /// A meeting begins at a multiple of so many minutes after midnight, at least [`MIN_STEP_MINUTES`].
    pub step_minutes: u32,
    /// Of whoever invites: in which it begins at a round time.
    pub zone: Tz,
    /// Most suggestions.
    pub count: usize,
}

/// Whether somebody could come to a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    Free,
    /// It is outside of their working hours.
    OutsideHours,
    Tentative,
    Busy,
    Unknown,
}

/// A time at which nobody is busy who is required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub start: DateTime<Utc>,
    /// Exclusive.
    pub end: DateTime<Utc>,
    /// Of each attendee, in their order.
    pub presences: Vec<Presence>,
}

impl Suggestion {
    /// What is against it, most first: those who are required and would come against their wish, those who are not and would be missing,
    /// those who work at other times, those who may be missing.
    fn objections(&self, attendees: &[Attendee]) -> [usize; 4] {
        let count = |fits: &dyn Fn(&Attendee, Presence) -> bool| {
            attendees.iter().zip(&self.presences).filter(|(attendee, presence)| fits(attendee, **presence)).count()
        };
        use Presence::{Busy, OutsideHours, Tentative};
        [
            count(&|attendee, presence| attendee.is_required && matches!(presence, OutsideHours | Tentative)),
            count(&|attendee, presence| !attendee.is_required && matches!(presence, OutsideHours | Busy)),
            count(&|_, presence| presence == OutsideHours),
            count(&|attendee, presence| !attendee.is_required && presence == Tentative),
        ]
    }
}

/// The best times, the first one best. Nobody who is required is busy at any of them, and none overlaps another. First come those at which
/// all who are required are free and work, then those at which fewest others are missing, then the earliest. Of whom nothing is known
/// stands in nobody's way.
pub fn suggestions(attendees: &[Attendee], wanted: &WantedTime) -> Vec<Suggestion> {
    let tracks: Vec<Option<Track>> = attendees.iter().map(|attendee| attendee.known.as_ref().map(Track::of)).collect();
    let possible = starts(wanted).into_iter().filter_map(|start| {
        let end = start.checked_add_signed(wanted.duration)?;
        let mut presences = Vec::with_capacity(attendees.len());
        for (attendee, track) in attendees.iter().zip(&tracks) {
            let presence = track.as_ref().map_or(Presence::Unknown, |track| track.presence(start, end));
            if attendee.is_required && presence == Presence::Busy {
                return None;
            }
            presences.push(presence);
        }
        Some(Suggestion { start, end, presences })
    });
    let mut ranked: Vec<Suggestion> = possible.collect();
    ranked.sort_by_cached_key(|suggestion| (suggestion.objections(attendees), suggestion.start));
    let mut chosen: Vec<Suggestion> = Vec::new();
    for suggestion in ranked {
        if chosen.len() >= wanted.count {
            break;
        }
        if chosen.iter().all(|other| other.end <= suggestion.start || suggestion.end <= other.start) {
            chosen.push(suggestion);
        }
    }
    chosen
}

/// Every instant at which a meeting may begin, in their order: round times on the clock of the zone, each as often as the clock shows it.
fn starts(wanted: &WantedTime) -> Vec<DateTime<Utc>> {
    let (begin, end) = wanted.window;
    let Some(latest) = end.checked_sub_signed(wanted.duration) else { return Vec::new() };
    if latest < begin || wanted.duration <= TimeDelta::zero() {
        return Vec::new();
    }
    let step = wanted.step_minutes.clamp(MIN_STEP_MINUTES, DAY_MINUTES);
    let mut found = Vec::new();
    let mut day = begin.with_timezone(&wanted.zone).date_naive();
    let last = latest.with_timezone(&wanted.zone).date_naive();
    while day <= last {
        for minute in (0..DAY_MINUTES).step_by(step as usize) {
            let local = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minute));
            match wanted.zone.from_local_datetime(&local) {
                LocalResult::Single(at) => found.push(at.to_utc()),
                LocalResult::Ambiguous(first, second) => found.extend([first.to_utc(), second.to_utc()]),
                // The clock leaps over it.
                LocalResult::None => {}
            }
        }
        let Some(next) = day.checked_add_days(Days::new(1)) else { break };
        day = next;
    }
    found.retain(|start| *start >= begin && *start <= latest);
    found.sort_unstable();
    found.dedup();
    found
}

/// Times of one kind that neither overlap nor touch, in their order.
type Spans = Vec<(DateTime<Utc>, DateTime<Utc>)>;

/// What is known of somebody, ready to be looked up.
struct Track {
    busy: Spans,
    tentative: Spans,
    outside: Spans,
    known: (DateTime<Utc>, DateTime<Utc>),
}

impl Track {
    fn of(known: &KnownTimes) -> Self {
        let of_kind = |kind| {
            let mut spans: Spans =
                known.busy.iter().filter(|busy| busy.kind == kind).map(|busy| (busy.start, busy.end)).collect();
            spans.sort_unstable_by_key(|(start, end)| (*start, Reverse(*end)));
            let mut joined: Spans = Vec::with_capacity(spans.len());
            for (start, end) in spans {
                match joined.last_mut() {
                    Some(last) if start <= last.1 => last.1 = last.1.max(end),
                    _ => joined.push((start, end)),
                }
            }
            joined
        };
        Track {
            busy: of_kind(BusyKind::Busy),
            tentative: of_kind(BusyKind::Tentative),
            outside: of_kind(BusyKind::Unavailable),
            known: known.span,
        }
    }

    fn presence(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> Presence {
        let touches = |spans: &Spans| {
            let next = spans.partition_point(|(_, until)| *until <= start);
            spans.get(next).is_some_and(|(from, _)| *from < end)
        };
        if touches(&self.busy) {
            Presence::Busy
        } else if touches(&self.tentative) {
            Presence::Tentative
        } else if touches(&self.outside) {
            Presence::OutsideHours
        } else if start < self.known.0 || end > self.known.1 {
            Presence::Unknown
        } else {
            Presence::Free
        }
    }
}
