//! A PostgreSQL server of the tests' own, in a temporary folder.

use crate::process::{Failure, output, run, step};
use crate::scratch::Scratch;
use crate::tools;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The account that runs the server where the tests are run by root, whom PostgreSQL refuses; Debian's package makes it.
const ORDINARY_USER: &str = "postgres";
/// What is acknowledged need not survive a power cut here, and no database is there long enough to be tidied up.
const SETTINGS: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400 -c max_wal_size=256MB -c autovacuum=off -c jit=off -c listen_addresses=127.0.0.1";

/// A running server; stopped, and its folder removed, when it is dropped.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    pub port: u16,
}

impl Postgres {
    pub fn start(scratch: &Scratch) -> Result<Self, Failure> {
        step("Starting PostgreSQL");
        let programs = tools::postgres()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = scratch.path().join(format!("postgres-{port}"));
        std::fs::create_dir_all(&folder)?;
        let server = Postgres { programs, folder, port };
        if is_root() {
            run(Command::new("chown").arg(ORDINARY_USER).arg(&server.folder))?;
        }
        let data = server.data();
        let options = ["--auth=trust", "--username=kalends", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        run(server.program("initdb").args(options).arg("-D").arg(&data).stdout(Stdio::null()))?;
        let settings = format!("-p {port} -k {} {SETTINGS}", server.folder.display());
        let log = server.folder.join("log");
        let mut start = server.program("pg_ctl");
        run(start.args(["start", "-w", "-o", &settings, "-D"]).arg(&data).arg("-l").arg(&log).stdout(Stdio::null()))?;
        Ok(server)
    }

    /// The address of a database on it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://kalends@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database.
    pub fn create(&self, database: &str) -> Result<String, Failure> {
        let port = self.port.to_string();
        run(self.program("createdb").args(["-h", "127.0.0.1", "-U", "kalends", "-p", &port, database]))?;
        Ok(self.url(database))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn program(&self, name: &str) -> Command {
        as_ordinary_user(&self.programs.join(name), &self.folder)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        let _ = stop.args(["stop", "-m", "immediate", "-D"]).arg(self.data()).stdout(Stdio::null()).status();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}

fn as_ordinary_user(program: &Path, folder: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", ORDINARY_USER, "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(folder);
    command
}
