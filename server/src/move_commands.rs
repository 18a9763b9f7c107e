//! `kalends import`: a file, or with `--from` the calendars of an account at another service.

use crate::Outcome;
use clap::ValueEnum;
use kalends_domain::Kalends;
use kalends_domain::access::Caller;
use kalends_domain::moving::{KeepsMoved, Moved};
use kalends_domain::sync::connector::Wanted;
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::transfer::ImportReport;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// The variable with the password at the other service.
const PASSWORD: &str = "KALENDS_REMOTE_PASSWORD";

#[derive(clap::Args)]
pub struct ImportArguments {
    /// Move the calendars of an account at another service here, instead of reading a file: everything that they hold is copied and
    /// compared. Nothing is changed there. The password is asked for, or taken from KALENDS_REMOTE_PASSWORD.
    #[arg(long, value_name = "PROTOCOL")]
    from: Option<Protocol>,
    /// The name at the other service; without it that of USER.
    #[arg(long, requires = "from", value_name = "NAME")]
    user: Option<String>,
    /// The name of a calendar there, once for each; without it all that there are.
    #[arg(long, requires = "from", value_name = "NAME")]
    calendar: Vec<String>,
    /// Whose calendar it is; with --from the address of the other service, or an e-mail address.
    #[arg(value_name = "USER|URL")]
    first: String,
    /// The calendar's segment in its URL, such as `personal`; with --from whose calendars they become.
    #[arg(value_name = "CALENDAR|USER")]
    second: String,
    /// The .ics file; not with --from.
    #[arg(value_name = "FILE", required_unless_present = "from", conflicts_with = "from")]
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Protocol {
    Caldav,
}

pub async fn run(kalends: &Kalends, arguments: ImportArguments) -> Outcome {
    let ImportArguments { from, user, calendar, first, second, file } = arguments;
    match (from, file) {
        (None, Some(file)) => import(kalends, &first, &second, &file).await,
        (Some(Protocol::Caldav), _) => move_in(kalends, &first, &second, user, &calendar).await,
        (None, None) => Err("there is no file".into()),
    }
}

async fn import(kalends: &Kalends, user: &str, calendar: &str, file: &Path) -> Outcome {
    let text = std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let caller = Caller::command(kalends.user_by_slug(user).await?.principal.id);
    let calendar = kalends.calendar(caller, user, calendar).await?;
    let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let report = kalends.import(caller, calendar.id, &name, text).await?;
    print_report(&report);
    Ok(())
}

fn print_report(report: &ImportReport) {
    println!(
        "{} added, {} replaced, {} unchanged, {} refused",
        report.added.count, report.replaced.count, report.unchanged, report.refused.count
    );
    for refusal in &report.refused.first {
        println!("  line {}: {}: {}", refusal.line, refusal.what, refusal.why);
    }
    if report.refused.unnamed() > 0 {
        println!("  and {} more", report.refused.unnamed());
    }
}

async fn move_in(kalends: &Kalends, address: &str, user: &str, name: Option<String>, wanted: &[String]) -> Outcome {
    let caller = Caller::command(kalends.user_by_slug(user).await?.principal.id);
    let name = name.unwrap_or_else(|| user.to_owned());
    let credentials = Credentials::Basic { password: password(&name)?, user: name };
    let account = Wanted { service: None, address: address.to_owned(), credentials };
    let elsewhere = kalends.elsewhere(caller, &account).await?;
    let names = || elsewhere.calendars.iter().map(|calendar| calendar.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(missing) = wanted.iter().find(|name| elsewhere.calendars.iter().all(|found| found.name != **name)) {
        return Err(format!("there is no calendar {missing:?} there; there are: {}", names()).into());
    }
    let chosen = elsewhere.calendars.iter().filter(|found| wanted.is_empty() || wanted.contains(&found.name));
    let (mut count, mut is_equal) = (0, true);
    for remote in chosen {
        let here = kalends.calendar_to_move_into(caller, remote).await?;
        println!("{} → {}", remote.name, here.slug);
        let mut moved = Moved::new(remote, here.id, chrono::Utc::now());
        let says = Says { is_seen: std::io::stderr().is_terminal() };
        kalends.move_calendar(caller, elsewhere.provider.as_ref(), &mut moved, &says).await?;
        print_moved(&moved);
        is_equal &= moved.comparison.is_equal();
        count += 1;
    }
    match (count, is_equal) {
        (0, _) => Err("there are no calendars in this account".into()),
        (_, true) => Ok(()),
        (_, false) => Err("not all is the same on both sides; see above".into()),
    }
}

fn print_moved(moved: &Moved) {
    print_report(&moved.import);
    let compared = &moved.comparison;
    let (there, here) = compared.instances();
    println!("  objects: {} there, {} here", compared.there, compared.here);
    println!("  instances: {there} there, {here} here, in {} months", compared.months().count());
    for month in compared.differing_months() {
        println!("  {}: {} there, {} here", month.month, month.there, month.here);
    }
    for difference in &compared.differing.first {
        println!("  not the same: {}: {}", difference.what, difference.why);
    }
    if compared.differing.unnamed() > 0 {
        println!("  and {} more", compared.differing.unnamed());
    }
    if compared.is_equal() {
        println!("  both sides are the same");
    }
}

/// Says on a terminal how far a calendar has come.
struct Says {
    is_seen: bool,
}

impl KeepsMoved for Says {
    async fn keep(&self, moved: &Moved) -> kalends_domain::Result<()> {
        if self.is_seen {
            let end = if moved.is_done() { "\n" } else { "\r" };
            eprint!("  {} of {}{end}", moved.handled, moved.of.unwrap_or_default());
        }
        Ok(())
    }
}

/// From the environment, or from whoever sits there: a command line is seen by every user of the machine.
fn password(name: &str) -> Outcome<String> {
    match std::env::var(PASSWORD) {
        Ok(password) if !password.is_empty() => Ok(password),
        _ => rpassword::prompt_password(format!("Password of {name} there: "))
            .map_err(|error| format!("the password cannot be asked for ({error}); set {PASSWORD}").into()),
    }
}
