//! `kalends`: the command line of the one binary.

mod options;

use clap::{Parser, Subcommand};
use kalends_domain::Kalends;
use kalends_domain::access::{Caller, PrincipalId};
use kalends_domain::accounts::{NewUser, Preferences};
use kalends_domain::store::{Database, DatabaseAddress};
use kalends_server::{demo, serve};
use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
    #[command(flatten)]
    limits: options::LimitOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve CalDAV and the agenda.
    Serve(ServeArguments),
    /// Bring the database to this version and stop.
    Migrate,
    /// Accounts.
    #[command(subcommand)]
    User(UserCommand),
    /// Read an .ics file into a calendar of an account.
    Import {
        user: String,
        /// The calendar's segment in its URL, such as `personal`.
        calendar: String,
        file: PathBuf,
    },
    /// Write a calendar as one .ics file to standard output.
    Export { user: String, calendar: String },
    /// Derive anew everything that is derived from the stored objects.
    Reindex,
}

#[derive(clap::Args)]
struct ServeArguments {
    /// Address and port to listen on.
    #[arg(long, env = "KALENDS_LISTEN", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// How browsers reach this server, when that is not http and the listening address: `https://cal.example.org`.
    #[arg(long, env = "KALENDS_PUBLIC_URL")]
    public_url: Option<String>,
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
    connections: options::ConnectionOptions,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Make an account; prints a one-time link to choose its password.
    Add {
        name: String,
        #[arg(long)]
        display_name: Option<String>,
        #[arg(long)]
        email: Option<String>,
        #[arg(long)]
        admin: bool,
    },
    /// Print a new one-time link to choose a password.
    Link { name: String },
    /// Make an app password for CalDAV clients and print it; it cannot be shown again.
    AppPassword { name: String, label: String },
}

/// Gives back what a burst of work took, which the system's own allocator keeps on every thread (`benches/memory.py`).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("KALENDS_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Arguments::parse()).await {
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

async fn run(arguments: Arguments) -> Outcome {
    let address = address(&arguments)?;
    let store = Database::open(&address).await?;
    let kalends = Kalends::new(store.clone(), arguments.limits.into());
    match arguments.command {
        Command::Serve(options) => {
            if options.pseudo_language {
                kalends_app::words::add_pseudo_language();
            }
            let public_url = options.public_url.map(|url| url.trim_end_matches('/').to_owned());
            let sign_in =
                if options.demo { Some(demo::prepare(&kalends).await?) } else { first_administrator(&kalends).await? };
            let options = serve::Options {
                listen: options.listen,
                public_url,
                dist: options.dist,
                live_reload: options.live_reload,
                connections: options.connections.into(),
                sign_in,
            };
            serve::run(kalends, options).await?;
        }
        Command::Migrate => println!("{address} is up to date."),
        Command::User(command) => user(&kalends, command).await?,
        Command::Import { user, calendar, file } => import(&kalends, &user, &calendar, &file).await?,
        Command::Export { user, calendar } => {
            let caller = Caller::command(kalends.user_by_slug(&user).await?.principal.id);
            let calendar = kalends.calendar(caller, &user, &calendar).await?;
            let mut export = kalends.export(caller, calendar.id).await?;
            while let Some(piece) = export.next().await? {
                std::io::stdout().write_all(piece.as_bytes())?;
            }
        }
        Command::Reindex => println!("{} objects indexed.", kalends.reindex().await?),
    }
    store.close().await;
    Ok(())
}

/// Where the database is. Makes the folder of the data where that is in it.
fn address(arguments: &Arguments) -> Outcome<DatabaseAddress> {
    if let Some(database) = &arguments.database {
        return Ok(DatabaseAddress::parse(database)?);
    }
    let data = &arguments.data;
    std::fs::create_dir_all(data)
        .map_err(|error| format!("the data folder {} cannot be made: {error}", data.display()))?;
    Ok(DatabaseAddress::Sqlite(data.join("kalends.sqlite")))
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
    if kalends.has_password(admin.principal.id).await? {
        return Ok(None);
    }
    let link = kalends.create_sign_in_link(admin.principal.id).await?;
    Ok(Some(serve::SignIn::Link(link)))
}

async fn user(kalends: &Kalends, command: UserCommand) -> Outcome {
    match command {
        UserCommand::Add { name, display_name, email, admin } => {
            let user = kalends
                .create_user(NewUser {
                    display_name: display_name.unwrap_or_else(|| name.clone()),
                    slug: name,
                    email,
                    is_admin: admin,
                    preferences: Preferences::default(),
                })
                .await?;
            print_link(kalends, user.principal.id).await
        }
        UserCommand::Link { name } => print_link(kalends, kalends.user_by_slug(&name).await?.principal.id).await,
        UserCommand::AppPassword { name, label } => {
            let user = kalends.user_by_slug(&name).await?;
            let (_, secret) = kalends.create_app_password(user.principal.id, &label).await?;
            println!("{}", secret.0);
            Ok(())
        }
    }
}

async fn print_link(kalends: &Kalends, id: PrincipalId) -> Outcome {
    let link = kalends.create_sign_in_link(id).await?;
    println!("Within a day, choose the password at: {}", serve::link_path(&link));
    Ok(())
}

async fn import(kalends: &Kalends, user: &str, calendar: &str, file: &Path) -> Outcome {
    let text = std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let caller = Caller::command(kalends.user_by_slug(user).await?.principal.id);
    let calendar = kalends.calendar(caller, user, calendar).await?;
    let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let report = kalends.import(caller, calendar.id, &name, text).await?;
    println!(
        "{} added, {} replaced, {} unchanged, {} refused",
        report.added.len(),
        report.replaced.len(),
        report.unchanged,
        report.refused.len()
    );
    for refusal in &report.refused {
        println!("  line {}: {}: {}", refusal.line, refusal.what, refusal.why);
    }
    Ok(())
}
