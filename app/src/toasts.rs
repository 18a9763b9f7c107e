//! Short messages at the edge of the page.

use crate::state::{Toast, ToastKind, Toasts};
use leptos::prelude::*;

#[component]
pub fn ToastList() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let show = move |toast: Toast| {
        let id = toast.id;
        let action = toast.action.map(|(label, effect)| {
            let act = move |_| {
                toasts.dismiss(id);
                effect.run(());
            };
            view! { <button type="button" class="toast-action" on:click=act>{label}</button> }
        });
        view! {
            <div class="toast" class:error=toast.kind == ToastKind::Error>
                <span class="toast-text">{toast.text}</span>
                {action}
                <button type="button" class="toast-close" aria-label="Dismiss" on:click=move |_| toasts.dismiss(id)>"×"</button>
            </div>
        }
    };
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.list.get() key=|toast| toast.id children=show />
        </div>
    }
}
