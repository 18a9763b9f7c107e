//! The server under test on TCP, and people who have accounts on it.

use crate::browser::{Connection, PASSWORD, Person};
use crate::client::Client;
use crate::database::TestDatabase;
use crate::database::open;
use crate::home::{first_calendar, new_user, sealing, user};
use axum::Router;
use axum::middleware::from_fn;
use kalends_app::Assets;
use kalends_app::invitation::letters::MeetingTexts;
use kalends_app::mail::quotations::Quotations;
use kalends_app::reminders::Texts;
use kalends_app::session::Site;
use kalends_domain::accounts::{NewUser, Origin};
use kalends_domain::{Kalends, Limits};
use kalends_providers::connector::RemoteServices;
use kalends_providers::free_busy::PublishedBusyTimes;
use kalends_providers::google::Google;
use kalends_providers::graph::Microsoft;
use kalends_providers::outbound::{Dialer, Outbound};
use kalends_providers::smtp::SmtpTransport;
use kalends_providers::web_push::WebPush;
use kalends_server::connections::{self, ConnectionLimits};
use kalends_server::oidc::Providers;
use kalends_server::oidc::settings::ProviderSettings;
use kalends_server::rest::CorsOrigins;
use kalends_server::trusted_header::TrustedHeader;
use kalends_server::web::{RemoteSignIns, Web};
use kalends_server::{caldav, hooks, host, serve};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub struct Server {
    pub address: SocketAddr,
    pub kalends: Kalends,
    /// Ends the streams of events.
    pub closing: CancellationToken,
    _database: TestDatabase,
}

/// Speaks to services on this machine as to those elsewhere.
fn remote_services(registered: &Registered) -> Arc<RemoteServices> {
    let services = RemoteServices::new(Outbound::new(["127.0.0.1".to_owned()]));
    Arc::new(services.with_microsoft(registered.microsoft.clone()).with_google(registered.google.clone()))
}

/// Sends mail by the server at `address`.
fn sending(kalends: Kalends, address: SocketAddr) -> Kalends {
    let dialer = Dialer::new(["127.0.0.1".to_owned()]);
    let transport = SmtpTransport::new(dialer, format!("smtp://{address}").parse().unwrap());
    kalends
        .with_mail_transport(Some(Arc::new(transport)))
        .with_mail_sender(Some("Kalends <kalends@example.org>".parse().unwrap()))
}

/// The services with which an installation is registered.
#[derive(Clone, Default)]
pub struct Registered {
    pub microsoft: Option<Microsoft>,
    pub google: Option<Google>,
    /// Where the server for mail listens that it sends by.
    pub mail: Option<SocketAddr>,
}

impl Server {
    /// CalDAV alone.
    pub async fn start() -> Self {
        Server::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        let database = TestDatabase::with_tables().await;
        let url = database.url.clone();
        Server::on(database, &url, limits).await
    }

    /// A server whose database is at `url`.
    pub async fn on(database: TestDatabase, url: &str, limits: Limits) -> Self {
        let kalends = Kalends::new(open(url).await, limits);
        let root = caldav::with_server_root(Router::new(), kalends.clone());
        let router = caldav::router(kalends.clone()).merge(root).layer(from_fn(host::require));
        let address = listen(router, ConnectionLimits::default()).await;
        Server { address, kalends, closing: CancellationToken::new(), _database: database }
    }

    /// All that the program serves, but for the files that the browser downloads.
    pub async fn with_pages() -> Self {
        Server::with_pages_and(Limits::default(), CorsOrigins::default()).await
    }

    /// [`Server::with_pages`] with limits and pages of other sites that may ask.
    pub async fn with_pages_and(limits: Limits, cors_origins: CorsOrigins) -> Self {
        Server::of_all(limits, cors_origins, TrustedHeader::default(), Vec::new(), Registered::default()).await
    }

    /// [`Server::with_pages`] with other ways to sign in.
    pub async fn with_sign_in(limits: Limits, trusted_header: TrustedHeader, providers: Vec<ProviderSettings>) -> Self {
        Server::of_all(limits, CorsOrigins::default(), trusted_header, providers, Registered::default()).await
    }

    /// [`Server::with_pages`] of an installation that is registered with Microsoft.
    pub async fn with_microsoft(microsoft: Microsoft) -> Self {
        Server::with_registered(Registered { microsoft: Some(microsoft), ..Registered::default() }).await
    }

    /// [`Server::with_pages`] of an installation that is registered elsewhere, and that services can tell something where it listens.
    pub async fn with_registered(registered: Registered) -> Self {
        let (limits, header) = (Limits::default(), TrustedHeader::default());
        Server::of_all(limits, CorsOrigins::default(), header, Vec::new(), registered).await
    }

    /// [`Server::with_pages`] that sends its mail by the server at `address`.
    pub async fn with_mail(address: SocketAddr) -> Self {
        Server::with_registered(Registered { mail: Some(address), ..Registered::default() }).await
    }

    async fn of_all(
        limits: Limits,
        cors_origins: CorsOrigins,
        trusted_header: TrustedHeader,
        providers: Vec<ProviderSettings>,
        registered: Registered,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let database = TestDatabase::with_tables().await;
        let kalends = sealing(Kalends::new(open(&database.url).await, limits));
        let services = remote_services(&registered);
        let kalends = kalends.with_mail_connector(services.clone()).with_connector(services);
        let hook = hooks::graph_hook(registered.microsoft.as_ref(), &format!("http://{address}"));
        let kalends = kalends.with_notification_hook(hook);
        let closing = CancellationToken::new();
        let site = Site { public_url: "http://cal.example.org".into() };
        let push = WebPush::new(Outbound::new(["127.0.0.1".to_owned()]), "mailto:ops@example.org".into());
        let kalends = kalends.with_reminder_writer(Arc::new(Texts(site.clone()))).with_push_transport(Arc::new(push));
        let kalends = kalends.with_meeting_writer(Arc::new(MeetingTexts(site.clone())));
        let kalends = kalends.with_quotation_writer(Arc::new(Quotations));
        let kalends = match registered.mail {
            Some(address) => sending(kalends, address),
            None => kalends,
        };
        let kalends =
            kalends.with_busy_source(Arc::new(PublishedBusyTimes::new(Outbound::new(["127.0.0.1".to_owned()]))));
        let web = Web {
            kalends: kalends.clone(),
            providers: Providers::new(providers, &site).unwrap(),
            remote_sign_ins: RemoteSignIns::new(registered.microsoft, registered.google, &site).unwrap(),
            site,
            trusted_proxies: "127.0.0.1".parse().unwrap(),
            trusted_header,
            cors_origins,
            assets: Assets::default(),
            dist: database.folder().join("no-such-dist"),
            closing: closing.clone(),
            max_streams: 1_000,
            embed_origins: "https://www.example.org".parse().unwrap(),
        };
        let app = serve::app(web);
        tokio::spawn(connections::serve(listener, app, ConnectionLimits::default(), std::future::pending()));
        Server { address, kalends, closing, _database: database }
    }

    /// An account with an app password; its first calendar is `personal`.
    pub async fn account(&self, name: &str) -> Client {
        let (display_name, email) = (format!("{name} the First"), Some(format!("{name}@example.org")));
        let user = NewUser { display_name, email, ..new_user(name) };
        let user = self.kalends.create_user(user).await.unwrap();
        let (_, secret) = self.kalends.create_app_password(user.principal.id, "test").await.unwrap();
        Client::new(self.address, name, &secret.0)
    }

    /// Someone who is signed in.
    pub async fn person(&self, name: &str) -> Person {
        let caller = user(&self.kalends, name).await;
        self.kalends.set_password(caller.principal, PASSWORD).await.unwrap();
        let session = self.kalends.sign_in(name, PASSWORD, &Origin::default()).await.unwrap().session;
        let calendar = first_calendar(&self.kalends, caller).await;
        Person { caller, calendar, cookie: format!("kalends_session={}", session.0) }
    }

    /// Runs a statement beside the program.
    pub async fn run(&self, statement: &str) {
        self._database.run(statement.to_owned()).await;
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        self._database.number(format!("SELECT count(*) FROM {table}")).await
    }

    pub async fn connect(&self) -> Connection {
        Connection::open(self.address).await
    }
}

/// Serves `app` on a free port.
pub async fn listen(app: Router, limits: ConnectionLimits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(connections::serve(listener, app, limits, std::future::pending()));
    address
}
