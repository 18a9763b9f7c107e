//! `/settings/embed`: what a public link looks like in other sites, and the code to have it there.

use super::preferences::regions;
use crate::json::Json;
use crate::sharing::links::{Addresses, Embedding};
use crate::ui::{CopyField, Failed, Frame, SignedIn};
use crate::wire::{ApiError, CalendarId, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

/// How many events a list has at the most.
const MAX_EVENTS: usize = 50;
const USUAL_EVENTS: usize = 7;
/// What stands in the code in the place of the token that nobody knows.
const UNKNOWN: &str = "ADDRESS";

/// A link of the viewer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLink {
    pub id: i64,
    pub name: String,
    pub has_ended: bool,
    /// One of those that it shows.
    pub calendar: Option<CalendarId>,
}

/// The viewer's links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLinks {
    pub links: Vec<OwnLink>,
    /// The address of the installation.
    pub site: String,
    /// The revisions that this is of.
    pub follows: String,
}

/// The public links that the viewer made.
#[server(prefix = "/fn", endpoint = "own-links", output = Json)]
pub async fn load_own_links() -> Result<OwnLinks, ApiError> {
    let (kalends, user) = crate::server_context::signed_in()?;
    let caller = user.on_a_page();
    let site = use_context::<crate::session::Site>().map(|site| site.public_url).unwrap_or_default();
    let follows = kalends.told(caller).await?.to_string();
    let now = chrono::Utc::now();
    let own = |link: kalends_domain::links::Link| OwnLink {
        id: link.id.0,
        has_ended: link.has_ended(now),
        calendar: link.calendars.first().map(|id| id.0),
        name: link.name,
    };
    Ok(OwnLinks { links: kalends.links(caller).await?.into_iter().map(own).collect(), site, follows })
}

/// What the address of the page asks for. What is not understood means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    link: Option<i64>,
    is_month: bool,
    limit: usize,
    /// Empty: as the browser asks.
    lang: String,
    /// `light` or `dark`; empty: as in the browser.
    theme: &'static str,
    /// As it was pasted.
    address: String,
}

impl Choice {
    fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let is_language = |tag: &String| regions().iter().any(|(code, _)| code == tag);
        Choice {
            link: value("link").and_then(|link| link.parse().ok()),
            is_month: value("layout").as_deref() == Some("month"),
            limit: value("limit").and_then(|limit| limit.parse().ok()).unwrap_or(USUAL_EVENTS).clamp(1, MAX_EVENTS),
            lang: value("lang").filter(is_language).unwrap_or_default(),
            theme: ["light", "dark"].into_iter().find(|theme| value("theme").as_deref() == Some(theme)).unwrap_or(""),
            address: value("address").unwrap_or_default().trim().to_owned(),
        }
    }

    /// What a frame's address says after the question mark, beginning with it.
    fn query(&self) -> String {
        let mut query = format!("?layout={}&limit={}", self.layout(), self.limit);
        for (name, value) in [("lang", self.lang.as_str()), ("theme", self.theme)] {
            if !value.is_empty() {
                query.push_str(&format!("&{name}={value}"));
            }
        }
        query
    }

    fn layout(&self) -> &'static str {
        if self.is_month { "month" } else { "list" }
    }

    fn embedding(&self) -> Embedding {
        let given = |value: &str| (!value.is_empty()).then(|| value.to_owned());
        Embedding {
            layout: Some(self.layout()),
            limit: self.limit,
            lang: given(&self.lang),
            theme: given(self.theme),
            query: self.query(),
        }
    }

    /// The token in the address that was pasted; `None`: it is none of a link here.
    fn token(&self, site: &str) -> Option<String> {
        let rest = self.address.strip_prefix(site).or_else(|| {
            let feed = self.address.strip_prefix("webcal")?;
            site.split_once("://").and_then(|(_, rest)| feed.strip_prefix("://")?.strip_prefix(rest))
        })?;
        let mut parts = rest.strip_prefix('/')?.split(['/', '?', '#']);
        let kind = parts.next()?;
        let token = parts.next()?;
        let token = if kind == "feeds" { token.strip_suffix(".ics")? } else { token };
        let is_token = !token.is_empty() && token.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        (matches!(kind, "public" | "embed" | "wall" | "feeds") && is_token).then(|| token.to_owned())
    }
}

#[component]
pub fn EmbedPage() -> impl IntoView {
    let query = use_query_map();
    let links = Resource::new(|| (), |()| load_own_links());
    view! {
        <Title text=words::server_embed_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <h1>{words::server_embed_title()}</h1>
                    <p>{words::server_embed_lead()}</p>
                    <Suspense>
                        {move || Suspend::new(async move {
                            let choice = Choice::read(|name| query.read_untracked().get(name));
                            match links.await {
                                Ok(links) => view! { <Loaded links=links choice=choice /> }.into_any(),
                                Err(error) => view! { <Failed error=error /> }.into_any(),
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(links: OwnLinks, choice: Choice) -> impl IntoView {
    let OwnLinks { links, site, follows } = links;
    let chosen = links.iter().find(|link| Some(link.id) == choice.link);
    let chosen = chosen.or_else(|| links.iter().find(|link| !link.has_ended)).or(links.first()).cloned();
    let Some(chosen) = chosen else {
        return view! {
            <section class="card section">
                <p>{words::server_embed_none()}</p>
                <p><a class="button" href="/">{words::server_embed_calendars()}</a></p>
            </section>
        }
        .into_any();
    };
    let token = choice.token(&site);
    let is_wrong = !choice.address.is_empty() && token.is_none();
    view! {
        <Options links=links chosen=chosen.clone() choice=choice.clone() is_wrong=is_wrong />
        <section class="card section" aria-labelledby="embed-preview" data-follows=follows>
            <h2 id="embed-preview">{words::server_embed_preview()}</h2>
            {match chosen.has_ended {
                true => view! { <p class="hint">{words::server_embed_preview_gone()}</p> }.into_any(),
                false => view! {
                    <iframe
                        src=format!("/settings/embed/{}{}", chosen.id, choice.query())
                        title=words::server_embed_preview_of(&chosen.name)
                        sandbox="allow-same-origin"
                        width="100%"
                        height="480"
                        style="border: 0"
                    ></iframe>
                }
                .into_any(),
            }}
        </section>
        <Code site=site name=chosen.name token=token choice=choice />
    }
    .into_any()
}

#[component]
fn Options(links: Vec<OwnLink>, chosen: OwnLink, choice: Choice, is_wrong: bool) -> impl IntoView {
    let own = links.into_iter().map(|link| {
        let name = if link.has_ended { words::server_embed_ended(&link.name) } else { link.name };
        view! { <option value=link.id selected=link.id == chosen.id>{name}</option> }
    });
    let layouts = [("list", words::server_embed_layout_list()), ("month", words::server_embed_layout_month())];
    let themes = [
        ("", words::server_embed_theme_auto()),
        ("light", words::server_embed_theme_light()),
        ("dark", words::server_embed_theme_dark()),
    ];
    let languages = [("", words::server_embed_language_browser())].into_iter().chain(regions());
    let option = |value: String, text: String, is_chosen: bool| {
        view! { <option value=value selected=is_chosen>{text}</option> }
    };
    let layouts = layouts.map(|(value, text)| option(value.to_owned(), text.to_owned(), value == choice.layout()));
    let themes = themes.map(|(value, text)| option(value.to_owned(), text.to_owned(), value == choice.theme));
    let languages: Vec<_> =
        languages.map(|(code, name)| option(code.to_owned(), name.to_owned(), code == choice.lang)).collect();
    let renew = chosen.calendar.map(|calendar| {
        view! { <a class="button button--small" href=format!("/calendars/{calendar}/sharing#links")>{words::server_embed_new_address()}</a> }
    });
    view! {
        <section class="card section" aria-label=words::server_embed_title()>
            <form class="stack" method="get" action="/settings/embed">
                <div class="field">
                    <label class="label" for="embed-link">{words::server_embed_link()}</label>
                    <select id="embed-link" class="select" name="link">{own.collect_view()}</select>
                </div>
                <div class="field">
                    <label class="label" for="embed-layout">{words::server_embed_layout()}</label>
                    <select id="embed-layout" class="select" name="layout">{layouts.into_iter().collect_view()}</select>
                </div>
                <div class="field">
                    <label class="label" for="embed-limit">{words::server_embed_limit()}</label>
                    <input id="embed-limit" class="input" name="limit" type="number" min="1" max=MAX_EVENTS value=choice.limit />
                </div>
                <div class="field">
                    <label class="label" for="embed-lang">{words::server_embed_language()}</label>
                    <select id="embed-lang" class="select" name="lang">{languages}</select>
                </div>
                <div class="field">
                    <label class="label" for="embed-theme">{words::server_embed_theme()}</label>
                    <select id="embed-theme" class="select" name="theme">{themes.into_iter().collect_view()}</select>
                </div>
                <div class="field">
                    <label class="label" for="embed-address">{words::server_embed_address()}</label>
                    <input
                        id="embed-address"
                        class="input"
                        name="address"
                        autocomplete="off"
                        spellcheck="false"
                        value=choice.address
                        aria-invalid=is_wrong.then_some("true")
                        aria-describedby="embed-address-hint"
                    />
                    <p class="hint" id="embed-address-hint">
                        {is_wrong.then(|| view! { <span class="field__error">{words::server_embed_address_wrong()} " "</span> })}
                        {words::server_embed_address_hint()}
                    </p>
                </div>
                <div class="row">
                    <button class="button button--primary">{words::server_embed_show()}</button>
                    {renew}
                </div>
            </form>
        </section>
    }
}

#[component]
fn Code(site: String, name: String, token: Option<String>, choice: Choice) -> impl IntoView {
    let is_open = token.is_none();
    let addresses = Addresses::new(&site, name, token.as_deref().unwrap_or(UNKNOWN));
    let embedding = choice.embedding();
    view! {
        <section class="card section" aria-labelledby="embed-code">
            <h2 id="embed-code">{words::server_embed_code()}</h2>
            {is_open.then(|| view! { <p class="hint">{words::server_embed_code_open()}</p> })}
            <div class="stack">
                <CopyField label=words::server_links_element() copy=words::server_links_copy_element() value=addresses.element(&embedding) id="embed-element" />
                <CopyField label=words::server_links_iframe() copy=words::server_links_copy_iframe() value=addresses.iframe(&embedding) id="embed-iframe" hint="embed-frames" />
                <p class="hint" id="embed-frames">{words::server_embed_frames()}</p>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_address_of_a_link_has_its_token_and_no_other_has() {
        let token = |address: &str| {
            let choice = Choice::read(|name| (name == "address").then(|| address.to_owned()));
            choice.token("https://cal.example.org")
        };
        for address in [
            "https://cal.example.org/public/a-B_9",
            " https://cal.example.org/embed/a-B_9?limit=3 ",
            "https://cal.example.org/wall/a-B_9",
            "https://cal.example.org/feeds/a-B_9.ics",
            "webcal://cal.example.org/feeds/a-B_9.ics",
        ] {
            assert_eq!(token(address).as_deref(), Some("a-B_9"), "{address}");
        }
        for address in [
            "",
            "a-B_9",
            "https://cal.example.org/public/",
            "https://cal.example.org/public/a%22b",
            "https://cal.example.org/feeds/a",
            "https://cal.example.org.evil.example/public/a",
            "https://evil.example/public/a",
            "https://cal.example.org/settings/a",
        ] {
            assert_eq!(token(address), None, "{address}");
        }
    }

    #[test]
    fn what_is_not_understood_means_nothing() {
        let choice = Choice::read(|name| Some(format!("{name}-x")));
        assert_eq!((choice.link, choice.limit, choice.theme, choice.is_month), (None, USUAL_EVENTS, "", false));
        assert_eq!(choice.query(), "?layout=list&limit=7");
        let most = Choice::read(|name| (name == "limit").then(|| "999".to_owned()));
        assert_eq!(most.limit, MAX_EVENTS);
    }
}
