//! `kalends serve`: puts the surfaces together and runs until it is told to stop.

use crate::client_address::{self, TrustedProxies};
use crate::connections::{self, ConnectionLimits};
use crate::event_stream::Places;
use crate::oidc::Providers;
use crate::oidc::settings::ProviderSettings;
use crate::public_links::{self, EmbedOrigins, PublicLinks};
use crate::rest::{CorsOrigins, RestOptions};
use crate::trusted_header::{self, TrustedHeader};
use crate::{caldav, health, hooks, host, login_flow, metrics, request_id, rest, web};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use kalends_app::invitation::letters::MeetingTexts;
use kalends_app::mail::quotations::Quotations;
use kalends_app::reminders::Texts;
use kalends_app::session::Site;
use kalends_domain::Kalends;
use kalends_domain::accounts::Secret;
use kalends_domain::jobs::Worker;
use kalends_domain::mail::MailWatcher;
use kalends_providers::google::Google;
use kalends_providers::graph::Microsoft;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

pub struct Options {
    pub listen: SocketAddr,
    /// Scheme and authority that browsers use, without a trailing slash; `None`: http and the listening address.
    pub public_url: Option<String>,
    /// Whose word about where a request comes from is taken.
    pub trusted_proxies: TrustedProxies,
    /// How such a proxy says who asks.
    pub trusted_header: TrustedHeader,
    /// With which people can sign in.
    pub providers: Vec<ProviderSettings>,
    /// How the installation is registered with Microsoft; `None`: nobody has calendars from there.
    pub microsoft: Option<Microsoft>,
    /// The same with Google.
    pub google: Option<Google>,
    /// Whose pages may use the interface for programs.
    pub cors_origins: CorsOrigins,
    pub dist: PathBuf,
    /// Which sites may have what public links show in frames.
    pub embed_origins: EmbedOrigins,
    /// Pages load themselves again when the server was started anew, and stopping does not wait for them.
    pub live_reload: bool,
    pub connections: ConnectionLimits,
    pub sign_in: Option<SignIn>,
    pub metrics: MetricsOptions,
}

/// Who gets the metrics; by default nobody.
#[derive(Default)]
pub struct MetricsOptions {
    /// Whoever asks at this address.
    pub listen: Option<SocketAddr>,
    /// Whoever sends this to the address of the pages.
    pub token: Option<Secret>,
}

/// What the start-up message says about signing in.
pub enum SignIn {
    /// A one-time link to choose the administrator's password.
    Link(Secret),
    Password {
        name: &'static str,
        password: &'static str,
    },
}

/// Why the server did not start or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Assets(#[from] web::assets::AssetError),
    #[error("{0} cannot be listened on: {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error("{0}")]
    Providers(String),
    #[error("{0}")]
    RemoteSignIn(String),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Path of the page on which a one-time link's holder chooses a password.
pub fn link_path(secret: &Secret) -> String {
    format!("/welcome/{}", secret.0)
}

/// Path of the link by which somebody who is signed in shows that an address of e-mail is theirs.
pub fn address_path(secret: &Secret) -> String {
    format!("{}/{}", kalends_app::settings::addresses::PATH, secret.0)
}

/// Serves until SIGTERM or Ctrl-C; requests under way are finished.
pub async fn run(kalends: Kalends, options: Options) -> Result<(), ServeError> {
    let mut assets = web::assets::read(&options.dist)?;
    assets.live_reload = options.live_reload;
    connections::allow_many_files();
    let listener =
        TcpListener::bind(options.listen).await.map_err(|error| ServeError::Listen(options.listen, error))?;
    let listening = listener.local_addr()?;
    let public_url = options.public_url.unwrap_or_else(|| format!("http://{listening}"));
    let site = Site { public_url: public_url.clone() };
    let providers = Providers::new(options.providers, &site).map_err(ServeError::Providers)?;
    let kalends = kalends.with_notification_hook(hooks::graph_hook(options.microsoft.as_ref(), &public_url));
    let remote_sign_ins = web::RemoteSignIns::new(options.microsoft, options.google, &site);
    let remote_sign_ins = remote_sign_ins.map_err(ServeError::RemoteSignIn)?;
    let closing = CancellationToken::new();
    let metrics = serve_metrics(&kalends, options.metrics, options.connections).await?;
    let kalends = kalends.with_reminder_writer(Arc::new(Texts(site.clone())));
    let kalends = kalends.with_meeting_writer(Arc::new(MeetingTexts(site.clone())));
    let kalends = kalends.with_quotation_writer(Arc::new(Quotations));
    let worker = kalends.clone();
    let app = app(web::Web {
        kalends,
        site,
        trusted_proxies: options.trusted_proxies,
        trusted_header: options.trusted_header,
        providers,
        remote_sign_ins,
        cors_origins: options.cors_origins,
        assets,
        dist: options.dist,
        closing: closing.clone(),
        max_streams: most_streams(options.connections),
        embed_origins: options.embed_origins,
    })
    .merge(metrics);
    announce(&public_url, options.sign_in.as_ref());
    let watching = tokio::spawn(MailWatcher::new(worker.clone(), closing.clone()).run());
    let working = tokio::spawn(Worker::new(worker, closing.clone()).run());
    let stop = async {
        stop().await;
        closing.cancel();
    };
    connections::serve(listener, app, options.connections, stop).await;
    // What is under way is handed back: another node goes on with it, or this one when it is started again.
    if let Err(error) = working.await {
        tracing::error!(%error, "what does the jobs has ended");
    }
    if let Err(error) = watching.await {
        tracing::error!(%error, "what waits for mail has ended");
    }
    Ok(())
}

/// Serves the metrics at the address of their own, if there is one; yields what serves them beside the pages.
async fn serve_metrics(
    kalends: &Kalends,
    options: MetricsOptions,
    limits: ConnectionLimits,
) -> Result<Router, ServeError> {
    if let Some(listen) = options.listen {
        let listener = TcpListener::bind(listen).await.map_err(|error| ServeError::Listen(listen, error))?;
        tracing::info!("the metrics are at http://{}{}", listener.local_addr()?, metrics::PATH);
        // Until the process ends: what happens while it stops is to be seen as well.
        let app = metrics::router(kalends.clone()).layer(from_fn(request_id::find_route));
        tokio::spawn(connections::serve(listener, app, limits, std::future::pending()));
    }
    let guarded = options.token.map_or_else(Router::new, |token| metrics::guarded_router(kalends.clone(), token));
    Ok(guarded.layer(from_fn(request_id::find_route)))
}

/// Streams leave a quarter of the connections to everything else.
fn most_streams(limits: ConnectionLimits) -> usize {
    limits.connections - limits.connections.div_ceil(4)
}

/// Every surface.
pub fn app(web: web::Web) -> Router {
    let (kalends, trusted) = (web.kalends.clone(), web.trusted_proxies.clone());
    let reader = trusted_header::Reader { header: web.trusted_header.clone(), proxies: trusted.clone() };
    let site = web.site.clone();
    let places = Arc::new(Places::new(web.max_streams));
    let rest = RestOptions {
        site: web.site.clone(),
        cors_origins: web.cors_origins.clone(),
        closing: web.closing.clone(),
        places: places.clone(),
    };
    let rest = rest::router(kalends.clone(), rest);
    let links = public_links::router(PublicLinks {
        kalends: kalends.clone(),
        site: web.site.clone(),
        origins: web.embed_origins.clone(),
        dist: web.dist.clone(),
        closing: web.closing.clone(),
        places,
    });
    let hooks = hooks::router(kalends.clone());
    let login_flow = login_flow::router(kalends.clone(), web.site.clone());
    let pages = caldav::with_server_root(web::router(web), kalends.clone());
    Router::new()
        .merge(health::router(kalends.clone()))
        .merge(caldav::router(kalends).layer(from_fn_with_state(site, web::session::same_site_without_credentials)))
        .merge(rest)
        .merge(login_flow)
        .merge(hooks)
        .merge(links)
        .merge(pages)
        .layer(from_fn_with_state(trusted, client_address::find))
        .layer(from_fn_with_state(reader, trusted_header::find))
        .layer(from_fn(host::require))
        .layer(CatchPanicLayer::custom(web::failed::answer_panic))
        .layer(from_fn(web::session::accept_language))
        .layer(from_fn(request_id::find_route))
}

fn announce(url: &str, sign_in: Option<&SignIn>) {
    println!("\n  Kalends is ready: {url}/");
    match sign_in {
        Some(SignIn::Link(secret)) => {
            println!("  Choose the password of the account \"admin\": {url}{}", link_path(secret))
        }
        Some(SignIn::Password { name, password }) => {
            println!("  Sign in as \"{name}\" with the password \"{password}\"")
        }
        None => println!("  Sign in: {url}/sign-in"),
    }
    println!("  CalDAV clients: {url}{}\n", caldav::ROOT);
}

async fn stop() {
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}
