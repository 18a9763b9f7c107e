//! Kalends in the browser: pages rendered on the server with their data in them, then hydrated.
//!
//! Feature `ssr` is the server's side (server functions call `kalends-domain`), `hydrate` the browser's.

pub mod account;
#[cfg(feature = "ssr")]
pub mod addresses;
pub mod agenda;
#[cfg(feature = "ssr")]
pub mod bin;
pub mod browser;
pub mod calendars;
#[cfg(feature = "ssr")]
pub mod connect;
pub mod cookies;
#[cfg(feature = "ssr")]
pub mod dashboard;
pub mod date_names;
#[cfg(feature = "ssr")]
pub mod delegates;
mod dom;
#[cfg(feature = "ssr")]
mod errors;
pub mod event;
#[cfg(feature = "ssr")]
pub mod find_time;
pub mod flash;
#[cfg(feature = "ssr")]
pub mod history;
#[cfg(feature = "ssr")]
pub mod import;
#[cfg(feature = "ssr")]
pub mod invitation;
#[cfg(feature = "ssr")]
pub mod jobs;
pub mod json;
#[cfg(feature = "ssr")]
pub mod letters;
pub mod live;
#[cfg(feature = "ssr")]
pub mod locale;
#[cfg(feature = "ssr")]
pub mod mail;
#[cfg(feature = "ssr")]
pub mod moving;
#[cfg(feature = "ssr")]
mod not_found;
pub mod notation;
#[cfg(feature = "ssr")]
pub mod own_style;
mod page_title;
#[cfg(feature = "ssr")]
pub mod people;
pub mod plain;
#[cfg(feature = "ssr")]
mod policy;
#[cfg(feature = "ssr")]
pub mod public_pages;
pub mod reading;
#[cfg(feature = "ssr")]
pub mod reminders;
#[cfg(feature = "ssr")]
pub mod remote_accounts;
pub mod resource;
pub mod return_path;
#[cfg(feature = "ssr")]
pub mod server_context;
#[cfg(feature = "ssr")]
pub mod session;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod sharing;
pub mod state;
#[cfg(feature = "ssr")]
pub mod subscriptions;
#[cfg(feature = "ssr")]
pub mod sync_links;
#[cfg(feature = "ssr")]
pub mod teams;
pub mod thin;
pub mod ui;
pub mod undo;
pub mod wire;
#[cfg(feature = "ssr")]
mod word_lists;
pub mod words;
#[cfg(feature = "ssr")]
pub mod zones;

use agenda::{AgendaPage, AgendaStart};
use event::EventPage;
use event::scope::{ScopeQuestion, provide_scope_question};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};
use plain::NotFoundPage;
#[cfg(feature = "ssr")]
use plain::{
    AboutEventPage, AccountCalendarsPage, AccountPage, AccountsPage, AddAccountPage, AddMailPage, AsOfPage, BinPage,
    CalendarPage, ChangesPage, ComposePage, ConnectPage, DashboardPage, DelegatesPage, EmbedPage, FindTimePage,
    HistoryPage, ImportPage, ImportProgressPage, InvitationPage, JobsPage, LoginFlowPage, MailAccountPage,
    MailListPage, MailThreadPage, MakingPage, MovePage, MoveProgressPage, PeoplePage, PersonPage, ReceiptPage,
    RemindersPage, SettingsPage, SharedPage, SharingPage, SignInPage, SubscriptionsPage, SyncPage, TeamPage, TeamsPage,
    WelcomePage,
};
use state::{AgendaRefresh, OpenEvent, ViewerResource};
use undo::{MessageRegion, Toasts};

/// The built front-end's files, with the hashed names that the build gave them.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    pub stylesheets: Vec<Asset>,
    /// Of pages without WebAssembly, beside the others.
    pub plain_stylesheets: Vec<Asset>,
    /// The JavaScript module that starts the WebAssembly.
    pub script: Option<Asset>,
    pub wasm: Option<Asset>,
    /// The script that follows what changes.
    pub live: Option<Asset>,
    /// The script that shows messages and takes edits back.
    pub undo: Option<Asset>,
    /// The script of the pages of mail, and their style sheets beside those of plain pages.
    pub mail: Option<Asset>,
    pub mail_stylesheets: Vec<Asset>,
    /// Whether pages load themselves again when the server was started anew.
    pub live_reload: bool,
}

/// Where a page learns that the server was started anew.
pub const LIVE_RELOAD_PATH: &str = "/live-reload";

#[derive(Clone, Debug)]
pub struct Asset {
    /// Absolute path, such as `/kalends-1234.css`.
    pub path: String,
    /// Subresource integrity value.
    pub integrity: Option<String>,
}

/// The document around every page.
pub fn shell(assets: &Assets) -> impl IntoView + use<> {
    #[cfg(feature = "ssr")]
    policy::announce();
    let plain = is_plain();
    let mail = has_mail();
    let stylesheets = assets
        .stylesheets
        .iter()
        .chain(assets.plain_stylesheets.iter().filter(|_| plain))
        .chain(assets.mail_stylesheets.iter().filter(|_| mail))
        .map(|css| view! { <link rel="stylesheet" href=css.path.clone() integrity=css.integrity.clone() /> })
        .collect_view();
    let boot = assets.script.as_ref().zip(assets.wasm.as_ref()).filter(|_| !plain).map(|(script, wasm)| {
        let words = words::path();
        // The files' integrity is checked where they are fetched; browsers ignore it on this kind of preload. The words are told apart
        // by their name alone: they are text.
        let start = format!(
            "import init from '{}'; const program = fetch('{}'{}); \
             globalThis.{} = await (await fetch('{words}')).text(); init({{ module_or_path: program }});",
            script.path,
            wasm.path,
            wasm.integrity.as_ref().map(|integrity| format!(", {{ integrity: '{integrity}' }}")).unwrap_or_default(),
            words::VARIABLE,
        );
        view! {
            <link rel="modulepreload" href=script.path.clone() integrity=script.integrity.clone() />
            <link rel="preload" href=wasm.path.clone() r#as="fetch" r#type="application/wasm" crossorigin="" />
            <link rel="preload" href=words r#as="fetch" crossorigin="" />
            <script type="module" nonce=use_nonce() inner_html=start></script>
            <script nonce=use_nonce() inner_html=agenda::early::SCRIPT></script>
        }
    });
    let plain = plain.then(|| view! { <script type="module" nonce=use_nonce() inner_html=plain::SCRIPT></script> });
    #[cfg(feature = "ssr")]
    let own = own_stylesheet().map(|href| view! { <link rel="stylesheet" href=href /> });
    #[cfg(not(feature = "ssr"))]
    let own = ();
    #[cfg(feature = "ssr")]
    let live = assets.live.as_ref().filter(|_| is_signed_in()).map(live::script);
    #[cfg(not(feature = "ssr"))]
    let live = ();
    #[cfg(feature = "ssr")]
    let undo = assets.undo.as_ref().filter(|_| is_signed_in()).map(undo::script);
    #[cfg(not(feature = "ssr"))]
    let undo = ();
    #[cfg(feature = "ssr")]
    let mail = assets.mail.as_ref().filter(|_| mail && is_signed_in()).map(mail::script);
    #[cfg(not(feature = "ssr"))]
    let mail = ();
    let live_reload = assets.live_reload.then(|| {
        let script = format!(
            "let before = false; new EventSource('{LIVE_RELOAD_PATH}').onopen = () => before ? location.reload() : before = true;"
        );
        view! { <script nonce=use_nonce() inner_html=script></script> }
    });
    view! {
        <!DOCTYPE html>
        <html lang=words::language() data-theme=chosen_theme()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#191a22" />
                <link rel="icon" type="image/svg+xml" href="/public/favicon.svg" />
                {stylesheets}
                {own}
                {boot}
                {plain}
                {undo}
                {mail}
                {live}
                {live_reload}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Whether the page that was asked for goes without the WebAssembly.
fn is_plain() -> bool {
    #[cfg(feature = "ssr")]
    {
        use_context::<axum::http::request::Parts>()
            .is_some_and(|request| plain::is_plain(request.uri.path()) || asks_for_guests(&request.uri))
    }
    #[cfg(not(feature = "ssr"))]
    false
}

/// Whether it is the form of a new event that asks for guests, which no script does.
#[cfg(feature = "ssr")]
fn asks_for_guests(uri: &axum::http::Uri) -> bool {
    uri.path() == "/event/new" && event::guests::is_asked_for(uri.query())
}

/// Whether the page that was asked for shows mail, or is about mail accounts.
fn has_mail() -> bool {
    #[cfg(feature = "ssr")]
    {
        use_context::<axum::http::request::Parts>().is_some_and(|request| plain::has_mail(request.uri.path()))
    }
    #[cfg(not(feature = "ssr"))]
    false
}

/// The sheet of whoever is signed in.
#[cfg(feature = "ssr")]
fn own_stylesheet() -> Option<String> {
    let session::CurrentUser(user) = use_context()?;
    let user = user?;
    Some(own_style::path(&own_style::of(&user, server_context::viewer(&user).week_start)))
}

/// Whether it is known who asks for the page.
#[cfg(feature = "ssr")]
fn is_signed_in() -> bool {
    use_context::<session::CurrentUser>().is_some_and(|user| user.0.is_some())
}

/// The colours that the person chose; without a choice the browser's preference rules.
fn chosen_theme() -> Option<&'static str> {
    #[cfg(feature = "ssr")]
    {
        let session::CurrentUser(user) = use_context()?;
        user?.preferences.theme.map(kalends_domain::accounts::Theme::name)
    }
    #[cfg(not(feature = "ssr"))]
    None
}

/// Every page, and what the pages share.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let viewer: ViewerResource = resource::resource(|| (), |()| account::api::current_viewer());
    provide_context(viewer);
    provide_context::<OpenEvent>(RwSignal::new(None));
    provide_scope_question();
    let refresh = AgendaRefresh::new();
    provide_context(refresh);
    provide_context(Toasts);
    thin::Effect::new(move |_| undo::listen(move || refresh.notify()));
    view! {
        <Title text=words::common_kalends() formatter=title />
        <Router>
            <Pages />
        </Router>
        <ScopeQuestion />
        <MessageRegion />
    }
}

/// Every page.
#[cfg(feature = "ssr")]
#[component]
fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=NotFoundPage>
            <Route path=path!("/") view=DashboardPage ssr=SsrMode::Async />
            <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
            <Route path=path!("/welcome/:secret") view=WelcomePage ssr=SsrMode::Async />
            <Route path=path!("/agenda") view=AgendaStart ssr=SsrMode::Async />
            <Route path=path!("/agenda/:view/:date") view=AgendaPage ssr=SsrMode::Async />
            <Route path=path!("/event/new") view=EventPage ssr=SsrMode::Async />
            <Route path=path!("/event/:calendar/:name") view=EventPage ssr=SsrMode::Async />
            <Route path=path!("/event/:calendar/:name/history") view=HistoryPage ssr=SsrMode::Async />
            <Route path=path!("/event/:calendar/:name/invitation") view=InvitationPage ssr=SsrMode::Async />
            <Route path=path!("/calendars/new") view=CalendarPage ssr=SsrMode::Async />
            <Route path=path!("/calendars/:id") view=CalendarPage ssr=SsrMode::Async />
            <Route path=path!("/calendars/:id/changes") view=ChangesPage ssr=SsrMode::Async />
            <Route path=path!("/calendars/:id/as-of") view=AsOfPage ssr=SsrMode::Async />
            <Route path=path!("/calendars/:id/sync") view=SyncPage ssr=SsrMode::Async />
            <Route path=path!("/calendars/:id/sync/:run") view=ReceiptPage ssr=SsrMode::Async />
            <Route path=path!("/calendars/:id/sharing") view=SharingPage ssr=SsrMode::Async />
            <Route path=path!("/shared") view=SharedPage ssr=SsrMode::Async />
            <Route path=path!("/groups") view=TeamsPage ssr=SsrMode::Async />
            <Route path=path!("/groups/:slug") view=TeamPage ssr=SsrMode::Async />
            <Route path=path!("/import") view=ImportPage ssr=SsrMode::Async />
            <Route path=path!("/import/from") view=MovePage ssr=SsrMode::Async />
            <Route path=path!("/import/from/:job") view=MoveProgressPage ssr=SsrMode::Async />
            <Route path=path!("/import/:job") view=ImportProgressPage ssr=SsrMode::Async />
            <Route path=path!("/find-a-time") view=FindTimePage ssr=SsrMode::Async />
            <Route path=path!("/reminders") view=RemindersPage ssr=SsrMode::Async />
            <Route path=path!("/bin") view=BinPage ssr=SsrMode::Async />
            <Route path=path!("/admin/jobs") view=JobsPage ssr=SsrMode::Async />
            <Route path=path!("/admin/people") view=PeoplePage ssr=SsrMode::Async />
            <Route path=path!("/admin/people/:id") view=PersonPage ssr=SsrMode::Async />
            <Route path=path!("/settings") view=SettingsPage ssr=SsrMode::Async />
            <Route path=path!("/settings/accounts") view=AccountsPage ssr=SsrMode::Async />
            <Route path=path!("/settings/accounts/new/:service") view=AddAccountPage ssr=SsrMode::Async />
            <Route path=path!("/settings/accounts/:id") view=AccountPage ssr=SsrMode::Async />
            <Route path=path!("/settings/accounts/:id/calendars") view=AccountCalendarsPage ssr=SsrMode::Async />
            <Route path=path!("/settings/mail/new") view=AddMailPage ssr=SsrMode::Async />
            <Route path=path!("/settings/mail/:id") view=MailAccountPage ssr=SsrMode::Async />
            <Route path=path!("/mail/write") view=ComposePage ssr=SsrMode::Async />
            <Route path=path!("/mail/from/:message/:kind") view=MakingPage ssr=SsrMode::Async />
            <Route path=path!("/mail/about/:calendar/:name") view=AboutEventPage ssr=SsrMode::Async />
            <Route path=path!("/mail/:folder") view=MailListPage ssr=SsrMode::Async />
            <Route path=path!("/mail/:folder/:message") view=MailThreadPage ssr=SsrMode::Async />
            <Route path=path!("/settings/subscriptions") view=SubscriptionsPage ssr=SsrMode::Async />
            <Route path=path!("/settings/delegates") view=DelegatesPage ssr=SsrMode::Async />
            <Route path=path!("/settings/embed") view=EmbedPage ssr=SsrMode::Async />
            <Route path=path!("/settings/connect") view=ConnectPage ssr=SsrMode::Async />
            <Route path=path!("/login/v2/flow/:token") view=LoginFlowPage ssr=SsrMode::Async />
        </Routes>
    }
}

/// The pages that react to a hand. The server shows the others, and what leads nowhere.
#[cfg(not(feature = "ssr"))]
#[component]
fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=NotFoundPage>
            <Route path=path!("/agenda") view=AgendaStart ssr=SsrMode::Async />
            <Route path=path!("/agenda/:view/:date") view=AgendaPage ssr=SsrMode::Async />
            <Route path=path!("/event/new") view=EventPage ssr=SsrMode::Async />
            <Route path=path!("/event/:calendar/:name") view=EventPage ssr=SsrMode::Async />
        </Routes>
    }
}

fn title(page: String) -> String {
    if page == words::common_kalends() { page } else { words::common_page_title(&page) }
}
