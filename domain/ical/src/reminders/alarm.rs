//! VALARM as what reminds somebody (RFC 5545 section 3.6.6, RFC 9074).

use crate::syntax::{Component, Property};
use crate::value::{self, Duration, Moment};
use chrono::{DateTime, Utc};

/// Most repetitions of one alarm that are heeded.
const MAX_REPEATS: u32 = 50;
/// What a client of Mozilla writes beside the alarms that it put off.
pub(super) const MOZILLA_SNOOZE: &str = "X-MOZ-SNOOZE-TIME";
/// The key of the reminder that comes of a person's settings and stands in no text.
pub const BY_DEFAULT: &str = "default";

/// When an alarm goes off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    /// So long after the start, or the end; negative: before it.
    Relative {
        offset: Duration,
        from_end: bool,
    },
    At(DateTime<Utc>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alarm {
    /// Names it within its component.
    pub key: String,
    pub trigger: Trigger,
    /// How often it comes again, and after how long each time.
    pub repeats: u32,
    pub pause: Duration,
    /// What went off until then counts no more (RFC 9074 section 6.1).
    pub acknowledged: Option<DateTime<Utc>>,
}

impl Alarm {
    /// How long after the trigger it goes off: at first, and each time again.
    pub fn delays(&self) -> impl Iterator<Item = Duration> + '_ {
        (0..=i64::from(self.repeats)).map(|n| Duration {
            days: self.pause.days.saturating_mul(n),
            seconds: self.pause.seconds.saturating_mul(n),
        })
    }
}

/// The alarms of a component that remind somebody, with the VALARMs that they were read from where they are such.
pub(super) fn alarms(component: &Component) -> Vec<Alarm> {
    let dismissed = component.properties("X-MOZ-LASTACK").filter_map(utc).max();
    let written = written(component).filter_map(|(key, alarm)| read(key, alarm, dismissed));
    let put_off = component.properties.iter().filter(|property| is_mozilla_snooze(property)).filter_map(|property| {
        let (trigger, pause) = (Trigger::At(utc(property)?), Duration { days: 0, seconds: 0 });
        Some(Alarm { key: property.name.clone(), trigger, repeats: 0, pause, acknowledged: dismissed })
    });
    written.chain(put_off).collect()
}

pub(super) fn is_mozilla_snooze(property: &Property) -> bool {
    property.name == MOZILLA_SNOOZE
        || property.name.strip_prefix(MOZILLA_SNOOZE).is_some_and(|rest| rest.starts_with('-'))
}

/// Each VALARM with its key: its UID (RFC 9074 section 4), or where it stands and what it says.
pub(super) fn written(component: &Component) -> impl Iterator<Item = (String, &Component)> {
    let all = component.components.iter().filter(|inner| inner.name == "VALARM").enumerate();
    all.map(|(at, alarm)| {
        let key = uid(alarm).unwrap_or_else(|| {
            let trigger = alarm.property("TRIGGER").map(|trigger| trigger.value.trim().to_owned()).unwrap_or_default();
            format!("{at}/{trigger}")
        });
        (key, alarm)
    })
}

pub(super) fn uid(alarm: &Component) -> Option<String> {
    let uid = alarm.property("UID").or_else(|| alarm.property("X-WR-ALARMUID"));
    uid.map(|uid| uid.text().trim().to_owned()).filter(|uid| !uid.is_empty())
}

/// The UID of the alarm that this one puts off (RFC 9074 section 7.1).
pub(super) fn puts_off(alarm: &Component) -> Option<String> {
    let related = alarm.property("RELATED-TO")?;
    let is_snooze = related.param("RELTYPE").is_some_and(|kind| kind.eq_ignore_ascii_case("SNOOZE"));
    is_snooze.then(|| related.text().trim().to_owned())
}

/// `None`: it reminds nobody at a time, or cannot be understood.
fn read(key: String, alarm: &Component, dismissed: Option<DateTime<Utc>>) -> Option<Alarm> {
    let is_none = alarm.property("ACTION").is_some_and(|action| action.value.trim().eq_ignore_ascii_case("NONE"));
    // It goes off at a place (RFC 9074 section 8), which no server knows.
    if is_none || alarm.property("PROXIMITY").is_some() {
        return None;
    }
    let trigger = trigger(alarm.property("TRIGGER")?)?;
    let repeats = alarm.property("REPEAT").and_then(|repeat| repeat.value.trim().parse().ok()).unwrap_or(0);
    let pause = alarm.property("DURATION").and_then(|pause| value::duration(pause).ok());
    // One is nothing without the other (RFC 5545 section 3.6.6).
    let (repeats, pause) = pause.map_or((0, Duration { days: 0, seconds: 0 }), |pause| (repeats, pause));
    let own = alarm.property("ACKNOWLEDGED").and_then(utc);
    Some(Alarm { key, trigger, repeats: repeats.min(MAX_REPEATS), pause, acknowledged: own.max(dismissed) })
}

fn trigger(property: &Property) -> Option<Trigger> {
    if let Ok(offset) = value::duration(property) {
        let from_end = property.param("RELATED").is_some_and(|related| related.eq_ignore_ascii_case("END"));
        return Some(Trigger::Relative { offset, from_end });
    }
    utc(property).map(Trigger::At)
}

/// A time that has to be UTC, and is taken to be where it says nothing.
fn utc(property: &Property) -> Option<DateTime<Utc>> {
    match value::moment(property).ok()? {
        Moment::Utc(at) | Moment::Floating(at) => Some(at.and_utc()),
        Moment::Date(_) | Moment::Zoned { .. } => None,
    }
}
