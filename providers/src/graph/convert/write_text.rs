//! A calendar object resource of what both sides can say.

use super::held::{HeldEvent, HeldObject};
use super::time::{Span, Stamp, is_utc};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use kalends_ical::build::Builder;
use kalends_ical::time::vtimezone;
use kalends_ical::value::Moment;
use std::collections::BTreeMap;

/// Of CONFERENCE: who provides the meeting. One with it is Graph's, which nobody else can change.
pub(super) const PROVIDER: &str = "X-MICROSOFT-PROVIDER";

pub fn to_text(object: &HeldObject) -> String {
    let mut builder = Builder::new();
    for (zone, from) in zones(object) {
        builder.lines(&vtimezone(zone, from));
    }
    builder.begin("VEVENT");
    event(&mut builder, &object.uid, &object.master, None);
    if let Some(recurrence) = &object.recurrence {
        builder.raw("RRULE", &[], &recurrence.rule(&object.master.span));
    }
    for date in &object.cancelled {
        builder.moment("EXDATE", &id(object, *date));
    }
    alarm(&mut builder, &object.master);
    builder.end();
    for (date, exception) in &object.exceptions {
        builder.begin("VEVENT");
        event(&mut builder, &object.uid, exception, Some(&id(object, *date)));
        alarm(&mut builder, exception);
        builder.end();
    }
    builder.finish()
}

/// The RECURRENCE-ID of an instance.
fn id(object: &HeldObject, date: NaiveDate) -> Moment {
    object.master.span.on(date).start()
}

/// The zones that need a definition, each with the first day that it is needed for.
fn zones(object: &HeldObject) -> Vec<(Tz, NaiveDate)> {
    let mut found: BTreeMap<&'static str, (Tz, NaiveDate)> = BTreeMap::new();
    for event in std::iter::once(&object.master).chain(object.exceptions.values()) {
        let Span::Times { start, end } = &event.span else { continue };
        for Stamp { local, zone } in [start, end] {
            if !is_utc(*zone) {
                let (_, from) = found.entry(zone.name()).or_insert((*zone, local.date()));
                *from = local.date().min(*from);
            }
        }
    }
    found.into_values().collect()
}

fn event(builder: &mut Builder, uid: &str, event: &HeldEvent, recurrence_id: Option<&Moment>) {
    let at = |at: DateTime<Utc>| Moment::Utc(at.naive_utc());
    let stamp = event.stamps.stamped.or(event.stamps.modified).or(event.stamps.created).unwrap_or(DateTime::UNIX_EPOCH);
    builder.text("UID", &[], uid).moment("DTSTAMP", &at(stamp));
    if let Some(created) = event.stamps.created {
        builder.moment("CREATED", &at(created));
    }
    if let Some(modified) = event.stamps.modified {
        builder.moment("LAST-MODIFIED", &at(modified));
    }
    if let Some(id) = recurrence_id {
        builder.moment("RECURRENCE-ID", id);
    }
    builder.moment("DTSTART", &event.span.start()).moment("DTEND", &event.span.end());
    let texts = [("SUMMARY", &event.subject), ("DESCRIPTION", &event.body.text), ("LOCATION", &event.location)];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        builder.text(name, &[], text);
    }
    if let Some(html) = &event.body.html {
        builder.text("X-ALT-DESC", &[("FMTTYPE", "text/html")], html);
    }
    if let Some((latitude, longitude)) = event.position {
        builder.raw("GEO", &[], &format!("{latitude};{longitude}"));
    }
    if let Some(class) = event.sensitivity.class() {
        builder.raw("CLASS", &[], class);
    }
    if event.is_cancelled {
        builder.raw("STATUS", &[], "CANCELLED");
    }
    for (name, value) in event.show_as.lines() {
        if !(event.is_cancelled && *name == "STATUS") {
            builder.raw(name, &[], value);
        }
    }
    if let Some(priority) = event.importance.priority() {
        builder.raw("PRIORITY", &[], priority);
    }
    if !event.categories.is_empty() {
        builder.texts("CATEGORIES", event.categories.iter().map(String::as_str));
    }
    if let Some(organizer) = &event.organizer {
        let name = Some(("CN", organizer.name.as_str())).filter(|(_, name)| !name.is_empty());
        builder.raw("ORGANIZER", name.as_slice(), &format!("mailto:{}", organizer.address));
    }
    for attendee in &event.attendees {
        attendee.write(builder, event.asks_for_response);
    }
    if let Some((url, provider)) = &event.meeting {
        // RFC 7986 section 5.11.
        builder.raw("CONFERENCE", &[("VALUE", "URI"), (PROVIDER, provider)], url);
    }
}

/// Its text is the same whatever the title is, so that another title is no other reminder.
fn alarm(builder: &mut Builder, event: &HeldEvent) {
    let Some(minutes) = event.reminder else { return };
    builder.begin("VALARM").raw("ACTION", &[], "DISPLAY").raw("DESCRIPTION", &[], "Reminder");
    builder.raw("TRIGGER", &[], &format!("-PT{minutes}M")).end();
}
