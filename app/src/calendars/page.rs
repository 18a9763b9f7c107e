//! The form of a calendar as a page of its own, which works without WebAssembly.

use super::api::calendar_page;
use super::form::{CalendarForm, Done};
use super::{CalendarFields, CalendarPageData};
use crate::resource::resource;
use crate::ui::{Cancel, Failed, Frame, SignedIn};
use crate::undo::Toasts;
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

/// `/calendars/new` and `/calendars/{id}`.
#[component]
pub fn CalendarPage() -> impl IntoView {
    let params = use_params_map();
    let data = resource(
        move || params.read().get("id"),
        |id| async move {
            match id.map(|id| id.parse()) {
                None => calendar_page(None).await,
                Some(Ok(id)) => calendar_page(Some(id)).await,
                Some(Err(_)) => Err(ApiError::NotFound(words::errors_calendar_not_found().into())),
            }
        },
    );
    let page = move |viewer: Viewer| {
        view! {
            <Title text=words::common_calendar() />
            <Frame viewer=viewer class="page--narrow">
                <Suspense>
                    {move || Suspend::new(async move {
                        match data.await {
                            Ok(data) => view! { <Loaded data=data /> }.into_any(),
                            Err(error) => view! { <Failed error=error /> }.into_any(),
                        }
                    })}
                </Suspense>
            </Frame>
        }
        .into_any()
    };
    view! { <SignedIn page=page /> }
}

#[component]
fn Loaded(data: CalendarPageData) -> impl IntoView {
    let CalendarPageData { stored, taken, refused } = data;
    let toasts = expect_context::<Toasts>();
    let navigate = use_navigate();
    let done = Callback::new(move |Done { said, undo }| {
        toasts.undoable(said, &undo);
        navigate("/agenda", NavigateOptions::default());
    });
    let fields = match (&refused, &stored) {
        (Some(refused), _) => refused.fields.clone(),
        (None, Some(stored)) => CalendarFields::of(&stored.calendar),
        (None, None) => CalendarFields::new(taken),
    };
    view! {
        <section class="card event-page">
            <CalendarForm
                stored=stored
                fields=fields
                error=refused.map(|refused| refused.error)
                on_done=done
                cancel=Cancel::Link("/agenda".to_owned())
            />
        </section>
    }
}
