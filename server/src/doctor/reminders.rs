//! Whether people are reminded in time.

use super::{Doctor, MAX_LATENESS, State};
use kalends_domain::Error;
use kalends_domain::diagnosis;
use kalends_domain::reminders::ReminderReport;
use kalends_domain::store::Database;

const CHECK: &str = "reminders";

impl Doctor<'_> {
    /// # Errors
    /// `Unavailable`, `Internal`
    pub(super) async fn check_reminders(&mut self, database: &Database) -> Result<(), Error> {
        let ReminderReport { late, sent, failed, uncertain, why } =
            diagnosis::reminders(database, MAX_LATENESS).await?;
        if late > 0 {
            let text = match late {
                1 => "1 reminder is late".to_owned(),
                late => format!("{late} reminders are late"),
            };
            self.add(CHECK, State::Notable, text, "servers make them by a job: is one running? kalends jobs list");
        }
        if failed > 0 {
            let why = why.filter(|why| !why.is_empty()).map(|why| format!("; the last one: {why}")).unwrap_or_default();
            let text = format!("{failed} of the last day could not be sent{why}");
            let hint = "look whether the server of mail takes them, and whether this machine reaches push services";
            self.add(CHECK, State::Notable, text, hint);
        }
        if uncertain > 0 {
            let text = format!("of {uncertain} of the last day nobody knows whether they were sent");
            let hint = "nothing, where servers were stopped or connections broke; they are not sent twice";
            self.add(CHECK, State::Notable, text, hint);
        }
        if late + failed + uncertain == 0 {
            self.add(CHECK, State::Fine, format!("none is late; {sent} came on the last day"), "");
        }
        Ok(())
    }
}
