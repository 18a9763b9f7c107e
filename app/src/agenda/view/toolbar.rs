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
use crate::words;
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
    let step_label = move |on: bool| {
        move || {
            match (place.get().view, on) {
                (View::Month, false) => words::agenda_previous_month(),
                (View::Week, false) => words::agenda_previous_week(),
                (View::Day, false) => words::agenda_previous_day(),
                (View::Month, true) => words::agenda_next_month(),
                (View::Week, true) => words::agenda_next_week(),
                (View::Day, true) => words::agenda_next_day(),
            }
            .to_owned()
        }
    };
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
            let title = match view {
                View::Month => words::agenda_month_key(),
                View::Week => words::agenda_week_key(),
                View::Day => words::agenda_day_key(),
            };
            view! {
                <a href=path aria-current=current title=title>
                    {view.label()}
                </a>
            }
        })
        .collect_view();
    view! {
        <div class="toolbar">
            <button type="button" class="icon-button toolbar__menu" popovertarget=SIDE aria-label=words::agenda_side()>
                <Icon d=MENU />
            </button>
            <a class="button toolbar__today" href=today title=words::agenda_today_key()>
                {words::agenda_today()}
            </a>
            <div class="toolbar__steps">
                <A href=step(-1) attr:class="icon-button" attr:aria-label=step_label(false) attr:title=words::agenda_previous_key()>
                    <Icon d=BACK />
                </A>
                <A href=step(1) attr:class="icon-button" attr:aria-label=step_label(true) attr:title=words::agenda_next_key()>
                    <Icon d=FORWARD />
                </A>
            </div>
            <h1 class="toolbar__title" aria-live="polite">
                <span class="toolbar__long">{move || agenda.title()}</span>
                <span class="toolbar__short" aria-hidden="true">
                    {move || agenda.short_title()}
                </span>
            </h1>
            <nav class="segmented toolbar__views" aria-label=words::agenda_view()>
                {views}
            </nav>
            <a class="button button--primary toolbar__new" href=new on:click=create title=words::agenda_new_event_key()>
                <Icon d=icon::PLUS />
                <span>{words::common_new_event()}</span>
            </a>
        </div>
    }
}
