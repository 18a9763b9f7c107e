//! Events as Graph is told of them (<https://learn.microsoft.com/graph/api/event-update>).

use super::held::{HeldEvent, HeldObject};
use super::people::{Attendee, Part};
use serde_json::{Map, Value, json};

/// Where the UID is kept with which an event was stored from here: Exchange gives every event one of its own, which cannot be changed
/// (<https://learn.microsoft.com/graph/api/resources/singlevaluelegacyextendedproperty>).
pub const UID_PROPERTY: &str = "String {6f1d3c52-0b6e-4e57-8a39-5d1c7a9be204} Name KalendsUid";

/// Who provides meetings in Teams.
pub const TEAMS: &str = "teamsForBusiness";

/// Properties that are said together or not at all.
const GROUPS: [&[&str]; 3] = [
    &["start", "end", "isAllDay"],
    &["isReminderOn", "reminderMinutesBeforeStart"],
    &["attendees", "responseRequested"],
];

/// All that can be said of an event.
fn event_fields(event: &HeldEvent) -> Map<String, Value> {
    let (start, end, is_all_day) = event.span.json();
    let mut location = Map::from_iter([("displayName".to_owned(), json!(event.location))]);
    if let Some((latitude, longitude)) = event.position {
        location.insert("coordinates".into(), json!({ "latitude": latitude, "longitude": longitude }));
    }
    let mut fields = Map::from_iter(
        [
            ("subject", json!(event.subject)),
            ("body", event.body.json()),
            ("start", json!(start)),
            ("end", json!(end)),
            ("isAllDay", json!(is_all_day)),
            ("location", Value::Object(location)),
            ("attendees", event.attendees.iter().map(Attendee::json).collect()),
            ("isReminderOn", json!(event.reminder.is_some())),
            ("sensitivity", json!(event.sensitivity.name())),
            ("showAs", json!(event.show_as.name())),
            ("importance", json!(event.importance.name())),
            ("categories", json!(event.categories)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    if let Some(minutes) = event.reminder {
        fields.insert("reminderMinutesBeforeStart".into(), json!(minutes));
    }
    if !event.attendees.is_empty() {
        fields.insert("responseRequested".into(), json!(event.asks_for_response));
    }
    fields
}

/// Has a new event be a meeting in Teams: Exchange makes the address to join, and puts it into the body as well
/// (<https://learn.microsoft.com/graph/outlook-calendar-online-meetings>).
pub fn hold_in_teams(fields: &mut Map<String, Value>) {
    fields.insert("isOnlineMeeting".into(), json!(true));
    fields.insert("onlineMeetingProvider".into(), json!(TEAMS));
}

/// All that can be said of a single event or a series, without its instances.
pub fn fields(object: &HeldObject) -> Map<String, Value> {
    let mut fields = event_fields(&object.master);
    if let Some(recurrence) = &object.recurrence {
        fields.insert("recurrence".into(), json!(recurrence.json(&object.master.span)));
    }
    fields
}

/// What has to be said for an event to be `wanted` that is `current`.
pub fn changed_fields(current: &HeldEvent, wanted: &HeldEvent) -> Map<String, Value> {
    let before = event_fields(current);
    let after = event_fields(wanted);
    let people = |event: &HeldEvent| -> Vec<(String, Part)> {
        event.attendees.iter().map(|attendee| (attendee.person.address.to_lowercase(), attendee.part)).collect()
    };
    // Whoever is told of anything about the attendees is sent mail, so that their names alone are no change.
    let same_people = people(current) == people(wanted) && current.asks_for_response == wanted.asks_for_response;
    let is_changed = |name: &str| match name {
        "attendees" => !same_people,
        "responseRequested" => !same_people && before.get(name) != after.get(name),
        name => before.get(name) != after.get(name),
    };
    let group = |name: &str| GROUPS.iter().find(|group| group.contains(&name)).copied();
    let is_said = |name: &str| match group(name) {
        Some(group) => group.iter().any(|name| is_changed(name)),
        None => is_changed(name),
    };
    after.clone().into_iter().filter(|(name, _)| is_said(name)).collect()
}
