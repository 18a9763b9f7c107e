//! What one wants of the agenda: its first view, where new events go and what reminds of them, and when one works.

use super::api::Settings;
use crate::date_names;
use crate::flash::outcome_of;
use crate::ui::Outcome;
use crate::wire::{ApiError, Viewer};
use crate::words;
use chrono::Weekday;
use kalends_domain::accounts::{DAY_MINUTES, DefaultView, WorkingHours, WorkingTime};
use leptos::prelude::*;

/// The form, where it is said what became of it.
pub const FORM: &str = "agenda";

/// The days of a week from Monday, as [`WorkingHours`] has them.
const DAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Times before an event that are on offer, in minutes.
const REMINDERS: [u32; 10] = [0, 5, 10, 15, 30, 60, 120, 24 * 60, 2 * 24 * 60, 7 * 24 * 60];

/// What the form asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgendaWish {
    pub view: Option<DefaultView>,
    pub reminder_minutes: Option<u32>,
    pub working_hours: Option<WorkingHours>,
    /// `None`: as it is.
    pub calendar: Option<i64>,
}

impl AgendaWish {
    /// # Errors
    /// `BadInput` for hours that are none.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Result<Self, ApiError> {
        let text = |name: &str| value(name).unwrap_or_default();
        let mut days = [None; 7];
        for (at, day) in days.iter_mut().enumerate() {
            let (from, to) = (text(&format!("from_{at}")), text(&format!("to_{at}")));
            if from.is_empty() && to.is_empty() {
                continue;
            }
            // The last minute of a day has no other name in a field for times.
            let to = if to == "00:00" { "24:00" } else { &to };
            let wrong = || ApiError::BadInput {
                field: format!("from_{at}"),
                message: words::server_profile_hours_wrong(date_names::weekday(DAYS[at])),
            };
            *day = Some(WorkingTime::from_clock(&from, to).ok_or_else(wrong)?);
        }
        Ok(AgendaWish {
            view: DefaultView::from_name(&text("view")),
            reminder_minutes: text("reminder").parse().ok(),
            working_hours: if days.iter().all(Option::is_none) { None } else { WorkingHours::new(days) },
            calendar: text("calendar").parse().ok(),
        })
    }
}

#[component]
pub fn AgendaForm(viewer: Viewer, settings: Settings) -> impl IntoView {
    let flash = settings.flash.clone().filter(|flash| flash.form == FORM);
    let outcome = outcome_of(flash.as_ref(), FORM);
    let kept = |field: &str| flash.as_ref().and_then(|flash| flash.kept(field));
    let view_name = kept("view").or(settings.view.clone()).unwrap_or_default();
    let views = [
        ("", words::server_profile_view_last()),
        ("month", words::agenda_month()),
        ("week", words::agenda_week()),
        ("day", words::agenda_day()),
    ];
    let views = views.map(|(value, text)| (value.to_owned(), text.to_owned())).to_vec();
    let reminder =
        kept("reminder").or(settings.reminder_minutes.map(|minutes| minutes.to_string())).unwrap_or_default();
    // One that was set elsewhere stays on offer.
    let other = settings.reminder_minutes.filter(|minutes| !REMINDERS.contains(minutes));
    let reminders = std::iter::once((String::new(), words::server_profile_reminder_none().to_owned()))
        .chain(REMINDERS.into_iter().chain(other).map(|minutes| (minutes.to_string(), before(minutes))))
        .collect();
    let calendar = kept("calendar").or(settings.default_calendar.map(|id| id.to_string())).unwrap_or_default();
    let calendars: Vec<_> =
        settings.writable_calendars.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
    let hours = settings.working_hours.as_deref().and_then(WorkingHours::from_text).unwrap_or_default();
    let mut order = DAYS;
    order.rotate_left(viewer.week_start.num_days_from_monday() as usize);
    let days: Vec<_> = order
        .into_iter()
        .map(|day| {
            let at = day.num_days_from_monday() as usize;
            let (from, to) = hours.days()[at].map(clock).unwrap_or_default();
            let (from, to) = (kept(&format!("from_{at}")).unwrap_or(from), kept(&format!("to_{at}")).unwrap_or(to));
            view! { <Day day=day at=at from=from to=to /> }
        })
        .collect();
    view! {
        <section class="card section" aria-labelledby="agenda-title">
            <h2 id="agenda-title">{words::common_agenda()}</h2>
            <form class="stack" action="/settings/agenda" method="post">
                <div class="grid-2">
                    <Choice id="view" label=words::server_profile_view() chosen=view_name options=views />
                    <Choice id="calendar" label=words::server_profile_calendar() chosen=calendar options=calendars />
                    <Choice id="reminder" label=words::server_profile_reminder() chosen=reminder options=reminders />
                </div>
                <fieldset class="field">
                    <legend class="label">{words::server_profile_hours()}</legend>
                    <p class="hint">{words::server_profile_hours_hint()}</p>
                    <div class="profile__hours">{days}</div>
                </fieldset>
                <Outcome of=outcome />
                <div class="row">
                    <button class="button">{words::server_profile_save_agenda()}</button>
                </div>
            </form>
        </section>
    }
}

/// As a field for times has it.
fn clock(time: WorkingTime) -> (String, String) {
    let (from, to) = time.clock();
    (from, if time.end == DAY_MINUTES { "00:00".to_owned() } else { to })
}

#[component]
fn Day(day: Weekday, at: usize, from: String, to: String) -> impl IntoView {
    let name = date_names::weekday(day);
    view! {
        <div class="profile__day" role="group" aria-label=name>
            <span aria-hidden="true">{name}</span>
            <input class="input" type="time" name=format!("from_{at}") value=from aria-label=words::server_profile_from(name) />
            <span aria-hidden="true">"–"</span>
            <input class="input" type="time" name=format!("to_{at}") value=to aria-label=words::server_profile_to(name) />
        </div>
    }
}

/// `15 minutes before`
fn before(minutes: u32) -> String {
    let number = |unit: u32| usize::try_from(minutes / unit).unwrap_or(usize::MAX);
    match minutes {
        0 => words::server_profile_reminder_start().to_owned(),
        minutes if minutes % (24 * 60) == 0 => words::server_profile_reminder_days(number(24 * 60)),
        minutes if minutes % 60 == 0 => words::server_profile_reminder_hours(number(60)),
        _ => words::server_profile_reminder_minutes(number(1)),
    }
}

#[component]
fn Choice(id: &'static str, label: &'static str, chosen: String, options: Vec<(String, String)>) -> impl IntoView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, text)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen dir="auto">{text}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <select id=id class="select" name=id>{options}</select>
        </div>
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(form: &[(&str, &str)]) -> Result<AgendaWish, ApiError> {
        AgendaWish::read(|name| form.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_form_says_when_somebody_works() {
        let wish = read(&[("view", "week"), ("reminder", "15"), ("from_0", "09:00"), ("to_0", "17:30"), ("to_1", "")])
            .unwrap();
        assert_eq!((wish.view, wish.reminder_minutes), (Some(DefaultView::Week), Some(15)));
        assert_eq!(wish.working_hours.unwrap().to_string(), "540-1050,,,,,,");
        let late = read(&[("from_6", "18:00"), ("to_6", "00:00")]).unwrap();
        assert_eq!(late.working_hours.unwrap().to_string(), ",,,,,,1080-1440");
        let nothing = read(&[]).unwrap();
        assert_eq!(nothing, AgendaWish { view: None, reminder_minutes: None, working_hours: None, calendar: None });
        for wrong in [[("from_2", "09:00"), ("to_2", "")], [("from_2", "17:00"), ("to_2", "09:00")]] {
            assert!(matches!(read(&wrong), Err(ApiError::BadInput { field, .. }) if field == "from_2"));
        }
    }
}
