//! Delta queries of a calendar view (<https://learn.microsoft.com/graph/delta-query-events>,
//! <https://learn.microsoft.com/graph/api/event-delta>).

use super::events::{is_in, touching};
use super::mailbox::{Event, Mailbox, id_of};
use super::reply::{Asked, Reply};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// What state tokens stand for. They are opaque: nothing can be read in them.
#[derive(Default)]
pub struct Tokens {
    known: HashMap<String, State>,
    next: u64,
}

#[derive(Clone)]
struct State {
    calendar: String,
    window: (DateTime<Utc>, DateTime<Utc>),
    /// Up to which version everything was told once what is left is told.
    version: u64,
    /// What is still to be told in this round; `None`: the round is over.
    left: Option<Vec<(u64, Option<NaiveDate>)>>,
}

impl Tokens {
    pub fn forget(&mut self) {
        self.known.clear();
    }

    fn issue(&mut self, state: State) -> String {
        self.next += 1;
        let token = format!("R0usmc{:x}_{}", self.next * 7919, self.next);
        self.known.insert(token.clone(), state);
        token
    }

    pub fn answer(&mut self, mailbox: &Mailbox, asked: &Asked, calendar: &str, base: &str) -> Reply {
        if !mailbox.has_calendar(calendar) {
            return Reply::not_found();
        }
        // "$select is not supported", and neither are the others.
        if asked
            .query
            .keys()
            .any(|name| ["$select", "$expand", "$filter", "$orderby", "$search"].contains(&name.as_str()))
        {
            return Reply::error(
                400,
                "ErrorInvalidUrlQuery",
                "The following parameters are not supported with change tracking over the 'Events' resource.",
            );
        }
        let token = asked.query.get("$skiptoken").or(asked.query.get("$deltatoken"));
        let state = match token {
            Some(token) => match self.known.get(token) {
                Some(state) if state.calendar == calendar => state.clone(),
                // <https://learn.microsoft.com/graph/delta-query-overview>, "Synchronization reset" and "Token duration"
                _ => {
                    return Reply::error(
                        410,
                        "syncStateNotFound",
                        "The sync state generation is not found. The delta token is expired and data must be synchronized again.",
                    );
                }
            },
            None => {
                let parse =
                    |name: &str| DateTime::parse_from_rfc3339(asked.query.get(name)?).ok().map(|at| at.to_utc());
                let (Some(start), Some(end)) = (parse("startDateTime"), parse("endDateTime")) else {
                    return Reply::error(
                        400,
                        "ErrorInvalidParameter",
                        "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.",
                    );
                };
                let window = (start, end);
                let left = all(mailbox, calendar, window);
                State { calendar: calendar.to_owned(), window, version: mailbox.version(), left: Some(left) }
            }
        };
        let (mut left, version) = match state.left.clone() {
            Some(left) => (left, state.version),
            None => (changed(mailbox, calendar, state.window, state.version), mailbox.version()),
        };
        let rest = left.split_off(left.len().min(asked.page_size()));
        let value: Vec<Value> =
            left.into_iter().map(|(number, date)| told(mailbox, number, date, state.window, asked)).collect();
        let path: String =
            calendar
                .bytes()
                .map(|octet| {
                    if octet.is_ascii_alphanumeric() { char::from(octet).to_string() } else { format!("%{octet:02X}") }
                })
                .collect();
        let is_over = rest.is_empty();
        let token = self.issue(State { left: (!is_over).then_some(rest), version, ..state });
        // "A page can't contain both @odata.deltaLink and @odata.nextLink."
        let (link, parameter) =
            if is_over { ("@odata.deltaLink", "$deltatoken") } else { ("@odata.nextLink", "$skiptoken") };
        Reply::json(
            200,
            json!({ "value": value, link: format!("{base}me/calendars/{path}/calendarView/delta?{parameter}={token}") }),
        )
    }
}

/// "The returned events may include single instances or occurrences and exceptions of a recurring series": no series masters.
fn all(
    mailbox: &Mailbox,
    calendar: &str,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
) -> Vec<(u64, Option<NaiveDate>)> {
    let mut found = Vec::new();
    for event in mailbox.events.values().filter(|event| event.calendar == calendar) {
        if event.is_series() {
            found.extend(touching(event, start, end).into_iter().map(|date| (event.number, Some(date))));
        } else if is_in(&event.fields, start, end) {
            found.push((event.number, None));
        }
    }
    found
}

/// What changed since a version. Of a series that changed as a whole every instance in the window is told.
fn changed(
    mailbox: &Mailbox,
    calendar: &str,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
    version: u64,
) -> Vec<(u64, Option<NaiveDate>)> {
    let mut found = BTreeSet::new();
    let news = mailbox.log.iter().filter(|change| change.version > version && change.calendar == calendar);
    for change in news {
        match mailbox.events.get(&change.event) {
            Some(event) if event.is_series() && change.date.is_none() => {
                let dates = touching(event, start, end);
                // Nothing of it is in the window: it is told as what is outside.
                if dates.is_empty() {
                    found.insert((change.event, None));
                }
                found.extend(dates.into_iter().map(|date| (change.event, Some(date))));
            }
            _ => drop(found.insert((change.event, change.date))),
        }
    }
    found.into_iter().collect()
}

/// "Events that are within the date range and that have been deleted since the previous delta call. Events that are outside the date range
/// and that have been added, deleted, or updated since the previous delta call": both are `@removed` with the reason deleted.
fn told(
    mailbox: &Mailbox,
    number: u64,
    date: Option<NaiveDate>,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
    asked: &Asked,
) -> Value {
    let there = mailbox.events.get(&number).and_then(|event: &Event| {
        let fields = match date {
            Some(date) => event.days(date).contains(&date).then(|| event.instance(date))?,
            None if event.is_series() => return None,
            None => event.fields.clone(),
        };
        is_in(&fields, start, end).then(|| mailbox.shown(event, &fields, date, asked))
    });
    there.unwrap_or_else(|| {
        let id = id_of(number, date, asked.wants_immutable_ids());
        json!({ "@odata.type": "#microsoft.graph.event", "id": id, "@removed": { "reason": "deleted" } })
    })
}
