//! What stands in the place of something that could not be had.

use super::Icon;
use super::icon;
use crate::wire::ApiError;
use leptos::prelude::*;

/// Says why a page, or a part of one, could not be shown. The status of the answer says it too.
#[component]
pub fn Failed(error: ApiError) -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(error.status());
    }
    view! {
        <p class="notice notice--error" role="alert">
            <Icon d=icon::ALERT />
            <span>{error.to_string()}</span>
        </p>
    }
    .into_any()
}
