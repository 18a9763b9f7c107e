//! The resources of Microsoft Graph, as far as they are read (<https://learn.microsoft.com/graph/api/resources/event>). What is not there,
//! or null, has its default: Graph leaves out what was not selected.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A page of a collection, or of a delta query.
#[derive(Clone, Debug, Deserialize)]
pub struct Page<T> {
    #[serde(default = "Vec::new")]
    pub value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    pub next_link: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    pub delta_link: Option<String>,
}

/// What Graph says when it says no (<https://learn.microsoft.com/graph/errors>).
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Refusal {
    #[serde(default)]
    pub error: RefusalError,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct RefusalError {
    #[serde(default, deserialize_with = "or_default")]
    pub code: String,
    #[serde(default, deserialize_with = "or_default")]
    pub message: String,
}

/// <https://learn.microsoft.com/graph/api/resources/calendar>
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Calendar {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub color: String,
    #[serde(default, deserialize_with = "or_default")]
    pub hex_color: String,
    pub can_edit: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    pub is_default_calendar: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub owner: EmailAddress,
    #[serde(default, deserialize_with = "or_default")]
    pub allowed_online_meeting_providers: Vec<String>,
}

/// <https://learn.microsoft.com/graph/api/resources/calendargroup>
#[derive(Clone, Debug, Deserialize)]
pub struct CalendarGroup {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
}

/// <https://learn.microsoft.com/graph/api/resources/user>
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: String,
    pub display_name: Option<String>,
    pub mail: Option<String>,
    pub user_principal_name: Option<String>,
    /// `SMTP:` or `smtp:` and an address, each.
    #[serde(default, deserialize_with = "or_default")]
    pub proxy_addresses: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EventType {
    #[default]
    SingleInstance,
    Occurrence,
    Exception,
    SeriesMaster,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Event {
    pub id: String,
    #[serde(rename = "@odata.etag")]
    pub etag: Option<String>,
    /// Only in answers to delta queries: it was there, and is not any more.
    #[serde(rename = "@removed")]
    pub removed: Option<Value>,
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub kind: EventType,
    pub series_master_id: Option<String>,
    #[serde(rename = "iCalUId")]
    pub ical_uid: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub subject: String,
    pub body: Option<Body>,
    pub start: Option<DateTimeTimeZone>,
    pub end: Option<DateTimeTimeZone>,
    #[serde(deserialize_with = "or_default")]
    pub is_all_day: bool,
    pub original_start: Option<String>,
    pub original_start_time_zone: Option<String>,
    pub original_end_time_zone: Option<String>,
    pub recurrence: Option<Recurrence>,
    #[serde(deserialize_with = "or_default")]
    pub locations: Vec<Location>,
    pub location: Option<Location>,
    #[serde(deserialize_with = "or_default")]
    pub attendees: Vec<Attendee>,
    pub organizer: Option<Recipient>,
    #[serde(deserialize_with = "or_default")]
    pub is_reminder_on: bool,
    pub reminder_minutes_before_start: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    pub sensitivity: String,
    #[serde(deserialize_with = "or_default")]
    pub show_as: String,
    #[serde(deserialize_with = "or_default")]
    pub importance: String,
    #[serde(deserialize_with = "or_default")]
    pub categories: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub is_cancelled: bool,
    pub response_requested: Option<bool>,
    #[serde(deserialize_with = "or_default")]
    pub is_online_meeting: bool,
    pub online_meeting_provider: Option<String>,
    pub online_meeting: Option<OnlineMeeting>,
    pub created_date_time: Option<String>,
    pub last_modified_date_time: Option<String>,
    /// Of a series master: `OID.{master}.{date}` each.
    #[serde(deserialize_with = "or_default")]
    pub cancelled_occurrences: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub exception_occurrences: Vec<Event>,
    #[serde(rename = "exceptionOccurrences@odata.nextLink")]
    pub more_exceptions: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub single_value_extended_properties: Vec<ExtendedProperty>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Body {
    #[serde(deserialize_with = "or_default")]
    pub content_type: String,
    #[serde(deserialize_with = "or_default")]
    pub content: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DateTimeTimeZone {
    pub date_time: String,
    #[serde(deserialize_with = "or_default")]
    pub time_zone: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Location {
    #[serde(deserialize_with = "or_default")]
    pub display_name: String,
    pub coordinates: Option<Coordinates>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Coordinates {
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attendee {
    #[serde(deserialize_with = "or_default")]
    pub email_address: EmailAddress,
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub kind: String,
    #[serde(deserialize_with = "or_default")]
    pub status: ResponseStatus,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResponseStatus {
    #[serde(deserialize_with = "or_default")]
    pub response: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Recipient {
    #[serde(deserialize_with = "or_default")]
    pub email_address: EmailAddress,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmailAddress {
    #[serde(deserialize_with = "or_default")]
    pub address: String,
    #[serde(deserialize_with = "or_default")]
    pub name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OnlineMeeting {
    pub join_url: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExtendedProperty {
    pub id: String,
    #[serde(deserialize_with = "or_default")]
    pub value: String,
}

/// <https://learn.microsoft.com/graph/api/resources/patternedrecurrence>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    pub pattern: RecurrencePattern,
    pub range: RecurrenceRange,
}

/// <https://learn.microsoft.com/graph/api/resources/recurrencepattern>: only what a type needs is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RecurrencePattern {
    #[serde(rename = "type")]
    pub kind: String,
    pub interval: u32,
    #[serde(skip_serializing_if = "is_zero", deserialize_with = "or_default")]
    pub month: u32,
    #[serde(skip_serializing_if = "is_zero", deserialize_with = "or_default")]
    pub day_of_month: u32,
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "or_default")]
    pub days_of_week: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub first_day_of_week: String,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub index: String,
}

/// <https://learn.microsoft.com/graph/api/resources/recurrencerange>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RecurrenceRange {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(deserialize_with = "or_default")]
    pub start_date: String,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub end_date: String,
    #[serde(skip_serializing_if = "is_zero", deserialize_with = "or_default")]
    pub number_of_occurrences: u32,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub recurrence_time_zone: String,
}

/// <https://learn.microsoft.com/graph/json-batching>
#[derive(Clone, Debug, Serialize)]
pub struct BatchRequest {
    pub id: String,
    pub method: &'static str,
    /// From the version on: `/me/events/…`.
    pub url: String,
    pub headers: Map<String, Value>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct BatchAnswers {
    pub responses: Vec<BatchAnswer>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct BatchAnswer {
    pub id: String,
    pub status: u16,
    #[serde(default, deserialize_with = "or_default")]
    pub headers: Map<String, Value>,
    #[serde(default)]
    pub body: Value,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
