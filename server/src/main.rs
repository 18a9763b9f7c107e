//! `kalends`: the command line of the one binary.

mod account_commands;
mod client_commands;
mod configuration;
mod doctor;
mod job_commands;
mod logging;
mod mail_commands;
mod maintenance;
mod move_commands;
mod options;
mod user_commands;

use account_commands::{AccountsCommand, SyncArguments};
use clap::{Parser, Subcommand};
use client_commands::{CalendarCommand, EventCommand};
use configuration::{Configuration, ConfigurationError};
use doctor::Doctor;
use job_commands::JobsCommand;
use kalends_domain::access::Caller;
use kalends_domain::accounts::{AccountState, NewUser, Preferences};
use kalends_domain::store::{Database, DatabaseAddress};
use kalends_domain::{Kalends, Limits};
use kalends_server::client_address::TrustedProxies;
use kalends_server::public_links::EmbedOrigins;
use kalends_server::rest::CorsOrigins;
use kalends_server::{demo, health, secret_keys, serve};
use mail_commands::MailCommand;
use maintenance::{MaintenanceCommand, Place};
use move_commands::ImportArguments;
use std::error::Error;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use user_commands::UserCommand;

/// A self-hosted calendar: CalDAV server and agenda in one program.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Folder of the data; made when it is missing.
    #[arg(long, env = "KALENDS_DATA", default_value = "data", global = true)]
    data: PathBuf,
    /// The database: `sqlite:FILE`, or `postgres://USER:PASSWORD@HOST/NAME` for PostgreSQL 15 or newer. Default: kalends.sqlite in the
    /// folder of the data.
    #[arg(long, env = "KALENDS_DATABASE_URL", hide_env_values = true, global = true)]
    database: Option<String>,
    /// The file with the settings. Default: kalends.toml in the folder of the data, or else in /etc/kalends, if there is one.
    #[arg(long, env = "KALENDS_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    logging: logging::LogOptions,
    #[command(flatten)]
    limits: options::LimitOptions,
    #[command(flatten)]
    backups: options::BackupOptions,
    #[command(flatten)]
    remote: options::RemoteOptions,
    #[command(flatten)]
    mail: options::MailOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    OnDatabase(DatabaseCommand),
    #[command(flatten)]
    Maintenance(MaintenanceCommand),
    /// Calendars on a server, asked for with a token.
    #[command(subcommand)]
    Calendar(CalendarCommand),
    /// Events on a server, asked for with a token.
    #[command(subcommand)]
    Event(EventCommand),
    /// The settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Look for what is wrong with the installation, and say what to do. Takes the options of `serve`; fails where something is wrong.
    Doctor(doctor::DoctorArguments),
    /// Ask the server that listens here whether it is ready; fails with the reason when it is not. For health checks of containers.
    Health(options::ListenOptions),
}

/// What is done on the database.
#[derive(Subcommand)]
enum DatabaseCommand {
    /// Serve CalDAV and the agenda.
    Serve(Box<ServeArguments>),
    /// Bring the database to this version and stop.
    Migrate,
    /// Accounts.
    #[command(subcommand)]
    User(UserCommand),
    /// Read an .ics file into a calendar of an account, or move an account's calendars here from another service.
    Import(ImportArguments),
    /// Write a calendar as one .ics file to standard output.
    Export { user: String, calendar: String },
    /// People's accounts at services elsewhere.
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Have calendars brought into step that are kept so with others elsewhere: all of the installation, or some.
    Sync(SyncArguments),
    /// Mail that the server sends.
    #[command(subcommand)]
    Mail(MailCommand),
    /// Derive anew everything that is derived from the stored objects.
    Reindex,
    /// Work that the server does beside answering.
    #[command(subcommand)]
    Jobs(JobsCommand),
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Print the settings that are in force for `serve`, and where each comes from. Fails where the file has a key that is none.
    Check(ServeArguments),
}

#[derive(clap::Args)]
struct ServeArguments {
    #[command(flatten)]
    listen: options::ListenOptions,
    /// How browsers reach this server, when that is not http and the listening address: `https://cal.example.org`.
    #[arg(long, env = "KALENDS_PUBLIC_URL")]
    public_url: Option<String>,
    /// The proxies before this server, whose X-Forwarded-For says where requests come from: addresses and networks with commas between
    /// them, such as `127.0.0.1,10.0.0.0/8`. Default: nobody is believed.
    #[arg(long, env = "KALENDS_TRUSTED_PROXIES")]
    trusted_proxies: Option<TrustedProxies>,
    #[command(flatten)]
    trusted_header: options::TrustedHeaderOptions,
    /// The sites that may have what public links show in frames: origins with commas between them, such as
    /// `https://www.example.org`, or `*` for all. Default: none.
    #[arg(long, env = "KALENDS_EMBED_ORIGINS")]
    embed_origins: Option<EmbedOrigins>,
    /// The pages of other sites that may use /api/v1.0/ with an app password or a token: origins with commas between them, such as
    /// `https://intranet.example.org`. Default: none.
    #[arg(long, env = "KALENDS_CORS_ORIGINS")]
    cors_origins: Option<CorsOrigins>,
    /// Folder that the front-end build wrote.
    #[arg(long, env = "KALENDS_DIST", default_value = "dist")]
    dist: PathBuf,
    /// Have pages load themselves again when the server was started anew.
    #[arg(long, hide = true)]
    live_reload: bool,
    /// Have pages in the language that nobody speaks, `en-XA`, beside the others: what shows in English there was not translatable.
    #[arg(long, hide = true)]
    pseudo_language: bool,
    /// Make the account `demo` with a month of example calendars, if it is missing.
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    metrics: options::MetricsOptions,
    #[command(flatten)]
    connections: options::ConnectionOptions,
}

/// Gives back what a burst of work took, which the system's own allocator keeps on every thread (`benches/memory.py`).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    let given: Vec<OsString> = std::env::args_os().collect();
    let outcome = match configuration::read::<Arguments>(&given) {
        Ok((arguments, configuration)) => run(arguments, configuration).await,
        Err(ConfigurationError::Options(error)) => error.exit(),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kalends: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments, configuration: Configuration) -> Outcome {
    let address = address(&arguments, &configuration)?;
    let limits = Limits { backups: arguments.backups.into(), ..arguments.limits.into() };
    let data = arguments.data.as_path();
    let command = match arguments.command {
        Command::OnDatabase(command) => command,
        Command::Maintenance(command) => {
            arguments.logging.begin();
            return Place { address: &address, data, limits: &limits }.run(command).await;
        }
        Command::Doctor(options) => {
            return Doctor::new(&configuration, &address, data, &limits, arguments.remote.secret_key.as_deref())
                .run(options, &arguments.mail)
                .await;
        }
        Command::Calendar(command) => return client_commands::calendar(command).await,
        Command::Event(command) => return client_commands::event(command).await,
        Command::Config(ConfigCommand::Check(_)) => return check(&configuration, &address),
        Command::Health(options) => return Ok(health::ask(options.listen).await?),
    };
    arguments.logging.begin();
    for unknown in &configuration.unknown_keys {
        tracing::warn!("{unknown}");
    }
    for unknown in &configuration.unknown_variables {
        tracing::warn!("{unknown} is set and is no setting");
    }
    if arguments.database.is_none() {
        std::fs::create_dir_all(data)
            .map_err(|error| format!("the data folder {} cannot be made: {error}", data.display()))?;
    }
    let store = Database::open(&address).await?;
    let key = arguments.remote.secret_key.as_deref();
    let vault = match command {
        DatabaseCommand::Serve(_) => secret_keys::read_or_make(key, data)?,
        _ => secret_keys::read(key, data)?,
    };
    let connector = arguments.remote.connector(configuration.microsoft(), configuration.google());
    let (transport, sender) = arguments.mail.outgoing(&configuration)?;
    let public_url = match &command {
        DatabaseCommand::Serve(options) => options.public_url.as_deref(),
        _ => None,
    };
    let push = arguments.remote.push(sender.as_ref(), public_url);
    let kalends = Kalends::new(store.clone(), limits)
        .with_vault(vault)
        .with_mail_connector(connector.clone())
        .with_connector(connector);
    let kalends = kalends.with_mail_transport(transport).with_mail_sender(sender).with_push_transport(push);
    match command {
        DatabaseCommand::Serve(options) => {
            let options = *options;
            if options.pseudo_language {
                kalends_app::words::add_pseudo_language();
            }
            if !kalends.limits().password_sign_in
                && configuration.providers().is_empty()
                && !options.trusted_header.is_set()
            {
                tracing::warn!(
                    "nobody can sign in but by a one-time link: password-sign-in is off, and there is no other way"
                );
            }
            if options.trusted_header.is_set() && options.trusted_proxies.is_none() {
                let origin = configuration.origin("trusted-header");
                return Err(
                    format!("{origin}: trusted-header needs trusted-proxies, which say whose word counts").into()
                );
            }
            let public_url = options.public_url.map(|url| url.trim_end_matches('/').to_owned());
            let sign_in =
                if options.demo { Some(demo::prepare(&kalends).await?) } else { first_administrator(&kalends).await? };
            let options = serve::Options {
                listen: options.listen.listen,
                public_url,
                trusted_proxies: options.trusted_proxies.unwrap_or_default(),
                trusted_header: options.trusted_header.into(),
                providers: configuration.providers(),
                microsoft: configuration.microsoft(),
                google: configuration.google(),
                cors_origins: options.cors_origins.unwrap_or_default(),
                dist: options.dist,
                embed_origins: options.embed_origins.unwrap_or_default(),
                live_reload: options.live_reload,
                connections: options.connections.into(),
                sign_in,
                metrics: options.metrics.into(),
            };
            serve::run(kalends, options).await?;
        }
        DatabaseCommand::Migrate => println!("{address} is up to date."),
        DatabaseCommand::User(command) => user_commands::run(&kalends, command).await?,
        DatabaseCommand::Import(arguments) => move_commands::run(&kalends, arguments).await?,
        DatabaseCommand::Export { user, calendar } => {
            let caller = Caller::command(kalends.user_by_slug(&user).await?.principal.id);
            let calendar = kalends.calendar(caller, &user, &calendar).await?;
            let mut export = kalends.export(caller, calendar.id).await?;
            while let Some(piece) = export.next().await? {
                std::io::stdout().write_all(piece.as_bytes())?;
            }
        }
        DatabaseCommand::Accounts(command) => account_commands::run(&kalends, command).await?,
        DatabaseCommand::Sync(arguments) => account_commands::sync(&kalends, arguments).await?,
        DatabaseCommand::Jobs(command) => job_commands::run(&kalends, command).await?,
        DatabaseCommand::Mail(command) => mail_commands::run(&kalends, command).await?,
        DatabaseCommand::Reindex => println!("{} objects indexed.", kalends.reindex().await?),
    }
    store.close().await;
    Ok(())
}

/// Where the database is.
fn address(arguments: &Arguments, configuration: &Configuration) -> Outcome<DatabaseAddress> {
    match &arguments.database {
        Some(database) => DatabaseAddress::parse(database)
            .map_err(|error| format!("{}: {error}", configuration.origin("database")).into()),
        None => Ok(DatabaseAddress::Sqlite(arguments.data.join("kalends.sqlite"))),
    }
}

/// `kalends config check`.
fn check(configuration: &Configuration, address: &DatabaseAddress) -> Outcome {
    print!("{}", configuration::describe(configuration, |key, _| (key == "database").then(|| address.to_string())));
    for unknown in &configuration.unknown_variables {
        eprintln!("kalends: {unknown} is set and is no setting");
    }
    match configuration.unknown_keys.as_slice() {
        [] => Ok(()),
        unknown => Err(unknown.join("\n").into()),
    }
}

/// On the first run, the administrator's account; as long as its password is not chosen, how to choose it.
async fn first_administrator(kalends: &Kalends) -> Outcome<Option<serve::SignIn>> {
    if !kalends.has_users().await? {
        kalends
            .create_user(NewUser {
                slug: "admin".into(),
                display_name: "Administrator".into(),
                email: None,
                is_admin: true,
                preferences: Preferences::default(),
            })
            .await?;
    }
    let Ok(admin) = kalends.user_by_slug("admin").await else { return Ok(None) };
    if admin.state != AccountState::Active || kalends.has_password(admin.principal.id).await? {
        return Ok(None);
    }
    let link = kalends.create_sign_in_link(admin.principal.id).await?;
    Ok(Some(serve::SignIn::Link(link)))
}
