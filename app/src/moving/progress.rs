//! `/import/from/{job}`: how far a move has come, and at last what both sides have.

use super::api::load_move_progress;
use super::{CalendarUnderWay, Comparison, MoveUnderWay};
use crate::ui::markup::refresh;
use crate::ui::{Icon, LoadedPage, icon};
use crate::wire::ApiError;
use crate::words;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// How often a page without a script looks again, in seconds, and one that is told of changes.
const LOOK: &str = "2";
const LOOK_WITH_NEWS: &str = "20";

#[component]
pub fn MoveProgressPage() -> impl IntoView {
    let params = use_params_map();
    let progress = Resource::new(
        move || params.read().get("job"),
        |job| async move {
            match job.and_then(|job| job.parse().ok()) {
                Some(job) => load_move_progress(job).await,
                None => Err(ApiError::NotFound(words::errors_page_not_found().into())),
            }
        },
    );
    let way_on = ("/agenda", words::server_moving_to_agenda());
    view! {
        <LoadedPage title=words::server_moving_title() is_heading=true class="page--narrow stack" loaded=progress way_on=Some(way_on)
            page=|progress: MoveUnderWay, _| view! { <Loaded progress=progress /> } />
    }
}

#[component]
fn Loaded(progress: MoveUnderWay) -> impl IntoView {
    let MoveUnderWay { job, calendars, is_done, refused, waits, follows } = progress;
    let is_under_way = !is_done && refused.is_none();
    let rows: Vec<_> = calendars.into_iter().map(|calendar| view! { <Row calendar=calendar /> }).collect();
    let said = match (refused, waits) {
        (Some(why), _) => Some(view! { <Notice is_bad=true text=words::server_moving_failed(&why) /> }),
        (None, Some(why)) => Some(view! { <Notice is_bad=true text=words::server_moving_waits(&why) /> }),
        (None, None) => None,
    };
    view! {
        {is_under_way.then(|| view! { <noscript inner_html=refresh(LOOK)></noscript> })}
        <div class="stack" data-follows=follows data-job=job data-every=is_under_way.then_some(LOOK_WITH_NEWS)>
            {is_under_way.then(|| view! { <p class="lead">{words::server_moving_under_way()}</p> })}
            {said}
            {rows}
        </div>
    }
}

#[component]
fn Notice(is_bad: bool, text: String) -> impl IntoView {
    let (class, mark) =
        if is_bad { ("notice notice--warning", icon::ALERT) } else { ("notice notice--success", icon::CHECK) };
    view! {
        <p class=class role="status">
            <Icon d=mark />
            <span>{text}</span>
        </p>
    }
}

#[component]
fn Row(calendar: CalendarUnderWay) -> impl IntoView {
    let CalendarUnderWay { name, done, of, is_done, refused, comparison } = calendar;
    let state = match (refused, is_done, of) {
        (Some(why), ..) => view! { <Notice is_bad=true text=words::server_moving_refused(&why) /> }.into_any(),
        (None, true, _) => view! { <Compared comparison=comparison /> }.into_any(),
        (None, false, Some(of)) => {
            let text = words::server_moving_progress(done, of);
            view! {
                <progress class="import__progress" value=done max=of aria-label=name.clone()>{text.clone()}</progress>
                <p class="hint">{text}</p>
            }
            .into_any()
        }
        (None, false, None) => view! { <p class="hint">{words::server_moving_its_turn()}</p> }.into_any(),
    };
    view! {
        <section class="card card--padded stack" aria-label=name.clone()>
            <h2>{name.clone()}</h2>
            {state}
        </section>
    }
}

/// What both sides have.
#[component]
fn Compared(comparison: Comparison) -> impl IntoView {
    let Comparison {
        is_equal,
        there,
        here,
        instances_there,
        instances_here,
        months,
        differing_months,
        differing,
        differing_count,
    } = comparison;
    let text = if is_equal {
        words::server_moving_equal(there, instances_there, months)
    } else {
        words::server_moving_unequal().to_owned()
    };
    let numbers = (!is_equal).then(|| {
        view! {
            <table class="moving__numbers">
                <thead>
                    <tr><td></td><th scope="col">{words::server_moving_there()}</th><th scope="col">{words::server_moving_here()}</th></tr>
                </thead>
                <tbody>
                    <tr><th scope="row">{words::server_moving_row_objects()}</th><td>{there}</td><td>{here}</td></tr>
                    <tr><th scope="row">{words::server_moving_row_instances()}</th><td>{instances_there}</td><td>{instances_here}</td></tr>
                    {differing_months
                        .into_iter()
                        .map(|(month, there, here)| view! { <tr><th scope="row">{month}</th><td>{there}</td><td>{here}</td></tr> })
                        .collect::<Vec<_>>()}
                </tbody>
            </table>
        }
    });
    let unnamed = differing_count - differing.len();
    let named: Vec<_> = differing
        .into_iter()
        .map(|(what, why)| {
            let what = if what.is_empty() { words::server_import_without_title().to_owned() } else { what };
            view! {
                <li class="list__item">
                    <span class="list__text">
                        <span class="list__title">{what}</span>
                        <span class="report__why">{why}</span>
                    </span>
                </li>
            }
        })
        .collect();
    view! {
        <Notice is_bad=!is_equal text=text />
        {numbers}
        {(differing_count > 0).then(|| view! {
            <h3>{words::server_moving_differing(differing_count)}</h3>
            <ul class="list">{named}</ul>
            {(unnamed > 0).then(|| view! { <p class="hint">{words::server_import_more(unnamed)}</p> })}
        })}
    }
}
