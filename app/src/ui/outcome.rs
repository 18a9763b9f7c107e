//! What became of a form, said beside it.

use super::Icon;
use super::icon;
use crate::wire::ApiError;
use leptos::prelude::*;

/// Says that a form did its work or why it did not; nothing while there is nothing to say.
#[component]
pub fn Outcome(#[prop(into)] of: Signal<Option<Result<String, ApiError>>>) -> impl IntoView {
    // The region is there from the start, so that screen readers speak what comes into it.
    view! {
        <div class="outcome" role="status">
            {move || {
                of.get()
                    .map(|outcome| match outcome {
                        Ok(text) => {
                            view! {
                                <p class="notice notice--success">
                                    <Icon d=icon::CHECK />
                                    <span>{text}</span>
                                </p>
                            }
                        }
                        Err(error) => {
                            view! {
                                <p class="notice notice--error">
                                    <Icon d=icon::ALERT />
                                    <span>{error.to_string()}</span>
                                </p>
                            }
                        }
                    })
            }}
        </div>
    }
}

/// The outcome of `action` when it ran, before that what an earlier page left.
pub fn latest<S>(
    action: ServerAction<S>,
    left: Option<Result<String, ApiError>>,
) -> Signal<Option<Result<String, ApiError>>>
where
    S: leptos::server_fn::ServerFn<Output = String, Error = ApiError> + Clone + Send + Sync + 'static,
{
    let value = action.value();
    Signal::derive(move || value.get().or_else(|| left.clone()))
}
