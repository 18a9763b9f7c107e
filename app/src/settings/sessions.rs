use super::api::{EndOtherSessions, EndSession, SessionInfo, Settings};
use crate::flash::outcome_of;
use crate::notation::Format;
use crate::ui::Outcome;
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The browsers that the person is signed in with.
#[component]
pub fn Sessions(viewer: Viewer, settings: Settings) -> impl IntoView {
    let outcome = outcome_of(settings.flash.as_ref(), "sessions");
    let format = Format::of(&viewer);
    let has_others = settings.sessions.len() > 1;
    let entries: Vec<_> =
        settings.sessions.into_iter().map(|session| view! { <Entry session=session format=format /> }).collect();
    view! {
        <section class="card section" aria-labelledby="sessions">
            <h2 id="sessions">{words::server_sessions()}</h2>
            <p>{words::server_sessions_lead()}</p>
            <Outcome of=outcome />
            <ul class="list" aria-labelledby="sessions">{entries}</ul>
            {has_others.then(|| view! {
                <form action=EndOtherSessions::url() method="post">
                    <button class="button">{words::server_sessions_end_others()}</button>
                </form>
            })}
        </section>
    }
}

#[component]
fn Entry(session: SessionInfo, format: Format) -> impl IntoView {
    let SessionInfo { id, browser, opened, used, address, is_this } = session;
    let (date, time) = (format.date(used.date()), format.time(used));
    let opened = format.date(opened.date());
    let about = match address {
        Some(address) => words::server_session_about_from(&opened, &address, &date, &time),
        None => words::server_session_about(&opened, &date, &time),
    };
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title">
                    {browser.clone()}
                    {is_this.then(|| view! { " " <span class="badge badge--current">{words::server_session_this()}</span> })}
                </div>
                <div class="hint">{about}</div>
            </div>
            {(!is_this).then(|| view! {
                <form action=EndSession::url() method="post">
                    <input type="hidden" name="id" value=id />
                    <button class="button button--small">
                        {words::server_session_end()}
                        <span class="visually-hidden">" " {browser}</span>
                    </button>
                </form>
            })}
        </li>
    }
}
