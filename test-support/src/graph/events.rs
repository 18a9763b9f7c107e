//! Events: listing, reading, making, changing, deleting.

use super::mailbox::{Event, ME, Mailbox, id_of, number_of, select};
use super::reply::{Asked, Reply};
use super::storing::write;
use super::times;
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

impl Mailbox {
    pub(super) fn events(&mut self, asked: &Asked, calendar: Option<&str>, rest: &[&str], base: &str) -> Reply {
        if calendar.is_some_and(|calendar| !self.has_calendar(calendar)) {
            return Reply::not_found();
        }
        match (asked.method.as_str(), rest) {
            ("GET", []) => self.list(asked, calendar.unwrap_or_default(), base),
            ("POST", []) => self.create(asked, calendar.unwrap_or_default()),
            (_, [id, rest @ ..]) => {
                let known = number_of(id).filter(|(number, _)| {
                    self.events
                        .get(number)
                        .is_some_and(|event| calendar.is_none_or(|calendar| event.calendar == calendar))
                });
                let Some((number, date)) = known else { return Reply::not_found() };
                if let Some(date) = date
                    && !self.events[&number].days(date).contains(&date)
                {
                    return Reply::not_found();
                }
                match (asked.method.as_str(), rest) {
                    ("GET", []) => Reply::json(200, self.one(asked, number, date)),
                    ("GET", ["instances"]) => self.instances(asked, number),
                    ("PATCH", []) => self.change(asked, number, date),
                    ("DELETE", []) => self.delete(asked, number, date),
                    ("POST", [action @ ("accept" | "tentativelyAccept" | "decline")]) => {
                        self.respond(number, date, action)
                    }
                    _ => {
                        Reply::error(405, "BadRequest", "Specified HTTP method is not allowed for the request target.")
                    }
                }
            }
            _ => Reply::error(405, "BadRequest", "Specified HTTP method is not allowed for the request target."),
        }
    }

    /// As an event is given, of `fields`.
    pub(super) fn shown(
        &self,
        event: &Event,
        fields: &Map<String, Value>,
        date: Option<NaiveDate>,
        asked: &Asked,
    ) -> Value {
        let mut shown = fields.clone();
        let immutable = asked.wants_immutable_ids();
        let is_all_day = fields["isAllDay"] == true;
        for (name, original) in [("start", "originalStartTimeZone"), ("end", "originalEndTimeZone")] {
            shown.insert(original.into(), fields[name]["timeZone"].clone());
            shown.insert(name.into(), times::in_utc(&fields[name], is_all_day));
        }
        shown.insert("id".into(), json!(id_of(event.number, date, immutable)));
        shown.insert("@odata.etag".into(), json!(event.etag()));
        shown.insert("changeKey".into(), json!(event.etag().trim_matches(['W', '/', '"'])));
        shown.insert("seriesMasterId".into(), json!(date.map(|_| id_of(event.number, None, immutable))));
        if date.is_none() {
            shown.insert("type".into(), json!(if event.is_series() { "seriesMaster" } else { "singleInstance" }));
        }
        Value::Object(shown)
    }

    /// <https://learn.microsoft.com/graph/api/event-get>
    fn one(&self, asked: &Asked, number: u64, date: Option<NaiveDate>) -> Value {
        let event = &self.events[&number];
        let fields = date.map_or_else(|| event.fields.clone(), |date| event.instance(date));
        let mut shown = self.shown(event, &fields, date, asked);
        let (selected, expanded) = (asked.query.get("$select"), asked.query.get("$expand"));
        let is_selected = |name: &str| selected.is_some_and(|names| names.split(',').any(|known| known == name));
        if event.is_series() && date.is_none() {
            // "Returned only on $select in a Get operation which specifies the ID of a series master event."
            let master = id_of(number, None, asked.wants_immutable_ids());
            let cancelled: Vec<String> = event.cancelled.iter().map(|date| format!("OID.{master}.{date}")).collect();
            shown["cancelledOccurrences"] = json!(cancelled);
        }
        let mut shown = select(&shown, asked);
        if !is_selected("cancelledOccurrences") {
            shown.as_object_mut().unwrap().remove("cancelledOccurrences");
        }
        // "Returned only on $select and $expand in a Get operation that specifies the ID of a series master event."
        if is_selected("exceptionOccurrences")
            && expanded.is_some_and(|expanded| expanded.contains("exceptionOccurrences"))
        {
            let exceptions =
                event.exceptions.keys().map(|date| self.shown(event, &event.instance(*date), Some(*date), asked));
            shown["exceptionOccurrences"] = exceptions.collect();
        }
        with_properties(&mut shown, event, asked);
        shown
    }

    /// <https://learn.microsoft.com/graph/api/calendar-list-events>: "The list contains single instance meetings and series masters."
    fn list(&self, asked: &Asked, calendar: &str, base: &str) -> Reply {
        let filter = asked.query.get("$filter").map(String::as_str);
        let mut found = Vec::new();
        for event in self.events.values().filter(|event| event.calendar == calendar) {
            match filter.map_or(Some(true), |filter| passes(event, filter)) {
                None => {
                    return Reply::error(
                        400,
                        "ErrorInvalidUrlQueryFilter",
                        "The query filter contains one or more invalid nodes.",
                    );
                }
                Some(false) => {}
                Some(true) => found.push(event),
            }
        }
        let (skip, size) =
            (asked.query.get("$skip").and_then(|skip| skip.parse().ok()).unwrap_or(0), asked.page_size());
        let value: Vec<Value> = found
            .iter()
            .skip(skip)
            .take(size)
            .map(|event| {
                let mut shown = select(&self.shown(event, &event.fields, None, asked), asked);
                with_properties(&mut shown, event, asked);
                shown
            })
            .collect();
        let mut body = json!({ "value": value });
        // <https://learn.microsoft.com/graph/paging>: the whole address of the next page.
        if skip + size < found.len() {
            let options: Vec<String> = asked
                .query
                .iter()
                .filter(|(name, _)| *name != "$skip")
                .map(|(name, value)| format!("{name}={}", encoded(value)))
                .chain([format!("$skip={}", skip + size)])
                .collect();
            body["@odata.nextLink"] =
                json!(format!("{base}me/calendars/{}/events?{}", encoded(calendar), options.join("&")));
        }
        Reply::json(200, body)
    }

    /// <https://learn.microsoft.com/graph/api/calendar-post-events>
    fn create(&mut self, asked: &Asked, calendar: &str) -> Reply {
        // "true if the user can write to the calendar, false otherwise" (<https://learn.microsoft.com/graph/api/resources/calendar>, canEdit).
        // 403 is "Access is denied to the requested resource. The user might not have enough permission […]"
        // (<https://learn.microsoft.com/graph/errors>); ErrorAccessDenied says Exchange when "the calling account does not have the rights
        // to perform the action requested" (<https://learn.microsoft.com/previous-versions/office/developer/exchange-server-2010/bb426458(v=exchg.140)>).
        let known = self.calendars.iter().find(|known| known["id"] == calendar);
        if known.is_some_and(|known| known["canEdit"] == false) {
            return Reply::error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
        }
        let providers = known.map(|known| known["allowedOnlineMeetingProviders"].clone()).unwrap_or_default();
        // transactionId: "to avoid redundant POST operations in case of client retries".
        let transaction = asked.body["transactionId"].as_str();
        if let Some(transaction) = transaction
            && let Some(known) = self.events.values().find(|event| event.fields["transactionId"] == transaction)
        {
            return Reply::json(201, self.one(asked, known.number, None));
        }
        let number = self.new_number();
        let now = times::timestamp(Utc::now());
        let fields = json!({
            "subject": "", "body": { "contentType": "html", "content": "" }, "isAllDay": false, "importance": "normal",
            "sensitivity": "normal", "showAs": "busy", "isReminderOn": true, "reminderMinutesBeforeStart": 15, "categories": [],
            "attendees": [], "location": { "displayName": "" }, "locations": [], "recurrence": null, "isCancelled": false,
            "isOrganizer": true, "responseRequested": true, "isOnlineMeeting": false, "onlineMeetingProvider": "unknown",
            "onlineMeeting": null, "transactionId": transaction, "createdDateTime": now, "lastModifiedDateTime": now,
            "organizer": { "emailAddress": { "name": "Ada", "address": ME } },
            "iCalUId": format!("040000008200E00074C5B7101A82E008{number:08X}"),
        });
        let mut event = Event {
            number,
            calendar: calendar.to_owned(),
            fields: fields.as_object().unwrap().clone(),
            properties: Vec::new(),
            exceptions: BTreeMap::new(),
            cancelled: BTreeSet::new(),
            version: 0,
        };
        if let Err(refused) = write(&mut event, &asked.body, None, &providers) {
            return refused;
        }
        self.events.insert(number, event);
        self.touch(number, None);
        Reply::json(201, self.one(asked, number, None))
    }

    /// <https://learn.microsoft.com/graph/api/event-update>
    fn change(&mut self, asked: &Asked, number: u64, date: Option<NaiveDate>) -> Reply {
        let mut event = self.events[&number].clone();
        if let Some(refused) = stale(&event, asked) {
            return refused;
        }
        let known = self.calendars.iter().find(|known| known["id"] == event.calendar);
        let providers = known.map(|known| known["allowedOnlineMeetingProviders"].clone()).unwrap_or_default();
        if let Err(refused) = write(&mut event, &asked.body, date, &providers) {
            return refused;
        }
        self.events.insert(number, event);
        self.touch(number, date);
        Reply::json(200, self.one(asked, number, date))
    }

    /// <https://learn.microsoft.com/graph/api/event-delete>
    fn delete(&mut self, asked: &Asked, number: u64, date: Option<NaiveDate>) -> Reply {
        let event = self.events.get_mut(&number).unwrap();
        if let Some(refused) = stale(event, asked) {
            return refused;
        }
        match date {
            Some(date) => {
                event.exceptions.remove(&date);
                event.cancelled.insert(date);
            }
            None => {
                let calendar = event.calendar.clone();
                self.events.remove(&number);
                self.deleted.insert(number, calendar);
            }
        }
        self.touch(number, date);
        Reply::nothing(204)
    }

    /// <https://learn.microsoft.com/graph/api/event-accept>
    fn respond(&mut self, number: u64, date: Option<NaiveDate>, action: &str) -> Reply {
        let event = self.events.get_mut(&number).unwrap();
        // "You can't respond to this meeting because you're the meeting organizer."
        if event.fields["isOrganizer"] == true {
            return Reply::error(
                400,
                "ErrorInvalidRequest",
                "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer.",
            );
        }
        let response = match action {
            "accept" => "accepted",
            "decline" => "declined",
            _ => "tentativelyAccepted",
        };
        let mut attendees = event.fields["attendees"].clone();
        for attendee in attendees.as_array_mut().unwrap() {
            if attendee["emailAddress"]["address"].as_str().is_some_and(|address| address.eq_ignore_ascii_case(ME)) {
                attendee["status"] = json!({ "response": response, "time": times::timestamp(Utc::now()) });
            }
        }
        match date {
            Some(date) => event.exceptions.entry(date).or_default().insert("attendees".into(), attendees),
            None => event.fields.insert("attendees".into(), attendees),
        };
        self.touch(number, date);
        Reply::nothing(202)
    }

    /// <https://learn.microsoft.com/graph/api/event-list-instances>
    fn instances(&self, asked: &Asked, number: u64) -> Reply {
        let event = &self.events[&number];
        let parse = |name: &str| DateTime::parse_from_rfc3339(asked.query.get(name)?).ok().map(|at| at.to_utc());
        let (Some(start), Some(end)) = (parse("startDateTime"), parse("endDateTime")) else {
            return Reply::error(
                400,
                "ErrorInvalidParameter",
                "This request requires a time window specified by startDateTime and endDateTime.",
            );
        };
        let value: Vec<Value> = touching(event, start, end)
            .into_iter()
            .map(|date| select(&self.shown(event, &event.instance(date), Some(date), asked), asked))
            .collect();
        Reply::json(200, json!({ "value": value }))
    }
}

/// The instances of a series that touch a window.
pub(super) fn touching(event: &Event, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<NaiveDate> {
    let until = end.date_naive().checked_add_days(Days::new(32)).unwrap();
    event.days(until).into_iter().filter(|date| is_in(&event.instance(*date), start, end)).collect()
}

pub(super) fn is_in(fields: &Map<String, Value>, start: DateTime<Utc>, end: DateTime<Utc>) -> bool {
    let is_all_day = fields["isAllDay"] == true;
    let at = |name: &str| match is_all_day {
        true => times::local(&fields[name]).unwrap().and_utc(),
        false => times::instant(&fields[name]).unwrap(),
    };
    at("start") < end && at("end") >= start
}

/// If-Match (RFC 9110 section 13.1.1); what Exchange says to it is ErrorIrresolvableConflict
/// (<https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode>).
fn stale(event: &Event, asked: &Asked) -> Option<Reply> {
    let is_stale = asked.if_match.as_ref().is_some_and(|etag| *etag != event.etag());
    is_stale.then(|| Reply::error(412, "ErrorIrresolvableConflict", "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item."))
}

/// The filters that Outlook's lists know; `None`: another one.
fn passes(event: &Event, filter: &str) -> Option<bool> {
    let quoted = |text: &str| {
        text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).map(|text| text.replace("''", "'"))
    };
    if let Some(since) = filter.strip_prefix("lastModifiedDateTime ge ") {
        let since = DateTime::parse_from_rfc3339(since).ok()?;
        return Some(DateTime::parse_from_rfc3339(event.fields["lastModifiedDateTime"].as_str()?).ok()? >= since);
    }
    if let Some(uid) = filter.strip_prefix("iCalUId eq ") {
        return Some(event.fields["iCalUId"] == json!(quoted(uid)?));
    }
    // <https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get>
    let inner = filter.strip_prefix("singleValueExtendedProperties/any(ep: ep/id eq ")?.strip_suffix(')')?;
    let (id, value) = inner.split_once(" and ep/value eq ")?;
    let (id, value) = (quoted(id)?, quoted(value)?);
    Some(event.properties.iter().any(|property| property["id"] == json!(id) && property["value"] == json!(value)))
}

/// `$expand=singleValueExtendedProperties($filter=id eq '…')` (<https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get>)
fn with_properties(shown: &mut Value, event: &Event, asked: &Asked) {
    let expanded = asked.query.get("$expand").map(String::as_str).unwrap_or_default();
    let Some(id) =
        expanded.split("singleValueExtendedProperties($filter=id eq '").nth(1).and_then(|rest| rest.split('\'').next())
    else {
        return;
    };
    let wanted: Vec<&Value> = event.properties.iter().filter(|property| property["id"] == id).collect();
    if !wanted.is_empty() {
        shown["singleValueExtendedProperties"] = json!(wanted);
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(
            |octet| if octet.is_ascii_alphanumeric() { char::from(octet).to_string() } else { format!("%{octet:02X}") },
        )
        .collect()
}
