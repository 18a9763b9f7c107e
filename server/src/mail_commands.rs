//! `kalends mail`.

use crate::Outcome;
use clap::Subcommand;
use kalends_app::letters;
use kalends_domain::Kalends;
use kalends_domain::outgoing_mail::Mailbox;

#[derive(Subcommand)]
pub enum MailCommand {
    /// Send a message to an address, and say what the server of mail answers.
    Test { address: Mailbox },
}

pub async fn run(kalends: &Kalends, command: MailCommand) -> Outcome {
    let MailCommand::Test { address } = command;
    if !kalends.sends_mail() {
        return Err("no server for mail is set: see smtp-url in docs/configuration.md".into());
    }
    let sent = kalends.send_letter_now(&letters::test(address.clone(), None)).await??;
    println!("The server has taken the message to {}: {}", address.address, sent.reply);
    Ok(())
}
