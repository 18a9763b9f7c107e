//! `kalends calendar` and `kalends event`: a client of the interface for programs.

use crate::Outcome;
use axum::body::Body;
use axum::http::{Request, Uri, header};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use clap::Subcommand;
use clap::builder::NonEmptyStringValueParser;
use kalends_server::http_client::{self, Answer};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::io::Write;

/// The server, and who asks.
#[derive(clap::Args)]
pub struct Connection {
    /// The server, such as `https://cal.example.org`.
    #[arg(long, env = "KALENDS_SERVER")]
    server: Uri,
    /// A token of the settings' page.
    #[arg(long, env = "KALENDS_TOKEN", hide_env_values = true, value_parser = NonEmptyStringValueParser::new())]
    token: String,
    /// Print what the server answers as it is.
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
pub enum CalendarCommand {
    /// Those in one's list.
    List(Connection),
}

#[derive(Subcommand)]
pub enum EventCommand {
    /// What happens in a span of days.
    List(ListArguments),
    /// Make an event; prints the name of its object.
    Add(AddArguments),
}

#[derive(clap::Args)]
pub struct ListArguments {
    #[command(flatten)]
    connection: Connection,
    /// The first day, or a time such as `2026-11-21T09:00:00Z`. Default: today.
    #[arg(long)]
    from: Option<String>,
    /// The day after the last, or a time. Default: a week after the first.
    #[arg(long)]
    to: Option<String>,
    /// The id of a calendar. Default: all that are visible.
    #[arg(long)]
    calendar: Option<i64>,
}

#[derive(clap::Args)]
pub struct AddArguments {
    #[command(flatten)]
    connection: Connection,
    title: String,
    /// The id of the calendar.
    #[arg(long)]
    calendar: i64,
    /// A day such as `2026-11-21`, a time such as `2026-11-21T09:00`, or an instant such as `2026-11-21T09:00:00Z`.
    #[arg(long)]
    start: String,
    /// Exclusive: the day after the last. Default: one day, or one hour.
    #[arg(long)]
    end: Option<String>,
    /// The time zone of the times, such as `Europe/Zurich`. Default: none, the time is the same wherever one is.
    #[arg(long)]
    zone: Option<String>,
    #[arg(long)]
    location: Option<String>,
    #[arg(long)]
    description: Option<String>,
    /// How it repeats, such as `FREQ=WEEKLY;COUNT=10`.
    #[arg(long)]
    rrule: Option<String>,
}

impl Connection {
    /// Asks, and yields what the server answers.
    async fn ask(&self, request: axum::http::request::Builder, body: Option<Value>) -> Outcome<Value> {
        let request = request
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token.trim()))
            .header(header::ACCEPT, "application/json");
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let answer = http_client::send(&self.server, request?).await;
        let Answer { status, text } = answer.map_err(|why| format!("{} cannot be asked: {why}", self.server))?;
        let read: Option<Value> = serde_json::from_str(&text).ok();
        if status.is_success() {
            return read.ok_or_else(|| format!("{} answers with something else than Kalends does", self.server).into());
        }
        let said = |name: &str| read.as_ref().and_then(|problem| problem[name].as_str()).map(str::to_owned);
        let detail = said("detail").unwrap_or_else(|| "the server does not say why".to_owned());
        Err(match said("field") {
            Some(field) if !detail.starts_with(&field) => format!("{status}: {field}: {detail}").into(),
            _ => format!("{status}: {detail}").into(),
        })
    }
}

/// `kalends calendar`.
pub async fn calendar(command: CalendarCommand) -> Outcome {
    let CalendarCommand::List(connection) = command;
    let answer = connection.ask(Request::get("/api/v1.0/calendars"), None).await?;
    let mut out = std::io::stdout().lock();
    if connection.json {
        return Ok(writeln!(out, "{answer}")?);
    }
    for calendar in items(&answer, "calendars") {
        let [access, owner, name] = ["access", "owner", "name"].map(|field| text(calendar, field));
        writeln!(out, "{:>6}  {access:10}  {owner:16}  {name}", calendar["id"].as_i64().unwrap_or_default())?;
    }
    Ok(())
}

/// `kalends event`.
pub async fn event(command: EventCommand) -> Outcome {
    match command {
        EventCommand::List(arguments) => list(arguments).await,
        EventCommand::Add(arguments) => add(arguments).await,
    }
}

async fn list(arguments: ListArguments) -> Outcome {
    let today = Utc::now().date_naive();
    let from = arguments.from.unwrap_or_else(|| today.to_string());
    let to = arguments.to.unwrap_or_else(|| {
        let first = from.get(..10).and_then(|day| day.parse::<NaiveDate>().ok()).unwrap_or(today);
        first.checked_add_signed(TimeDelta::days(7)).unwrap_or(first).to_string()
    });
    let of = arguments.calendar.map_or_else(String::new, |id| format!("/calendars/{id}"));
    let mut cursor = String::new();
    loop {
        let [from, to] = [&from, &to].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC));
        let path = format!("/api/v1.0{of}/events?from={from}&to={to}&limit=1000{cursor}");
        let answer = arguments.connection.ask(Request::get(path), None).await?;
        let mut out = std::io::stdout().lock();
        for event in items(&answer, "events") {
            if arguments.connection.json {
                writeln!(out, "{event}")?;
                continue;
            }
            let title = if event["busy"] == true { "(busy)" } else { text(event, "title") };
            let place = format!("{}/{}", event["calendar"], text(event, "name"));
            writeln!(out, "{:20}  {:20}  {title}  [{place}]", time(&event["start"]), time(&event["end"]))?;
        }
        match answer["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(()),
        }
    }
}

async fn add(arguments: AddArguments) -> Outcome {
    let zone = arguments.zone.as_deref();
    let start = typed(&arguments.start, zone)?;
    let end = match &arguments.end {
        Some(end) => Some(typed(end, zone)?),
        None => hour_after(&start),
    };
    let wanted = json!({
        "title": arguments.title,
        "start": start,
        "end": end,
        "location": arguments.location,
        "description": arguments.description,
        "rrule": arguments.rrule,
    });
    let path = format!("/api/v1.0/calendars/{}/events", arguments.calendar);
    let made = arguments.connection.ask(Request::post(path), Some(wanted)).await?;
    let mut out = std::io::stdout().lock();
    if arguments.connection.json {
        return Ok(writeln!(out, "{made}")?);
    }
    Ok(writeln!(out, "{}", text(&made, "name"))?)
}

const LOCAL: &str = "%Y-%m-%dT%H:%M:%S";

/// A time as the interface takes it.
fn typed(given: &str, zone: Option<&str>) -> Outcome<Value> {
    if let Ok(date) = given.parse::<NaiveDate>() {
        return Ok(json!({ "type": "date", "date": date }));
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(given) {
        return Ok(json!({ "type": "utc", "utc": at.to_utc() }));
    }
    let read = |format| NaiveDateTime::parse_from_str(given, format);
    let local = read(LOCAL)
        .or_else(|_| read("%Y-%m-%dT%H:%M"))
        .map_err(|_| format!("{given:?} is neither a day such as 2026-11-21 nor a time such as 2026-11-21T09:00"))?;
    Ok(match zone {
        Some(zone) => json!({ "type": "zoned", "local": local.format(LOCAL).to_string(), "tzid": zone }),
        None => json!({ "type": "floating", "local": local.format(LOCAL).to_string() }),
    })
}

/// The end of what lasts an hour; `None` for a day, which lasts one.
fn hour_after(start: &Value) -> Option<Value> {
    let mut end = start.clone();
    if let Some(local) = start["local"].as_str() {
        let local = NaiveDateTime::parse_from_str(local, LOCAL).ok()? + TimeDelta::hours(1);
        end["local"] = local.format(LOCAL).to_string().into();
        return Some(end);
    }
    let at: DateTime<Utc> = start["utc"].as_str()?.parse().ok()?;
    end["utc"] = json!(at + TimeDelta::hours(1));
    Some(end)
}

/// A time of an answer, on its own wall clock.
fn time(time: &Value) -> String {
    let found = ["date", "local", "utc"].iter().find_map(|field| time[*field].as_str());
    found.unwrap_or_default().replace('T', " ")
}

fn items<'a>(answer: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    answer[name].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
