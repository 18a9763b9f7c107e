//! Options of the command line that several commands have, or that bound what the program takes.

use crate::configuration::Configuration;
use axum::http::{HeaderName, Uri};
use chrono::TimeDelta;
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};
use clap::value_parser;
use kalends_domain::Limits;
use kalends_domain::accounts::Secret;
use kalends_domain::backup::BackupPlan;
use kalends_domain::outgoing_mail::{MailTransport, Mailbox};
use kalends_domain::reminders::PushTransport;
use kalends_providers::connector::RemoteServices;
use kalends_providers::google::Google;
use kalends_providers::graph::Microsoft;
use kalends_providers::outbound::{Dialer, Outbound};
use kalends_providers::smtp::{SmtpSettings, SmtpTransport};
use kalends_providers::web_push::WebPush;
use kalends_server::connections::ConnectionLimits;
use kalends_server::serve;
use kalends_server::trusted_header::TrustedHeader;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

#[derive(clap::Args)]
pub struct ListenOptions {
    /// Address and port to listen on.
    #[arg(long, env = "KALENDS_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
}

/// Who gets the metrics.
#[derive(clap::Args)]
pub struct MetricsOptions {
    /// Address and port at which whoever asks gets the metrics, at `/metrics`, such as `127.0.0.1:9090`.
    #[arg(long, env = "KALENDS_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// Who sends this as a bearer token gets the metrics at `/metrics` of the listening address as well.
    #[arg(long, env = "KALENDS_METRICS_TOKEN", hide_env_values = true, value_parser = NonEmptyStringValueParser::new())]
    metrics_token: Option<String>,
}

impl From<MetricsOptions> for serve::MetricsOptions {
    fn from(options: MetricsOptions) -> Self {
        serve::MetricsOptions { listen: options.metrics_listen, token: options.metrics_token.map(Secret) }
    }
}

/// How a proxy says who asks.
#[derive(clap::Args)]
pub struct TrustedHeaderOptions {
    /// The header in which the trusted proxies say who asks, such as X-Forwarded-User. Default: none does.
    #[arg(long, env = "KALENDS_TRUSTED_HEADER")]
    trusted_header: Option<HeaderName>,
    /// Whether whomever they name gets an account who has none.
    #[arg(long, env = "KALENDS_TRUSTED_HEADER_CREATES", default_value_t = false, action = clap::ArgAction::Set, hide_short_help = true)]
    trusted_header_creates: bool,
    /// Where people go who sign out, to end what the proxy remembers of them.
    #[arg(long, env = "KALENDS_TRUSTED_HEADER_SIGN_OUT", hide_short_help = true)]
    trusted_header_sign_out: Option<Uri>,
}

impl TrustedHeaderOptions {
    pub fn is_set(&self) -> bool {
        self.trusted_header.is_some()
    }
}

impl From<TrustedHeaderOptions> for TrustedHeader {
    fn from(options: TrustedHeaderOptions) -> Self {
        TrustedHeader {
            name: options.trusted_header,
            creates: options.trusted_header_creates,
            sign_out: options.trusted_header_sign_out,
        }
    }
}

/// What an account may hold and how long a session lasts.
#[derive(clap::Args)]
pub struct LimitOptions {
    /// Most that the objects of an account's calendars may have together, in MiB.
    #[arg(long, env = "KALENDS_ACCOUNT_MIB", default_value_t = 1024, value_parser = value_parser!(u64).range(1..1 << 40), global = true, hide_short_help = true)]
    account_mib: u64,
    /// Most objects in an account's calendars together.
    #[arg(long, env = "KALENDS_ACCOUNT_OBJECTS", default_value_t = 200_000, global = true, hide_short_help = true)]
    account_objects: u64,
    /// Most calendars of an account.
    #[arg(long, env = "KALENDS_ACCOUNT_CALENDARS", default_value_t = 500, global = true, hide_short_help = true)]
    account_calendars: usize,
    /// Days without use after which a browser is signed out.
    #[arg(long, env = "KALENDS_SESSION_IDLE_DAYS", default_value_t = 14, value_parser = value_parser!(i64).range(1..=400), global = true, hide_short_help = true)]
    session_idle_days: i64,
    /// Days after signing in after which a browser is signed out, however much it is used.
    #[arg(long, env = "KALENDS_SESSION_DAYS", default_value_t = 90, value_parser = value_parser!(i64).range(1..=400), global = true, hide_short_help = true)]
    session_days: i64,
    /// Whether people sign in with a password that is kept here. One-time links let them in all the same.
    #[arg(long, env = "KALENDS_PASSWORD_SIGN_IN", default_value_t = true, action = clap::ArgAction::Set, global = true, hide_short_help = true)]
    password_sign_in: bool,
    /// Days that deleted events and calendars rest in the bin.
    #[arg(long, env = "KALENDS_BIN_DAYS", default_value_t = 30, value_parser = value_parser!(i64).range(0..=36_500), global = true, hide_short_help = true)]
    bin_days: i64,
    /// Days that the history of events goes back.
    #[arg(long, env = "KALENDS_HISTORY_DAYS", default_value_t = 400, value_parser = value_parser!(i64).range(0..=36_500), global = true, hide_short_help = true)]
    history_days: i64,
    /// Most that what events said before may take in all, compressed, in MiB; what is oldest goes first.
    #[arg(long, env = "KALENDS_HISTORY_MIB", default_value_t = 10_240, value_parser = value_parser!(u64).range(0..1 << 40), global = true, hide_short_help = true)]
    history_mib: u64,
}

impl From<LimitOptions> for Limits {
    fn from(options: LimitOptions) -> Self {
        Limits {
            account_octets: options.account_mib * 1024 * 1024,
            account_objects: options.account_objects,
            account_calendars: options.account_calendars,
            session_idle: TimeDelta::days(options.session_idle_days),
            session_life: TimeDelta::days(options.session_days),
            password_sign_in: options.password_sign_in,
            bin_age: TimeDelta::days(options.bin_days),
            history_age: TimeDelta::days(options.history_days),
            history_octets: options.history_mib * 1024 * 1024,
            ..Limits::default()
        }
    }
}

/// Backups that the server makes by itself.
#[derive(clap::Args)]
pub struct BackupOptions {
    /// Folder into which the server writes a backup by itself from time to time. Default: it makes none.
    #[arg(long, env = "KALENDS_BACKUP_FOLDER", global = true, hide_short_help = true)]
    backup_folder: Option<PathBuf>,
    /// Hours from one of these backups to the next.
    #[arg(long, env = "KALENDS_BACKUP_HOURS", default_value_t = 24, value_parser = value_parser!(i64).range(1..=8760), global = true, hide_short_help = true)]
    backup_hours: i64,
    /// How many of them are kept.
    #[arg(long, env = "KALENDS_BACKUP_KEEP", default_value_t = 7, value_parser = value_parser!(u32).range(1..=10_000), global = true, hide_short_help = true)]
    backup_keep: u32,
}

impl From<BackupOptions> for Option<BackupPlan> {
    fn from(options: BackupOptions) -> Self {
        let folder = options.backup_folder?;
        Some(BackupPlan {
            folder,
            interval: TimeDelta::hours(options.backup_hours),
            keep: options.backup_keep as usize,
        })
    }
}

/// What accounts at services elsewhere need.
#[derive(clap::Args)]
pub struct RemoteOptions {
    /// Keys that seal the passwords of accounts elsewhere, with commas between them: the first one seals, all open. Each is random and
    /// has 32 characters at least. Default: the file secret.key in the folder of the data, made by `serve`.
    #[arg(long, env = "KALENDS_SECRET_KEY", hide_env_values = true, value_parser = NonEmptyStringValueParser::new(), global = true, hide_short_help = true)]
    pub secret_key: Option<String>,
    /// Hosts in private networks at which accounts may be, with commas between them: `nas.home.arpa,192.168.1.5`. Default: none.
    #[arg(long, env = "KALENDS_PRIVATE_HOSTS", value_delimiter = ',', global = true, hide_short_help = true)]
    pub private_hosts: Vec<String>,
}

impl RemoteOptions {
    fn hosts(&self) -> impl Iterator<Item = String> {
        self.private_hosts.iter().map(|host| host.trim().to_owned()).filter(|host| !host.is_empty())
    }

    /// What sends push messages to browsers. Push services write to whom mail of the installation is from, or find it at `public_url`.
    pub fn push(&self, sender: Option<&Mailbox>, public_url: Option<&str>) -> Arc<dyn PushTransport> {
        let contact = match sender {
            Some(sender) => format!("mailto:{}", sender.address),
            None => public_url.unwrap_or("https://localhost").to_owned(),
        };
        Arc::new(WebPush::new(Outbound::new(self.hosts()), contact))
    }

    /// What speaks to the services.
    pub fn connector(&self, microsoft: Option<Microsoft>, google: Option<Google>) -> Arc<RemoteServices> {
        let hosts = self.hosts().chain(microsoft.iter().flat_map(Microsoft::private_hosts));
        let hosts = hosts.chain(google.iter().flat_map(Google::private_hosts));
        Arc::new(RemoteServices::new(Outbound::new(hosts)).with_microsoft(microsoft).with_google(google))
    }
}

/// How mail goes out.
#[derive(clap::Args)]
pub struct MailOptions {
    /// The server by which mail goes out: `smtp+starttls://USER:PASSWORD@HOST`, `smtps://USER:PASSWORD@HOST`, or `smtp://HOST` without
    /// encryption. Default: none goes out.
    #[arg(long, env = "KALENDS_SMTP_URL", hide_env_values = true, value_parser = NonEmptyStringValueParser::new(), global = true, hide_short_help = true)]
    pub smtp_url: Option<String>,
    /// From whom that mail is: `Kalends <kalends@example.org>`. Needed where there is a server for it.
    #[arg(long, env = "KALENDS_MAIL_FROM", global = true, hide_short_help = true)]
    pub mail_from: Option<Mailbox>,
}

/// What mail goes out by, and from whom.
pub type OutgoingMail = (Option<Arc<dyn MailTransport>>, Option<Mailbox>);

impl MailOptions {
    /// # Errors
    /// What is wrong with them, without a password.
    pub fn outgoing(&self, configuration: &Configuration) -> Result<OutgoingMail, String> {
        let Some(url) = &self.smtp_url else { return Ok((None, self.mail_from.clone())) };
        let origin = || configuration.origin("smtp-url");
        let settings: SmtpSettings = url.parse().map_err(|error| format!("{}: smtp-url: {error}", origin()))?;
        if self.mail_from.is_none() {
            return Err(format!("{}: smtp-url needs mail-from, which says from whom mail is", origin()));
        }
        // Whoever configures a server wants it reached.
        let dialer = Dialer::new([settings.host.clone()]);
        Ok((Some(Arc::new(SmtpTransport::new(dialer, settings))), self.mail_from.clone()))
    }
}

/// What a connection may take.
#[derive(clap::Args)]
pub struct ConnectionOptions {
    /// Most connections at once; more wait.
    #[arg(long, env = "KALENDS_MAX_CONNECTIONS", default_value_t = 4096, value_parser = value_parser!(u32).range(1..=100_000).map(|n| n as usize), hide_short_help = true)]
    max_connections: usize,
    /// Seconds in which the header of a request has to have come.
    #[arg(long, env = "KALENDS_HEADER_SECONDS", default_value_t = 20, value_parser = value_parser!(u64).range(1..=3600), hide_short_help = true)]
    header_seconds: u64,
    /// Seconds after which a connection without a request is closed.
    #[arg(long, env = "KALENDS_IDLE_SECONDS", default_value_t = 60, value_parser = value_parser!(u64).range(1..=3600), hide_short_help = true)]
    idle_seconds: u64,
    /// Seconds that a body or an answer may stand still beyond what the least rate allows.
    #[arg(long, env = "KALENDS_GRACE_SECONDS", default_value_t = 30, value_parser = value_parser!(u64).range(1..=3600), hide_short_help = true)]
    grace_seconds: u64,
    /// Octets a second at which bodies have to come and answers to be read at least.
    #[arg(long, env = "KALENDS_LEAST_RATE", default_value_t = 1024, value_parser = value_parser!(u32).range(1..), hide_short_help = true)]
    least_rate: u32,
    /// Seconds that a request may take in all.
    #[arg(long, env = "KALENDS_REQUEST_SECONDS", default_value_t = 900, value_parser = value_parser!(u64).range(1..=86_400), hide_short_help = true)]
    request_seconds: u64,
}

impl From<ConnectionOptions> for ConnectionLimits {
    fn from(options: ConnectionOptions) -> Self {
        ConnectionLimits {
            connections: options.max_connections,
            header: Duration::from_secs(options.header_seconds),
            idle: Duration::from_secs(options.idle_seconds),
            grace: Duration::from_secs(options.grace_seconds),
            least_rate: options.least_rate,
            request: Duration::from_secs(options.request_seconds),
        }
    }
}
