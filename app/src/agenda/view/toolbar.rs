//! Today, back and forward, the views, and what is shown.

use crate::agenda::days::View;
use crate::agenda::links;
use crate::agenda::model::{Agenda, Place};
use crate::dom::plain_click;
use crate::state::OpenEvent;
use crate::thin::OnAttribute;
use crate::ui::Icon;
use crate::ui::icon;
use crate::wire::EventTarget;
use leptos::prelude::*;
use leptos_router::components::A;

const BACK: &str = "m14.5 6-6 6 6 6";
const FORWARD: &str = "m9.5 6 6 6-6 6";
const MENU: &str = "M4 7h16M4 12h16M4 17h16";

/// Id of the part beside the agenda, which is a drawer where there is no room for it.
pub const SIDE: &str = "agenda-side";

#[component]
pub fn Toolbar(agenda: Agenda) -> impl IntoView {
    let open = expect_context::<OpenEvent>();
    let place = agenda.place;
    let today = move || Place { date: agenda.today.get(), ..place.get() }.path();
    let step = move |steps: i32| move || place.get().step(steps).path();
    let step_label =
        move |way: &'static str| move || format!("{way} {}", place.get().view.label().to_ascii_lowercase());
    let new = move || links::new_event(agenda.proposed(place.get().date), None, &agenda.back());
    let create = move |event: leptos::ev::MouseEvent| {
        if plain_click(&event) {
            event.prevent_default();
            let when = agenda.proposed(place.get_untracked().date);
            open.set(Some(EventTarget::New { when, calendar: None }));
        }
    };
    let views = View::ALL
        .map(|view| {
            let path = move || links::view(view, place.get().date);
            let current = move || (place.get().view == view).then_some("page");
            view! {
                <a href=path aria-current=current title=format!("{} ({})", view.label(), &view.slug()[..1])>
                    {view.label()}
                </a>
            }
        })
        .collect_view();
    view! {
        <div class="toolbar">
            <button type="button" class="icon-button toolbar__menu" popovertarget=SIDE aria-label="Calendars and small month">
                <Icon d=MENU />
            </button>
            <a class="button toolbar__today" href=today title="Today (t)">
                "Today"
            </a>
            <div class="toolbar__steps">
                <A href=step(-1) attr:class="icon-button" attr:aria-label=step_label("Previous") attr:title="Previous (k)">
                    <Icon d=BACK />
                </A>
                <A href=step(1) attr:class="icon-button" attr:aria-label=step_label("Next") attr:title="Next (j)">
                    <Icon d=FORWARD />
                </A>
            </div>
            <h1 class="toolbar__title" aria-live="polite">
                <span class="toolbar__long">{move || agenda.title()}</span>
                <span class="toolbar__short" aria-hidden="true">
                    {move || agenda.short_title()}
                </span>
            </h1>
            <span class="toolbar__offline" role="status" title="The server cannot be reached. What is shown may be out of date.">
                {move || agenda.offline.get().then_some("Offline")}
            </span>
            <nav class="segmented toolbar__views" aria-label="View">
                {views}
            </nav>
            <a class="button button--primary toolbar__new" href=new on:click=create title="New event (c)">
                <Icon d=icon::PLUS />
                <span>"New event"</span>
            </a>
        </div>
    }
}
