//! The form for what is made of a message. It works without scripts.

use super::{Making, MakingData, TimeChoice, server};
use crate::mail::layout::{Column, MailFrame};
use crate::mail::list::Unavailable;
use crate::mail::paths::making_path;
use crate::server_context::signed_in;
use crate::sharing::fields::{Came, error_id, field_error};
use crate::ui::frame::SignedIn;
use crate::ui::{Icon, icon};
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

#[component]
pub fn MakingPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let param = |name: &str| params.with_untracked(|params| params.get(name));
    // No message has this number.
    let message = param("message").and_then(|id| id.parse().ok()).unwrap_or(0);
    let making = param("kind").and_then(|kind| Making::from_name(&kind));
    let time = query.with_untracked(|query| query.get("time")).and_then(|time| time.parse().ok()).unwrap_or(0);
    view! {
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Suspense>
                    {move || {
                        let viewer = viewer.clone();
                        Suspend::new(async move {
                            match load(&viewer, making, message, time).await {
                                Ok((making, data)) => view! { <Loaded viewer=viewer making=making data=data /> }.into_any(),
                                Err(error) => view! { <Unavailable viewer=viewer error=error /> }.into_any(),
                            }
                        })
                    }}
                </Suspense>
            }
        } />
    }
}

async fn load(
    viewer: &Viewer,
    making: Option<Making>,
    message: i64,
    time: usize,
) -> Result<(Making, MakingData), ApiError> {
    let (kalends, user) = signed_in()?;
    let missing = || ApiError::NotFound(words::server_mail_message_not_found().into());
    let making = making.ok_or_else(missing)?;
    Ok((making, server::page(&kalends, &user, viewer, (making, message), time).await?))
}

#[component]
fn Loaded(viewer: Viewer, making: Making, data: MakingData) -> impl IntoView {
    let MakingData { folders, message, back, from, subject, times, chosen, calendars, fields, refused } = data;
    let own_zone = viewer.time_zone.clone();
    let shown = [
        "title",
        "start_date",
        "start_time",
        "end_date",
        "end_time",
        "zone",
        "calendar",
        "location",
        "conference",
        "description",
    ];
    let (at_field, other) = crate::remote_accounts::parted(refused.as_ref(), &shown);
    let wrong = |field: &str| at_field.as_ref().filter(|(at, _)| at == field).map(|(_, message)| message.clone());
    let (heading, make) = match making {
        Making::Event => (words::server_mail_making_event(), words::server_mail_making_make_event()),
        Making::Task => (words::server_mail_making_task(), words::server_mail_making_make_task()),
    };
    let subject = if subject.is_empty() { words::server_mail_no_subject().to_owned() } else { subject };
    let event = fields.event;
    let elsewhere = (event.zone != own_zone && !event.all_day).then(|| words::server_mail_making_zone(&event.zone));
    let text = format!("\n{}", event.description);
    let is_event = making == Making::Event;
    let ends = is_event.then(|| {
        view! {
            <Field name="end_date" label=words::event_ends() kind="date" value=event.end_date.clone() error=wrong("end_date") />
            <Field name="end_time" label=words::event_end_time() kind="time" value=event.end_time.clone() error=wrong("end_time") is_time=true />
        }
    });
    let (starts, start_time) = match making {
        Making::Event => (words::event_starts(), words::event_start_time()),
        Making::Task => (words::server_mail_making_due(), words::server_mail_making_due_time()),
    };
    let whole_days = is_event.then(|| {
        view! {
            <label class="choice">
                <input class="checkbox" type="checkbox" name="all_day" checked=event.all_day />
                {words::event_all_day()}
            </label>
        }
    });
    let places = is_event.then(|| {
        view! {
            <Field name="location" label=words::event_location() kind="text" value=event.location.clone() error=wrong("location") />
            <Field name="conference" label=words::server_mail_making_conference() kind="url" value=fields.conference error=wrong("conference") />
        }
    });
    let form = if calendars.is_empty() {
        view! { <p class="notice notice--warning"><Icon d=icon::ALERT /><span>{words::server_mail_making_no_calendar()}</span></p> }.into_any()
    } else {
        view! {
            <form class="stack making" method="post" action=format!("{}?time={chosen}", making_path(making.name(), message))>
                <Field name="title" label=words::event_field_title() kind="text" value=event.title.clone() error=wrong("title") />
                <div class="making__when">
                    <Field name="start_date" label=starts kind="date" value=event.start_date.clone() error=wrong("start_date") />
                    <Field name="start_time" label=start_time kind="time" value=event.start_time.clone() error=wrong("start_time") is_time=is_event />
                    {ends}
                </div>
                {whole_days}
                <input type="hidden" name="zone" value=event.zone.clone() />
                {elsewhere.map(|zone| view! { <p class="hint">{zone}</p> })}
                {field_error("zone", wrong("zone"))}
                <Calendars calendars=calendars chosen=event.calendar.clone() error=wrong("calendar") />
                {places}
                <div class="field">
                    <label class="label" for="description">{words::event_description()}</label>
                    <textarea id="description" class="textarea" name="description" dir="auto" rows="6">{text}</textarea>
                    {field_error("description", wrong("description"))}
                </div>
                <p class="hint">{words::server_mail_making_linked()}</p>
                <div class="row">
                    <button class="button button--primary">{make}</button>
                    <a class="button" href=back.clone()>{words::common_cancel()}</a>
                </div>
            </form>
        }
        .into_any()
    };
    view! {
        <Title text=heading />
        <MailFrame viewer=viewer folders=folders chosen=String::new() column=Column::Reader>
            <main id="main" class="mail__compose" tabindex="-1">
                <h1>{heading}</h1>
                <div class="compose">
                <p dir="auto">
                    <a href=back>{words::server_mail_making_of(&from, &subject)}</a>
                </p>
                <Came said=None refused=other />
                <Times times=times chosen=chosen making=making message=message />
                {form}
                </div>
            </main>
        </MailFrame>
    }
}

/// What was understood of when it is, and what else it may mean.
#[component]
fn Times(times: Vec<TimeChoice>, chosen: usize, making: Making, message: i64) -> impl IntoView {
    if times.is_empty() {
        let text = match making {
            Making::Event => words::server_mail_making_no_time(),
            Making::Task => words::server_mail_making_no_due(),
        };
        return view! { <p class="notice"><Icon d=icon::CALENDAR /><span>{text}</span></p> }.into_any();
    }
    let has_several = times.len() > 1;
    let mut understood = None;
    let mut others = Vec::new();
    for (at, TimeChoice { when, quote }) in times.into_iter().enumerate() {
        if at == chosen {
            understood = Some(view! {
                <p><strong>{words::server_mail_making_understood(&when)}</strong></p>
                <blockquote class="making__quote" dir="auto">{quote}</blockquote>
            });
        } else {
            let path = format!("{}?time={at}", making_path(making.name(), message));
            others.push(view! {
                <li>
                    <a href=path>{when}</a>
                    <span class="hint making__quote" dir="auto">{quote}</span>
                </li>
            });
        }
    }
    let others = has_several.then(|| {
        view! {
            <p class="label">{words::server_mail_making_other_times()}</p>
            <ul class="making__times">{others}</ul>
        }
    });
    view! {
        <section class="card card--padded stack" aria-label=words::server_mail_making_times() data-times>
            {understood}
            {others}
        </section>
    }
    .into_any()
}

#[component]
fn Field(
    name: &'static str,
    label: &'static str,
    /// Of the control.
    kind: &'static str,
    value: String,
    error: Option<String>,
    /// It is not shown of whole days.
    #[prop(optional)]
    is_time: bool,
) -> impl IntoView {
    let described = error.is_some().then(|| error_id(name));
    let wrong = error.is_some().then_some("true");
    let class = if is_time { "field making__time" } else { "field" };
    view! {
        <div class=class>
            <label class="label" for=name>{label}</label>
            <input id=name class="input" type=kind name=name dir="auto" value=value maxlength="2000" autocomplete="off" aria-describedby=described aria-invalid=wrong />
            {field_error(name, error)}
        </div>
    }
}

#[component]
fn Calendars(calendars: Vec<(i64, String)>, chosen: String, error: Option<String>) -> impl IntoView {
    let options: Vec<_> = calendars
        .into_iter()
        .map(|(id, name)| {
            let id = id.to_string();
            view! { <option value=id.clone() selected=id == chosen>{name}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label class="label" for="calendar">{words::server_mail_invitation_calendar()}</label>
            <select id="calendar" class="select" name="calendar" dir="auto">{options}</select>
            {field_error("calendar", error)}
        </div>
    }
}
