//! The server's side of moving in.

use super::{CalendarUnderWay, Comparison, Found, FoundCalendar, MoveState, MoveUnderWay};
use crate::wire::ApiError;
use crate::words;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::jobs::{JobId, MovedCalendar};
use kalends_domain::sync::connector::Wanted;
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::RemoteCalendarId;
use std::time::{Duration, Instant};

/// How long the page waits for numbers of objects.
const COUNTING: Duration = Duration::from_secs(10);

/// What was posted: who to look for, or what is to move in.
#[derive(Debug)]
pub enum Posted {
    Look { address: String, user: String, password: String },
    Move { ticket: String, calendars: Vec<String> },
}

/// What a form leads to.
pub enum Done {
    /// The page again, with what was found or why nothing was.
    Page(Box<MoveState>),
    Job(i64),
}

impl Posted {
    pub fn read(form: &[(String, String)]) -> Self {
        let value = |wanted: &str| {
            form.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let ticket = value("ticket");
        if ticket.is_empty() {
            let (address, user) = (value("address").trim().to_owned(), value("user").trim().to_owned());
            return Posted::Look { address, user, password: value("password") };
        }
        let chosen = form.iter().filter(|(name, _)| name == "calendar").map(|(_, value)| value.clone());
        Posted::Move { ticket, calendars: chosen.collect() }
    }

    /// Looks, or begins to move.
    pub async fn fulfil(self, kalends: &Kalends, user: &User) -> Done {
        match self {
            Posted::Look { address, user: name, password } => {
                let found = look(kalends, user, &address, &name, password).await;
                let (found, refused) = match found {
                    Ok(found) => (Some(found), None),
                    Err(error) => (None, Some(error)),
                };
                Done::Page(Box::new(MoveState { address, user: name, found, refused }))
            }
            Posted::Move { ticket, calendars } => {
                let chosen: Vec<RemoteCalendarId> = calendars.into_iter().map(RemoteCalendarId).collect();
                match kalends.begin_move(user.on_a_page(), &ticket, &chosen).await {
                    Ok(JobId(job)) => Done::Job(job),
                    Err(error) => {
                        Done::Page(Box::new(MoveState { refused: Some(error.into()), ..MoveState::default() }))
                    }
                }
            }
        }
    }
}

async fn look(kalends: &Kalends, user: &User, address: &str, name: &str, password: String) -> Result<Found, ApiError> {
    let missing =
        |field: &str, message: &str| ApiError::BadInput { field: field.to_owned(), message: message.to_owned() };
    if name.is_empty() {
        return Err(missing("user", words::server_moving_no_name()));
    }
    if password.is_empty() {
        return Err(missing("password", words::server_moving_no_password()));
    }
    let caller = user.on_a_page();
    let credentials = Credentials::Basic { user: name.to_owned(), password };
    let wanted = Wanted { service: None, address: address.to_owned(), credentials };
    let elsewhere = kalends.elsewhere(caller, &wanted).await.map_err(kalends_domain::Error::Remote)?;
    let ticket = kalends.move_ticket(caller, &elsewhere.found)?;
    let until = Instant::now() + COUNTING;
    let mut calendars = Vec::new();
    for calendar in elsewhere.calendars {
        let counting = Kalends::count_elsewhere(elsewhere.provider.as_ref(), &calendar.id);
        let counted = tokio::time::timeout(until.saturating_duration_since(Instant::now()), counting).await;
        let objects = counted.ok().and_then(Result::ok);
        calendars.push(FoundCalendar { id: calendar.id.0, name: calendar.name, color: calendar.color, objects });
    }
    Ok(Found { ticket, calendars })
}

pub async fn progress(kalends: &Kalends, user: &User, job: i64) -> Result<MoveUnderWay, ApiError> {
    let caller = user.on_a_page();
    // Before the progress: what comes in between is looked up once more.
    let follows = kalends.told(caller).await?.to_string();
    let progress = kalends.move_progress(caller, JobId(job)).await?;
    let calendars = progress.calendars.into_iter().map(calendar).collect();
    let (is_done, refused, waits) = (progress.is_done, progress.refused, progress.waits);
    Ok(MoveUnderWay { job, calendars, is_done, refused, waits, follows })
}

fn calendar(MovedCalendar { moved, refused }: MovedCalendar) -> CalendarUnderWay {
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let compared = &moved.comparison;
    let (there, here) = compared.instances();
    let months = compared.differing_months().map(|month| (month.month, number(month.there), number(month.here)));
    let comparison = Comparison {
        is_equal: compared.is_equal(),
        there: compared.there,
        here: compared.here,
        instances_there: number(there),
        instances_here: number(here),
        months: compared.months().count(),
        differing_months: months.collect(),
        differing_count: compared.differing.count,
        differing: compared.differing.first.iter().map(|one| (one.what.clone(), one.why.clone())).collect(),
    };
    CalendarUnderWay {
        is_done: moved.is_done(),
        name: moved.name,
        done: moved.handled,
        of: moved.of,
        refused,
        comparison,
    }
}
