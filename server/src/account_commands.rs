//! `kalends accounts`.

use crate::Outcome;
use clap::Subcommand;
use kalends_domain::Kalends;
use kalends_domain::access::Caller;
use kalends_domain::sync::vault::Resealed;

#[derive(Subcommand)]
pub enum AccountsCommand {
    /// Seal all passwords by the first secret key that another one sealed; after that the others can go.
    Reseal,
}

/// `kalends sync`.
#[derive(clap::Args)]
pub struct SyncArguments {
    /// Have a server begin now, however long it was to wait.
    #[arg(long, required = true)]
    now: bool,
    /// Whose calendars.
    user: String,
    /// The calendar's segment in its URL; left out: all that are in step.
    calendar: Option<String>,
}

/// Has calendars brought into step that are kept so with others elsewhere.
pub async fn sync(kalends: &Kalends, arguments: SyncArguments) -> Outcome {
    let SyncArguments { user, calendar, .. } = arguments;
    let caller = Caller::command(kalends.user_by_slug(&user).await?.principal.id);
    let count = match calendar {
        Some(slug) => {
            let held = kalends.calendar(caller, &user, &slug).await?;
            let link = kalends.sync_link_of(caller, held.id).await?;
            let link = link.ok_or_else(|| format!("{slug} is in step with no calendar elsewhere"))?;
            kalends.sync_now(caller, link.id).await?;
            1
        }
        None => {
            kalends.sync_all_now(caller).await?;
            kalends.sync_links(caller).await?.iter().filter(|link| !link.state.rests()).count()
        }
    };
    println!("A server begins within seconds with {count} calendars.");
    Ok(())
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
