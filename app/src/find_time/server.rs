//! The server's side of when people could meet.

use super::day::Drawing;
use super::query::{TimeQuery, address, people};
use super::{ElsewhereLine, FoundPage, PublishRefused, SuggestionLine, TimeForm};
use crate::agenda::format::title_or_none;
use crate::agenda::links;
use crate::errors::sentence;
use crate::event::details::when_words;
use crate::event::fields::time_value;
use crate::event::seen::zone_of;
use crate::flash;
use crate::invitation::server::written;
use crate::notation::Format;
use crate::server_context::viewer;
use crate::wire::{ApiError, Viewer, When};
use crate::word_lists::list_in_words;
use crate::words;
use crate::zones;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId;
use kalends_domain::scheduling::published::PublishedError;
use kalends_domain::scheduling::{
    FoundTimes, Knowledge, MovedMeeting, PRINCIPALS, PersonTimes, TimeGuest, TimeQuestion,
};
use kalends_domain::{Error, Kalends};
use kalends_ical::edit::Timing;
use kalends_ical::instance_key;
use kalends_ical::itip::{Party, Role};
use kalends_ical::meeting_times::{Presence, Suggestion};
use kalends_ical::value::Moment;
use leptos::prelude::use_context;

/// What the forms of the page are called where it is said what became of them.
pub const FORM: &str = "find-a-time";
/// How long a meeting is, and how many days are shown, when it is not said.
const USUAL_MINUTES: u32 = 60;
const USUAL_DAYS: u32 = 5;
const MAX_DAYS: u32 = 14;
const STEP_MINUTES: u32 = 30;
const MAX_SUGGESTIONS: usize = 10;
/// What of a day is drawn at least, in minutes.
const DRAWN: (u32, u32) = (7 * 60, 19 * 60);

/// A meeting that is to be at another time.
struct Meeting {
    moved: MovedMeeting,
    title: String,
    minutes: Option<u32>,
    guests: Vec<Party>,
    is_invited: bool,
}

/// What the form says, read.
struct Wanted {
    question: TimeQuestion,
    first: NaiveDate,
    days: u32,
}

pub async fn page(kalends: &Kalends, user: &User, query: TimeQuery) -> Result<FoundPage, ApiError> {
    let viewer = viewer(user);
    let meeting = meeting(kalends, user, &query).await?;
    let form = form(&query, meeting.as_ref(), &viewer, user);
    let mut page = FoundPage {
        moving: meeting.as_ref().map(|meeting| meeting.title.clone()),
        choices: choices(kalends, user).await?,
        usual_hours: false,
        suggestions: Vec::new(),
        days: Vec::new(),
        people: Vec::new(),
        said: flash::said(FORM),
        refused: None,
        form,
    };
    let found = async {
        let wanted = read(&page.form, &meeting)?;
        let found = kalends.find_times(user.on_a_page(), &wanted.question).await?;
        Ok::<_, ApiError>((wanted, found))
    };
    match found.await {
        Ok((wanted, found)) => draw(&mut page, user, &viewer, &wanted, &found, meeting.as_ref()),
        // Who may not move it sees what it is called, as they do anyway.
        Err(error @ (ApiError::BadInput { .. } | ApiError::Forbidden(_))) => page.refused = Some(error),
        Err(error) => return Err(error),
    }
    Ok(page)
}

async fn meeting(kalends: &Kalends, user: &User, query: &TimeQuery) -> Result<Option<Meeting>, ApiError> {
    let Some((calendar, name)) = &query.meeting else { return Ok(None) };
    let (caller, id) = (user.on_a_page(), CalendarId(*calendar));
    let missing = || ApiError::NotFound(words::server_event_not_found().into());
    let instance: Option<Moment> =
        query.instance.as_deref().map(|key| instance_key::decode(key).ok_or_else(missing)).transpose()?;
    let event = kalends.event(caller, id, name, instance.as_ref()).await?;
    let found = kalends.participants(caller, id, name, instance.as_ref()).await?;
    let own = kalends.verified_addresses(caller, user.principal.id).await?;
    let is_own = |party: &Party| {
        let address = party.address.trim();
        let email = address.get(7..).filter(|_| address.to_lowercase().starts_with("mailto:"));
        email.is_some_and(|email| own.iter().any(|own| own.eq_ignore_ascii_case(email)))
            || address.trim_end_matches('/') == format!("{PRINCIPALS}{}", user.principal.slug)
    };
    let guests = found.organizer.into_iter().chain(found.attendees).filter(|party| !is_own(party)).collect();
    let minutes = match event.draft.timing {
        Timing::Timed { start, end, .. } => u32::try_from((end - start).num_minutes()).ok(),
        Timing::AllDay { .. } => None,
    };
    Ok(Some(Meeting {
        title: title_or_none(&event.draft.summary).to_owned(),
        minutes,
        guests,
        is_invited: found.role == Role::Attendee,
        moved: MovedMeeting { calendar: id, name: name.clone(), instance: instance.filter(|_| event.recurring) },
    }))
}

/// What the controls hold: what was said, else what is usual.
fn form(query: &TimeQuery, meeting: Option<&Meeting>, viewer: &Viewer, user: &User) -> TimeForm {
    let invited = |is_optional: bool| {
        let guests = meeting.iter().flat_map(|meeting| &meeting.guests);
        let guests = guests.filter(|guest| (guest.role == "OPT-PARTICIPANT") == is_optional);
        guests.map(|guest| written(&guest.address)).collect::<Vec<_>>().join("\n")
    };
    let minutes = meeting.and_then(|meeting| meeting.minutes).filter(|minutes| *minutes > 0).unwrap_or(USUAL_MINUTES);
    TimeForm {
        who: query.who.clone().unwrap_or_else(|| invited(false)),
        optional: query.optional.clone().unwrap_or_else(|| invited(true)),
        minutes: query.minutes.clone().unwrap_or_else(|| minutes.to_string()),
        from: query.from.clone().unwrap_or_else(|| viewer.now.date().to_string()),
        days: query.days.clone().unwrap_or_else(|| USUAL_DAYS.to_string()),
        zone: query.zone.clone().unwrap_or_else(|| zone_of(user).name().to_owned()),
        hidden: query.hidden(),
    }
}

fn read(form: &TimeForm, meeting: &Option<Meeting>) -> Result<Wanted, ApiError> {
    let wrong =
        |field: &str| ApiError::BadInput { field: field.into(), message: words::server_find_time_wrong().into() };
    let number = |field: &str, text: &str| text.trim().parse::<u32>().map_err(|_| wrong(field));
    let first: NaiveDate = form.from.trim().parse().map_err(|_| wrong("from"))?;
    let days = number("days", &form.days)?;
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(wrong("days"));
    }
    let minutes = number("minutes", &form.minutes)?;
    if !(5..=24 * 60).contains(&minutes) {
        return Err(wrong("minutes"));
    }
    let zone = zones::named(form.zone.trim()).ok_or_else(|| wrong("zone"))?;
    let after = first.checked_add_days(Days::new(u64::from(days))).ok_or_else(|| wrong("from"))?;
    let begins = |day| zones::beginning_of_day(day, zone).ok_or_else(|| wrong("from"));
    let guests = |text: &str, is_optional| -> Vec<TimeGuest> {
        people(text).map(|address| TimeGuest { address: address.to_owned(), is_optional }).collect()
    };
    let question = TimeQuestion {
        guests: [guests(&form.who, false), guests(&form.optional, true)].concat(),
        window: (begins(first)?, begins(after)?),
        duration: TimeDelta::minutes(i64::from(minutes)),
        step_minutes: STEP_MINUTES,
        zone,
        count: MAX_SUGGESTIONS,
        moved: meeting.as_ref().map(|meeting| meeting.moved.clone()),
    };
    Ok(Wanted { question, first, days })
}

/// Whom one may choose: the teams that one belongs to, and those who belong to them.
async fn choices(kalends: &Kalends, user: &User) -> Result<Vec<(String, String)>, ApiError> {
    const MAX_CHOICES: usize = 200;
    let caller = user.on_a_page();
    let mut all = Vec::new();
    for team in kalends.teams(caller).await? {
        all.push((team.party.slug.clone(), team.party.display_name.clone()));
        if all.len() >= MAX_CHOICES {
            break;
        }
        let (_, members) = match kalends.team(caller, team.party.id).await {
            Ok(found) => found,
            // It has gone meanwhile.
            Err(Error::NotFound(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        let others = members.into_iter().map(|member| member.person).filter(|person| person.id != user.principal.id);
        all.extend(others.map(|person| (person.slug, person.display_name)));
    }
    all.sort();
    all.dedup();
    all.truncate(MAX_CHOICES);
    Ok(all)
}

/// Fills the page with what was found.
fn draw(
    page: &mut FoundPage,
    user: &User,
    viewer: &Viewer,
    wanted: &Wanted,
    found: &FoundTimes,
    meeting: Option<&Meeting>,
) {
    let (zone, format) = (wanted.question.zone, Format::of(viewer));
    let called: Vec<String> = found.people.iter().map(called).collect();
    let today = Utc::now().with_timezone(&zone).date_naive();
    let invited = guests(found);
    page.usual_hours = found.usual_hours;
    page.suggestions = found
        .suggestions
        .iter()
        .map(|suggestion| {
            let local = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
            let when = When::Times { start: local(suggestion.start), end: local(suggestion.end) };
            let why = why(suggestion, &called);
            SuggestionLine {
                href: href(suggestion, user, viewer, meeting, &invited),
                when: when_words(when, format, today),
                is_best: why.is_empty(),
                why: if why.is_empty() { vec![words::server_find_time_everybody().to_owned()] } else { why },
            }
        })
        .collect();
    let drawing = Drawing { zone, format, minutes: drawn(user, zone, &found.suggestions) };
    let suggestions: Vec<_> = found.suggestions.iter().zip(&page.suggestions).collect();
    let named: Vec<String> = found.people.iter().zip(&called).map(|(person, name)| row_name(person, name)).collect();
    let days = (0..wanted.days).filter_map(|day| wanted.first.checked_add_days(Days::new(u64::from(day))));
    page.days = days.map(|day| drawing.day(day, &found.people, &named, &suggestions)).collect();
    let refused = use_context::<PublishRefused>();
    page.people = found
        .people
        .iter()
        .zip(&called)
        .filter(|(person, _)| person.is_published || !matches!(person.knowledge, Knowledge::Known(_)))
        .filter_map(|(person, name)| elsewhere(person, name, refused.as_ref()))
        .collect();
}

fn called(person: &PersonTimes) -> String {
    match (&person.name, person.is_oneself) {
        (_, true) => words::server_find_time_you().to_owned(),
        (Some(name), false) => name.clone(),
        (None, false) => written(&person.address),
    }
}

fn row_name(person: &PersonTimes, name: &str) -> String {
    if person.is_optional { words::server_find_time_may_miss(name) } else { name.to_owned() }
}

/// Who is missing or might be, the weightiest first. Nothing, where everybody can come.
fn why(suggestion: &Suggestion, called: &[String]) -> Vec<String> {
    let of = |wanted: Presence| {
        let names = suggestion.presences.iter().zip(called).filter(|(presence, _)| **presence == wanted);
        list_in_words(names.map(|(_, name)| name.clone()).collect())
    };
    let sentences = [
        of(Presence::Busy).map(|people| words::server_find_time_busy(&people)),
        of(Presence::OutsideHours).map(|people| words::server_find_time_outside(&people)),
        of(Presence::Tentative).map(|people| words::server_find_time_tentative(&people)),
        of(Presence::Unknown).map(|people| words::server_find_time_unknown(&people)),
    ];
    sentences.into_iter().flatten().collect()
}

/// Those who are to be invited, as they are written: who have to come, and who may be missing.
fn guests(found: &FoundTimes) -> [String; 2] {
    [false, true].map(|is_optional| {
        let guests = found.people.iter().filter(|person| !person.is_oneself && person.is_optional == is_optional);
        guests.map(|person| written(&person.address)).collect::<Vec<_>>().join("\n")
    })
}

/// Where a time is taken: in the form of a new event, of the one that is moved, or of the proposal to whoever invites.
fn href(
    suggestion: &Suggestion,
    user: &User,
    viewer: &Viewer,
    meeting: Option<&Meeting>,
    [required, optional]: &[String; 2],
) -> String {
    let own = |at: DateTime<Utc>| at.with_timezone(&zone_of(user)).naive_local();
    let (start, end) = (own(suggestion.start), own(suggestion.end));
    let value = |time: NaiveDateTime| format!("{}T{}", time.date(), time_value(time.time()));
    let times = [("start", value(start)), ("end", value(end))];
    let back = ("back", format!("/agenda/{}/{}", viewer.view, start.date()));
    let Some(meeting) = meeting else {
        let optional = Some(("optional", optional.clone())).filter(|(_, text)| !text.is_empty());
        let guests = [("guests", required.clone())].into_iter().chain(optional);
        return address("/event/new", times.into_iter().chain(guests).chain([back]));
    };
    let MovedMeeting { calendar, name, instance } = &meeting.moved;
    let instance = instance.as_ref().map(|moment| ("instance", instance_key::encode(moment)));
    let path = match meeting.is_invited {
        true => links::invitation(calendar.0, name),
        false => links::event_of(calendar.0, name),
    };
    address(&path, instance.into_iter().chain(times).chain([back]))
}

/// Which minutes of a day are drawn: working hours and what is suggested, in whole hours.
fn drawn(user: &User, zone: Tz, suggestions: &[Suggestion]) -> (u32, u32) {
    let (mut first, mut last) = DRAWN;
    let hours = user.preferences.working_hours.iter().flat_map(|hours| hours.days().iter().flatten());
    for time in hours {
        first = first.min(u32::from(time.start));
        last = last.max(u32::from(time.end));
    }
    for suggestion in suggestions {
        let minutes = |at: DateTime<Utc>| {
            let local = at.with_timezone(&zone).naive_local();
            local.hour() * 60 + local.minute()
        };
        let (start, end) = (minutes(suggestion.start), minutes(suggestion.end));
        first = first.min(start);
        // Past midnight all of the day is drawn.
        last = last.max(if end > start { end } else { 24 * 60 });
    }
    (first / 60 * 60, last.div_ceil(60) * 60)
}

/// `None`: of whom only a name is known there is nothing to say.
fn elsewhere(person: &PersonTimes, name: &str, refused: Option<&PublishRefused>) -> Option<ElsewhereLine> {
    let email = person.address.strip_prefix("mailto:")?.to_owned();
    let refused = refused.filter(|refused| refused.email == email);
    Some(ElsewhereLine {
        name: name.to_owned(),
        problem: match &person.knowledge {
            Knowledge::Failed(PublishedError::NoAnswer(why)) => Some(words::server_find_time_no_answer(&sentence(why))),
            Knowledge::Failed(PublishedError::NotACalendar(_)) => {
                Some(words::server_find_time_not_a_calendar().to_owned())
            }
            Knowledge::Failed(error @ PublishedError::NoAddress) => Some(sentence(&error.to_string())),
            Knowledge::Known(_) | Knowledge::Unknown => None,
        },
        email,
        is_published: person.is_published,
        typed: refused.map(|refused| refused.url.clone()).unwrap_or_default(),
        error: refused.map(|refused| refused.error.to_string()),
    })
}

/// Keeps where somebody publishes when they are busy, or forgets it where `url` is `None`. Yields what is said of it.
///
/// # Errors
/// What is wrong with the address.
pub async fn publish(kalends: &Kalends, user: &User, email: &str, url: Option<&str>) -> Result<&'static str, ApiError> {
    let caller = user.on_a_page();
    match url {
        Some(url) => {
            kalends.set_busy_address(caller, email, url).await?;
            Ok(words::server_find_time_saved())
        }
        None => {
            kalends.remove_busy_address(caller, email).await?;
            Ok(words::server_find_time_forgotten())
        }
    }
}
