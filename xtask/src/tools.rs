//! The tools that building and testing need. What the machine lacks goes into `.tools/`, once.

use crate::process::{Failure, output, run, step};
use crate::{cargo, root};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

const TRUNK: &str = "0.21.14";
/// The npm package that carries `wasm-opt`.
const BINARYEN: &str = "132.0.0";
/// The npm package that minifies the script.
const ESBUILD: &str = "0.25.12";
/// Oldest `wasm-opt` that knows what the compiler writes.
const WASM_OPT_SINCE: u32 = 120;
const REQUIREMENTS: [&str; 3] =
    ["domain/ical/tests/requirements.txt", "providers/tests/requirements.txt", "server/tests/clients/requirements.txt"];

fn folder() -> PathBuf {
    root().join(".tools")
}

/// `command`, with the tools of the project before those of the machine.
pub fn on_path(mut command: Command) -> Command {
    let own = [folder().join("bin"), folder().join("npm/node_modules/.bin")];
    let machine = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(own.into_iter().chain(std::env::split_paths(&machine))).unwrap_or(machine);
    command.env("PATH", path);
    command
}

/// What `program --version` prints.
fn version(program: &str) -> Option<String> {
    let mut command = on_path(Command::new(program));
    output(command.arg("--version"))
}

fn require(program: &str, advice: &str) -> Result<(), Failure> {
    version(program).map(drop).ok_or_else(|| Failure(format!("`{program}` is not there. {advice}")))
}

/// What is there before anything is built: Node.js, make, and the WebAssembly target.
pub fn basics() -> Result<(), Failure> {
    require("node", "Install Node.js 18 or newer with npm.")?;
    require("make", "Install it with a C compiler, such as Debian's package build-essential.")?;
    wasm_target()
}

/// The basics, Trunk, wasm-bindgen, wasm-opt and esbuild.
pub fn for_building() -> Result<(), Failure> {
    basics()?;
    trunk()?;
    wasm_bindgen()?;
    wasm_opt()?;
    minifier()
}

fn wasm_target() -> Result<(), Failure> {
    let installed = output(Command::new("rustup").args(["target", "list", "--installed"]));
    match installed {
        Some(targets) if targets.lines().any(|target| target == "wasm32-unknown-unknown") => Ok(()),
        Some(_) => {
            step("Adding the WebAssembly target");
            run(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"]))
        }
        None => Err(Failure("`rustup` is not there. Install Rust from https://rustup.rs.".into())),
    }
}

fn trunk() -> Result<(), Failure> {
    if version("trunk").is_some_and(|version| version == format!("trunk {TRUNK}")) {
        return Ok(());
    }
    step("Installing Trunk (once; takes a few minutes)");
    // Without TLS and the question for a newer version: it is to build what is here, with tools that are there already.
    cargo_install("trunk", TRUNK, &["--locked", "--no-default-features"])
}

fn wasm_bindgen() -> Result<(), Failure> {
    let wanted = locked_version("wasm-bindgen")?;
    if version("wasm-bindgen").is_some_and(|version| version == format!("wasm-bindgen {wanted}")) {
        return Ok(());
    }
    step(&format!("Installing wasm-bindgen {wanted} (once; takes a minute)"));
    // Without --locked: a registry mirror may lag behind the versions that its lock file names.
    cargo_install("wasm-bindgen-cli", &wanted, &[])
}

fn cargo_install(package: &str, version: &str, how: &[&str]) -> Result<(), Failure> {
    let mut install = cargo(&["install", package, "--version", version, "--force", "--root"]);
    install.arg(folder()).args(how);
    // Unoptimised they are built in a fraction of the time, which they never run long enough to lose again.
    install.arg("--debug").env("CARGO_PROFILE_DEV_DEBUG", "0");
    // Checks and unwinding are a fifth of what would be compiled.
    install.env("CARGO_PROFILE_DEV_DEBUG_ASSERTIONS", "false").env("CARGO_PROFILE_DEV_PANIC", "abort");
    // In a target folder of its own: tools and project would fill one another's with other features.
    install.env("CARGO_TARGET_DIR", folder().join("build"));
    run(&mut install)?;
    std::fs::remove_dir_all(folder().join("build")).map_err(Failure::from)
}

/// The version of a package in Cargo.lock.
fn locked_version(package: &str) -> Result<String, Failure> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock"))?;
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
    let version =
        lines.nth(1).and_then(|line| line.strip_prefix("version = \"")).and_then(|rest| rest.strip_suffix('"'));
    version.map(str::to_owned).ok_or_else(|| Failure(format!("Cargo.lock does not name {package}")))
}

fn wasm_opt() -> Result<(), Failure> {
    let number = |text: String| text.split_whitespace().find_map(|word| word.parse::<u32>().ok());
    if version("wasm-opt").and_then(number).is_some_and(|version| version >= WASM_OPT_SINCE) {
        return Ok(());
    }
    step("Installing wasm-opt");
    npm_install(&format!("binaryen@{BINARYEN}"))
}

/// esbuild, for the script that starts the WebAssembly.
pub fn minifier() -> Result<(), Failure> {
    if version("esbuild").is_some_and(|version| version == ESBUILD) {
        return Ok(());
    }
    step("Installing esbuild");
    npm_install(&format!("esbuild@{ESBUILD}"))
}

fn npm_install(package: &str) -> Result<(), Failure> {
    let folder = folder().join("npm");
    std::fs::create_dir_all(&folder)?;
    run(Command::new("npm").args(["install", "--no-fund", "--no-audit", "--prefix"]).arg(&folder).arg(package))
}

/// What the tests need on top of building.
pub struct Testing {
    pub python: PathBuf,
    pub chromium: PathBuf,
}

/// The Python clients, the browser and its driver, the WebDAV clients, the proxies, the mail servers, DAViCal.
pub fn for_testing() -> Result<Testing, Failure> {
    let python = python()?;
    // Each with the package that has it.
    let programs = [
        ("cadaver", "cadaver"),
        ("caddy", "caddy"),
        ("litmus", "litmus"),
        ("nginx", "nginx"),
        ("openssl", "openssl"),
        ("/usr/share/davical/dba/create-database.sh", "davical"),
        ("dovecot", "dovecot-imapd"),
        ("exim4", "exim4-daemon-light"),
    ];
    let mut missing: Vec<&str> =
        programs.into_iter().filter(|(program, _)| which(program).is_none()).map(|(_, package)| package).collect();
    // Its name has a version in it.
    let has_php = std::fs::read_dir("/usr/sbin").into_iter().flatten().flatten();
    if !has_php.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("php-fpm")) {
        missing.push("php-fpm");
    }
    if !missing.is_empty() {
        apt(&missing)?;
    }
    odd_mail();
    let chromium = chromium()?;
    postgres()?;
    playwright()?;
    Ok(Testing { python, chromium })
}

/// The messages of Python's own tests, which Debian packs by version. Where there is no such package, nothing is opened of them.
fn odd_mail() {
    let version = "import sys; print('%d.%d' % sys.version_info[:2])";
    let Some(version) = output(Command::new("python3").args(["-c", version])) else { return };
    if !Path::new(&format!("/usr/lib/python{}/test/test_email/data", version.trim())).is_dir() {
        let _ = apt(&[&format!("libpython{}-testsuite", version.trim())]);
    }
}

/// Chromium without what draws windows takes two thirds of the time; where the distribution has no such package, the whole of it.
fn chromium() -> Result<PathBuf, Failure> {
    let found = || ["chromium-headless-shell", "chromium"].into_iter().find_map(which);
    if found().is_none() {
        apt(&["chromium-headless-shell"]).or_else(|_| apt(&["chromium"]))?;
    }
    found().ok_or_else(|| Failure("chromium is not there after its installation".into()))
}

/// Where the programs of a PostgreSQL server are; Debian keeps them off the path.
pub fn postgres() -> Result<PathBuf, Failure> {
    if let Some(folder) = find_postgres() {
        return Ok(folder);
    }
    apt(&["postgresql"])?;
    find_postgres().ok_or_else(|| Failure("PostgreSQL is not there after its installation".into()))
}

fn find_postgres() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest = versions.map(|entry| entry.path()).max_by_key(|path| version(path));
    let packaged = newest.map(|path| path.join("bin")).filter(|folder| folder.join("initdb").is_file());
    packaged.or_else(|| which("initdb").and_then(|program| program.parent().map(Path::to_path_buf)))
}

fn which(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        // Debian keeps servers off the path of ordinary users.
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn apt(packages: &[&str]) -> Result<(), Failure> {
    step(&format!("Installing {} from the distribution", packages.join(", ")));
    let root = output(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    let apt_get = |arguments: &[&str]| {
        let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
        if !root {
            command.arg("apt-get");
        }
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut command)
    };
    apt_get(&["update", "--quiet"])
        .and_then(|()| apt_get(&[&["install", "--yes", "--quiet", "--no-install-recommends"], packages].concat()))
        .map_err(|failure| {
            Failure(format!(
                "{failure}\nOn other systems than Debian and Ubuntu install by hand: {}",
                packages.join(" ")
            ))
        })
}

/// A virtual environment with the Python packages of the tests, made anew when their list changes.
fn python() -> Result<PathBuf, Failure> {
    let folder = folder().join("venv");
    let python = folder.join("bin/python");
    let wanted = REQUIREMENTS
        .iter()
        .map(|file| std::fs::read_to_string(root().join(file)))
        .collect::<Result<Vec<_>, _>>()?
        .concat();
    let stamp = folder.join("requirements");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    step("Installing the Python clients");
    let venv = || run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    // Debian packs the module that sets pip up separately.
    venv().or_else(|_| apt(&["python3-venv"]).and_then(|()| venv()))?;
    let files = REQUIREMENTS.iter().flat_map(|file| [OsString::from("-r"), root().join(file).into_os_string()]);
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(files))?;
    suites(&python, &folder.join("suites"))?;
    std::fs::write(stamp, wanted)?;
    Ok(python)
}

/// The sources of packages whose own tests are run against the server: what is installed of them has no tests.
fn suites(python: &Path, folder: &Path) -> Result<(), Failure> {
    let wanted = std::fs::read_to_string(root().join("server/tests/clients/requirements.txt"))?;
    let Some(package) = wanted.lines().find(|line| line.starts_with("caldav==")) else { return Ok(()) };
    std::fs::create_dir_all(folder)?;
    let pip = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", "caldav"];
    run(Command::new(python).args(pip).arg("--dest").arg(folder).arg(package))?;
    let archive = folder.join(format!("{}.tar.gz", package.replace("==", "-")));
    run(Command::new(python).args(["-m", "tarfile", "-e"]).arg(archive).arg(folder))
}

fn playwright() -> Result<(), Failure> {
    let folder = root().join("end2end");
    if is_newer(&folder.join("node_modules/.package-lock.json"), &folder.join("package-lock.json")) {
        return Ok(());
    }
    step("Installing Playwright");
    // The browser is the distribution's; Playwright's own download is not needed.
    run(Command::new("npm")
        .args(["ci", "--no-fund", "--no-audit"])
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .current_dir(folder))
}

fn is_newer(file: &Path, than: &Path) -> bool {
    let changed = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    changed(file).zip(changed(than)).is_some_and(|(file, than)| file >= than)
}
