//! What stands around every page of a person who is signed in.

use super::{Failed, Icon, fixed, icon};
use crate::account::api::adopt_time_zone;
use crate::browser;
use crate::live;
use crate::return_path::sign_in_path;
use crate::state::ViewerResource;
use crate::thin::Effect;
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use leptos_router::NavigateOptions;
use leptos_router::components::{A, Redirect};

/// Shows `page` to the person who is signed in; sends anybody else to sign in and back.
#[component]
pub fn SignedIn<F, V>(page: F) -> impl IntoView
where
    F: Fn(Viewer) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let viewer = expect_context::<ViewerResource>();
    view! {
        <Suspense>
            {move || {
                let page = page.clone();
                Suspend::new(async move {
                    match viewer.await {
                        Ok(Some(viewer)) => page(viewer).into_any(),
                        Ok(None) => view! { <Redirect path=sign_in_path(&browser::here()) options=instead() /> }.into_any(),
                        Err(error) => {
                            view! {
                                <main class="page page--narrow">
                                    <Failed error=error />
                                </main>
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Suspense>
    }
}

/// Going on from a page that shows nothing itself: the way back does not lead to it.
pub fn instead() -> NavigateOptions {
    NavigateOptions { replace: true, ..NavigateOptions::default() }
}

/// The header and the main part of a page.
#[component]
pub fn Frame(
    viewer: Viewer,
    /// Classes of the main part besides `page`.
    #[prop(optional)]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <SiteHeader viewer=viewer />
        <main id="main" tabindex="-1" class=format!("page {class}")>
            {children()}
        </main>
    }
}

/// The way between the pages, and out. The page's main part has the id `main`.
#[component]
pub fn SiteHeader(viewer: Viewer) -> impl IntoView {
    let Viewer { name, time_zone_known, .. } = viewer;
    Effect::new(move |_| {
        if !time_zone_known && let Some(time_zone) = browser::time_zone() {
            leptos::task::spawn_local(async move {
                // Without the zone the pages stay in UTC; the settings offer it.
                if adopt_time_zone(time_zone).await.is_ok() {
                    browser::reload();
                }
            });
        }
    });
    view! {
        <a class="skip-link visually-hidden" href="#main">
            {words::common_skip()}
        </a>
        <header class="site-header">
            <a class="site-header__brand" href="/" aria-label=words::common_kalends()>
                <Mark />
                <span>{words::common_kalends()}</span>
            </a>
            <nav class="site-header__nav" aria-label=words::common_pages()>
                <A href="/" exact=true attr:class="site-header__link">
                    <Icon d=icon::HOME />
                    <span>{words::common_dashboard()}</span>
                </A>
                <A href="/agenda" attr:class="site-header__link">
                    <Icon d=icon::CALENDAR />
                    <span>{words::common_agenda()}</span>
                </A>
                {mail_link()}
                <A href="/settings" attr:class="site-header__link">
                    <Icon d=icon::SETTINGS />
                    <span>{words::common_settings()}</span>
                </A>
            </nav>
            {live::state()}
            <form action="/sign-out" method="post">
                <button class="site-header__link" title=words::common_signed_in_as(&name)>
                    <Icon d=icon::SIGN_OUT />
                    <span>{words::common_sign_out()}</span>
                </button>
            </form>
        </header>
    }
}

/// The way to the mail, whose pages come from the server: nothing of it changes in the browser.
fn mail_link() -> InertElement {
    #[cfg(feature = "ssr")]
    let current = if browser::here().starts_with("/mail") { "aria-current=page" } else { "" };
    #[cfg(not(feature = "ssr"))]
    let current = "";
    let (begin, end) = ("<a class=site-header__link href=/mail rel=external ", "\"/></svg><span>");
    let svg = "><svg class=icon viewBox=\"0 0 24 24\" aria-hidden=true><path d=\"";
    fixed(&[begin, current, svg, icon::MAIL, end, words::common_mail(), "</span></a>"])
}

/// The product's mark: a calendar leaf with its first day set.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
            <rect class="mark__leaf" x="3" y="4" width="26" height="25" rx="7" />
            <path class="mark__line" d="M3 11.5h26" />
            <rect class="mark__day" x="8" y="16" width="7" height="7" rx="2.2" />
            <path class="mark__dots" d="M20.5 17.5h.01M25 17.5h.01M20.5 22.5h.01M25 22.5h.01" />
        </svg>
    }
}
