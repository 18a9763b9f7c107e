//! The scheduling inbox and outbox (RFC 6638 section 2), and what POST asks of the outbox: when people are busy.

use super::body::{self, media_type};
use super::error::Failure;
use super::headers::{Preferences, local_path};
use super::message::item_href;
use super::props::{CalendarData, Live, PropertyRequest, View};
use super::report::filter;
use super::resource::{Address, Resource};
use super::stream::multistatus;
use super::target::Target;
use super::xml::{Document, Element, XmlWriter};
use super::{Call, XML_TYPE, preference_applied};
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use kalends_domain::Error;
use kalends_domain::calendars::CalendarPatch;
use kalends_domain::scheduling::InboxItem;
use kalends_ical::busy;
use kalends_ical::itip::Incoming;
use kalends_ical::query::Filter;
use kalends_ical::syntax::{Component, Property};
use kalends_ical::time::{Zone, Zones};
use kalends_ical::value;

/// calendar-query and calendar-multiget on the inbox.
pub async fn report(call: Call, root: &Element) -> Result<Response, Failure> {
    let Target::Inbox(content) = &call.target else { return Err(Failure::not_found()) };
    let items = content.items.clone();
    let request = PropertyRequest::in_report(root)?;
    let preferences = Preferences::of(&call.headers);
    let limits = call.kalends.limits().text;
    let (mut found, mut missing): (Vec<InboxItem>, Vec<String>) = (Vec::new(), Vec::new());
    if root.name.is_caldav("calendar-multiget") {
        for href in root.dav_all("href").map(|href| href.text.trim()) {
            let path = local_path(href, &call.headers).ok().flatten();
            let named = match path.and_then(|path| Address::parse(path).ok()).map(|address| address.resource) {
                Some(Resource::InboxItem { owner, name }) if owner == call.who.slug => {
                    items.iter().find(|item| item.name() == name)
                }
                _ => None,
            };
            match named {
                Some(item) => found.push(item.clone()),
                None => missing.push(href.to_owned()),
            }
        }
    } else {
        let filter = Filter { calendar: filter::read(root)?, floating: Zone::UTC };
        // What is no object by itself, such as an answer that does not say when, is there for every question.
        let matches = |item: &InboxItem| {
            let object = Incoming::read(&item.text, &limits).and_then(|message| message.object());
            object.map_or(true, |(object, _)| filter.matches(&object).unwrap_or(true))
        };
        found.extend(items.into_iter().filter(matches));
    }
    let (href, who, minimal) = (call.href.clone(), call.who.clone(), preferences.minimal);
    let response = multistatus(|mut out| async move {
        for item in &found {
            let view = View::InboxItem(item, CalendarData::Text(&item.text));
            out.response(&item_href(&href, item), |xml| view.write_propstats(&request, &who, minimal, xml));
            out.pass_on().await?;
        }
        for href in &missing {
            out.status(href, "HTTP/1.1 404 Not Found");
        }
        Ok(out)
    })
    .await?;
    Ok(preference_applied(response, preferences))
}

/// POST of a VFREEBUSY to the outbox (RFC 6638 section 5).
pub async fn post(call: &Call, body: Body) -> Result<Response, Failure> {
    const MAX_OCTETS: usize = 256 * 1024;
    let unfit = |message: &str| Failure::forbidden("C:valid-scheduling-message", message.to_owned());
    if !matches!(media_type(&call.headers).as_deref(), None | Some("text/calendar")) {
        return Err(Failure::forbidden("C:supported-calendar-data", "A message is text/calendar."));
    }
    let octets = body::read(&call.headers, body, MAX_OCTETS)
        .await?
        .ok_or_else(|| Failure::condition(StatusCode::PAYLOAD_TOO_LARGE, "C:max-resource-size", "It is too long."))?;
    let text = String::from_utf8(octets).map_err(|_| unfit("It is not UTF-8."))?;
    let calendars = kalends_ical::syntax::parse(&text, 4).map_err(|error| unfit(&error.to_string()))?;
    let calendar = calendars.first().ok_or_else(|| unfit("It is empty."))?;
    let method = calendar.property("METHOD").map(|method| method.value.trim().to_uppercase());
    let asked = calendar.components.iter().find(|component| component.name == "VFREEBUSY");
    let (Some("REQUEST"), Some(asked)) = (method.as_deref(), asked) else {
        return Err(unfit("Only when people are busy can be asked for: METHOD is REQUEST, of a VFREEBUSY."));
    };
    let zones = Zones::of(calendar).map_err(|error| unfit(&error.to_string()))?;
    let organizer = asked.property("ORGANIZER").ok_or_else(|| unfit("It has no ORGANIZER."))?;
    let own = call.kalends.verified_addresses(call.caller, call.who.id).await?;
    let own = own.iter().map(|address| format!("mailto:{address}"));
    let own: Vec<String> = own.chain([super::resource::principal_href(&call.who.slug)]).collect();
    if !kalends_ical::itip::Addresses::new(own.iter().map(String::as_str)).is(organizer) {
        return Err(Failure::forbidden("C:organizer-allowed", "ORGANIZER has to be whoever asks."));
    }
    let span = (instant(asked, "DTSTART", &zones), instant(asked, "DTEND", &zones));
    let (Some(start), Some(end)) = span else { return Err(unfit("It needs a DTSTART and a DTEND.")) };
    let attendees: Vec<&Property> = asked.properties("ATTENDEE").collect();
    let recipients: Vec<String> = attendees.iter().map(|attendee| attendee.value.trim().to_owned()).collect();
    if recipients.is_empty() {
        return Err(unfit("It has no ATTENDEE."));
    }
    let answers =
        call.kalends.busy_people(call.caller, &recipients, (start, end)).await.map_err(|error| match error {
            Error::BadInput { .. } => unfit(&error.to_string()),
            error => call.failure(error),
        })?;
    let uid = asked.property("UID").map(|uid| uid.value.clone());
    let mut xml = XmlWriter::new();
    xml.open_root("C:schedule-response");
    for answer in &answers {
        xml.open("C:response");
        xml.hrefs("C:recipient", [answer.recipient.as_str()]);
        match &answer.busy {
            Some(times) => {
                xml.leaf("C:request-status", "2.0;Success");
                let reply =
                    reply(&busy::write(times, (start, end), Utc::now()), organizer, &answer.recipient, uid.as_deref());
                xml.leaf("C:calendar-data", &reply);
            }
            None => xml.leaf("C:request-status", "3.7;Invalid Calendar User"),
        }
        xml.close("C:response");
    }
    xml.close("C:schedule-response");
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, XML_TYPE)], xml.take()).into_response())
}

fn instant(component: &Component, name: &str, zones: &Zones) -> Option<DateTime<Utc>> {
    let moment = value::moment(component.property(name)?).ok()?;
    Some(zones.instant(&moment, &Zone::UTC))
}

/// A VFREEBUSY as the answer of one person (RFC 5546 section 3.3.3).
fn reply(text: &str, organizer: &Property, recipient: &str, uid: Option<&str>) -> String {
    let uid = uid.map(|uid| format!("UID:{uid}\r\n")).unwrap_or_default();
    let lines = format!("BEGIN:VFREEBUSY\r\n{uid}ORGANIZER:{}\r\nATTENDEE:{recipient}\r\n", organizer.value.trim());
    text.replacen("VERSION:2.0\r\n", "VERSION:2.0\r\nMETHOD:REPLY\r\n", 1).replacen("BEGIN:VFREEBUSY\r\n", &lines, 1)
}

/// What PROPPATCH sets on the inbox: where invitations go, and when one can be invited. Yields the property that cannot be, and why.
///
/// # Errors
/// When the store fails.
pub async fn change_inbox(call: &Call, document: &Document) -> Result<Option<(Live, String)>, Failure> {
    let Call { kalends, caller, .. } = call;
    for instruction in &document.root.children {
        let is_set = instruction.name.is_dav("set");
        for prop in instruction.dav_all("prop") {
            if let Some(availability) = prop.caldav("calendar-availability") {
                let text = is_set.then(|| availability.text.trim());
                match kalends.set_availability(*caller, text).await {
                    Ok(()) => {}
                    Err(error @ (Error::InvalidCalendarData(_) | Error::BadInput { .. })) => {
                        return Ok(Some((Live::CalendarAvailability, error.to_string())));
                    }
                    Err(error) => return Err(call.failure(error)),
                }
            }
            if let Some(url) = prop.caldav("schedule-default-calendar-URL") {
                let href = url.dav("href").map(|href| href.text.trim()).filter(|_| is_set);
                let path = href.and_then(|href| local_path(href, &call.headers).ok().flatten());
                let target = match path.and_then(|path| Address::parse(path).ok()) {
                    Some(address) => call.target_at(&address).await?,
                    None => Target::Missing,
                };
                let refused = "It has to be one of your own calendars that events can be written to.".to_owned();
                let Target::Calendar(held) = target else {
                    return Ok(Some((Live::ScheduleDefaultCalendarUrl, refused)));
                };
                if held.owner().id != call.who.id || !held.may_write() {
                    return Ok(Some((Live::ScheduleDefaultCalendarUrl, refused)));
                }
                let patch = CalendarPatch { make_default: true, ..CalendarPatch::default() };
                kalends.update_calendar(*caller, held.id, patch).await.map_err(|error| call.failure(error))?;
            }
        }
    }
    Ok(None)
}
