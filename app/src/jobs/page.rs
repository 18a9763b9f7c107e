//! The page of jobs: a table and forms.

use super::api::load_jobs;
use super::{JobInfo, JobList, State};
use crate::ui::Failed;
use crate::ui::frame::{Frame, SignedIn};
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn JobsPage() -> impl IntoView {
    let jobs = Resource::new(|| (), |()| load_jobs());
    view! {
        <Title text=words::server_jobs_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match jobs.await {
                                Ok(jobs) => view! { <Loaded jobs=jobs /> }.into_any(),
                                Err(error) => {
                                    let is_hidden = matches!(error, ApiError::NotFound(_));
                                    if let Some(response) = use_context::<leptos_axum::ResponseOptions>().filter(|_| is_hidden) {
                                        response.set_status(axum::http::StatusCode::NOT_FOUND);
                                    }
                                    view! { <Failed error=error /> }.into_any()
                                }
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(jobs: JobList) -> impl IntoView {
    let JobList { jobs, refused } = jobs;
    let is_empty = jobs.is_empty();
    let rows: Vec<_> = jobs.into_iter().map(|job| view! { <Row job=job /> }).collect();
    let begin = |wish: &'static str, text: &'static str| {
        view! {
            <form method="post" action="/admin/jobs">
                <input type="hidden" name="do" value=wish />
                <button class="button button--small">{text}</button>
            </form>
        }
    };
    view! {
        <h1>{words::server_jobs_title()}</h1>
        <p class="lead">{words::server_jobs_lead()}</p>
        {refused.map(|error| view! { <Failed error=error /> })}
        <div class="row">
            {begin("clean", words::server_jobs_begin_clean())}
            {begin("reindex", words::server_jobs_begin_reindex())}
            <a class="button button--small button--ghost" href="/admin/jobs">{words::server_jobs_again()}</a>
        </div>
        {is_empty.then(|| view! { <p class="card card--padded lead">{words::server_jobs_none()}</p> })}
        <ul class="card bin">{rows}</ul>
    }
}

#[component]
fn Row(job: JobInfo) -> impl IntoView {
    let JobInfo { id, kind, state, when, became, progress, can_be_retried, can_be_removed } = job;
    let (text, class) = match state {
        State::Waiting => (words::server_jobs_waiting(&when), "badge"),
        State::Failing => (words::server_jobs_failing(&when), "badge badge--changed"),
        State::Running => (words::server_jobs_running().to_owned(), "badge badge--made"),
        State::Done => (words::server_jobs_done(&when), "badge badge--made"),
        State::Dead => (words::server_jobs_dead(&when), "badge badge--deleted"),
    };
    let form = |wish: &'static str, text: &'static str, class: &'static str, about: String| {
        view! {
            <form method="post" action="/admin/jobs">
                <input type="hidden" name="do" value=wish />
                <input type="hidden" name="job" value=id />
                <button class=class>
                    {text}
                    <span class="visually-hidden">" " {about}</span>
                </button>
            </form>
        }
    };
    view! {
        <li class="bin__row">
            <div class="bin__text">
                <strong>{kind.clone()} " " <span class="hint">{format!("#{id}")}</span></strong>
                <span><span class=class>{text}</span></span>
                {progress.map(|(done, of)| view! { <progress value=done max=of>{format!("{done} / {of}")}</progress> })}
                {(!became.is_empty()).then(|| view! { <span class="hint" dir="auto">{became}</span> })}
            </div>
            <div class="bin__ways">
                {can_be_retried.then(|| form("retry", words::server_jobs_retry(), "button button--small", kind.clone()))}
                {can_be_removed.then(|| form("remove", words::server_jobs_remove(), "button button--small button--ghost", kind))}
            </div>
        </li>
    }
}
