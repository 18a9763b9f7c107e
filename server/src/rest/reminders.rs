//! Reminders: what comes, what came, answering, and where browsers take push messages.

use super::input::Body;
use super::problem::Problem;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use kalends_domain::reminders::{Channel, NewSubscription, Reminder, ReminderId, ReminderSettings};
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A reminder to come.
#[derive(Serialize, ToSchema)]
pub struct ComingReminder {
    at: DateTime<Utc>,
    calendar: i64,
    /// Name of the object.
    name: String,
    title: String,
    starts: DateTime<Utc>,
    /// Of what covers whole days: the first, such as `2026-12-24`.
    starts_on: Option<String>,
}

/// A reminder that came, or was missed.
#[derive(Serialize, ToSchema)]
pub struct PastReminder {
    id: i64,
    at: DateTime<Utc>,
    calendar: i64,
    name: String,
    title: String,
    location: String,
    starts: DateTime<Utc>,
    starts_on: Option<String>,
    /// `due`, `missed`, `dismissed`, `snoozed`, or `withdrawn`: the event was moved, cancelled or declined, or another program has answered.
    state: String,
    deliveries: Vec<Delivery>,
}

/// What became of a reminder on one way.
#[derive(Serialize, ToSchema)]
#[schema(as = ReminderDelivery)]
pub struct Delivery {
    /// `page`, `mail` or `push`.
    channel: String,
    /// `waiting`, `sending`, `sent`, `failed`, `uncertain` or `skipped`.
    state: String,
    /// Why, in words; may be empty.
    detail: String,
    at: DateTime<Utc>,
}

/// The next 20 reminders, and the last 20 that came.
#[derive(Serialize, ToSchema)]
pub struct ReminderList {
    coming: Vec<ComingReminder>,
    past: Vec<PastReminder>,
}

fn past(reminder: Reminder) -> PastReminder {
    let delivery = |delivery: kalends_domain::reminders::Delivery| Delivery {
        channel: delivery.channel.name().to_owned(),
        state: delivery.state.name().to_owned(),
        detail: delivery.detail,
        at: delivery.at,
    };
    PastReminder {
        id: reminder.id.0,
        at: reminder.of.due_at,
        calendar: reminder.of.calendar.0,
        name: reminder.of.name,
        title: reminder.of.title,
        location: reminder.of.location,
        starts: reminder.of.starts_at,
        starts_on: reminder.of.starts_on.map(|day| day.to_string()),
        state: reminder.state.name().to_owned(),
        deliveries: reminder.deliveries.into_iter().map(delivery).collect(),
    }
}

fn id(text: &str) -> Result<ReminderId, Problem> {
    text.parse().map(ReminderId).map_err(|_| Error::NotFound(Missing::Reminder).into())
}

/// What comes next, and what came.
#[utoipa::path(get, path = "/api/v1.0/reminders", tag = "reminders", responses((status = 200, body = ReminderList)))]
pub async fn list(State(rest): State<Rest>, known: Known) -> Result<Json<ReminderList>, Problem> {
    let coming = rest.kalends.coming_reminders(known.caller).await?.into_iter().map(|coming| ComingReminder {
        at: coming.at,
        calendar: coming.calendar.0,
        name: coming.name,
        title: coming.title,
        starts: coming.starts_at,
        starts_on: coming.starts_on.map(|day| day.to_string()),
    });
    let came = rest.kalends.past_reminders(known.caller).await?;
    Ok(Json(ReminderList { coming: coming.collect(), past: came.into_iter().map(past).collect() }))
}

/// How reminders come.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReminderSettings)]
pub struct Settings {
    /// In every page that is open.
    in_page: bool,
    /// To the address that is shown of the person, where mail goes out.
    by_mail: bool,
    /// To browsers that were signed up.
    by_push: bool,
    /// Also for events with a time that have no alarm, as long before as the profile says for new events.
    for_all: bool,
    /// When the mail with the day's events goes, such as `07:00`, in the person's time zone; `null`: none does.
    agenda: Option<String>,
    /// It goes also where there is nothing on that day.
    agenda_empty: bool,
}

/// How reminders come.
#[utoipa::path(get, path = "/api/v1.0/reminders/settings", tag = "reminders", responses((status = 200, body = Settings)))]
pub async fn settings(State(rest): State<Rest>, known: Known) -> Result<Json<Settings>, Problem> {
    let ReminderSettings { in_page, by_mail, by_push, for_all, agenda_minute, agenda_empty } =
        rest.kalends.reminder_settings(known.caller).await?;
    let agenda = agenda_minute.map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60));
    Ok(Json(Settings { in_page, by_mail, by_push, for_all, agenda, agenda_empty }))
}

/// Has reminders come otherwise.
#[utoipa::path(put, path = "/api/v1.0/reminders/settings", tag = "reminders", request_body = Settings,
    responses((status = 200, body = Settings)))]
pub async fn put_settings(
    State(rest): State<Rest>,
    known: Known,
    Body(wanted, _): Body<Settings>,
) -> Result<Json<Settings>, Problem> {
    let minute = |text: &String| {
        kalends_app::reminders::server::minute(text)
            .ok_or_else(|| Problem::bad_value("agenda".to_owned(), "a time of the day such as 07:00"))
    };
    let Settings { in_page, by_mail, by_push, for_all, agenda_empty, .. } = wanted;
    let agenda_minute = wanted.agenda.as_ref().map(minute).transpose()?;
    let settings = ReminderSettings { in_page, by_mail, by_push, for_all, agenda_minute, agenda_empty };
    rest.kalends.set_reminder_settings(known.caller, settings).await?;
    self::settings(State(rest), known).await
}

/// On which way a test is sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReminderTest)]
pub struct Test {
    /// `mail` or `push`.
    channel: String,
}

/// What became of a test.
#[derive(Serialize, ToSchema)]
#[schema(as = ReminderTestOutcome)]
pub struct Tested {
    sent: bool,
    /// What the server of mail said, to how many browsers it went, or why it was not sent.
    detail: String,
}

/// Sends a message to see whether reminders arrive.
#[utoipa::path(post, path = "/api/v1.0/reminders/test", tag = "reminders", request_body = Test,
    responses((status = 200, body = Tested)))]
pub async fn test(
    State(rest): State<Rest>,
    known: Known,
    Body(wanted, _): Body<Test>,
) -> Result<Json<Tested>, Problem> {
    let channel = Channel::from_name(&wanted.channel).filter(|channel| *channel != Channel::Page);
    let channel = channel.ok_or_else(|| Problem::bad_value("channel".to_owned(), "mail or push"))?;
    let outcome = rest.kalends.test_reminder(known.caller, channel).await?;
    let (sent, detail) = outcome.map_or_else(|why| (false, why), |detail| (true, detail));
    Ok(Json(Tested { sent, detail }))
}

/// For how long a reminder is put off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Snooze {
    /// 1 to 40320.
    minutes: u32,
}

/// When a reminder comes again.
#[derive(Serialize, ToSchema)]
pub struct Snoozed {
    until: DateTime<Utc>,
}

/// Has a reminder come again later. Clients of CalDAV find it in the alarms of the event (RFC 9074).
#[utoipa::path(post, path = "/api/v1.0/reminders/{id}/snooze", tag = "reminders", request_body = Snooze,
    params(("id" = i64, Path)), responses((status = 200, body = Snoozed)))]
pub async fn snooze(
    State(rest): State<Rest>,
    known: Known,
    Path(reminder): Path<String>,
    Body(wanted, _): Body<Snooze>,
) -> Result<Json<Snoozed>, Problem> {
    let until = rest.kalends.snooze_reminder(known.caller, id(&reminder)?, wanted.minutes).await?;
    Ok(Json(Snoozed { until }))
}

/// A reminder is done with. Clients of CalDAV find it acknowledged in the alarms of the event (RFC 9074).
#[utoipa::path(post, path = "/api/v1.0/reminders/{id}/dismiss", tag = "reminders", params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn dismiss(
    State(rest): State<Rest>,
    known: Known,
    Path(reminder): Path<String>,
) -> Result<StatusCode, Problem> {
    rest.kalends.dismiss_reminder(known.caller, id(&reminder)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A browser that takes push messages, as `PushSubscription.toJSON()` has it.
#[derive(Deserialize, ToSchema)]
#[schema(as = PushSubscriptionToAdd)]
pub struct Wanted {
    endpoint: String,
    keys: Keys,
}

/// The keys of a browser, in base64 for addresses.
#[derive(Deserialize, ToSchema)]
#[schema(as = PushSubscriptionKeys)]
pub struct Keys {
    p256dh: String,
    auth: String,
}

/// A browser that takes push messages. Its address is a secret, and stands in no answer.
#[derive(Serialize, ToSchema)]
#[schema(as = PushSubscriptionInfo)]
pub struct Info {
    id: i64,
    label: String,
    since: DateTime<Utc>,
    last_used: Option<DateTime<Utc>>,
}

/// Browsers that take push messages.
#[derive(Serialize, ToSchema)]
pub struct PushSubscriptionList {
    /// By which browsers sign up (`applicationServerKey`); `null`: there are no push messages here.
    key: Option<String>,
    subscriptions: Vec<Info>,
}

/// The browsers that take push messages.
#[utoipa::path(get, path = "/api/v1.0/reminders/subscriptions", tag = "reminders",
    responses((status = 200, body = PushSubscriptionList)))]
pub async fn subscriptions(State(rest): State<Rest>, known: Known) -> Result<Json<PushSubscriptionList>, Problem> {
    let all = rest.kalends.push_subscriptions(known.caller).await?;
    let info = |it: kalends_domain::reminders::PushSubscription| Info {
        id: it.id,
        label: it.label,
        since: it.made_at,
        last_used: it.used_at,
    };
    let key = rest.kalends.push_public_key().await?;
    Ok(Json(PushSubscriptionList { key, subscriptions: all.into_iter().map(info).collect() }))
}

/// A browser takes push messages from now on.
#[utoipa::path(post, path = "/api/v1.0/reminders/subscriptions", tag = "reminders", request_body = Wanted,
    responses((status = 204)))]
pub async fn subscribe(
    State(rest): State<Rest>,
    known: Known,
    headers: HeaderMap,
    Body(wanted, _): Body<Wanted>,
) -> Result<StatusCode, Problem> {
    let read = |name: &str, text: &str| {
        let octets = URL_SAFE_NO_PAD.decode(text.trim_end_matches('='));
        octets.map_err(|_| Problem::bad_value(format!("keys.{name}"), "base64 as it stands in addresses"))
    };
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let new = NewSubscription {
        public_key: read("p256dh", &wanted.keys.p256dh)?,
        secret: read("auth", &wanted.keys.auth)?,
        endpoint: wanted.endpoint,
        label: kalends_app::settings::browser_name(Some(agent)),
    };
    rest.kalends.add_push_subscription(known.caller, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A browser takes no more push messages.
#[utoipa::path(delete, path = "/api/v1.0/reminders/subscriptions/{id}", tag = "reminders", params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn unsubscribe(
    State(rest): State<Rest>,
    known: Known,
    Path(subscription): Path<String>,
) -> Result<StatusCode, Problem> {
    let subscription = subscription.parse().map_err(|_| Problem::from(Error::NotFound(Missing::Browser)))?;
    rest.kalends.remove_push_subscription(known.caller, subscription).await?;
    Ok(StatusCode::NO_CONTENT)
}
