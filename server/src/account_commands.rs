//! `kalends accounts`.

use crate::Outcome;
use chrono::Utc;
use clap::Subcommand;
use kalends_domain::Kalends;
use kalends_domain::jobs::{JobKind, Worker};
use kalends_domain::sync::vault::Resealed;
use kalends_domain::sync::{LinkState, NamedLink};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

#[derive(Subcommand)]
pub enum AccountsCommand {
    /// Seal all passwords by the first secret key that another one sealed; after that the others can go.
    Reseal,
}

/// `kalends sync`.
#[derive(clap::Args)]
pub struct SyncArguments {
    /// Begin now, however long it was to wait, and wait until it is done.
    #[arg(long, required = true)]
    now: bool,
    /// Only the calendars of this person, group or mission.
    #[arg(long)]
    user: Option<String>,
    /// Only the calendars whose segment in their URL is this.
    #[arg(long)]
    calendar: Option<String>,
    /// How many seconds to wait at most.
    #[arg(long, default_value_t = 600)]
    wait: u64,
}

/// How long to wait before it is looked once more whether another node has done what it took.
const LOOK: Duration = Duration::from_millis(300);

/// Has calendars brought into step that are kept so with others elsewhere, by this process or by a server that is faster. Fails unless all
/// are.
pub async fn sync(kalends: &Kalends, arguments: SyncArguments) -> Outcome {
    let SyncArguments { user, calendar, wait, .. } = arguments;
    let links = kalends.links_of_installation(user.as_deref(), calendar.as_deref()).await?;
    if let Some(user) = user.filter(|_| links.is_empty()) {
        kalends.user_by_slug(&user).await.map_err(|_| format!("there is nobody called {user}"))?;
    }
    let since = Utc::now();
    let until = Instant::now() + Duration::from_secs(wait);
    kalends.run_links_now(&links).await?;
    let worker = Worker::new(kalends.clone(), CancellationToken::new());
    let (mut in_step, count) = (0, links.len());
    for NamedLink { link, owner, calendar } in links {
        let settled = loop {
            worker.run_due_of(&[JobKind::Sync]).await?;
            match kalends.settled_link(link.id, Utc::now()).await? {
                Some(settled) => break Some(settled),
                None if Instant::now() > until => break None,
                None => tokio::time::sleep(LOOK).await,
            }
        };
        let (is_in_step, said) = match settled {
            None => (false, "still under way".to_owned()),
            Some(None) => (false, "is not kept in step any more".to_owned()),
            Some(Some(link)) => {
                let has_run = link.last_run_at.is_some_and(|at| at >= since);
                let trouble = link.trouble.map(|trouble| trouble.name().to_owned());
                let said: Vec<String> =
                    [Some(link.state.name().to_owned()), trouble, link.why].into_iter().flatten().collect();
                (has_run && link.state == LinkState::InStep, said.join(": "))
            }
        };
        in_step += usize::from(is_in_step);
        println!("{owner}/{calendar}: {said}");
    }
    if in_step == count {
        println!("{count} calendars are in step.");
        return Ok(());
    }
    Err(format!("{} of {count} calendars are not in step", count - in_step).into())
}

pub async fn run(kalends: &Kalends, command: AccountsCommand) -> Outcome {
    match command {
        AccountsCommand::Reseal => {
            let Resealed { resealed, current, lost, lost_mail } = kalends.reseal_credentials().await?;
            println!("{resealed} sealed anew, {current} were sealed by the first key already.");
            let ids = lost.iter().map(|id| id.0.to_string()).chain(lost_mail.iter().map(|id| format!("mail {}", id.0)));
            let ids: Vec<String> = ids.collect();
            if ids.is_empty() {
                return Ok(());
            }
            Err(format!(
                "no key opens the passwords of {} accounts: {}; their owners have to give them again",
                ids.len(),
                ids.join(", ")
            )
            .into())
        }
    }
}
