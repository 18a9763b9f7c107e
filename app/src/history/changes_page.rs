//! The page of what happened in a calendar.

use super::api::load_changes;
use super::page::What;
use super::{CalendarChange, CalendarHistory};
use crate::agenda::links;
use crate::notation::Format;
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Failed, Icon, icon};
use crate::wire::{ApiError, CalendarId, Viewer};
use crate::words;
use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use leptos_router::location::Url;

/// What is chosen in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Chosen {
    person: String,
    way: String,
    day: String,
    before: Option<i64>,
}

impl Chosen {
    /// The page with the same choice, from another change on.
    fn path(&self, calendar: CalendarId, before: Option<i64>) -> String {
        let mut path = format!("/calendars/{calendar}/changes?");
        for (name, value) in [("person", &self.person), ("way", &self.way), ("day", &self.day)] {
            if !value.is_empty() {
                path.push_str(&format!("{name}={}&", Url::escape(value)));
            }
        }
        if let Some(before) = before {
            path.push_str(&format!("before={before}"));
        }
        path.trim_end_matches(['&', '?']).to_owned()
    }

    fn is_any(&self) -> bool {
        [&self.person, &self.way, &self.day].iter().any(|value| !value.is_empty())
    }
}

#[component]
pub fn ChangesPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let chosen = move || {
        let value = |name: &str| query.read().get(name).unwrap_or_default();
        let before = value("before").parse().ok();
        Chosen { person: value("person"), way: value("way"), day: value("day"), before }
    };
    let changes = Resource::new(
        move || (params.read().get("id"), chosen()),
        |(calendar, Chosen { person, way, day, before })| async move {
            match calendar.and_then(|id| id.parse().ok()) {
                Some(calendar) => load_changes(calendar, person, way, day, before).await,
                None => Err(ApiError::NotFound(words::errors_calendar_not_found().into())),
            }
        },
    );
    view! {
        <Title text=words::common_history() />
        <SignedIn page=move |viewer: Viewer| {
            let (format, today) = (Format::of(&viewer), viewer.now.date());
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match changes.await {
                                Ok(history) => {
                                    let chosen = untrack(chosen);
                                    view! { <Loaded history=history chosen=chosen format=format today=today /> }.into_any()
                                }
                                Err(error) => view! { <Failed error=error /> }.into_any(),
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(history: CalendarHistory, chosen: Chosen, format: Format, today: NaiveDate) -> impl IntoView {
    let CalendarHistory { calendar, name, color, cursor, people, ways, changes, next } = history;
    let back = chosen.path(calendar, chosen.before);
    let older = next.map(|next| chosen.path(calendar, Some(next)));
    let newest = chosen.before.map(|_| chosen.path(calendar, None));
    let list = if changes.is_empty() {
        let none = if chosen.is_any() { words::server_changes_none_such() } else { words::server_changes_none() };
        view! { <p class="card card--padded lead">{none}</p> }.into_any()
    } else {
        view! { <Days changes=changes calendar=calendar back=back format=format today=today /> }.into_any()
    };
    view! {
        <div class="history__head">
            <h1 dir="auto">
                <span class="swatch" style=format!("--calendar: {color}")></span>
                {words::server_changes_of(&name)}
            </h1>
            <a class="button" href=format!("/calendars/{calendar}/as-of")>
                <Icon d=icon::HISTORY />
                {words::server_as_of_link()}
            </a>
        </div>
        <Choice calendar=calendar chosen=chosen people=people ways=ways />
        <div class="stack" data-follows=cursor>
            {list}
            <div class="row">
                {newest.map(|path| view! { <a class="button" href=path>{words::server_changes_newest()}</a> })}
                {older.map(|path| view! { <a class="button" href=path>{words::server_changes_older()}</a> })}
            </div>
        </div>
    }
}

/// Who, by which way, and when.
#[component]
fn Choice(
    calendar: CalendarId,
    chosen: Chosen,
    people: Vec<(String, String)>,
    ways: Vec<(String, String)>,
) -> impl IntoView {
    let select = |id: &'static str, label: &'static str, any: &'static str, of: Vec<(String, String)>, is: String| {
        let options: Vec<_> = of
            .into_iter()
            .map(|(value, name)| {
                let selected = value == is;
                view! { <option value=value selected=selected>{name}</option> }
            })
            .collect();
        view! {
            <div class="field">
                <label class="label" for=id>{label}</label>
                <select class="select" id=id name=id>
                    <option value="">{any}</option>
                    {options}
                </select>
            </div>
        }
    };
    let (is_any, alone) = (chosen.is_any(), people.len() < 2 && chosen.person.is_empty());
    let people = (!alone).then(|| {
        select("person", words::server_changes_person(), words::server_changes_anybody(), people, chosen.person)
    });
    view! {
        <form class="history__choice" method="get" action=format!("/calendars/{calendar}/changes")>
            {people}
            {select("way", words::server_changes_way(), words::server_changes_any_way(), ways, chosen.way)}
            <div class="field">
                <label class="label" for="day">{words::server_changes_day()}</label>
                <input class="input" id="day" type="date" name="day" value=chosen.day />
            </div>
            <button class="button button--primary">{words::server_changes_show()}</button>
            {is_any.then(|| view! {
                <a class="button button--ghost" href=format!("/calendars/{calendar}/changes")>{words::server_changes_all()}</a>
            })}
        </form>
    }
}

/// The changes under the days on which they were made.
#[component]
fn Days(
    changes: Vec<CalendarChange>,
    calendar: CalendarId,
    back: String,
    format: Format,
    today: NaiveDate,
) -> impl IntoView {
    let days: Vec<_> = changes
        .chunk_by(|one, next| one.at.date() == next.at.date())
        .map(|day| {
            let date = day[0].at.date();
            let heading = match (today - date).num_days() {
                0 => words::server_dashboard_today(&format.weekday_date(date)),
                _ => format.full_date(date),
            };
            let rows: Vec<_> = day
                .chunk_by(|one, next| one.run.is_some() && one.run == next.run)
                .map(|together| match together {
                    [change] => {
                        view! { <Row change=change.clone() calendar=calendar back=back.clone() format=format /> }
                            .into_any()
                    }
                    changes => {
                        view! { <Run changes=changes.to_vec() calendar=calendar back=back.clone() format=format /> }
                            .into_any()
                    }
                })
                .collect();
            view! {
                <section>
                    <h2 class="next__day">{heading}</h2>
                    <ol class="card history history--log">{rows}</ol>
                </section>
            }
        })
        .collect();
    days
}

/// What was done at once, such as the import of a file.
#[component]
fn Run(changes: Vec<CalendarChange>, calendar: CalendarId, back: String, format: Format) -> impl IntoView {
    let (count, newest) = (changes.len(), changes[0].clone());
    let before = changes.last().map_or_else(String::new, |first| first.before.clone());
    let rows: Vec<_> = changes
        .into_iter()
        .map(|change| view! { <Row change=change calendar=calendar back=back.clone() format=format in_run=true /> })
        .collect();
    view! {
        <li class="history__run">
            <details>
                <summary class="history__row">
                    <time class="history__time">{format.time(newest.at)}</time>
                    <span class="history__title">
                        <strong>{words::server_changes_events(count)}</strong>
                        <span class="history__by" dir="auto">{newest.by}</span>
                    </span>
                    <BeforeLink calendar=calendar before=before />
                </summary>
                <ol class="history__inner">{rows}</ol>
            </details>
        </li>
    }
}

#[component]
fn Row(
    change: CalendarChange,
    calendar: CalendarId,
    back: String,
    format: Format,
    /// Who made it stands above.
    #[prop(optional)]
    in_run: bool,
) -> impl IntoView {
    let CalendarChange { at, name, title, what, by, before, .. } = change;
    let aside = (!in_run).then(|| view! { <BeforeLink calendar=calendar before=before /> });
    let by = (!in_run).then(|| view! { <span class="history__by" dir="auto">{by}</span> });
    view! {
        <li class="history__row">
            <time class="history__time" datetime=at.format("%Y-%m-%dT%H:%M:%S").to_string()>{format.time(at)}</time>
            <span class="history__title">
                <span class="history__name">
                    <a dir="auto" href=links::history(calendar, &name, &back)>{title}</a>
                    <What what=what />
                </span>
                {by}
            </span>
            {aside}
        </li>
    }
}

/// Leads to the calendar as it was before a change.
#[component]
fn BeforeLink(calendar: CalendarId, before: String) -> impl IntoView {
    view! {
        <a
            class="icon-button icon-button--small"
            href=format!("/calendars/{calendar}/as-of?at={before}")
            aria-label=words::server_changes_before()
            title=words::server_changes_before()
        >
            <Icon d=icon::HISTORY />
        </a>
    }
}
