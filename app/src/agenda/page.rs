//! The pages `/agenda` and `/agenda/{view}/{date}`.

use super::AgendaOpening;
use super::api::open_agenda;
use super::days::View;
use super::input::keys;
use super::model::{Agenda, Place};
use super::view::card::EventCard;
use super::view::day_peek::DayPeek;
use super::view::grid::GridView;
use super::view::mini::MiniMonth;
use super::view::month::MonthView;
use super::view::toolbar::{SIDE, Toolbar};
use crate::browser;
use crate::calendars::sidebar::CalendarSidebar;
use crate::cookies::VIEW_COOKIE;
use crate::event::EventDialog;
use crate::page_title::PageTitle;
use crate::plain::NotFoundPage;
use crate::resource::{Resource, resource};
use crate::state::ViewerResource;
use crate::thin::Effect;
use crate::ui::frame::instead;
use crate::ui::{Failed, SignedIn, SiteHeader};
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::html;
use leptos::prelude::*;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_params_map;

/// `/agenda`: goes to the view that the person used last, on today.
#[component]
pub fn AgendaStart() -> impl IntoView {
    let viewer = expect_context::<ViewerResource>();
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let path = match viewer.await {
                    Ok(Some(viewer)) => format!("/agenda/{}/{}", viewer.view, viewer.now.date()),
                    _ => "/sign-in?next=/agenda".to_owned(),
                };
                view! { <Redirect path=path options=instead() /> }
            })}
        </Suspense>
    }
}

/// `/agenda/{view}/{date}`.
#[component]
pub fn AgendaPage() -> impl IntoView {
    let params = use_params_map();
    let place = Memo::new(move |_| {
        let params = params.read();
        Place::read(params.get_str("view")?, params.get_str("date")?)
    });
    // Asked for once: from then on the page itself fetches what it goes to.
    let opening = resource(
        || (),
        move |()| {
            let place = place.get_untracked();
            async move {
                match place {
                    Some(Place { view, date }) => open_agenda(view.slug().to_owned(), date).await,
                    None => Err(ApiError::NotFound(String::new())),
                }
            }
        },
    );
    // Going from one place to another keeps the page.
    let somewhere = Memo::new(move |_| place.get().is_some());
    move || match somewhere.get() {
        true => {
            let page = move |viewer| view! { <Opening viewer opening place /> };
            view! { <SignedIn page /> }.into_any()
        }
        false => view! { <NotFoundPage /> }.into_any(),
    }
}

#[component]
fn Opening(
    viewer: Viewer,
    opening: Resource<Result<AgendaOpening, ApiError>>,
    place: Memo<Option<Place>>,
) -> impl IntoView {
    view! {
        <Suspense>
            {move || {
                let viewer = viewer.clone();
                Suspend::new(async move {
                    match opening.await {
                        Ok(opening) => view! { <Body viewer opening place /> }.into_any(),
                        Err(error) => {
                            view! {
                                <SiteHeader viewer />
                                <main id="main" tabindex="-1" class="page page--narrow">
                                    <Failed error=error />
                                </main>
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Suspense>
    }
}

#[component]
fn Body(viewer: Viewer, opening: AgendaOpening, place: Memo<Option<Place>>) -> impl IntoView {
    let start = viewer.now.date();
    // An address without a place shows another page; this one is on its way out then.
    let place =
        Memo::new(move |before| place.get().or(before.copied()).unwrap_or(Place { view: View::Month, date: start }));
    let agenda = Agenda::new(&viewer, place, opening);
    provide_context(agenda.calendars);
    keys::listen(agenda);
    let view = Memo::new(move |_| place.get().view);
    Effect::new(move |_| browser::keep_cookie(VIEW_COOKIE, view.get().slug()));
    let hours = Memo::new(move |_| view.get() != View::Month);
    let side = NodeRef::<html::Aside>::new();
    // A question is about what is shown.
    Effect::new(move |before: Option<Place>| {
        let place = place.get();
        if before.is_some_and(|before| before != place) {
            agenda.take_question_back();
        }
        place
    });
    on_cleanup(move || agenda.drop_question());
    // As a drawer it has done its work when it led somewhere.
    Effect::new(move |before: Option<Place>| {
        let place = place.get();
        if before.is_some_and(|before| before != place)
            && let Some(side) = side.get_untracked()
            && side.matches(":popover-open").unwrap_or(false)
        {
            // Fails only when it is closed already.
            let _ = side.hide_popover();
        }
        place
    });
    // Each calendar's colour has a name in the style sheet's terms: a new colour redraws nothing.
    let colors = move || {
        agenda
            .calendars
            .list
            .with(|list| list.iter().map(|c| format!("--cal-{}:{};", c.id, c.color)).collect::<String>())
    };
    view! {
        <PageTitle text=move || agenda.title() />
        <SiteHeader viewer />
        <main id="main" tabindex="-1" class="agenda" style=colors data-view=move || view.get().slug()>
            <aside class="agenda__side" node_ref=side id=SIDE popover="auto" aria-label=words::common_calendars()>
                <MiniMonth agenda />
                <CalendarSidebar />
            </aside>
            <section class="agenda__main" aria-label=words::common_agenda()>
                <Toolbar agenda />
                {move || match hours.get() {
                    true => view! { <GridView agenda /> }.into_any(),
                    false => view! { <MonthView agenda /> }.into_any(),
                }}
                <div
                    class="unknown"
                    hidden=move || !agenda.waiting.get()
                    data-failed=move || agenda.failed.with(Option::is_some).then_some("")
                >
                    <div class="unknown__note" role="alert">
                        <strong>{words::agenda_not_loaded()}</strong>
                        <p>{move || agenda.failed.get()}</p>
                        <button type="button" class="button button--small" on:click=move |_| agenda.retry()>
                            {words::agenda_retry()}
                        </button>
                    </div>
                </div>
            </section>
            <EventCard agenda />
            <DayPeek agenda />
        </main>
        <EventDialog />
    }
}
