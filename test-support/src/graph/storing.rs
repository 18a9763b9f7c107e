//! What becomes of what is sent to be stored in an event, and what is refused of it.

use super::mailbox::Event;
use super::recurrence;
use super::reply::Reply;
use super::times;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use serde_json::{Map, Value, json};

/// What can be changed (<https://learn.microsoft.com/graph/api/event-update>, "Request body").
const WRITABLE: [&str; 20] = [
    "attendees",
    "body",
    "categories",
    "end",
    "hideAttendees",
    "importance",
    "isAllDay",
    "isOnlineMeeting",
    "isReminderOn",
    "location",
    "locations",
    "onlineMeetingProvider",
    "recurrence",
    "reminderMinutesBeforeStart",
    "responseRequested",
    "sensitivity",
    "showAs",
    "start",
    "subject",
    "singleValueExtendedProperties",
];

/// <https://learn.microsoft.com/graph/errors>, 400: "Cannot process the request because it is malformed or incorrect." Which codes Exchange
/// has for that is not documented.
fn refused(why: impl Into<String>) -> Reply {
    Reply::error(400, "ErrorPropertyValidationFailure", &why.into())
}

/// Puts what was sent into an event, or into one instance of it. `providers`: of meetings online, as the calendar allows them.
pub(super) fn write(event: &mut Event, body: &Value, date: Option<NaiveDate>, providers: &Value) -> Result<(), Reply> {
    let Some(body) = body.as_object() else { return Err(refused("Empty Payload.")) };
    let is_new = event.version == 0;
    // "Read-only" stands at iCalUId, id, onlineMeeting, type and others (<https://learn.microsoft.com/graph/api/resources/event>), and what
    // can be changed is listed (<https://learn.microsoft.com/graph/api/event-update>). "Property not updateable" is an error
    // (<https://learn.microsoft.com/graph/errors>, propertyNotUpdateable).
    if let Some(other) =
        body.keys().find(|name| !(WRITABLE.contains(&name.as_str()) || is_new && *name == "transactionId"))
    {
        return Err(refused(format!("Property {other} is read-only.")));
    }
    if date.is_some() && body.contains_key("recurrence") {
        return Err(refused("An occurrence has no recurrence."));
    }
    let mut new: Map<String, Value> = Map::new();
    for (name, value) in body {
        match name.as_str() {
            "singleValueExtendedProperties" => event.properties = value.as_array().cloned().unwrap_or_default(),
            "body" => drop(new.insert(name.clone(), stored_body(value))),
            "location" => {
                let is_empty = value["displayName"] == "";
                new.insert("locations".into(), if is_empty { json!([]) } else { json!([value]) });
                new.insert(name.clone(), value.clone());
            }
            "attendees" => drop(new.insert(name.clone(), stored_attendees(&event.fields["attendees"], value))),
            "transactionId" => {}
            _ => drop(new.insert(name.clone(), value.clone())),
        }
    }
    let mut merged = date.map_or_else(|| event.fields.clone(), |date| event.instance(date));
    merged.extend(new.clone());
    check(&merged)?;
    hold_online(event, &mut new, &merged, providers)?;
    let Some(date) = date else {
        // No page says what becomes of the instances of a series that is at another time or on other days; they are all forgotten here.
        let is_another = |name: &str| new.get(name).is_some_and(|value| Some(value) != event.fields.get(name));
        if is_another("start") || is_another("end") || is_another("recurrence") {
            event.exceptions.clear();
            event.cancelled.clear();
        }
        event.fields.extend(new);
        return Ok(());
    };
    // "an occurrence cannot be moved to or before the day of the previous occurrence, and cannot be moved to or after the day of the
    // following occurrence" (<https://learn.microsoft.com/graph/api/event-update>, Response).
    let day = times::local(&merged["start"]).unwrap().date();
    let others: Vec<NaiveDate> = event.days(date.checked_add_days(Days::new(400)).unwrap());
    let day_of = |other: &NaiveDate| times::local(&event.instance(*other)["start"]).unwrap().date();
    let is_crossing =
        others.iter().any(|other| (*other < date && day_of(other) >= day) || (*other > date && day_of(other) <= day));
    if is_crossing {
        return Err(Reply::error(
            400,
            "ErrorOccurrenceCrossingBoundary",
            "Modified occurrence is crossing or overlapping adjacent occurrence.",
        ));
    }
    event.exceptions.entry(date).or_default().extend(new);
    Ok(())
}

/// "setting isOnlineMeeting to true, and onlineMeetingProvider to one of the providers supported by the parent calendar. […] Once you enable
/// a meeting online, Microsoft Graph sets the meeting information in onlineMeeting. Subsequently, you cannot change the
/// onlineMeetingProvider property, nor set isOnlineMeeting to false" (<https://learn.microsoft.com/graph/outlook-calendar-online-meetings>); in
/// the example's response the address to join stands in the body as well, behind what was sent.
fn hold_online(
    event: &Event,
    new: &mut Map<String, Value>,
    merged: &Map<String, Value>,
    providers: &Value,
) -> Result<(), Reply> {
    let provider = merged["onlineMeetingProvider"].clone();
    if event.fields["isOnlineMeeting"] == true {
        let is_same = merged["isOnlineMeeting"] == true && provider == event.fields["onlineMeetingProvider"];
        return if is_same { Ok(()) } else { Err(refused("The online meeting cannot be changed.")) };
    }
    if merged["isOnlineMeeting"] != true {
        return Ok(());
    }
    if !providers.as_array().is_some_and(|allowed| allowed.contains(&provider)) {
        return Err(refused(format!("The calendar does not support {provider}.")));
    }
    let join = format!("https://teams.microsoft.com/l/meetup-join/19%3ameeting_{}%40thread.v2/0", event.number);
    let content = merged["body"]["content"].as_str().unwrap_or_default();
    let blob = format!(
        "<div class=\"me-email-text\"><div><a class=\"me-email-headline\" href=\"{join}\">Join Microsoft Teams Meeting</a></div></div>"
    );
    let content = match content.rsplit_once("</body>") {
        Some((before, after)) => format!("{before}{blob}</body>{after}"),
        None => format!("<html><body>{content}{blob}</body></html>"),
    };
    new.insert("body".into(), json!({ "contentType": "html", "content": content }));
    new.insert("onlineMeeting".into(), json!({ "joinUrl": join, "conferenceId": "291633251" }));
    Ok(())
}

/// What cannot be.
fn check(fields: &Map<String, Value>) -> Result<(), Reply> {
    let (Some(start), Some(end)) = (fields.get("start"), fields.get("end")) else {
        return Err(refused("Start and End are required."));
    };
    let (Some(begins), Some(ends)) = (times::instant(start), times::instant(end)) else {
        // <https://learn.microsoft.com/graph/api/outlookuser-supportedtimezones>
        return Err(Reply::error(400, "TimeZoneNotSupportedException", "A valid TimeZone value must be specified."));
    };
    // "This can cause an error if the Start time is later than the End time"
    // (<https://learn.microsoft.com/previous-versions/office/developer/exchange-server-2010/bb426543(v=exchg.140)>).
    if ends < begins {
        return Err(refused("Event start time must precede or be equal to end time."));
    }
    // "If true, regardless of whether it's a single-day or multi-day event, start and end time must be set to midnight and be in the
    // same time zone" (<https://learn.microsoft.com/graph/api/resources/event>).
    let is_midnight = |time: &Value| times::local(time).is_some_and(|local| local.time() == NaiveTime::MIN);
    let is_days = is_midnight(start) && is_midnight(end) && start["timeZone"] == end["timeZone"];
    if fields["isAllDay"] == true && !(is_days && ends - begins >= TimeDelta::days(1)) {
        return Err(refused("The Event.Start property for an all-day event needs to be set to midnight."));
    }
    let one_of = |name: &str, values: &[&str]| match fields[name].as_str() {
        Some(value) if values.contains(&value) => Ok(()),
        value => Err(refused(format!("{name} cannot be {value:?}"))),
    };
    one_of("sensitivity", &["normal", "personal", "private", "confidential"])?;
    one_of("showAs", &["free", "tentative", "busy", "oof", "workingElsewhere", "unknown"])?;
    one_of("importance", &["low", "normal", "high"])?;
    match &fields["recurrence"] {
        Value::Null => Ok(()),
        recurrence => recurrence::check(recurrence).map_err(refused),
    }
}

/// "Currently, this operation returns event bodies in only HTML format" (<https://learn.microsoft.com/graph/api/event-get>), and the examples
/// there and of <https://learn.microsoft.com/graph/outlook-calendar-online-meetings> have what was sent as HTML within a document of its own.
/// How text is set in HTML no page says: blanks and lines are as mail from Outlook has them.
fn stored_body(body: &Value) -> Value {
    let content = body["content"].as_str().unwrap_or_default();
    if body["contentType"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("html")) {
        return json!({ "contentType": "html", "content": format!("<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>{content}</body></html>") });
    }
    let escaped = content
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace("  ", "&nbsp; ")
        .replace('\n', "<br>\r\n");
    json!({ "contentType": "html", "content": format!("<html><head>\r\n<style><!-- .EmailQuote {{ margin-left: 1pt }} --></style></head>\r\n<body>\r\n<font size=\"2\"><span style=\"font-size:11pt;\"><div class=\"PlainText\">{escaped}</div></span></font>\r\n</body></html>") })
}

/// What attendees answered ("The attendee's response (none, accepted, declined, etc.)",
/// <https://learn.microsoft.com/graph/api/resources/attendee>) is theirs to say: it stays what it is for whom an update does not concern ("sends
/// a meeting update to only the attendees that have changed", <https://learn.microsoft.com/graph/api/event-update>), and who is new has
/// answered nothing, at a time that is none (<https://learn.microsoft.com/graph/outlook-calendar-online-meetings>, the example's response).
fn stored_attendees(before: &Value, sent: &Value) -> Value {
    let known = before.as_array().cloned().unwrap_or_default();
    let stored = sent.as_array().cloned().unwrap_or_default().into_iter().map(|mut attendee| {
        let address = attendee["emailAddress"]["address"].clone();
        let same = known.iter().find(|known| known["emailAddress"]["address"] == address);
        attendee["status"] = same.map_or_else(
            || json!({ "response": "none", "time": "0001-01-01T00:00:00Z" }),
            |known| known["status"].clone(),
        );
        if attendee["emailAddress"]["name"].is_null() {
            attendee["emailAddress"]["name"] = address;
        }
        attendee
    });
    stored.collect()
}
