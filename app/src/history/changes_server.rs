//! The server's side of a calendar's changes.

use super::words_of::Reader;
use super::{CalendarChange, CalendarHistory, What};
use crate::agenda::format::title_or_none;
use crate::wire::{ApiError, CalendarId};
use crate::words;
use crate::zones::beginning_of_day;
use chrono::{DateTime, Days, NaiveDate, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;
use kalends_domain::Kalends;
use kalends_domain::access::PrincipalId;
use kalends_domain::accounts::User;
use kalends_domain::calendars::{CalendarId as Calendar, Revision};
use kalends_domain::history::{CalendarChange as Logged, ChangeFilter, ChangeMaker, ChangeWay};

/// Changes on one page.
const PAGE: usize = 50;

/// What the form of the page says; what is empty does not matter.
pub struct Asked {
    pub person: String,
    pub way: String,
    /// Such as `2026-11-27`, on the viewer's wall clock.
    pub day: String,
    pub before: Option<i64>,
}

pub async fn changes(
    kalends: &Kalends,
    user: &User,
    calendar: CalendarId,
    asked: &Asked,
) -> Result<CalendarHistory, ApiError> {
    let (caller, id) = (user.on_a_page(), Calendar(calendar));
    let cursor = kalends.told(caller).await?.to_string();
    let reader = Reader::of(user);
    let held = kalends.calendar_by_id(caller, id).await?;
    let filter = filter(asked, reader.zone());
    let found = kalends.calendar_changes(caller, id, &filter, asked.before.map(Revision), PAGE).await?;
    Ok(CalendarHistory {
        calendar,
        name: held.details.display_name.clone(),
        color: held.details.color.clone(),
        cursor,
        people: people(&found.makers),
        ways: ways(&found.makers),
        changes: found.changes.into_iter().map(|logged| change(&reader, logged)).collect(),
        next: found.next.map(|next| next.0),
    })
}

fn change(reader: &Reader, logged: Logged) -> CalendarChange {
    let Logged { change, title, .. } = logged;
    let before = change.at - TimeDelta::milliseconds(1);
    CalendarChange {
        at: reader.local(change.at),
        title: title_or_none(title.as_deref().unwrap_or_default()).to_owned(),
        what: match (change.removed, change.previous) {
            (true, _) => What::Deleted,
            (false, None) => What::Made,
            (false, Some(_)) => What::Changed,
        },
        by: reader.by(change.cause.as_ref()),
        run: change.cause.as_ref().and_then(|cause| cause.run).map(|(run, _)| run.to_string()),
        before: before.to_rfc3339_opts(SecondsFormat::Millis, true),
        name: change.name,
    }
}

/// What cannot be understood finds nothing.
fn filter(asked: &Asked, zone: Tz) -> ChangeFilter {
    let day = Some(asked.day.as_str()).filter(|day| !day.is_empty());
    let day = day.map(|day| day.parse().unwrap_or(NaiveDate::MIN));
    let begins = |day| beginning_of_day(day, zone).unwrap_or(DateTime::<Utc>::MIN_UTC);
    ChangeFilter {
        person: Some(asked.person.as_str())
            .filter(|person| !person.is_empty())
            .map(|person| PrincipalId(person.parse().unwrap_or(-1))),
        way: Some(asked.way.as_str())
            .filter(|way| !way.is_empty())
            .map(|way| way_of(way).unwrap_or(ChangeWay::AppPassword(-1))),
        from: day.map(begins),
        until: day.map(|day| begins(day.checked_add_days(Days::new(1)).unwrap_or(day))),
    }
}

/// Each person once, under the name that they had last.
fn people(makers: &[ChangeMaker]) -> Vec<(String, String)> {
    let mut people: Vec<(String, String)> = Vec::new();
    for maker in makers {
        let id = maker.principal.0.to_string();
        if people.iter().all(|(known, _)| *known != id) {
            people.push((id, maker.name.clone()));
        }
    }
    people
}

fn ways(makers: &[ChangeMaker]) -> Vec<(String, String)> {
    let mut ways: Vec<(ChangeWay, &str)> = makers.iter().map(|maker| (maker.way, maker.label.as_str())).collect();
    ways.sort_unstable();
    ways.dedup_by_key(|(way, _)| *way);
    ways.into_iter()
        .map(|(way, label)| match way {
            ChangeWay::Page => ("page".to_owned(), words::server_changes_by_page().to_owned()),
            ChangeWay::AppPassword(id) => (format!("app-{id}"), label.to_owned()),
            ChangeWay::Import => ("import".to_owned(), words::server_changes_by_import().to_owned()),
            ChangeWay::Restore => ("restore".to_owned(), words::server_changes_by_restore().to_owned()),
            ChangeWay::Command => ("command".to_owned(), words::server_changes_by_command().to_owned()),
            ChangeWay::Invitation => ("invitation".to_owned(), words::server_changes_by_invitation().to_owned()),
            ChangeWay::AnswerLink => ("answer-link".to_owned(), words::server_answer_changes().to_owned()),
            ChangeWay::Mail => ("mail".to_owned(), words::server_mail_invitation_changes().to_owned()),
            ChangeWay::Delivery => ("delivery".to_owned(), words::server_imip_changes_by_delivery().to_owned()),
            ChangeWay::Sync => ("sync".to_owned(), words::server_changes_by_sync().to_owned()),
        })
        .collect()
}

fn way_of(value: &str) -> Option<ChangeWay> {
    match value {
        "page" => Some(ChangeWay::Page),
        "import" => Some(ChangeWay::Import),
        "restore" => Some(ChangeWay::Restore),
        "command" => Some(ChangeWay::Command),
        "sync" => Some(ChangeWay::Sync),
        "invitation" => Some(ChangeWay::Invitation),
        "answer-link" => Some(ChangeWay::AnswerLink),
        "mail" => Some(ChangeWay::Mail),
        "delivery" => Some(ChangeWay::Delivery),
        _ => Some(ChangeWay::AppPassword(value.strip_prefix("app-")?.parse().ok()?)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_not_understood_finds_nothing() {
        let asked = |person: &str, way: &str, day: &str| {
            let (person, way, day) = (person.to_owned(), way.to_owned(), day.to_owned());
            filter(&Asked { person, way, day, before: None }, Tz::UTC)
        };
        assert_eq!(asked("", "", ""), ChangeFilter::default());
        assert_eq!(asked("3", "app-7", "").way, Some(ChangeWay::AppPassword(7)));
        assert_eq!(asked("x", "", "").person, Some(PrincipalId(-1)));
        assert_eq!(asked("", "by pigeon", "").way, Some(ChangeWay::AppPassword(-1)));
        assert!(asked("", "", "someday").until.unwrap() < DateTime::UNIX_EPOCH);
    }
}
