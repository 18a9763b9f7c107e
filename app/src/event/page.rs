//! The event form as a page of its own, which works without WebAssembly.

use super::api::event_page;
use super::data::{EventPageData, EventSubject};
use super::details::{DetailRows, more_rows};
use super::form::{EventForm, FormSetup, Place};
use crate::notation::Format;
use crate::resource::resource;
use crate::return_path::back_path;
use crate::thin::OnAttribute;
use crate::ui::{Cancel, Failed, Frame, SignedIn, sure_summary};
use crate::undo::{Editing, Toasts};
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

/// `/event/{calendar}/{name}?instance=…&back=…` and `/event/new?start=…&end=…&calendar=…&back=…`
/// (`start` and `end` as `2026-11-21` for days, the last included, or `2026-11-21T09:30`).
#[component]
pub fn EventPage() -> impl IntoView {
    let location = use_location();
    let address = move || (location.pathname.get(), location.search.get());
    let data =
        resource(
            address,
            |(path, query)| async move { event_page(path, query.trim_start_matches('?').to_owned()).await },
        );
    let page = move |viewer: Viewer| {
        view! {
            <Frame viewer=viewer class="page--narrow">
                <Suspense>
                    {move || Suspend::new(async move {
                        match data.await {
                            Ok(data) => view! { <Loaded data=data /> }.into_any(),
                            Err(error) => view! { <NotShown error=error /> }.into_any(),
                        }
                    })}
                </Suspense>
            </Frame>
        }
    };
    view! { <SignedIn page=page /> }
}

#[component]
fn NotShown(error: ApiError) -> impl IntoView {
    view! {
        <Title text=words::event_title() />
        <Failed error=error />
        <p>
            <a href="/agenda">{words::common_open_agenda()}</a>
        </p>
    }
}

#[component]
fn Loaded(data: EventPageData) -> impl IntoView {
    let EventPageData { viewer, calendars, subject, refused } = data;
    let query = use_query_map();
    let back = back_path(query.read_untracked().get("back").as_deref()).to_owned();
    let (heading, stored, editable) = match &subject {
        EventSubject::New(_) => (words::common_new_event().to_owned(), None, true),
        EventSubject::Existing(opened) => (opened.fields.title.clone(), Some(opened.clone()), opened.editable),
    };
    if let (Some(opened), false) = (stored.clone(), editable) {
        return view! {
            <Title text=heading />
            <section class="card event-page">
                <div class="dialog__body event-details__body">
                    <DetailRows opened=opened calendars=calendars format=Format::of(&viewer) today=viewer.now.date() level="1" />
                </div>
                <div class="dialog__foot">
                    <a class="button" href=back>
                        {words::common_back()}
                    </a>
                </div>
            </section>
        }
        .into_any();
    }
    let more = stored.map(|opened| view! { <div class="dialog__body">{more_rows(opened.more)}</div> }.into_any());
    let setup = FormSetup::new(subject, calendars, &viewer).refused(refused);
    let setup = RwSignal::new(setup);
    let navigate = use_navigate();
    let leave = {
        let back = back.clone();
        Callback::new(move |()| navigate(&back, NavigateOptions::default()))
    };
    let toasts = expect_context::<Toasts>();
    let form = move || {
        let existing = setup.read().event.is_some();
        let delete_choice = existing.then(|| view! { <DeleteChoice leave=leave toasts=toasts setup=setup /> });
        view! {
            <EventForm
                setup=setup.get()
                place=Place::Page
                replace=Callback::new(move |new| setup.set(new))
                on_saved=leave
                cancel=Cancel::Link(back.clone())
                delete_choice=delete_choice.into_any()
            />
        }
        .into_any()
    };
    view! {
        <Title text=heading />
        <section class="card event-page">{form} {more}</section>
    }
    .into_any()
}

/// A way to delete that takes two steps, with and without WebAssembly. It posts the form that it is in.
#[component]
fn DeleteChoice(leave: Callback<()>, toasts: Toasts, setup: RwSignal<FormSetup>) -> impl IntoView {
    use super::api::delete_event;
    use super::scope::ScopeChoice;
    use crate::dom::find;
    use leptos::ev::MouseEvent;
    use leptos::wasm_bindgen::JsCast;
    use leptos::web_sys::HtmlButtonElement;

    let on_click = move |event: MouseEvent| {
        event.prevent_default();
        let Some(stored) = setup.with_untracked(|setup| setup.event.clone()) else { return };
        let button = event.current_target().and_then(|target| target.dyn_into::<HtmlButtonElement>().ok());
        let form = button.and_then(|button| button.form());
        let scope = form.and_then(|form| {
            let chosen = find(&form, "[name=scope]:checked")?;
            ScopeChoice::from_value(&chosen.get_attribute("value")?)
        });
        let editing = Editing::begin();
        leptos::task::spawn_local(async move {
            let _editing = editing;
            match delete_event(stored, scope.unwrap_or(ScopeChoice::All)).await {
                Ok(undo) => {
                    toasts.undoable(words::event_deleted(), &undo);
                    leave.run(());
                }
                Err(error) => toasts.error(error.to_string()),
            }
        });
    };
    view! {
        <details class="event-page__delete">
            {sure_summary()}
            <button type="submit" class="button button--danger" name="action" value="delete" on:click=on_click>
                {words::event_delete_sure()}
            </button>
        </details>
    }
}
