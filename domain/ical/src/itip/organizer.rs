//! What a change of an organizer's object asks for (RFC 5546 sections 3.2.2 and 3.2.5, RFC 6638 section 3.2.1).

use super::address::{Addresses, canonical};
use super::component::{Key, entry_of, key, key_of_moment, parse, with_each};
use super::parties::{Agent, change_params, invited, is_scheduled, organizer_of, set_param};
use super::revision::{ANSWERED, Revision, raise_sequence};
use super::view::{Purpose, compared, components_of, message, view};
use super::{Message, Method, Outgoing, Refusal, Version};
use crate::edit;
use crate::edit::document::{Document, Tree};
use crate::entry::{End, Entry};
use crate::instances::{Window, instances};
use crate::meaning::{Times, is_same};
use crate::object::CalendarObject;
use crate::syntax::Property;
use crate::time::Zone;
use crate::value::Moment;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, HashSet};

/// What becomes of a change of an object whose organizer is `me`. `before`: what they organized already; `after`: what is there now,
/// `None` where it is removed.
///
/// `returns`: it was removed before, and cancelled, and is there again.
///
/// The text to be stored has a SEQUENCE that is higher where a time has changed and never lower than before, asks those who answered for the
/// time before to answer anew, and keeps answers that whoever wrote it had not seen.
///
/// # Errors
/// `SeveralOrganizers`; `OtherOrganizer`
pub fn changed(
    before: Option<Version<'_>>,
    after: Option<Version<'_>>,
    me: &Addresses,
    returns: bool,
    now: DateTime<Utc>,
) -> Result<Outgoing, Refusal> {
    let before = before.filter(|before| is_scheduled(before.object));
    let Some(after) = after else {
        return Ok(Outgoing { text: None, messages: messages(before, None, me, now, &[]) });
    };
    let organizer = organizer_of(after.object)?;
    if let (Some(before), Some(organizer)) = (before, organizer) {
        let is_same = organizer_of(before.object)?
            .is_some_and(|old| canonical(&old.value) == canonical(&organizer.value) || me.is(old) && me.is(organizer));
        if !is_same {
            return Err(Refusal::OtherOrganizer);
        }
    }
    let forced = forced(after.object);
    let text = prepared(before, after, me, returns);
    let object = match text == after.text {
        true => None,
        // What was accepted is accepted with these lines too.
        false => parse(&text).ok(),
    };
    let prepared = Version { object: object.as_ref().unwrap_or(after.object), text: &text };
    let messages = messages(before, Some(prepared), me, now, &forced);
    Ok(Outgoing { text: (text != after.text).then_some(text), messages })
}

/// Attendees to whom a message goes whatever has changed (SCHEDULE-FORCE-SEND, RFC 6638 section 7.2).
fn forced(object: &CalendarObject) -> Vec<String> {
    let is_forced = |property: &&Property| {
        property.param("SCHEDULE-FORCE-SEND").is_some_and(|force| force.eq_ignore_ascii_case("REQUEST"))
    };
    let attendees = object.entries().flat_map(|entry| object.component(entry).properties("ATTENDEE"));
    attendees.filter(is_forced).map(|property| canonical(&property.value)).collect()
}

/// When an entry is, apart from how that is written, and how it repeats but for how long.
fn placement(object: &CalendarObject, entry: &Entry) -> (Option<String>, Option<DateTime<Utc>>, Vec<String>) {
    let times = Times::of(&object.zones);
    let start = entry.start.as_ref();
    let end = match (&entry.end, start) {
        (End::At(end), _) => Some(object.zones.instant(end, &Zone::UTC)),
        (End::For(duration), Some(start)) => Some(object.zones.after(start, *duration, &Zone::UTC)),
        _ => start.map(|start| object.zones.instant(start, &Zone::UTC)),
    };
    let is_kept = |part: &&str| !part.is_empty() && !part.starts_with("UNTIL=") && !part.starts_with("COUNT=");
    let of_rule = |property: &Property| {
        let rule = property.value.trim().to_uppercase();
        let mut parts: Vec<&str> = rule.split(';').filter(is_kept).collect();
        parts.sort_unstable();
        parts.join(";")
    };
    let rules = object.component(entry).properties("RRULE").map(of_rule).collect();
    (start.map(|start| times.moment(start)), end, rules)
}

/// What stood where `entry` stands now: the entry itself, or the series that it is taken out of.
fn stood(before: &CalendarObject, of: Key) -> Option<(&Entry, bool)> {
    entry_of(before, of).map(|entry| (entry, true)).or_else(|| before.master.as_ref().map(|master| (master, false)))
}

fn is_moved(before: &CalendarObject, (old, is_itself): (&Entry, bool), after: &CalendarObject, entry: &Entry) -> bool {
    if is_itself {
        return placement(before, old) != placement(after, entry);
    }
    let Some(id) = &entry.recurrence_id else { return true };
    match edit::shown_of(before, Some(&id.moment)) {
        Ok(shown) => {
            let at = |object: &CalendarObject, moment: &Moment| object.zones.instant(moment, &Zone::UTC);
            let own_end = placement(after, entry).1;
            let own_start = entry.start.as_ref().map(|start| at(after, start));
            own_start != Some(at(before, &shown.start))
                || own_end.is_some_and(|end| end != at(before, &shown.end) && Some(end) != own_start)
        }
        // An instance that there was not.
        Err(_) => true,
    }
}

/// The text as it is to be stored.
fn prepared(before: Option<Version<'_>>, after: Version<'_>, me: &Addresses, returns: bool) -> String {
    let mut document = Document::of(after.object, after.text);
    for entry in after.object.entries() {
        let old = before.and_then(|before| Some((before.object, stood(before.object, key(after.object, entry))?)));
        let moved = old.is_some_and(|(object, old)| is_moved(object, old, after.object, entry));
        let old_component = old.map(|(object, (entry, _))| object.component(entry));
        let tree = document.calendar.component(entry.component);
        if let Some(old) = old_component {
            raise_sequence(tree, Revision::of(old).sequence.saturating_add(u32::from(moved)));
        }
        if returns && before.is_none() {
            // That it was cancelled was one more.
            raise_sequence(tree, Revision::of_tree(tree).sequence.saturating_add(2));
        }
        let sequence = Revision::of_tree(tree).sequence;
        change_params(tree, "ATTENDEE", |property, params| {
            set_param(params, "SCHEDULE-FORCE-SEND", None);
            let address = canonical(&property.value);
            let old =
                old_component.and_then(|old| old.properties("ATTENDEE").find(|old| canonical(&old.value) == address));
            let Some(old) = old.filter(|old| !me.is(old)) else { return };
            let answered = old.param(ANSWERED);
            let was = old.param("PARTSTAT");
            // Whoever wrote this did not know of the answer.
            let is_unseen = answered.is_some() && answered != property.param(ANSWERED);
            if is_unseen {
                set_param(params, "PARTSTAT", was);
                set_param(params, ANSWERED, answered);
            }
            if !moved {
                return;
            }
            let is_said = !is_unseen && property.param("PARTSTAT") != was;
            if !is_said && was.is_some_and(|was| !was.eq_ignore_ascii_case("NEEDS-ACTION")) {
                set_param(params, "PARTSTAT", Some("NEEDS-ACTION"));
                set_param(params, "RSVP", Some("TRUE"));
            }
            // Also for whom there is no answer yet: one to the time before may be on its way.
            set_param(params, ANSWERED, Some(&Revision { sequence, stamp: None }.written()));
        });
    }
    document.text()
}

/// How far it is looked whether what was split off takes place when it did before.
const MAX_COMPARED: TimeDelta = TimeDelta::days(400);
/// In how many instances of it.
const MAX_INSTANCES: usize = 500;
/// How often it is looked half as far, where there are more: to some seconds, which no two instances share.
const MAX_HALVED: u32 = 24;

/// Starts and ends of the instances that were to start at `from` or later, until `end`. `None`: there are too many.
fn times(
    object: &CalendarObject,
    from: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Option<HashSet<(DateTime<Utc>, DateTime<Utc>)>> {
    let window = Window { start: Some(from), end: Some(end) };
    let at = |moment: &Moment| object.zones.instant(moment, &Zone::UTC);
    let found = instances(object, window, &Zone::UTC, MAX_INSTANCES).ok()?;
    // One from before that still goes on then, or was moved behind it, is none of what was split off.
    let later = found.iter().filter(|instance| at(instance.recurrence_id.as_ref().unwrap_or(&instance.start)) >= from);
    Some(later.map(|instance| (at(&instance.start), at(&instance.end))).collect())
}

/// Whether `later`, which begins at `start`, takes place at other times than `before` did from there on.
fn is_at_other_times(before: &CalendarObject, later: &CalendarObject, start: DateTime<Utc>) -> bool {
    let both = (0..MAX_HALVED).find_map(|halved| {
        let end = start.checked_add_signed(MAX_COMPARED / 2_i32.pow(halved))?;
        times(later, start, end).zip(times(before, start, end))
    });
    both.is_none_or(|(later, before)| later != before)
}

/// What was split off from `before`, as a series of its own: where it takes place at other times than it did before, nobody has answered
/// for it yet but whoever organizes.
pub fn split_off(before: &CalendarObject, later: String) -> String {
    let Ok(object) = parse(&later) else { return later };
    let Some(start) = object.master.as_ref().and_then(|master| master.start.as_ref()) else { return later };
    if !is_at_other_times(before, &object, object.zones.instant(start, &Zone::UTC)) {
        return later;
    }
    let organizer = organizer_of(&object).ok().flatten().map(|organizer| canonical(&organizer.value));
    let mut document = Document::of(&object, &later);
    for entry in object.entries() {
        change_params(document.calendar.component(entry.component), "ATTENDEE", |property, params| {
            if Some(canonical(&property.value)) == organizer {
                return;
            }
            if property.param("PARTSTAT").is_some_and(|said| !said.eq_ignore_ascii_case("NEEDS-ACTION")) {
                set_param(params, "PARTSTAT", Some("NEEDS-ACTION"));
                set_param(params, "RSVP", Some("TRUE"));
            }
            set_param(params, ANSWERED, None);
        });
    }
    document.text()
}

/// Attendees who are told the same: the components that they were in, those that they are in, and whether they are told whatever it is.
type Group = (Vec<bool>, Vec<bool>, bool);

fn messages(
    before: Option<Version<'_>>,
    after: Option<Version<'_>>,
    me: &Addresses,
    now: DateTime<Utc>,
    forced: &[String],
) -> Vec<Message> {
    let after = after.filter(|after| is_scheduled(after.object));
    let of = |version: Option<Version<'_>>| {
        version
            .map(|version| {
                invited(version.object)
                    .into_iter()
                    .map(|(address, (property, of))| (address, (property.clone(), of)))
                    .collect::<BTreeMap<_, _>>()
            })
            .unwrap_or_default()
    };
    let (old, new) = (of(before), of(after));
    let forced: HashSet<&str> = forced.iter().map(String::as_str).collect();
    let mut groups: BTreeMap<Group, Vec<String>> = BTreeMap::new();
    let addresses: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for address in addresses {
        let (was, is) = (old.get(address), new.get(address));
        let Some((property, _)) = is.or(was) else { continue };
        if me.contains(address) || Agent::of(property) != Agent::Server {
            continue;
        }
        let bits = |of: Option<&(Property, Vec<bool>)>| of.map(|(_, of)| of.clone()).unwrap_or_default();
        let group = (bits(was), bits(is), forced.contains(address.as_str()));
        groups.entry(group).or_default().push(property.value.trim().to_owned());
    }
    let sender = after.or(before).and_then(|version| organizer_of(version.object).ok().flatten());
    let Some(sender) = sender.map(|property| property.value.trim().to_owned()) else { return Vec::new() };
    let mut all = Vec::new();
    for ((was, is, forced), recipients) in groups {
        for (method, text) in told(before, after, (&was, &is), forced, &recipients, now) {
            all.push(Message { method, sender: sender.clone(), recipients: recipients.clone(), text });
        }
    }
    all
}

/// What those are told who were in the components `was` and are in `is`.
fn told(
    before: Option<Version<'_>>,
    after: Option<Version<'_>>,
    (was, is): (&[bool], &[bool]),
    forced: bool,
    recipients: &[String],
    now: DateTime<Utc>,
) -> Vec<(Method, String)> {
    let request = || Some((Method::Request, message(view(after?, is, Purpose::Sent)?, Method::Request, now)));
    let old = before.and_then(|before| Some((before, compared(before, was)?)));
    let new = after.and_then(|after| compared(after, is));
    match (old, new) {
        (None, None) => Vec::new(),
        (None, Some(_)) => request().into_iter().collect(),
        (Some((before, (old, _))), None) => {
            let whole = match old.master {
                Some(_) => vec![None],
                None => old.overrides.iter().map(|entry| key(&old, entry)).collect(),
            };
            cancel(before, after, &whole, recipients, now).into_iter().collect()
        }
        (Some((before, (old, old_text))), Some((new, new_text))) => {
            // Of what they were in only instances are left.
            if old.master.is_some() && new.master.is_none() {
                return cancel(before, after, &[None], recipients, now).into_iter().chain(request()).collect();
            }
            let cancelled = cancelled(&old, &new);
            let rest = without(
                Version { object: &old, text: &old_text },
                Version { object: &new, text: &new_text },
                &cancelled,
            );
            let is_other = rest.is_none_or(|rest| !is_same(&rest, &new));
            let request = if is_other || forced { request() } else { None };
            let ids: Vec<Moment> = cancelled;
            let cancel = cancel_instances(before, after, &ids, recipients, now);
            request.into_iter().chain(cancel).collect()
        }
    }
}

/// The instances that there were and are not any more.
fn cancelled(old: &CalendarObject, new: &CalendarObject) -> Vec<Moment> {
    let known: HashSet<Key> = old
        .master
        .iter()
        .flat_map(|master| &master.exclusion_dates)
        .map(|date| key_of_moment(&old.zones, date))
        .collect();
    let excluded = new.master.iter().flat_map(|master| &master.exclusion_dates);
    let excluded = excluded.filter(|date| !known.contains(&key_of_moment(&new.zones, date)));
    let overridden = old.overrides.iter().filter(|entry| entry.status.as_deref() != Some("CANCELLED"));
    let overridden = overridden.filter_map(|entry| entry.recurrence_id.as_ref()).map(|id| &id.moment);
    let mut seen = HashSet::new();
    overridden
        .chain(excluded)
        .filter(|id| edit::shown_of(new, Some(id)).is_err() && edit::shown_of(old, Some(id)).is_ok())
        .filter(|id| seen.insert(key_of_moment(&old.zones, id)))
        .cloned()
        .collect()
}

/// What `old` would be had these instances been taken out of it, as `new` says that.
fn without(old: Version<'_>, new: Version<'_>, ids: &[Moment]) -> Option<CalendarObject> {
    let keys: Vec<Key> = ids.iter().map(|id| key_of_moment(&old.object.zones, id)).collect();
    let mut document = Document::of(old.object, old.text);
    for entry in &old.object.overrides {
        if keys.contains(&key(old.object, entry)) {
            document.calendar.take(entry.component);
        }
    }
    if let (Some(old_master), Some(new_master)) = (&old.object.master, &new.object.master) {
        let dates = |object: &CalendarObject, master: &Entry| -> HashSet<Key> {
            master.exclusion_dates.iter().map(|date| key_of_moment(&object.zones, date)).collect()
        };
        let (known, now) = (dates(old.object, old_master), dates(new.object, new_master));
        if known.iter().chain(&keys).all(|date| now.contains(date))
            && now.len() == known.len() + keys.iter().filter(|id| !known.contains(id)).count()
        {
            let theirs = Tree::of(new.object.component(new_master), new.text);
            document.calendar.component(old_master.component).take_lines("EXDATE", &theirs);
        }
    }
    parse(&document.text()).ok()
}

/// A CANCEL of instances of `before`.
fn cancel_instances(
    before: Version<'_>,
    after: Option<Version<'_>>,
    ids: &[Moment],
    recipients: &[String],
    now: DateTime<Utc>,
) -> Option<(Method, String)> {
    if ids.is_empty() {
        return None;
    }
    let keys: Vec<Key> = ids.iter().map(|id| key_of_moment(&before.object.zones, id)).collect();
    let (object, text) = with_each(before, ids)?;
    cancel(Version { object: &object, text: &text }, after, &keys, recipients, now)
}

/// A CANCEL of the components of `before` with these keys.
fn cancel(
    before: Version<'_>,
    after: Option<Version<'_>>,
    keys: &[Key],
    recipients: &[String],
    now: DateTime<Utc>,
) -> Option<(Method, String)> {
    let mut document = view(before, &components_of(before.object, keys), Purpose::Sent)?;
    // What goes on for others is of the revision that it is of for them, and may be sent to whom it is cancelled for once more.
    let least = |entry: &Entry| {
        let old = Revision::of(before.object.component(entry)).sequence;
        let now =
            after.and_then(|after| Some(after.object.component(stood(after.object, key(before.object, entry))?.0)));
        now.map_or(old.saturating_add(1), |now| old.max(Revision::of(now).sequence))
    };
    let told = Addresses::new(recipients.iter().map(String::as_str));
    for entry in before.object.entries().filter(|entry| keys.contains(&key(before.object, entry))) {
        let tree = document.calendar.component(entry.component);
        raise_sequence(tree, least(entry));
        tree.set("STATUS", &[], "CANCELLED", &["SUMMARY", "DTEND", "DURATION", "DTSTART"]);
        for name in ["EXDATE", "EXRULE"] {
            if entry.recurrence_id.is_none() {
                continue;
            }
            tree.remove(name);
        }
        if after.is_some() {
            tree.retain_lines(|line| line.name != "ATTENDEE" || told.is(line));
        }
    }
    Some((Method::Cancel, message(document, Method::Cancel, now)))
}
