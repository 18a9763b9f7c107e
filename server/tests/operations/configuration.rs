//! Settings from a file, the environment and options.

use crate::KALENDS;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{Program, bare_command, command, errors};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// A folder of data with a file of settings in it, and what runs the program there.
struct Place {
    folder: TempDir,
}

impl Place {
    fn with(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("kalends.toml"), settings).unwrap();
        Place { folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = bare_command(KALENDS);
        command.env("KALENDS_DATA", self.folder.path());
        command
    }

    /// What `config check` prints, and what it complains about if it fails.
    fn check(&self, prepare: impl FnOnce(&mut Command)) -> (String, Option<String>) {
        let mut command = self.command();
        command.args(["config", "check"]);
        prepare(&mut command);
        let output = command.output().unwrap();
        let complaint = (!output.status.success()).then(|| errors(&output));
        (String::from_utf8(output.stdout).unwrap(), complaint)
    }
}

#[track_caller]
fn assert_line(text: &str, line: &str) {
    assert!(text.lines().any(|it| it == line), "{line} is not in:\n{text}");
}

#[test]
fn options_win_over_the_environment_and_that_over_the_file() {
    let place = Place::with("account-mib = 10\nidle-seconds = 7\nheader-seconds = \"9\"\n\nleast-rate = 2_048\n");
    let (text, complaint) = place.check(|command| {
        command.env("KALENDS_IDLE_SECONDS", "8").env("KALENDS_HEADER_SECONDS", "10").args(["--header-seconds", "11"]);
    });
    assert_eq!(complaint, None);
    let file = place.file("kalends.toml");
    let file = file.display();
    assert_line(&text, &format!("# With {file}"));
    assert_line(&text, &format!("account-mib = 10 # {file}, line 1"));
    assert_line(&text, &format!("least-rate = 2048 # {file}, line 5"));
    assert_line(&text, "idle-seconds = 8 # environment, KALENDS_IDLE_SECONDS");
    assert_line(&text, "header-seconds = 11 # option");
    assert_line(&text, "grace-seconds = 30 # default");
    assert_line(&text, "listen = \"127.0.0.1:3000\" # default");
    assert_line(&text, "# public-url is not set");
}

#[test]
fn what_is_printed_is_a_file_that_says_the_same() {
    let place = Place::with("");
    let (first, _) = place.check(|command| {
        command.args(["--listen", "[::1]:80", "--public-url", "https://cal.example.org", "--account-mib", "7"]);
    });
    let copy = place.file("copy.toml");
    fs::write(&copy, &first).unwrap();
    let (again, complaint) = place.check(|command| {
        command.arg("--config").arg(&copy).env_remove("KALENDS_DATA");
    });
    assert_eq!(complaint, None);
    let values = |text: &str| -> Vec<String> {
        text.lines().skip(1).map(|line| line.split(" # ").next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(values(&first), values(&again));
}

#[test]
fn secrets_are_read_from_files_and_not_shown() {
    let place = Place::with("");
    let secret = place.file("secret");
    fs::write(&secret, "postgres://ada:hunter2@db.example.org/c?sslmode=disable\n").unwrap();
    let (from_file, _) = place.check(|command| {
        command.env("KALENDS_DATABASE_URL_FILE", &secret);
    });
    let shown = "database = \"postgres://ada@db.example.org:5432/c\"";
    let of = format!("{} of KALENDS_DATABASE_URL_FILE", secret.display());
    assert_line(&from_file, &format!("{shown} # {of}; what is secret is not shown"));
    let (from_variable, _) = place.check(|command| {
        command.env("KALENDS_DATABASE_URL", "postgres://ada:hunter2@db.example.org/c");
    });
    assert_line(&from_variable, &format!("{shown} # environment, KALENDS_DATABASE_URL; what is secret is not shown"));
    assert!(!format!("{from_file}{from_variable}").contains("hunter2"));

    let (_, twice) = place.check(|command| {
        command.env("KALENDS_DATABASE_URL_FILE", &secret).env("KALENDS_DATABASE_URL", "sqlite:x");
    });
    assert!(twice.unwrap().contains("KALENDS_DATABASE_URL and KALENDS_DATABASE_URL_FILE are both set"));
    let (_, missing) = place.check(|command| {
        command.env("KALENDS_DATABASE_URL_FILE", "/no/such/file");
    });
    assert!(missing.unwrap().contains("/no/such/file cannot be read"));
    fs::write(&secret, "\n").unwrap();
    let (_, empty) = place.check(|command| {
        command.env("KALENDS_DATABASE_URL_FILE", &secret);
    });
    assert!(empty.unwrap().contains("is empty"));
}

#[test]
fn a_value_that_cannot_be_is_named_with_its_place() {
    for (settings, complaint) in [
        ("account-mib = 0", "kalends.toml, line 1: account-mib cannot be \"0\": 0 is not in 1.."),
        ("\nlisten = \"here\"", "kalends.toml, line 2: listen cannot be \"here\": invalid socket address"),
        ("listen = [1]", "kalends.toml, line 1: listen is of the type array"),
        ("log-format = \"xml\"", "kalends.toml, line 1: log-format cannot be \"xml\": it is one of text, json"),
        ("log = \"kalends=loud\"", "kalends.toml, line 1: log cannot be \"kalends=loud\": "),
        ("database = \"mysql://ada:hunter2@h/c\"", "kalends.toml, line 1: database: begins with sqlite: or"),
        ("a = 1\nlisten = \"hunter2", "kalends.toml, line 2: "),
    ] {
        let (_, found) = Place::with(settings).check(|_| {});
        let found = found.unwrap();
        assert!(found.contains(complaint) && !found.contains("hunter2"), "{settings}: {found}");
    }
    let (_, found) = Place::with("").check(|command| {
        command.env("KALENDS_ACCOUNT_MIB", "many");
    });
    let complaint = "environment, KALENDS_ACCOUNT_MIB: account-mib cannot be \"many\": invalid digit found in string";
    assert!(found.clone().unwrap().contains(complaint), "{found:?}");
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let (_, complaint) = Place::with("").check(|command| {
        command.env("KALENDS_CONFIG", "/no/such/kalends.toml");
    });
    assert!(complaint.unwrap().contains("/no/such/kalends.toml cannot be read"));
}

#[test]
fn keys_that_are_no_settings_fail_the_check_by_name() {
    let place = Place::with("listen = \"[::]:80\"\naccount-gib = 3\nconfig = \"other.toml\"\n[mail]\nhost = \"a\"\n");
    let (text, complaint) = place.check(|_| {});
    assert!(text.contains("listen = \"[::]:80\""), "{text}");
    let complaint = complaint.unwrap();
    for (line, key) in [(2, "account-gib"), (3, "config"), (4, "mail")] {
        let expected = format!("kalends.toml, line {line}: {key:?} is no setting");
        assert!(complaint.contains(&expected), "{complaint}");
    }
}

#[tokio::test]
async fn a_start_warns_of_what_is_no_setting_and_not_of_what_kubernetes_sets() {
    let database = TestDatabase::fresh().await;
    let file = database.folder().join("settings.toml");
    fs::write(&file, "account-gib = 3\n").unwrap();
    let mut command = command(KALENDS, &database);
    command.env("KALENDS_CONFIG", &file).env("KALENDS_LISTEM", "x");
    for (name, value) in [
        ("KALENDS_PORT", "tcp://10.0.0.11:3000"),
        ("KALENDS_SERVICE_HOST", "10.0.0.11"),
        ("KALENDS_SERVICE_PORT", "3000"),
        ("KALENDS_SERVICE_PORT_HTTP", "3000"),
        ("KALENDS_PORT_3000_TCP", "tcp://10.0.0.11:3000"),
        ("KALENDS_PORT_3000_TCP_ADDR", "10.0.0.11"),
    ] {
        command.env(name, value);
    }
    let log = Program::start(command).log_with("KALENDS_LISTEM").await;
    let warnings: Vec<&str> = log.lines().filter(|line| line.contains("is no setting")).collect();
    assert_eq!(warnings.len(), 2, "{log}");
    assert!(warnings[0].contains("settings.toml, line 1: \"account-gib\""), "{log}");
    assert!(warnings[1].contains("KALENDS_LISTEM"), "{log}");
}

const PROVIDER: &str =
    "[[oidc]]\nid = \"sso\"\nname = \"SSO\"\nissuer = \"https://id.invalid\"\nclient-id = \"kalends\"\n";

#[test]
fn providers_of_sign_in_are_shown_with_their_place_and_without_their_secrets() {
    let place = Place::with(&format!("account-mib = 1\n\n{PROVIDER}client-secret = \"hunter2\"\n"));
    let (text, complaint) = place.check(|_| ());
    assert_eq!(complaint, None);
    assert_line(&text, &format!("# {}, line 3", place.file("kalends.toml").display()));
    assert_line(&text, "issuer = \"https://id.invalid\"");
    assert_line(&text, "creates-people = true");
    assert!(!text.contains("hunter2"), "{text}");
    let secret = place.file("secret");
    fs::write(&secret, "hunter2\n").unwrap();
    fs::write(
        place.file("kalends.toml"),
        format!("{PROVIDER}client-secret-file = {:?}\n", secret.display().to_string()),
    )
    .unwrap();
    let (text, complaint) = place.check(|_| ());
    assert_eq!(complaint, None);
    assert!(text.contains("client-secret-file = ") && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_provider_that_cannot_be_is_refused_with_its_line() {
    for (more, why) in [
        ("issur = 1\n", "line 6: unknown field `issur`"),
        ("client-secret-file = \"/no/such/file\"\n", "line 1: oidc: client-secret-file /no/such/file cannot be read"),
        ("allow-http = \"yes\"\n", "line 6: "),
    ] {
        let place = Place::with(&format!("{PROVIDER}{more}"));
        let (_, complaint) = place.check(|_| ());
        assert!(complaint.as_ref().is_some_and(|text| text.contains(why)), "{complaint:?}");
    }
    let place = Place::with("oidc = 1\n");
    assert!(place.check(|_| ()).1.is_some());
}

#[tokio::test]
async fn a_start_waits_for_no_provider_and_wants_to_know_whose_header_counts() {
    let database = TestDatabase::fresh().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kalends.toml");
    fs::write(&file, format!("password-sign-in = false\n{PROVIDER}")).unwrap();
    let with_file = || {
        let mut command = command(KALENDS, &database);
        command.env("KALENDS_CONFIG", &file);
        command
    };
    drop(Program::start(with_file()));
    fs::write(&file, format!("{PROVIDER}{PROVIDER}")).unwrap();
    let output = with_file().args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(errors(&output).contains("have the same id or issuer"), "{}", errors(&output));
    fs::write(&file, "trusted-header = \"X-Forwarded-User\"\n").unwrap();
    let output = with_file().args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(errors(&output).contains("line 1: trusted-header needs trusted-proxies"), "{}", errors(&output));
    // From different places they belong together as well.
    let mut both = with_file();
    both.env("KALENDS_TRUSTED_PROXIES", "127.0.0.1");
    drop(Program::start(both));
}
