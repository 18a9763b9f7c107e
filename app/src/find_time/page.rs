//! The page of when people could meet: a form, suggestions, and a strip for each person and day.

use super::query::TimeQuery;
use super::{Bar, DayTable, ElsewhereLine, FoundPage, PATH, SuggestionLine, TimeForm, server};
use crate::server_context::signed_in;
use crate::sharing::fields::{Came, field_error};
use crate::ui::Failed;
use crate::ui::frame::{Frame, SignedIn};
use crate::wire::Viewer;
use crate::words;
use crate::zones;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[component]
pub fn FindTimePage() -> impl IntoView {
    let query = use_query_map();
    let found = Resource::new(
        move || TimeQuery::read(|name| query.read().get(name)),
        |query| async move {
            let (kalends, user) = signed_in()?;
            server::page(&kalends, &user, query).await
        },
    );
    view! {
        <Title text=words::server_find_time_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="stack">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match found.await {
                                Ok(page) => view! { <Loaded page=page /> }.into_any(),
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
fn Loaded(page: FoundPage) -> impl IntoView {
    let FoundPage { form, moving, choices, usual_hours, suggestions, days, people, said, refused } = page;
    let is_answered = refused.is_none();
    let moving = moving.map(|title| view! { <p class="lead" dir="auto">{words::server_find_time_moving(&title)}</p> });
    let usual = usual_hours.then(|| {
        view! {
            <p class="hint">
                {words::server_find_time_usual()} " "
                <a href="/settings">{words::server_find_time_usual_link()}</a>
            </p>
        }
    });
    view! {
        <h1>{words::server_find_time_title()}</h1>
        {moving.map(IntoAny::into_any).unwrap_or_else(|| view! { <p class="lead">{words::server_find_time_lead()}</p> }.into_any())}
        <Came said=said refused=refused />
        <Question form=form choices=choices />
        {is_answered.then(|| view! {
            <section class="card card--padded stack" aria-labelledby="times-fit">
                <h2 id="times-fit">{words::server_find_time_suggestions()}</h2>
                {usual}
                <Suggestions suggestions=suggestions />
            </section>
            <section class="card card--padded stack" aria-labelledby="times-days">
                <h2 id="times-days">{words::server_find_time_day_by_day()}</h2>
                <Key />
                {days.into_iter().map(|day| view! { <Day day=day /> }).collect_view()}
            </section>
        })}
        {(!people.is_empty()).then(|| view! { <Elsewhere people=people /> })}
    }
}

#[component]
fn Question(form: TimeForm, choices: Vec<(String, String)>) -> impl IntoView {
    let hidden = form.hidden.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    let names = choices.iter().map(|(slug, name)| {
        let label = if slug == name { slug.clone() } else { format!("{name}: {slug}") };
        view! { <li dir="auto">{label}</li> }
    });
    let choices_shown = (!choices.is_empty()).then(|| {
        view! {
            <details class="times-choices">
                <summary>{words::server_find_time_suggested_people()}</summary>
                <ul>{names.collect_view()}</ul>
            </details>
        }
    });
    let zones = zones::names().map(|zone| view! { <option value=zone></option> });
    let lines = |text: &str| text.lines().count().clamp(2, 8).to_string();
    let (who_lines, optional_lines) = (lines(&form.who), lines(&form.optional));
    view! {
        <form class="card card--padded stack times-form" method="get" action=PATH>
            {hidden.collect_view()}
            <div class="grid-2">
                <label class="field">
                    <span class="label">{words::server_find_time_who()}</span>
                    <textarea class="textarea" name="who" rows=who_lines spellcheck="false" dir="auto" aria-describedby="times-who">{form.who}</textarea>
                </label>
                <label class="field">
                    <span class="label">{words::server_find_time_optional()}</span>
                    <textarea class="textarea" name="optional" rows=optional_lines spellcheck="false" dir="auto" aria-describedby="times-who">{form.optional}</textarea>
                </label>
            </div>
            <p id="times-who" class="hint">{words::server_find_time_who_hint()}</p>
            {choices_shown}
            <div class="times-form__row">
                <label class="field">
                    <span class="label">{words::server_find_time_minutes()}</span>
                    <input class="input" type="number" name="minutes" min="5" max="1440" step="5" list="times-minutes" value=form.minutes required />
                </label>
                <label class="field">
                    <span class="label">{words::server_find_time_from()}</span>
                    <input class="input" type="date" name="from" value=form.from required />
                </label>
                <label class="field">
                    <span class="label">{words::server_find_time_days()}</span>
                    <input class="input" type="number" name="days" min="1" max="14" value=form.days required />
                </label>
                <label class="field">
                    <span class="label">{words::server_find_time_zone()}</span>
                    <input class="input" name="zone" list="times-zones" value=form.zone spellcheck="false" required />
                </label>
            </div>
            <datalist id="times-minutes">
                {["15", "30", "45", "60", "90", "120"].map(|minutes| view! { <option value=minutes></option> }).into_iter().collect_view()}
            </datalist>
            <datalist id="times-zones">{zones.collect_view()}</datalist>
            <div class="row">
                <button class="button button--primary">{words::server_find_time_show()}</button>
            </div>
        </form>
    }
}

#[component]
fn Suggestions(suggestions: Vec<SuggestionLine>) -> impl IntoView {
    if suggestions.is_empty() {
        return view! { <p>{words::server_find_time_nothing()}</p> }.into_any();
    }
    let lines = suggestions.into_iter().enumerate().map(|(at, SuggestionLine { href, when, why, is_best })| {
        let called = words::server_find_time_take(&(at + 1).to_string(), &when);
        let class = if is_best { "times-fit times-fit--best" } else { "times-fit" };
        view! {
            <li class=class>
                <a href=href>{called}</a>
                {why.into_iter().map(|why| view! { <span class="hint" dir="auto">{why}</span> }).collect_view()}
            </li>
        }
    });
    view! { <ol class="times-fits">{lines.collect_view()}</ol> }.into_any()
}

/// What is drawn how.
#[component]
fn Key() -> impl IntoView {
    let keys = [
        ("free", words::server_find_time_free_key()),
        ("busy", words::server_find_time_busy_key()),
        ("tentative", words::server_find_time_tentative_key()),
        ("outside", words::server_find_time_outside_key()),
        ("unknown", words::server_find_time_unknown_key()),
    ];
    let keys = keys.map(|(kind, text)| {
        let class = format!("times-bar times-bar--{kind}");
        view! { <li><span class="times-key__piece"><span class=class style="left: 0; width: 100%"></span></span> {text}</li> }
    });
    view! { <ul class="times-key" aria-hidden="true">{keys.into_iter().collect_view()}</ul> }
}

fn place(bar: &Bar) -> String {
    format!("left: {}%; width: {}%", bar.left, bar.width)
}

#[component]
fn Day(day: DayTable) -> impl IntoView {
    let DayTable { title, hours, rows, fits } = day;
    let hours = hours.into_iter().map(|(hour, left)| view! { <span style=format!("left: {left}%")>{hour}</span> });
    let rows = rows.into_iter().map(|row| {
        let bars = row.bars.iter().map(|bar| {
            let class = format!("times-bar times-bar--{}", bar.kind);
            view! { <span class=class style=place(bar)></span> }
        });
        let bars = bars.collect_view();
        let title = row.text.clone();
        view! {
            <tr role="row">
                <th scope="row" role="rowheader" dir="auto">{row.name}</th>
                <td role="cell">
                    <span class="visually-hidden">{row.text}</span>
                    <div class="times-strip" aria-hidden="true" title=title>{bars}</div>
                </td>
            </tr>
        }
    });
    let fits_row = (!fits.is_empty()).then(|| {
        let links = fits.into_iter().map(|(number, href, called, bar)| {
            view! { <a class="times-bar times-bar--fits" href=href style=place(&bar) aria-label=called.clone() title=called>{number}</a> }
        });
        view! {
            <tr class="times-row--fits" role="row">
                <th scope="row" role="rowheader">{words::server_find_time_fits()}</th>
                <td role="cell">
                    <div class="times-strip">{links.collect_view()}</div>
                </td>
            </tr>
        }
    });
    view! {
        <table class="times-day" role="table">
            <caption>{title}</caption>
            <thead aria-hidden="true">
                <tr>
                    <td></td>
                    <td>
                        <div class="times-hours">{hours.collect_view()}</div>
                    </td>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows.collect_view()} {fits_row}</tbody>
        </table>
    }
}

/// Those of whom nothing is known, and where it can be said that they publish it.
#[component]
fn Elsewhere(people: Vec<ElsewhereLine>) -> impl IntoView {
    let lines = people.into_iter().enumerate().map(|(at, person)| {
        let ElsewhereLine { name, email, problem, is_published, typed, error } = person;
        let problem = problem.map(|problem| view! { <p class="field-error" dir="auto">{problem}</p> });
        let form = {
            let (id, described) = (format!("times-url-{at}"), error.is_some().then(|| format!("times-url-{at}-error")));
            let message = field_error(&id, error);
            let forget = is_published.then(|| {
                view! {
                    <button class="button" name="do" value="forget" formnovalidate aria-label=words::server_find_time_forget_of(&name)>
                        {words::server_find_time_forget()}
                    </button>
                }
            });
            view! {
                <form class="times-elsewhere__form" method="post">
                    <input type="hidden" name="email" value=email />
                    <input
                        id=id
                        class="input"
                        name="url"
                        type="text"
                        inputmode="url"
                        autocomplete="off"
                        spellcheck="false"
                        value=typed
                        aria-label=words::server_find_time_address_of(&name)
                        aria-invalid=described.is_some().then_some("true")
                        aria-describedby=described.clone()
                        required
                    />
                    <button class="button" name="do" value="keep">{words::server_find_time_save()}</button>
                    {forget}
                    {message}
                </form>
            }
        };
        view! {
            <li class="times-elsewhere">
                <strong dir="auto">{name}</strong>
                {problem}
                {form}
            </li>
        }
    });
    view! {
        <section class="card card--padded stack" aria-labelledby="times-elsewhere">
            <h2 id="times-elsewhere">{words::server_find_time_published()}</h2>
            <p class="hint">{words::server_find_time_elsewhere_lead()}</p>
            <ul class="times-elsewheres">{lines.collect_view()}</ul>
        </section>
    }
}
