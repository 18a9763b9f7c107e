//! What became of a form, said beside it.

use super::Icon;
use super::icon;
use crate::wire::ApiError;
use leptos::prelude::*;

/// Its id, to which the answer to a form leads. A page has one at the most.
pub const OUTCOME: &str = "outcome";

/// Says that a form did its work or why it did not; nothing while there is nothing to say.
#[component]
pub fn Outcome(of: Option<Result<String, ApiError>>) -> impl IntoView {
    of.map(|outcome| {
        let (class, mark, text) = match outcome {
            Ok(text) => ("notice notice--success", icon::CHECK, text),
            Err(error) => ("notice notice--error", icon::ALERT, error.to_string()),
        };
        view! {
            <p id=OUTCOME tabindex="-1" class=class role="status">
                <Icon d=mark />
                <span>{text}</span>
            </p>
        }
    })
}
