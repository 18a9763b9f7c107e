//! The keys that seal passwords of accounts elsewhere, and the accounts that do not work.

use super::{Doctor, State, mode, seconds};
use kalends_domain::Error;
use kalends_domain::diagnosis::{self, AccountReport};
use kalends_domain::store::Database;
use kalends_domain::sync::AccountState;
use kalends_domain::sync::vault::Vault;
use kalends_server::secret_keys;

impl Doctor<'_> {
    /// # Errors
    /// `Unavailable`, `Internal`
    pub(super) async fn check_accounts(&mut self, database: &Database) -> Result<(), Error> {
        const CHECK: &str = "accounts";
        let vault = self.check_keys();
        let reports = diagnosis::remote_accounts(database, &vault).await?;
        for AccountReport { account, owner, is_sealed } in &reports {
            let service = account.preset.as_deref().unwrap_or(account.provider.name());
            let who = format!("account {} of {owner} ({})", account.id.0, account.name);
            if *is_sealed {
                let hint = "set secret-key to the key that sealed it, beside the others, or have its owner give the password again";
                self.add(CHECK, State::Wrong, format!("no key opens the password of {who}"), hint);
                continue;
            }
            let why = account.why.as_deref().unwrap_or("it is not said why");
            let hint = match account.state {
                AccountState::Active => {
                    let seen = account
                        .checked_at
                        .map_or("was not asked yet".into(), |at| format!("let it in at {}", seconds(at)));
                    self.add(CHECK, State::Fine, format!("{who} works: {service} {seen}"), "");
                    continue;
                }
                AccountState::Paused => {
                    self.add(
                        CHECK,
                        State::Fine,
                        format!("{who} is paused, as its owner wants: {service} is not asked"),
                        "",
                    );
                    continue;
                }
                AccountState::Unauthenticated => {
                    "its owner gives the password that is right now, or signs in again, in the settings"
                }
                AccountState::Missing => "its owner looks whether it moved, and tests it again in the settings",
            };
            self.add(CHECK, State::Notable, format!("{who} is {}: {why}", account.state.name()), hint);
        }
        if reports.is_empty() {
            self.add(CHECK, State::Fine, "there are none elsewhere", "");
        }
        Ok(())
    }

    /// Yields the keys that can be read.
    fn check_keys(&mut self) -> Vault {
        const CHECK: &str = "secret key";
        let file = self.data.join(secret_keys::FILE);
        let shown = file.display();
        if self.secret_key.is_none()
            && let Some(mode) = mode(&file).filter(|mode| mode & 0o077 != 0)
        {
            let text = format!("others than the server can get at {shown} (mode {:o})", mode & 0o777);
            self.add(CHECK, State::Wrong, text, format!("chmod 600 {shown}"));
        }
        match secret_keys::read(self.secret_key, self.data) {
            Ok(vault) => vault,
            Err(error) => {
                self.add(CHECK, State::Wrong, error.to_string(), "bring the key back, or set secret-key");
                Vault::default()
            }
        }
    }
}
