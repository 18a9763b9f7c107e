//! The keys that seal passwords of accounts elsewhere, and the accounts that do not work.

use super::{Doctor, State, mode};
use kalends_domain::Error;
use kalends_domain::diagnosis::{self, AccountTrouble};
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
        let (count, troubles) = diagnosis::remote_accounts(database, &vault).await?;
        for AccountTrouble { id, owner, name, state, why, is_sealed } in &troubles {
            let who = format!("account {} of {owner} ({name})", id.0);
            if *is_sealed {
                let hint = "set secret-key to the key that sealed it, beside the others, or have its owner give the password again";
                self.add(CHECK, State::Wrong, format!("no key opens the password of {who}"), hint);
                continue;
            }
            let hint = match state {
                AccountState::Unauthenticated => "its owner gives the password that is right now, in the settings",
                _ => "its owner looks whether it moved, and tests it again in the settings",
            };
            let why = why.as_deref().unwrap_or("it is not said why");
            self.add(CHECK, State::Notable, format!("{who} is {}: {why}", state.name()), hint);
        }
        if troubles.is_empty() {
            self.add(CHECK, State::Fine, format!("{count} elsewhere, and nothing is wrong with them"), "");
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
