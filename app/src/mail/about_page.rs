//! `/mail/about/{calendar}/{name}`: the mail about an event.

use super::about_server::{AboutData, AboutRow, about};
use super::layout::{Column, MailFrame};
use super::list::Unavailable;
use super::times::long;
use crate::notation::Format;
use crate::server_context::signed_in;
use crate::ui::frame::SignedIn;
use crate::ui::{Icon, icon};
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[component]
pub fn AboutEventPage() -> impl IntoView {
    let params = use_params_map();
    let param = |name: &str| params.with_untracked(|params| params.get(name));
    let (calendar, name) = (param("calendar").and_then(|id| id.parse().ok()), param("name").unwrap_or_default());
    view! {
        <SignedIn page=move |viewer: Viewer| {
            let name = name.clone();
            view! {
                <Suspense>
                    {move || {
                        let (viewer, name) = (viewer.clone(), name.clone());
                        Suspend::new(async move {
                            match load(calendar, &name).await {
                                Ok(data) => view! { <Loaded viewer=viewer data=data /> }.into_any(),
                                Err(error) => view! { <Unavailable viewer=viewer error=error /> }.into_any(),
                            }
                        })
                    }}
                </Suspense>
            }
        } />
    }
}

async fn load(calendar: Option<i64>, name: &str) -> Result<AboutData, ApiError> {
    let (kalends, user) = signed_in()?;
    let missing = || ApiError::NotFound(words::errors_calendar_not_found().into());
    about(&kalends, &user, calendar.ok_or_else(missing)?, name).await
}

#[component]
fn Loaded(viewer: Viewer, data: AboutData) -> impl IntoView {
    let AboutData { folders, title, event, rows } = data;
    let format = Format::of(&viewer);
    let heading = words::server_mail_making_about(&title);
    let nothing = rows.is_empty().then(|| view! { <p class="hint">{words::server_mail_making_about_nothing()}</p> });
    let rows: Vec<_> = rows
        .into_iter()
        .map(|AboutRow { path, subject, from, at }| {
            view! {
                <li>
                    <a href=path dir="auto">{subject}</a>
                    <span class="hint" dir="auto">{words::server_mail_making_about_row(&from, &long(at, format))}</span>
                </li>
            }
        })
        .collect();
    let rows = (!rows.is_empty()).then(|| view! { <ul class="card card--padded making__times">{rows}</ul> });
    view! {
        <Title text=heading.clone() />
        <MailFrame viewer=viewer folders=folders chosen=String::new() column=Column::Reader>
            <main id="main" class="mail__compose" tabindex="-1">
                <h1 dir="auto">{heading}</h1>
                <div class="compose">
                {nothing}
                {rows}
                <p>
                    <a class="button" href=event rel="external">
                        <Icon d=icon::CALENDAR />
                        {words::server_invitation_back()}
                    </a>
                </p>
                </div>
            </main>
        </MailFrame>
    }
}
