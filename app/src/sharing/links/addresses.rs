//! The addresses of a link, shown once, with what it takes to embed it elsewhere.

use crate::ui::{CopyField, Icon, Markup, icon};
use crate::words;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    /// What the link is called.
    pub name: String,
    pub page: String,
    pub feed: String,
    /// The feed for programs that ask whether to follow it.
    pub webcal: String,
    pub wall: String,
    pub embed: String,
    pub script: String,
}

/// How what is embedded is to be shown: `None` for what is not said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedding {
    pub layout: Option<&'static str>,
    /// Most events of a list.
    pub limit: usize,
    pub lang: Option<String>,
    pub theme: Option<String>,
    /// The same as a query with its question mark; empty: nothing is said.
    pub query: String,
}

impl Default for Embedding {
    fn default() -> Self {
        Embedding { layout: None, limit: 7, lang: None, theme: None, query: String::new() }
    }
}

impl Addresses {
    /// `site`: scheme and authority of the installation.
    pub fn new(site: &str, name: String, token: &str) -> Self {
        let feed = format!("{site}/feeds/{token}.ics");
        Addresses {
            name,
            page: format!("{site}/public/{token}"),
            webcal: webcal(&feed),
            feed,
            wall: format!("{site}/wall/{token}"),
            embed: format!("{site}/embed/{token}"),
            script: format!("{site}/embed.js"),
        }
    }

    /// What stands in a page elsewhere to have the events in it; a link for those whose browsers run no scripts.
    pub fn element(&self, as_said: &Embedding) -> String {
        let mut html = Markup::default();
        html.raw("<script type=\"module\"").attribute("src", &self.script).raw("></script> ");
        html.raw("<kalends-events").attribute("src", &self.embed).attribute("limit", &as_said.limit.to_string());
        html.maybe("layout", as_said.layout).maybe("lang", as_said.lang.as_deref());
        html.maybe("theme", as_said.theme.as_deref());
        html.raw("><a").attribute("href", &self.page).raw(">").text(&self.name).raw("</a></kalends-events>");
        html.finish()
    }

    pub fn iframe(&self, as_said: &Embedding) -> String {
        let mut html = Markup::default();
        let address = format!("{}{}", self.embed, as_said.query);
        html.raw("<iframe").attribute("src", &address).attribute("title", &self.name);
        html.raw(" width=\"100%\" height=\"480\" style=\"border: 0\" loading=\"lazy\"></iframe>");
        html.finish()
    }
}

/// The address of a feed with the scheme by which browsers hand it to a calendar program.
pub fn webcal(feed: &str) -> String {
    match feed.split_once("://") {
        Some((_, rest)) => format!("webcal://{rest}"),
        None => feed.to_owned(),
    }
}

/// The addresses of a link that was made just now, the code to embed it, and how that looks.
#[component]
pub fn Fresh(addresses: Addresses) -> impl IntoView {
    let (element, iframe) = (addresses.element(&Embedding::default()), addresses.iframe(&Embedding::default()));
    let Addresses { name, page, feed, webcal, wall, embed, script } = addresses;
    view! {
        <section class="card section" id="link-addresses" aria-labelledby="link-addresses-heading">
            <h2 id="link-addresses-heading" dir="auto">{words::server_links_addresses(&name)}</h2>
            <p class="notice notice--warning" id="link-once">
                <Icon d=icon::ALERT />
                <span>{words::server_links_once()}</span>
            </p>
            <div class="stack">
                <CopyField label=words::server_links_page() copy=words::server_links_copy_page() value=page.clone() id="link-page" hint="link-once" />
                <CopyField label=words::server_links_feed() copy=words::server_links_copy_feed() value=feed id="link-feed" />
                <CopyField label=words::server_links_wall() copy=words::server_links_copy_wall() value=wall id="link-wall" />
                <p>
                    <a class="button button--small" href=webcal>{words::server_links_webcal()}</a>
                    " "
                    <a class="button button--small" href=page.clone()>{words::server_links_open()}</a>
                </p>
            </div>
            <h3>{words::server_links_embed()}</h3>
            <p class="hint">{words::server_links_embed_what()}</p>
            <div class="stack">
                <CopyField label=words::server_links_element() copy=words::server_links_copy_element() value=element id="link-element" />
                <CopyField label=words::server_links_iframe() copy=words::server_links_copy_iframe() value=iframe id="link-iframe" />
            </div>
            <h3>{words::server_links_preview()}</h3>
            <script type="module" nonce=leptos::nonce::use_nonce() src=within_the_site(&script).to_owned()></script>
            {preview(within_the_site(&embed), within_the_site(&page), &name)}
        </section>
    }
}

/// The path of an address: the page may be reached under another name than the installation's own.
fn within_the_site(address: &str) -> &str {
    let authority = address.find("://").map_or(0, |at| at + 3);
    address[authority..].find('/').map_or("/", |at| &address[authority + at..])
}

/// The custom element as another page has it. It is no element of HTML that the views know.
fn preview(embed: &str, page: &str, name: &str) -> impl IntoView {
    let mut html = Markup::default();
    html.raw("<kalends-events").attribute("src", embed).raw(" limit=\"5\"><a").attribute("href", page);
    html.raw(">").text(name).raw("</a></kalends-events>");
    view! { <div inner_html=html.finish()></div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_to_embed_holds_names_as_text() {
        let addresses = Addresses::new("https://cal.example.org", "A <b> & \"c\"".into(), "tok");
        assert_eq!(within_the_site(&addresses.script), "/embed.js");
        assert_eq!(addresses.webcal, "webcal://cal.example.org/feeds/tok.ics");
        assert!(
            addresses
                .element(&Embedding::default())
                .contains("<a href=\"https://cal.example.org/public/tok\">A &lt;b&gt; &amp; &quot;c&quot;</a>")
        );
        assert!(addresses.iframe(&Embedding::default()).contains("title=\"A &lt;b&gt; &amp; &quot;c&quot;\""));
    }
}
