//! Whether mail goes out.

use super::{Doctor, State};
use crate::options::MailOptions;
use kalends_domain::outgoing_mail::MailError;

const CHECK: &str = "mail";

impl Doctor<'_> {
    /// Asks the server to be let in; sends nothing.
    pub(super) async fn check_mail(&mut self, options: &MailOptions) {
        let (transport, sender) = match options.outgoing(self.configuration) {
            Ok(outgoing) => outgoing,
            Err(problem) => return self.add(CHECK, State::Wrong, problem, "correct it: docs/configuration.md"),
        };
        let Some(transport) = transport else {
            let text = "no server is set: people are shown links to copy, and reminders come by no mail";
            return self.add(CHECK, State::Notable, text, "set smtp-url and mail-from: docs/configuration.md");
        };
        let sender = sender.map(|sender| sender.to_string()).unwrap_or_default();
        let (text, hint) = match transport.check().await {
            Ok(server) => {
                let text = format!("{server} takes mail from {sender}");
                return self.add(CHECK, State::Fine, text, "");
            }
            Err(MailError::Unauthenticated(why)) => {
                (format!("the server does not let Kalends in: {why}"), "correct user and password in smtp-url")
            }
            Err(error) if error.is_transient() => (
                format!("the server cannot be asked: {error}"),
                "see whether it runs, and whether smtp-url leads there",
            ),
            Err(error) => (format!("the server takes no mail: {error}"), "correct smtp-url: docs/configuration.md"),
        };
        self.add(CHECK, State::Wrong, text, hint);
    }
}
