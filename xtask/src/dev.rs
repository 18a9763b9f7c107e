//! The developer's loop: rebuild what a change concerns, restart the server, reload the page.

use crate::process::{Failure, run, step};
use crate::{cargo, front_end, root, target, tools};
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

const PAUSE: Duration = Duration::from_millis(400);
const BROWSER: [&str; 5] = ["app", "frontend", "view", "style", "public"];
const SERVER: [&str; 7] = ["app", "domain", "migrations", "providers", "server", "view", "webdav"];

/// Serves until interrupted. A build that fails leaves the last good server running.
pub fn serve(arguments: &[String]) -> Result<(), Failure> {
    tools::for_building()?;
    front_end()?;
    run(&mut build())?;
    let mut server = start(arguments)?;
    let mut seen = SystemTime::now();
    loop {
        sleep(PAUSE);
        let now = SystemTime::now();
        let changed = |folders: &[&str]| folders.iter().any(|folder| changed_since(&root().join(folder), seen));
        let (browser, backend) = (changed(&BROWSER), changed(&SERVER));
        if !browser && !backend {
            continue;
        }
        seen = now;
        step("Rebuilding");
        let built =
            if browser { front_end() } else { Ok(()) }.and_then(|()| if backend { run(&mut build()) } else { Ok(()) });
        match built {
            Ok(()) => {
                server.kill()?;
                server.wait()?;
                server = start(arguments)?;
            }
            Err(failure) => eprintln!("{failure}; waiting for the next change"),
        }
    }
}

fn build() -> Command {
    cargo(&["build", "--package", "kalends-server"])
}

fn start(arguments: &[String]) -> Result<Child, Failure> {
    let mut server = Command::new(target().join("debug/kalends"));
    Ok(server.args(["serve", "--live-reload"]).args(arguments).current_dir(root()).spawn()?)
}

fn changed_since(path: &Path, moment: SystemTime) -> bool {
    let Ok(data) = path.metadata() else { return false };
    if data.is_dir() {
        return std::fs::read_dir(path)
            .is_ok_and(|entries| entries.flatten().any(|entry| changed_since(&entry.path(), moment)));
    }
    data.modified().is_ok_and(|changed| changed >= moment)
}
