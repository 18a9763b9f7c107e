//! The start page: what comes next.

use super::api::{Upcoming, upcoming_events};
use super::days::Days;
use crate::agenda::format::Format;
use crate::mail::MailCard;
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Icon, icon};
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn DashboardPage() -> impl IntoView {
    view! {
        <Title text=words::common_dashboard() />
        <SignedIn page=|viewer: Viewer| {
            let format = Format::of(&viewer);
            let today = viewer.now.date();
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <div class="dashboard__head">
                        <h1>{format.weekday_date(today)}</h1>
                        <a class="button" href=crate::find_time::PATH>{words::server_find_time_title()}</a>
                        <a class="button button--primary" href=format!("/event/new?start={today}T09:00&end={today}T10:00&back=%2F")>
                            <Icon d=icon::PLUS />
                            {words::common_new_event()}
                        </a>
                    </div>
                    <NextEvents format=format />
                    <MailCard format=format />
                </Frame>
            }
        } />
    }
}

/// The widget of the next events. The page's script has the server write it anew when something changed, and each minute: what is on
/// now changes by the minute.
#[component]
pub fn NextEvents(format: Format) -> impl IntoView {
    let upcoming = Resource::new(|| (), |()| upcoming_events());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let upcoming = upcoming.await;
                let cursor = upcoming.as_ref().map(|upcoming| upcoming.cursor.clone()).unwrap_or_default();
                let content = match upcoming {
                    Ok(Upcoming { events, .. }) if events.is_empty() => {
                        view! { <p class="next__none">{words::server_dashboard_nothing()}</p> }.into_any()
                    }
                    Ok(Upcoming { now, events, calendars, .. }) => {
                        let colors = calendars.into_iter().map(|calendar| (calendar.id, calendar.color)).collect();
                        view! { <Days events=events colors=colors now=now format=format /> }.into_any()
                    }
                    Err(error) => view! { <Unavailable error=error /> }.into_any(),
                };
                view! {
                    <section class="card next" id="next" data-follows=cursor aria-labelledby="next-heading">
                        <h2 id="next-heading" class="next__heading">
                            {words::server_dashboard_next_events()}
                        </h2>
                        {content}
                        <a class="next__more" href="/agenda">
                            {words::common_open_agenda()}
                        </a>
                    </section>
                }
            })}
        </Transition>
    }
}

#[component]
fn Unavailable(error: ApiError) -> impl IntoView {
    view! {
        <div class="notice notice--error" role="alert">
            <Icon d=icon::ALERT />
            <span>{error.to_string()}</span>
            <a class="button button--small" href="/">
                {words::server_dashboard_try_again()}
            </a>
        </div>
    }
}
