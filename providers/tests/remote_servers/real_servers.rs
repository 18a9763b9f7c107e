//! CalDAV servers of other hands, each in a folder of its own, and Kalends itself.

use kalends_providers::caldav::discovery::{Entry, discover};
use kalends_providers::caldav::dns::NameServers;
use kalends_providers::caldav::{Account, CalDav, Trust};
use kalends_providers::credentials::Credentials;
use kalends_providers::outbound::Outbound;
use kalends_test_support::client::Client;
use kalends_test_support::server::Server;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use url::Url;

const NAME: &str = "ada";
const PASSWORD: &str = "correct-horse-battery";
const MAX_START: Duration = Duration::from_secs(30);

/// A program that runs until it is dropped.
struct Process {
    child: Child,
    _folder: TempDir,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

enum Running {
    Process(#[expect(dead_code, reason = "runs until it is dropped")] Process),
    Kalends(#[expect(dead_code, reason = "runs until it is dropped")] Box<Server>),
}

/// A server with the account of `ada`, who has one calendar at least.
pub struct RealServer {
    pub name: &'static str,
    address: SocketAddr,
    /// Path of the calendar that the tests are about.
    pub calendar: String,
    /// Somebody else's program, which changes the calendar meanwhile.
    pub other: Client,
    /// Whether what it stores is what it was sent.
    pub keeps_texts: bool,
    password: String,
    _running: Running,
}

fn python() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/venv/bin/python");
    std::env::var_os("KALENDS_TEST_PYTHON").map_or(own, PathBuf::from)
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until the program that `command` starts listens.
async fn started(name: &str, mut command: Command, folder: TempDir, port: u16) -> (Process, SocketAddr) {
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).current_dir(folder.path());
    let child = command.spawn().unwrap_or_else(|error| match error.kind() {
        ErrorKind::NotFound => panic!(
            "{name} needs Python with its packages: python3 -m venv VENV && VENV/bin/pip install -r \
             providers/tests/requirements.txt, then KALENDS_TEST_PYTHON=VENV/bin/python"
        ),
        _ => panic!("{name}: {error}"),
    });
    let mut process = Process { child, _folder: folder };
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let until = Instant::now() + MAX_START;
    while tokio::net::TcpStream::connect(address).await.is_err() {
        let log = || std::fs::read_to_string(process._folder.path().join("log")).unwrap();
        if process.child.try_wait().unwrap().is_some() || Instant::now() > until {
            panic!("{name} did not start:\n{}", log());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    (process, address)
}

impl RealServer {
    pub async fn radicale() -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let path = folder.path().display().to_string();
        std::fs::write(folder.path().join("users"), format!("{NAME}:{PASSWORD}\n")).unwrap();
        let config = format!(
            "[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {path}/users\n\
             htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = {path}/collections\n[logging]\nlevel = error\n"
        );
        std::fs::write(folder.path().join("config"), config).unwrap();
        let mut command = Command::new(python());
        command.args(["-m", "radicale", "--config"]).arg(folder.path().join("config"));
        let (process, address) = started("Radicale", command, folder, port).await;
        let calendar = "/ada/work/".to_owned();
        RealServer::of("Radicale", address, calendar, false, PASSWORD, Running::Process(process)).with_calendar().await
    }

    pub async fn xandikos() -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let mut command = Command::new(python());
        command.args(["-m", "xandikos", "serve", "--listen-address", "127.0.0.1", "--no-detect-systemd"]);
        command.args(["--current-user-principal", "/ada/", "--autocreate", "--port", &port.to_string()]);
        command.arg("--directory").arg(folder.path().join("data"));
        command.arg("--state-dir").arg(folder.path().join("state"));
        let (process, address) = started("Xandikos", command, folder, port).await;
        let calendar = "/ada/calendars/work/".to_owned();
        RealServer::of("Xandikos", address, calendar, false, PASSWORD, Running::Process(process)).with_calendar().await
    }

    pub async fn kalends() -> Self {
        let server = Box::new(Server::start().await);
        let client = server.account(NAME).await;
        let (address, calendar) = (server.address, client.at(""));
        let running = Running::Kalends(server);
        let mut kalends = RealServer::of("Kalends", address, calendar, true, "", running);
        kalends.password = password_of(&client);
        kalends.other = client;
        kalends
    }

    fn of(
        name: &'static str,
        address: SocketAddr,
        calendar: String,
        keeps_texts: bool,
        password: &str,
        running: Running,
    ) -> Self {
        let other = Client::new(address, NAME, password);
        RealServer { name, address, calendar, other, keeps_texts, password: password.to_owned(), _running: running }
    }

    async fn with_calendar(self) -> Self {
        let properties = "<D:displayname>Work</D:displayname><I:calendar-color xmlns:I=\"http://apple.com/ns/ical/\">#AA5500FF</I:calendar-color>";
        let body = format!(
            "<C:mkcalendar xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><D:set><D:prop>{properties}</D:prop></D:set></C:mkcalendar>"
        );
        let made = self.other.request("MKCALENDAR", &self.calendar).xml(&body).send().await;
        assert_eq!(made.status, 201, "{}: {}", self.name, made.text());
        self
    }

    pub fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    pub fn credentials(&self) -> Credentials {
        Credentials::Basic { user: NAME.into(), password: self.password.clone() }
    }

    /// A provider for the calendar of the tests, for whoever has these credentials.
    pub fn provider_with(&self, credentials: &Credentials) -> CalDav {
        let calendar = self.url(&self.calendar);
        let trust = Trust { origins: vec![calendar.clone()], domains: Vec::new() };
        let account = Account { homes: Vec::new(), calendars: vec![calendar], principal: None, user: None, trust };
        CalDav::new(Outbound::new(["127.0.0.1".to_owned()]), account, credentials).unwrap()
    }

    /// The provider for the account that is found from the server's root.
    pub async fn provider(&self) -> CalDav {
        let outbound = Outbound::new(["127.0.0.1".to_owned()]);
        let records = NameServers::of_the_machine().unwrap();
        let entry = Entry::Address(self.url("/"));
        let account = discover(&outbound, &records, &entry, &self.credentials()).await;
        let account = account.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        CalDav::new(outbound, account, &self.credentials()).unwrap()
    }
}

/// The password that a client of the test's signs in with.
fn password_of(client: &Client) -> String {
    use base64::Engine;
    let encoded = client.authorization.as_ref().unwrap().strip_prefix("Basic ").unwrap();
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap();
    String::from_utf8(decoded).unwrap().split_once(':').unwrap().1.to_owned()
}
