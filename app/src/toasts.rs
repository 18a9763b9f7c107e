//! Short messages in the corner of the page, one at a time.

use crate::state::{Toast, ToastKind, Toasts};
use crate::thin::OnAttribute;
use crate::ui::{Icon, icon};
use crate::words;
use leptos::prelude::*;

#[component]
pub fn ToastList() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let show = move |toast: Toast| {
        let id = toast.id;
        let error = toast.kind == ToastKind::Error;
        let action = toast.action.map(|(label, effect)| {
            let act = move |_| {
                toasts.dismiss(id);
                effect.run(());
            };
            view! {
                <button type="button" class="button button--small" on:click=act>
                    {label}
                </button>
            }
        });
        view! {
            <div class="toast" class:toast--error=error>
                {error.then(|| view! { <Icon d=icon::ALERT /> })}
                <span class="toast__text" dir="auto">{toast.text}</span>
                {action}
                <button
                    type="button"
                    class="icon-button icon-button--small"
                    aria-label=words::common_dismiss()
                    on:click=move |_| toasts.dismiss(id)
                >
                    <Icon d=icon::CLOSE />
                </button>
            </div>
        }
    };
    // The region is there from the start, so that screen readers speak what comes into it.
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.list.get() key=|toast| toast.id children=show />
        </div>
    }
}
