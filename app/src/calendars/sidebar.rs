//! The list of calendars beside the agenda.

use super::api::hide_calendars;
use crate::browser;
use crate::calendars::{CalendarDialog, CalendarTarget, path};
use crate::dom::plain_click;
use crate::state::Calendars;
use crate::thin::OnAttribute;
use crate::ui::markup::written;
use crate::ui::{Icon, fixed, icon};
use crate::undo::Toasts;
use crate::wire::{CalendarId, CalendarInfo, offers};
use crate::words;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// Shows and changes what [`Calendars`] holds.
#[component]
pub fn CalendarSidebar() -> impl IntoView {
    let calendars = expect_context::<Calendars>();
    let toasts = expect_context::<Toasts>();
    let target: CalendarTarget = RwSignal::new(None);
    let show = Callback::new(move |(id, visible): (CalendarId, bool)| {
        calendars.list.update(|list| {
            for calendar in list.iter_mut().filter(|calendar| calendar.id == id) {
                calendar.visible = visible;
            }
        });
        let hidden = calendars.list.with_untracked(|list| hidden(list));
        calendars.begin_change();
        leptos::task::spawn_local(async move {
            // What is on the screen is as the person wants it; only the next visit would not know.
            if let Err(error) = hide_calendars(hidden).await {
                toasts.error(error.to_string());
            }
            calendars.end_change();
        });
    });
    // What was ticked before the page was taken over holds.
    if let Some(ticked) = browser::ticked(".calendars form") {
        Effect::new(move |_| {
            let list = calendars.list.get_untracked();
            for calendar in list {
                let visible = ticked.contains(&calendar.id.to_string());
                if visible != calendar.visible {
                    show.run((calendar.id, visible));
                }
            }
        });
    }
    // Rows are made once for each calendar and follow its changes, so that a name in focus stays in focus.
    let row = move |id: CalendarId| {
        let calendar = Memo::new(move |before: Option<&Option<CalendarInfo>>| {
            let now = calendars.list.with(|list| list.iter().find(|calendar| calendar.id == id).cloned());
            now.or_else(|| before.cloned().flatten())
        });
        view! { <Row id=id calendar=calendar show=show target=target /> }
    };
    // One list after the other: the person's own, and one under each heading, which is there as long as it has calendars.
    let headings = move || {
        calendars.list.with(|list| {
            let listed = list.iter().filter(|calendar| !calendar.offered);
            let mut headings: Vec<String> = listed.filter_map(|calendar| calendar.section.clone()).collect();
            headings.dedup();
            headings
        })
    };
    let heading = move |n: usize| headings().into_iter().nth(n);
    let list = move |heading: Box<dyn Fn() -> Option<String> + Send + Sync>| {
        let ids = move || {
            let section = heading();
            calendars.list.with(|list| {
                let listed = list.iter().filter(|calendar| !calendar.offered && calendar.section == section);
                listed.map(|calendar| calendar.id).collect::<Vec<_>>()
            })
        };
        view! {
            <ul class="calendars__list">
                <For each=ids key=|id| *id children=row />
            </ul>
        }
        .into_any()
    };
    let sections = Memo::new(move |_| headings().len());
    let section = move |n: usize| {
        view! {
            <details class="calendars__section" open>
                <summary dir="auto">{move || heading(n)}</summary>
                {list(Box::new(move || heading(n)))}
            </details>
        }
        .into_any()
    };
    let offers = move || calendars.list.with(|list| offers(list));
    view! {
        <section class="calendars" aria-labelledby="calendars-heading">
            <div class="calendars__head">
                <h2 id="calendars-heading">{words::common_calendars()}</h2>
                <a
                    class="icon-button icon-button--small"
                    href="/calendars/new"
                    aria-label=words::calendars_new()
                    title=words::calendars_new()
                    on:click=move |event| instead(&event, move || target.set(Some(None)))
                >
                    <Icon d=icon::PLUS />
                </a>
            </div>
            <form method="post" action="/calendars/visible">
                // The first button is what Enter in a box presses: not one that has a calendar run.
                {fixed(&["<button hidden></button>"])}
                {list(Box::new(|| None))}
                {move || (0..sections.get()).map(section).collect_view()}
                {fixed(&["<noscript><button class=\"button button--small\">", words::calendars_show_chosen(), "</button></noscript>"])}
            </form>
            <a class="calendars__import" href="/shared">
                {words::calendars_shared()}
                {move || (offers() > 0).then(|| view! { <span class="calendars__default">{offers()}</span> })}
            </a>
            <a class="calendars__import" href="/import">
                {words::calendars_import()}
            </a>
            <a class="calendars__import" href="/bin">
                {words::calendars_bin()}
            </a>
        </section>
        <CalendarDialog target=target />
    }
}

#[component]
fn Row(
    id: CalendarId,
    calendar: Memo<Option<CalendarInfo>>,
    show: Callback<(CalendarId, bool)>,
    target: CalendarTarget,
) -> impl IntoView {
    let get = move |part: fn(&CalendarInfo) -> String| {
        calendar.with(|calendar| calendar.as_ref().map(part).unwrap_or_default())
    };
    let name = move || get(|calendar| calendar.name.clone());
    let is = move |part: fn(&CalendarInfo) -> bool| calendar.with(|calendar| calendar.as_ref().is_some_and(part));
    let visible = move || is(|calendar| calendar.visible);
    let settings = view! {
        <a
            class="icon-button icon-button--small calendars__settings"
            href=path(id)
            aria-label=move || words::calendars_change(&name())
            title=words::calendars_change_title()
            on:click=move |event| instead(&event, move || target.set(Some(Some(id))))
        >
            <Icon d=icon::MORE />
        </a>
    };
    let from = move || calendar.with(|calendar| calendar.as_ref().and_then(|calendar| calendar.from.clone()));
    let sync = move || get(|calendar| calendar.sync.clone());
    view! {
        <li class="calendars__row">
            <label class="choice calendars__choice" style=move || format!("--checkbox-color: {}", get(|c| c.color.clone()))>
                <input
                    class="checkbox"
                    type="checkbox"
                    name="show"
                    value=id
                    checked=untrack(visible)
                    prop:checked=visible
                    on:change=move |event| show.run((id, event_target_checked(&event)))
                />
                <span class="calendars__name" dir="auto" title=name>
                    {name}
                </span>
                {move || from().map(|from| view! { <span class="calendars__default" dir="auto">{from}</span> })}
                {move || is(|calendar| calendar.is_default).then(|| view! { <span class="calendars__default" title=words::calendars_new_events()>{words::calendars_default()}</span> })}
            </label>
            {settings}
            <div class="calendars__sync" inner_html=written(sync)></div>
        </li>
    }
}

/// Does `effect` instead of following the link, unless the person wants it in a new tab.
fn instead(event: &MouseEvent, effect: impl FnOnce()) {
    if plain_click(event) {
        event.prevent_default();
        effect();
    }
}

fn hidden(calendars: &[CalendarInfo]) -> Vec<CalendarId> {
    calendars.iter().filter(|calendar| !calendar.visible && !calendar.offered).map(|calendar| calendar.id).collect()
}
