//! What is in the mailbox: calendars, groups and events, with what changed in which order.

use super::recurrence;
use super::reply::{Asked, Reply};
use super::times;
use chrono::{NaiveDate, Utc};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Whose mailbox it is.
pub const ME: &str = "ada@contoso.example";

pub struct Mailbox {
    pub(super) calendars: Vec<Value>,
    groups: Vec<Value>,
    pub(super) events: BTreeMap<u64, Event>,
    /// What was deleted, with the calendar that it was in.
    pub(super) deleted: BTreeMap<u64, String>,
    pub(super) log: Vec<Change>,
    next_id: u64,
    version: u64,
}

/// An event as its own: a single one, or a series master with what its instances have otherwise.
#[derive(Clone)]
pub struct Event {
    pub number: u64,
    pub calendar: String,
    pub fields: Map<String, Value>,
    pub properties: Vec<Value>,
    pub exceptions: BTreeMap<NaiveDate, Map<String, Value>>,
    pub cancelled: BTreeSet<NaiveDate>,
    pub version: u64,
}

/// Something that happened.
#[derive(Clone)]
pub struct Change {
    pub version: u64,
    pub calendar: String,
    pub event: u64,
    /// Of one instance alone.
    pub date: Option<NaiveDate>,
}

pub fn me() -> Value {
    json!({
        "id": "87d349ed-44d7-43e1-9a83-5f2406dee5bd", "displayName": "Ada", "mail": "Ada@contoso.example",
        "userPrincipalName": ME, "proxyAddresses": ["SMTP:Ada@contoso.example", "smtp:countess@contoso.example", "x500:/o=x"],
    })
}

impl Mailbox {
    pub fn new() -> Self {
        let owner = json!({ "name": "Ada", "address": ME });
        let calendar = |id: &str, name: &str| {
            json!({
                "id": id, "name": name, "color": "auto", "hexColor": "", "canEdit": true, "canShare": true,
                "isDefaultCalendar": false, "owner": owner, "group": "AAMkGroup1=",
                // <https://learn.microsoft.com/graph/outlook-calendar-online-meetings>, the example's response
                "allowedOnlineMeetingProviders": ["teamsForBusiness", "skypeForBusiness"],
                "defaultOnlineMeetingProvider": "teamsForBusiness",
            })
        };
        let mut calendars = vec![
            calendar("AAMkBirthdays=", "Birthdays"),
            calendar("AAMkCal/1+a=", "Calendar"),
            calendar("AAMkTeam=", "Team"),
        ];
        calendars[0]["canEdit"] = json!(false);
        calendars[0]["color"] = json!("lightGreen");
        calendars[1]["isDefaultCalendar"] = json!(true);
        calendars[1]["hexColor"] = json!("#0a78d4");
        calendars[2]["allowedOnlineMeetingProviders"] = json!(["skypeForBusiness"]);
        calendars[2]["owner"] = json!({ "name": "Grace", "address": "grace@contoso.example" });
        calendars[2]["group"] = json!("AAMkGroup2=");
        let groups = vec![
            json!({ "id": "AAMkGroup1=", "name": "My Calendars" }),
            json!({ "id": "AAMkGroup2=", "name": "People" }),
        ];
        Mailbox {
            calendars,
            groups,
            events: BTreeMap::new(),
            deleted: BTreeMap::new(),
            log: Vec::new(),
            next_id: 1,
            version: 1,
        }
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn calendar_named(&self, name: &str) -> String {
        let named = self.calendars.iter().find(|calendar| calendar["name"] == name);
        named.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// <https://learn.microsoft.com/graph/api/user-list-calendars>
    pub fn calendars(&self, asked: &Asked, base: &str) -> Reply {
        let skip: usize = asked.query.get("$skip").and_then(|skip| skip.parse().ok()).unwrap_or_default();
        // Two on a page, whatever is asked for: a server may have fewer (<https://learn.microsoft.com/graph/paging>).
        let value: Vec<Value> =
            self.calendars.iter().skip(skip).take(2).map(|calendar| select(calendar, asked)).collect();
        let mut body = json!({ "value": value });
        if skip + 2 < self.calendars.len() {
            body["@odata.nextLink"] = json!(format!("{base}me/calendars?$skip={}", skip + 2));
        }
        Reply::json(200, body)
    }

    /// <https://learn.microsoft.com/graph/api/calendar-get>
    pub fn calendar(&self, asked: &Asked, id: &str) -> Reply {
        let known = self.calendars.iter().find(|calendar| calendar["id"] == id);
        known.map_or_else(Reply::not_found, |calendar| Reply::json(200, select(calendar, asked)))
    }

    /// <https://learn.microsoft.com/graph/api/user-list-calendargroups>
    pub fn groups(&self, asked: &Asked, _: &str) -> Reply {
        Reply::json(200, json!({ "value": self.groups.iter().map(|group| select(group, asked)).collect::<Vec<_>>() }))
    }

    /// <https://learn.microsoft.com/graph/api/calendargroup-list-calendars>
    pub fn calendars_of(&self, group: &str) -> Reply {
        let of_group = self.calendars.iter().filter(|calendar| calendar["group"] == group);
        Reply::json(
            200,
            json!({ "value": of_group.map(|calendar| json!({ "id": calendar["id"] })).collect::<Vec<_>>() }),
        )
    }

    pub fn has_calendar(&self, id: &str) -> bool {
        self.calendars.iter().any(|calendar| calendar["id"] == id)
    }

    pub fn new_number(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Something happened to an event, or to one instance of it.
    pub fn touch(&mut self, number: u64, date: Option<NaiveDate>) {
        self.version += 1;
        let version = self.version;
        let calendar = match self.events.get_mut(&number) {
            Some(event) => {
                event.version = version;
                event.fields.insert("lastModifiedDateTime".into(), json!(times::timestamp(Utc::now())));
                event.calendar.clone()
            }
            None => self.deleted[&number].clone(),
        };
        self.log.push(Change { version, calendar, event: number, date });
    }

    pub fn set(&mut self, id: &str, fields: Value) {
        let (number, date) = number_of(id).unwrap();
        let event = self.events.get_mut(&number).unwrap();
        let target = match date {
            Some(date) => event.exceptions.entry(date).or_default(),
            None => &mut event.fields,
        };
        target.extend(fields.as_object().unwrap().clone());
        self.touch(number, date);
    }

    pub fn instance_id(&self, series: &str, date: &str) -> String {
        let (number, _) = number_of(series).unwrap();
        id_of(number, Some(date.parse().unwrap()), true)
    }
}

/// The id of an event or of an instance. Those that do not stay have another form (<https://learn.microsoft.com/graph/outlook-immutable-id>).
pub fn id_of(number: u64, date: Option<NaiveDate>, is_immutable: bool) -> String {
    let prefix = if is_immutable { "AAkALgAAAA" } else { "AAMkAGI2" };
    match date {
        Some(date) => format!("{prefix}-{number}-{}=", date.format("%Y%m%d")),
        None => format!("{prefix}-{number}="),
    }
}

/// Which event, and which instance of it.
pub fn number_of(id: &str) -> Option<(u64, Option<NaiveDate>)> {
    let rest = id.strip_prefix("AAkALgAAAA-").or_else(|| id.strip_prefix("AAMkAGI2-"))?.strip_suffix('=')?;
    match rest.split_once('-') {
        None => Some((rest.parse().ok()?, None)),
        Some((number, date)) => Some((number.parse().ok()?, Some(NaiveDate::parse_from_str(date, "%Y%m%d").ok()?))),
    }
}

/// What `$select` names (<https://learn.microsoft.com/graph/query-parameters>); ids and annotations are always there.
pub fn select(resource: &Value, asked: &Asked) -> Value {
    let Some(selected) = asked.query.get("$select") else { return resource.clone() };
    let names: Vec<&str> = selected.split(',').map(str::trim).collect();
    let is_wanted = |name: &str| name == "id" || name.starts_with('@') || names.contains(&name);
    resource
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| is_wanted(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

impl Event {
    pub fn is_series(&self) -> bool {
        self.fields.get("recurrence").is_some_and(|recurrence| !recurrence.is_null())
    }

    /// One ETag for a series and all its instances, as the example of <https://learn.microsoft.com/graph/api/event-list-instances> has it.
    pub fn etag(&self) -> String {
        format!("W/\"x3IAvB5f{:08}==\"", self.version)
    }

    /// The days of a series up to `until`, without those that were taken out.
    pub fn days(&self, until: NaiveDate) -> Vec<NaiveDate> {
        let days = recurrence::days(&self.fields["recurrence"], until);
        days.into_iter().filter(|day| !self.cancelled.contains(day)).collect()
    }

    /// What an instance is, whether it is otherwise than the series has it or not.
    pub fn instance(&self, date: NaiveDate) -> Map<String, Value> {
        let mut fields = self.fields.clone();
        let first = times::local(&self.fields["start"]).unwrap().date();
        for name in ["start", "end"] {
            let moved = times::local(&self.fields[name]).unwrap() + (date - first);
            fields[name]["dateTime"] = json!(moved.format("%Y-%m-%dT%H:%M:%S").to_string());
        }
        let original = fields["start"].clone();
        let exception = self.exceptions.get(&date);
        if let Some(exception) = exception {
            fields.extend(exception.clone());
        }
        let is_all_day = self.fields["isAllDay"] == true;
        let at = if is_all_day { times::local(&original).map(|at| at.and_utc()) } else { times::instant(&original) };
        fields.insert("originalStart".into(), json!(at.map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())));
        fields.insert("type".into(), json!(if exception.is_some() { "exception" } else { "occurrence" }));
        fields.insert("recurrence".into(), Value::Null);
        // "This ID is different for each occurrence in a recurring series."
        fields.insert(
            "iCalUId".into(),
            json!(format!("{}{}", self.fields["iCalUId"].as_str().unwrap(), date.format("%Y%m%d"))),
        );
        fields
    }
}
