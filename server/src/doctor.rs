//! `kalends doctor`: what is wrong with an installation, and what to do.

mod accounts;
mod links;
mod mail;
mod records;
mod reminders;
mod sign_in;

use crate::configuration::Configuration;
use crate::options::MailOptions;
use crate::{Outcome, ServeArguments};
use axum::http::{StatusCode, Uri};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use kalends_domain::jobs::{Job, JobId, JobState};
use kalends_domain::store::{Database, DatabaseAddress};
use kalends_domain::verify::{Harm, verify};
use kalends_domain::{Error, Limits, diagnosis};
use kalends_server::http_client::{self, Answer};
use kalends_server::{health, web::assets};
use rustix::fs::{Access as Permission, access as probe, statvfs};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;

const PUBLIC_URL: &str = "public URL";
/// How long the server at the public URL may take to answer.
const MAX_WAIT: Duration = Duration::from_secs(5);
/// By how much clocks may differ.
const MAX_DIFFERENCE: TimeDelta = TimeDelta::seconds(5);
/// How late a job may be.
const MAX_LATENESS: TimeDelta = TimeDelta::hours(1);
/// With less free a server soon cannot store anything.
const MIN_FREE_OCTETS: u64 = 64 * 1024 * 1024;

#[derive(clap::Args)]
pub struct DoctorArguments {
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    serve: ServeArguments,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Fine,
    /// It may be meant so.
    Notable,
    Wrong,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Fine => "fine",
            State::Notable => "note",
            State::Wrong => "wrong",
        }
    }
}

struct Finding {
    /// What was looked at.
    check: &'static str,
    state: State,
    text: String,
    /// What to do; empty where there is nothing to do.
    hint: String,
}

/// What is looked at, and what was found so far.
pub struct Doctor<'d> {
    pub configuration: &'d Configuration,
    pub address: &'d DatabaseAddress,
    /// The folder of the data.
    pub data: &'d Path,
    pub limits: &'d Limits,
    /// As the configuration has it.
    pub secret_key: Option<&'d str>,
    findings: Vec<Finding>,
}

impl<'d> Doctor<'d> {
    pub fn new(
        configuration: &'d Configuration,
        address: &'d DatabaseAddress,
        data: &'d Path,
        limits: &'d Limits,
        secret_key: Option<&'d str>,
    ) -> Self {
        Doctor { configuration, address, data, limits, secret_key, findings: Vec::new() }
    }

    /// Looks at everything and prints what was found.
    ///
    /// # Errors
    /// How many findings say that something is wrong.
    pub async fn run(mut self, arguments: DoctorArguments, mail: &MailOptions) -> Outcome {
        self.check_settings();
        let url = self.check_public_url(&arguments.serve);
        self.check_front_end(&arguments.serve.dist);
        self.check_permissions();
        self.check_backups();
        self.check_providers(url.as_ref()).await;
        self.check_mail(mail).await;
        let installation = self.check_database(url.as_ref()).await;
        if let Some(url) = url {
            self.ask_public_url(&url, installation).await;
        }
        if arguments.json {
            self.print_json()
        } else {
            self.print_text()
        }
        match self.findings.iter().filter(|finding| finding.state == State::Wrong).count() {
            0 => Ok(()),
            1 => Err("1 finding says that something is wrong".into()),
            wrong => Err(format!("{wrong} findings say that something is wrong").into()),
        }
    }

    fn add(&mut self, check: &'static str, state: State, text: impl Into<String>, hint: impl Into<String>) {
        self.findings.push(Finding { check, state, text: text.into(), hint: hint.into() });
    }

    fn print_text(&self) {
        for Finding { check, state, text, hint } in &self.findings {
            let arrow = if hint.is_empty() { "" } else { " → " };
            println!("{:5}  {check}: {text}{arrow}{hint}", state.name());
        }
    }

    fn print_json(&self) {
        let of = |Finding { check, state, text, hint }: &Finding| -> Value {
            json!({ "check": check, "state": state.name(), "text": text, "hint": hint })
        };
        println!("{:#}", Value::Array(self.findings.iter().map(of).collect()));
    }

    fn check_settings(&mut self) {
        let unknown: Vec<String> = self.configuration.unknown_keys.clone();
        let variables: Vec<String> = self
            .configuration
            .unknown_variables
            .iter()
            .map(|name| format!("{name} is set and is no setting"))
            .collect();
        for unknown in unknown.into_iter().chain(variables) {
            self.add("settings", State::Notable, unknown, "correct its name: docs/configuration.md lists the settings");
        }
        for (file, key) in self.configuration.files_with_secrets() {
            if key == "database" && matches!(self.address, DatabaseAddress::Sqlite(_)) {
                continue;
            }
            let shown = file.display();
            match mode(file) {
                Some(mode) if mode & 0o002 != 0 => {
                    let text = format!("whoever has an account on this machine can change {shown}, where {key} stands");
                    self.add("permissions", State::Wrong, text, format!("chmod o-w {shown}"));
                }
                Some(mode) if mode & 0o004 != 0 => {
                    let text = format!("{shown}, where {key} stands, can be read by everybody who reaches its folder");
                    self.add(
                        "permissions",
                        State::Notable,
                        text,
                        format!("chmod o-r {shown}, if the server can read it then"),
                    );
                }
                _ => {}
            }
        }
    }

    /// Yields it where it can be asked.
    fn check_public_url(&mut self, options: &ServeArguments) -> Option<Uri> {
        const CHECK: &str = PUBLIC_URL;
        const HINT: &str = "set public-url to how browsers reach the server, such as https://cal.example.org";
        let listen = options.listen.listen;
        let Some(url) = options.public_url.as_deref() else {
            let text = format!("it is not set: links lead to http://{listen}, and cookies go unencrypted");
            self.add(CHECK, State::Notable, text, HINT);
            return None;
        };
        let uri = url.parse::<Uri>().ok();
        let parts = uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.host()?, uri.path(), uri.query())));
        match parts {
            Some(("http" | "https", _, "/" | "", None)) => {}
            Some(("http" | "https", ..)) => {
                let text = format!("{url} has a path: the server cannot be served below one");
                self.add(CHECK, State::Wrong, text, "give the server a host name of its own");
                return None;
            }
            _ => {
                self.add(CHECK, State::Wrong, format!("{url} is no address of http or https"), HINT);
                return None;
            }
        }
        let (scheme, host) = parts.map_or(("", ""), |(scheme, host, ..)| (scheme, host));
        let is_here = host == "localhost"
            || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if scheme == "http" && !is_here {
            let text = format!("with {url} passwords and cookies cross the network unencrypted");
            self.add(CHECK, State::Notable, text, "put a proxy with HTTPS before it: docs/deploy.md");
        } else {
            self.add(CHECK, State::Fine, url, "");
        }
        uri
    }

    /// Whether browsers that go there come to this `installation`, which is not known where the database does not answer.
    async fn ask_public_url(&mut self, url: &Uri, installation: Option<String>) {
        const CHECK: &str = PUBLIC_URL;
        const PROXY: &str = "lead it to this server: docs/deploy.md";
        let live = match timeout(MAX_WAIT, http_client::get(url, health::LIVE)).await {
            Ok(Ok(live)) => live,
            failed => {
                let why = match failed {
                    Ok(Err(error)) => with_causes(&*error),
                    _ => format!("no answer within {} s", MAX_WAIT.as_secs()),
                };
                let text = format!("{url} cannot be asked from here: {why}");
                let hint = "start the server, and look at the proxy, the name and the certificate; it may be well where only others reach it";
                return self.add(CHECK, State::Notable, text, hint);
            }
        };
        if live != (Answer { status: StatusCode::OK, text: "ok".into() }) {
            let text = format!("{url} answers, but it is not Kalends that does ({})", live.status);
            return self.add(CHECK, State::Wrong, text, PROXY);
        }
        let answer = timeout(MAX_WAIT, http_client::get(url, health::INSTALLATION)).await;
        match (answer, installation) {
            (_, None) => {}
            (Ok(Ok(Answer { status: StatusCode::OK, text })), Some(own)) if text == own => {
                self.add(CHECK, State::Fine, format!("{url} leads to this installation"), "");
            }
            (Ok(Ok(Answer { status: StatusCode::OK | StatusCode::NOT_FOUND, .. })), _) => {
                let text = format!("{url} leads to another installation of Kalends");
                self.add(CHECK, State::Wrong, text, PROXY);
            }
            _ => {
                let text = format!("{url} leads to a server that does not say which installation it is");
                self.add(CHECK, State::Notable, text, "look whether it is ready: kalends health");
            }
        }
    }

    fn check_front_end(&mut self, dist: &Path) {
        match assets::read(dist) {
            Ok(_) => self.add("front-end", State::Fine, format!("{} has it", dist.display()), ""),
            Err(error) => {
                self.add(
                    "front-end",
                    State::Wrong,
                    error.to_string(),
                    "build it (cargo xtask build), and set dist to its folder",
                );
            }
        }
    }

    fn check_permissions(&mut self) {
        const CHECK: &str = "permissions";
        let DatabaseAddress::Sqlite(file) = self.address else { return };
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut is_fine = true;
        for path in [folder, file] {
            if path.exists() && probe(path, Permission::READ_OK | Permission::WRITE_OK).is_err() {
                let text = format!("{} cannot be written", path.display());
                self.add(
                    CHECK,
                    State::Wrong,
                    text,
                    "run this as the user of the server, and give the files to that user",
                );
                is_fine = false;
            }
        }
        let others_enter = mode(folder).is_some_and(|mode| mode & 0o001 != 0);
        if others_enter && mode(file).is_some_and(|mode| mode & 0o006 != 0) {
            let text = format!("everybody on this machine can read {}", file.display());
            self.add(CHECK, State::Notable, text, format!("chmod o-rwx {}", folder.display()));
            is_fine = false;
        }
        if is_fine {
            self.add(CHECK, State::Fine, format!("{} is for the server", folder.display()), "");
        }
    }

    fn check_backups(&mut self) {
        const CHECK: &str = "backups";
        let Some(plan) = &self.limits.backups else {
            let text = "the server makes none by itself";
            return self.add(CHECK, State::Notable, text, "set backup-folder, or make them by kalends backup");
        };
        let folder = plan.folder.display();
        let newest = match plan.backups() {
            Ok(backups) => backups.into_iter().next_back(),
            Err(error) => {
                let text = format!("{folder} cannot be read: {error}");
                return self.add(CHECK, State::Wrong, text, "correct backup-folder, or its permissions");
            }
        };
        match newest {
            None => self.add(CHECK, State::Wrong, format!("there is none in {folder}"), "kalends jobs list says why"),
            Some((made, _)) if Utc::now() - made > plan.interval * 2 => {
                let text = format!("the newest in {folder} is of {}", seconds(made));
                self.add(CHECK, State::Wrong, text, "kalends jobs list says why there is no newer one");
            }
            Some((made, _)) => self.add(CHECK, State::Fine, format!("the newest is of {}", seconds(made)), ""),
        }
    }

    fn check_jobs(&mut self, jobs: &[Job]) {
        const CHECK: &str = "jobs";
        let latest = Utc::now() - MAX_LATENESS;
        let mut is_well = true;
        for Job { id: JobId(id), kind, state, due_at, error, .. } in jobs {
            match state {
                JobState::Dead => {
                    let text = format!(
                        "job {id} ({kind}) failed for good: {}",
                        error.as_deref().unwrap_or("it is not said why")
                    );
                    self.add(
                        CHECK,
                        State::Wrong,
                        text,
                        format!("kalends jobs retry {id}, or kalends jobs remove {id}"),
                    );
                }
                JobState::Waiting if *due_at < latest => {
                    let text = format!("job {id} ({kind}) waits since {}", seconds(*due_at));
                    self.add(
                        CHECK,
                        State::Notable,
                        text,
                        "servers do jobs: is one running, with the settings that it needs?",
                    );
                }
                _ => continue,
            }
            is_well = false;
        }
        if is_well {
            self.add(CHECK, State::Fine, "none failed for good, none is late", "");
        }
    }

    /// Yields which installation it is of.
    async fn check_database(&mut self, url: Option<&Uri>) -> Option<String> {
        const CHECK: &str = "database";
        if let DatabaseAddress::Sqlite(file) = self.address
            && !file.exists()
        {
            let text = format!("there is none at {}", file.display());
            self.add(CHECK, State::Wrong, text, "start the server, which makes it, or correct data or database");
            return None;
        }
        match Database::open_as_it_is(self.address).await {
            Ok(database) => {
                let checked = self.check_opened(&database).await;
                if let Some(url) = url {
                    self.check_records(&url.to_string(), &database).await;
                }
                let installation = diagnosis::installation(&database).await;
                database.close().await;
                if let Err(error) = checked {
                    self.add(CHECK, State::Wrong, explained(&error), "see the log of the database");
                }
                installation.ok().flatten()
            }
            Err(error) => {
                let text = format!("{} cannot be opened: {}", self.address, explained(&error));
                self.add(CHECK, State::Wrong, text, "correct database, or start the database's server");
                None
            }
        }
    }

    async fn check_opened(&mut self, database: &Database) -> Result<(), Error> {
        let diagnosis::Tables { found, wanted } = diagnosis::tables(database).await?;
        match found {
            Some(found) if found == wanted => {
                self.add("tables", State::Fine, format!("of version {found}, as this program wants them"), "");
            }
            Some(found) if found > wanted => {
                let text =
                    format!("of version {found}: a later program made them, which this one ({wanted}) does not know");
                self.add("tables", State::Wrong, text, "use the later program");
                return Ok(());
            }
            found => {
                let found = found.map_or("none".to_owned(), |found| format!("of version {found}"));
                let text = format!("{found}, and this program wants version {wanted}");
                self.add("tables", State::Wrong, text, "make a backup, then start the server or run kalends migrate");
                return Ok(());
            }
        }
        self.check_clocks(diagnosis::clocks(database).await?);
        self.check_jobs(&diagnosis::jobs(database).await?);
        self.check_space(diagnosis::size(database).await?);
        self.check_accounts(database).await?;
        self.check_links(database).await?;
        self.check_reminders(database).await?;
        let found = verify(database, self.limits).await?;
        for damage in &found.damages {
            let hint = match damage.harm {
                Harm::Index => "kalends reindex",
                Harm::Sync => "its owner ends the link and makes it again: docs/sync.md",
                Harm::Content => "restore a backup: docs/operations.md",
            };
            self.add("data", State::Wrong, damage.to_string(), hint);
        }
        if found.is_whole() {
            self.add("data", State::Fine, found.to_string(), "");
        } else if found.more_damages > 0 {
            self.add("data", State::Wrong, format!("{} more damages", found.more_damages), "");
        }
        Ok(())
    }

    fn check_clocks(&mut self, clocks: diagnosis::Clocks) {
        const CHECK: &str = "clock";
        const HINT: &str = "keep the clock right by NTP (timedatectl set-ntp true)";
        let now = Utc::now();
        let difference = now - clocks.database;
        if let Some(newest) = clocks.newest_change.filter(|newest| *newest > now + MAX_DIFFERENCE) {
            let (newest, now) = (seconds(newest), seconds(now));
            let text = format!("the newest change was made at {newest}, which is to come: here it is {now}");
            self.add(CHECK, State::Wrong, text, HINT);
        } else if difference.abs() > MAX_DIFFERENCE {
            let text = format!("it differs by {} s from the clock of the database", difference.num_seconds());
            self.add(CHECK, State::Wrong, text, HINT);
        } else {
            self.add(CHECK, State::Fine, seconds(now), "");
        }
    }

    /// Of a database on a server its own machine is asked.
    fn check_space(&mut self, size: u64) {
        const CHECK: &str = "disk";
        let folder = match self.address {
            DatabaseAddress::Sqlite(file) => file,
            DatabaseAddress::Postgres(_) => self.data,
        };
        let Ok(space) = statvfs(folder) else { return };
        let free = space.f_bavail * space.f_frsize;
        let mebibytes = |octets: u64| octets / 1024 / 1024;
        let text = format!("{} MiB are free, and the database takes {} MiB", mebibytes(free), mebibytes(size));
        let hint = "make room: a backup needs as much as the database, and what is written needs some as well";
        match () {
            () if free < MIN_FREE_OCTETS => self.add(CHECK, State::Wrong, text, hint),
            () if free < size => self.add(CHECK, State::Notable, text, hint),
            () => self.add(CHECK, State::Fine, text, ""),
        }
    }
}

fn seconds(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn mode(path: &Path) -> Option<u32> {
    std::fs::metadata(path).ok().map(|file| file.permissions().mode())
}

fn explained(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let said = deeper.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = deeper.source();
    }
    text
}
