//! A page of somebody who is signed in that shows what was loaded for it, or why that could not be.

use super::Failed;
use super::frame::{Frame, SignedIn};
use crate::notation::Format;
use crate::wire::{ApiError, Viewer};
use leptos::prelude::*;
use leptos_meta::Title;

/// `page` with what `loaded` yields, in the frame of all pages.
#[component]
pub fn LoadedPage<T, F, V>(
    title: &'static str,
    /// The same as a heading above, also where nothing could be loaded.
    #[prop(optional)]
    is_heading: bool,
    #[prop(default = "page--narrow settings")] class: &'static str,
    loaded: Resource<Result<T, ApiError>>,
    page: F,
    /// Where to go on, below: an address and what it is called.
    #[prop(default = None)]
    way_on: Option<(&'static str, &'static str)>,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(T, Format) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Title text=title />
        <SignedIn page=move |viewer: Viewer| {
            let format = Format::of(&viewer);
            let page = page.clone();
            view! {
                <Frame viewer=viewer class=class>
                    {is_heading.then(|| view! { <h1>{title}</h1> })}
                    <Suspense>
                        {move || {
                            let page = page.clone();
                            Suspend::new(async move {
                                match loaded.await {
                                    Ok(found) => page(found, format).into_any(),
                                    Err(error) => view! { <Failed error=error /> }.into_any(),
                                }
                            })
                        }}
                    </Suspense>
                    {way_on.map(|(path, label)| view! { <p><a class="button" href=path>{label}</a></p> })}
                </Frame>
            }
        } />
    }
}
