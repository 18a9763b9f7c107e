//! The program itself, in a process of its own.

use crate::database::TestDatabase;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long something may take to come into the log.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// `kalends serve` on a port of its own choice.
pub struct Program {
    child: Child,
    pub address: SocketAddr,
    log: Arc<Mutex<Vec<u8>>>,
}

/// What runs `program`, the path of the binary, on the database, with a front-end that is as good as none and nothing else of the
/// environment that would configure it.
pub fn command(program: &str, database: &TestDatabase) -> Command {
    let dist = database.folder().join("dist");
    front_end(&dist);
    let mut command = bare_command(program);
    command.env("KALENDS_DATABASE_URL", &database.url).env("KALENDS_DIST", dist);
    command
}

/// What runs the program without any configuration.
pub fn bare_command(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KALENDS_")) {
        command.env_remove(name);
    }
    command
}

/// As much as the server wants of a front-end.
fn front_end(dist: &Path) {
    std::fs::create_dir_all(dist).unwrap();
    let page = r#"<link rel="modulepreload" href="/a.js"><link rel="preload" href="/a.wasm">"#;
    std::fs::write(dist.join("index.html"), page).unwrap();
}

/// What a command that must succeed prints.
pub fn printed(mut command: Command, arguments: &[&str]) -> String {
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", errors(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What it says on standard error.
pub fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

impl Program {
    /// Serves until it is dropped.
    pub fn start(mut command: Command) -> Self {
        command.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let log = Arc::<Mutex<Vec<u8>>>::default();
        let (mut errors, to) = (child.stderr.take().unwrap(), log.clone());
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(octets @ 1..) = errors.read(&mut piece) {
                to.lock().unwrap().extend(&piece[..octets]);
            }
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.find_map(|line| {
            line.unwrap().split_once("ready: http://").map(|(_, url)| url.trim_end_matches('/').to_owned())
        });
        // The rest of its output goes nowhere, but its pipe has to stay open.
        std::thread::spawn(move || lines.for_each(drop));
        Program { child, address: ready.expect("the server did not start").parse().unwrap(), log }
    }

    /// What it has written to standard error, once this is in it.
    pub async fn log_with(&self, text: &str) -> String {
        let begun = Instant::now();
        loop {
            let log = String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned();
            // A line is there when its end is.
            if log.rfind('\n').is_some_and(|end| log[..end].contains(text)) {
                return log;
            }
            assert!(begun.elapsed() < MAX_WAIT, "{text} is not in the log:\n{log}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
