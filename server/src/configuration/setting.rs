//! One setting, as clap has it.

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command};
use std::error::Error;

/// An option that a variable can give as well.
#[derive(Clone)]
pub struct Setting(Arg);

/// Those of a command and of the commands within it, each once.
pub fn all(command: &Command) -> Vec<Setting> {
    let mut settings = Vec::new();
    add(command, &mut settings);
    settings
}

fn add(command: &Command, settings: &mut Vec<Setting>) {
    for arg in command.get_arguments() {
        let is_known = settings.iter().any(|setting| setting.0.get_id() == arg.get_id());
        if arg.get_env().is_some() && arg.get_long().is_some() && !is_known {
            settings.push(Setting(arg.clone()));
        }
    }
    command.get_subcommands().for_each(|command| add(command, settings));
}

impl Setting {
    pub fn id(&self) -> &str {
        self.0.get_id().as_str()
    }

    /// Its name in the file, which is the option's.
    pub fn key(&self) -> &str {
        self.0.get_long().unwrap_or_default()
    }

    pub fn variable(&self) -> &str {
        self.0.get_env().and_then(|name| name.to_str()).unwrap_or_default()
    }

    pub fn is_secret(&self) -> bool {
        self.0.is_hide_env_values_set()
    }

    /// Has clap read a value as if it were the option's.
    ///
    /// # Errors
    /// What is wrong with it. A secret is not repeated.
    pub fn check(&self, value: &str) -> Result<(), String> {
        let option = format!("--{}={value}", self.key());
        let command = Command::new("kalends").no_binary_name(true).arg(self.0.clone());
        let Err(error) = command.try_get_matches_from([option]) else { return Ok(()) };
        let key = self.key();
        if self.is_secret() {
            return Err(format!("{key} has a value that cannot be used"));
        }
        let why = match (error.source(), error.get(ContextKind::ValidValue)) {
            (Some(why), _) => why.to_string(),
            (None, Some(ContextValue::Strings(values))) => format!("it is one of {}", values.join(", ")),
            (None, _) => error.kind().to_string(),
        };
        Err(format!("{key} cannot be {value:?}: {why}"))
    }
}
