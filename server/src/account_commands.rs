//! `kalends accounts`.

use crate::Outcome;
use clap::Subcommand;
use kalends_domain::Kalends;
use kalends_domain::sync::vault::Resealed;

#[derive(Subcommand)]
pub enum AccountsCommand {
    /// Seal all passwords by the first secret key that another one sealed; after that the others can go.
    Reseal,
}

pub async fn run(kalends: &Kalends, command: AccountsCommand) -> Outcome {
    match command {
        AccountsCommand::Reseal => {
            let Resealed { resealed, current, lost } = kalends.reseal_credentials().await?;
            println!("{resealed} sealed anew, {current} were sealed by the first key already.");
            if lost.is_empty() {
                return Ok(());
            }
            let ids = lost.iter().map(|id| id.0.to_string()).collect::<Vec<_>>().join(", ");
            Err(format!(
                "no key opens the passwords of {} accounts: {ids}; their owners have to give them again",
                lost.len()
            )
            .into())
        }
    }
}
