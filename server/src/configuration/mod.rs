//! The settings of a start: options, else the environment, else a file, else defaults.
//!
//! There is one list of settings, the options of the command line: one that a variable can give as well is a setting, its long name
//! is its key in the file, and one whose variable is hidden from the help (`hide_env_values`) is a secret.

mod environment;
mod file;
mod setting;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, Parser};
use file::File;
use kalends_providers::google::Google;
use kalends_providers::graph::Microsoft;
use kalends_server::oidc::settings::ProviderSettings;
use setting::Setting;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// The options that say where the file is; neither can stand in it with that meaning.
const FILE_OPTION: &str = "config";
const FOLDER_OPTION: &str = "data";

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Option,
    Variable(String),
    /// A file with a secret in it, which the variable names.
    SecretFile {
        variable: String,
        path: PathBuf,
    },
    File {
        path: PathBuf,
        line: usize,
    },
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Option => write!(f, "option"),
            Origin::Variable(name) => write!(f, "environment, {name}"),
            Origin::SecretFile { variable, path } => write!(f, "{} of {variable}", path.display()),
            Origin::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Origin::Default => write!(f, "default"),
        }
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// As clap says it, which is also how it shows the help.
    #[error("{0}")]
    Options(clap::Error),
    #[error("{path} cannot be read: {error}", path = path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    /// Neither the text nor a value of a secret is repeated.
    #[error("{origin}: {problem}")]
    Unusable { origin: Origin, problem: String },
    #[error("{variable} and {variable}_FILE are both set: one of them is enough")]
    TwoSecrets { variable: String },
    #[error("{path} of {variable} is empty", path = path.display())]
    EmptySecret { variable: String, path: PathBuf },
}

/// A setting as it is in force.
struct Effective {
    setting: Setting,
    /// `None`: it is not set and has no default.
    value: Option<String>,
    origin: Origin,
}

/// What a start is told, and by whom.
pub struct Configuration {
    effective: Vec<Effective>,
    file: Option<PathBuf>,
    providers: Vec<file::Provider>,
    microsoft: Option<(Microsoft, Origin)>,
    google: Option<(Google, Origin)>,
    /// What the file has that is no setting, with its line.
    pub unknown_keys: Vec<String>,
    /// Variables that begin like those of settings and are none.
    pub unknown_variables: Vec<String>,
}

impl Configuration {
    /// Where the value of an option comes from.
    pub fn origin(&self, option: &str) -> Origin {
        let found = self.effective.iter().find(|it| it.setting.key() == option);
        found.map_or(Origin::Default, |it| it.origin.clone())
    }

    /// The providers of sign-in, in the order of the file.
    pub fn providers(&self) -> Vec<ProviderSettings> {
        self.providers.iter().map(|provider| provider.settings.clone()).collect()
    }

    /// How the installation is registered with Microsoft, if it is.
    pub fn microsoft(&self) -> Option<Microsoft> {
        self.microsoft.as_ref().map(|(microsoft, _)| microsoft.clone())
    }

    /// The same with Google.
    pub fn google(&self) -> Option<Google> {
        self.google.as_ref().map(|(google, _)| google.clone())
    }

    /// The files in which secrets stand that are in force, each with the key of one.
    pub fn files_with_secrets(&self) -> impl Iterator<Item = (&Path, &str)> {
        let of_providers = self.providers.iter().filter(|provider| provider.settings.client_secret.is_some());
        let of_providers =
            of_providers.filter_map(|provider| match (&provider.settings.client_secret_file, &provider.origin) {
                (Some(path), _) | (None, Origin::File { path, .. }) => Some((path.as_path(), "client-secret")),
                _ => None,
            });
        let of_settings = self.effective.iter().filter(|it| it.setting.is_secret()).filter_map(|it| match &it.origin {
            Origin::SecretFile { path, .. } | Origin::File { path, .. } => Some((path.as_path(), it.setting.key())),
            _ => None,
        });
        let of_microsoft = self.microsoft.iter().filter_map(|(microsoft, origin)| match origin {
            Origin::File { path, .. } if microsoft.client_secret.is_some() => Some((path.as_path(), "client-secret")),
            _ => None,
        });
        let of_google = self.google.iter().filter_map(|(google, origin)| match origin {
            Origin::File { path, .. } if google.client_secret.is_some() => Some((path.as_path(), "client-secret")),
            _ => None,
        });
        of_settings.chain(of_providers).chain(of_microsoft).chain(of_google)
    }
}

/// The effective configuration as a file would say it. `shown` says what a secret may show of itself; the others are masked.
pub fn describe(configuration: &Configuration, shown: impl Fn(&str, &str) -> Option<String>) -> String {
    use fmt::Write;
    let mut text = match &configuration.file {
        Some(path) => format!("# With {}\n", path.display()),
        None => "# Without a file\n".to_owned(),
    };
    // Where the file is cannot stand in it.
    let in_file = configuration.effective.iter().filter(|it| it.setting.key() != FILE_OPTION);
    for Effective { setting, value, origin } in in_file {
        let key = setting.key();
        let _ = match value {
            None => writeln!(text, "# {key} is not set"),
            Some(value) if setting.is_secret() => {
                let mask = shown(key, value).unwrap_or_else(|| "…".to_owned());
                writeln!(text, "{key} = {} # {origin}; what is secret is not shown", file::literal(&mask))
            }
            Some(value) => writeln!(text, "{key} = {} # {origin}", file::literal(value)),
        };
    }
    for provider in &configuration.providers {
        let _ = write!(text, "\n# {}\n{}", provider.origin, provider.settings.describe());
    }
    if let Some((microsoft, origin)) = &configuration.microsoft {
        let _ = write!(text, "\n# {origin}\n{}", microsoft.describe());
    }
    if let Some((google, origin)) = &configuration.google {
        let _ = write!(text, "\n# {origin}\n{}", google.describe());
    }
    text
}

/// Reads the arguments of the program, the environment and the file.
///
/// # Errors
/// What is wrong and where it stands.
pub fn read<T: Parser>(arguments: &[OsString]) -> Result<(T, Configuration), ConfigurationError> {
    let command = T::command();
    let settings = setting::all(&command);
    let variables = environment::variables();
    let first = match command.clone().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            // What clap says of a value does not tell that it is the environment's.
            if error.use_stderr() {
                environment::check(&variables, &settings)?;
            }
            return Err(ConfigurationError::Options(error));
        }
    };
    let mut lower: BTreeMap<String, (String, Origin)> = BTreeMap::new();
    let mut unknown_keys = Vec::new();
    let file = File::find(chosen(&first, FILE_OPTION), chosen(&first, FOLDER_OPTION))?;
    let (path, entries, providers, microsoft, google) = file.map_or_else(Default::default, |file| {
        (Some(file.path), file.entries, file.providers, file.microsoft, file.google)
    });
    for entry in entries {
        match settings.iter().find(|setting| setting.key() == entry.key && setting.key() != FILE_OPTION) {
            None => unknown_keys.push(format!("{}: {:?} is no setting", entry.origin, entry.key)),
            Some(setting) => {
                let value = entry.value.and_then(|value| setting.check(&value).map(|()| value));
                let unusable = |problem| ConfigurationError::Unusable { origin: entry.origin.clone(), problem };
                lower.insert(entry.key, (value.map_err(unusable)?, entry.origin));
            }
        }
    }
    for (setting, value, origin) in environment::secrets(&variables, &settings)? {
        lower.insert(setting.key().to_owned(), (value, origin));
    }
    let command = with_defaults(command, &lower);
    let matches = command.try_get_matches_from(arguments).map_err(ConfigurationError::Options)?;
    let unknown_variables = environment::unknown(&variables, &settings);
    let effective = effective(&matches, settings, &lower);
    let parsed = T::from_arg_matches(&matches).map_err(ConfigurationError::Options)?;
    Ok((parsed, Configuration { effective, file: path, providers, microsoft, google, unknown_keys, unknown_variables }))
}

/// What the file says, put in as what an option is by default: clap has the environment and the options go before it.
fn with_defaults(command: Command, lower: &BTreeMap<String, (String, Origin)>) -> Command {
    let command = command.mut_args(|arg| {
        let given = arg.get_env().and(arg.get_long()).and_then(|key| lower.get(key));
        match given {
            Some((value, _)) => arg.default_value(value.clone()),
            None => arg,
        }
    });
    command.mut_subcommands(|command| with_defaults(command, lower))
}

/// The matches of the innermost command, which have those of the global options as well.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, matches)| innermost(matches))
}

fn chosen(matches: &ArgMatches, option: &str) -> Option<PathBuf> {
    innermost(matches).try_get_one::<PathBuf>(option).ok().flatten().cloned()
}

/// The settings that the command takes.
fn effective(
    matches: &ArgMatches,
    settings: Vec<Setting>,
    lower: &BTreeMap<String, (String, Origin)>,
) -> Vec<Effective> {
    let matches = innermost(matches);
    let of_command = settings.into_iter().filter_map(|setting| {
        let mut values = matches.try_get_raw(setting.id()).ok()?;
        let value = values.as_mut().and_then(Iterator::next).map(|value| value.to_string_lossy().into_owned());
        let origin = match matches.value_source(setting.id()) {
            Some(ValueSource::CommandLine) => Origin::Option,
            Some(ValueSource::EnvVariable) => Origin::Variable(setting.variable().to_owned()),
            _ => lower.get(setting.key()).map_or(Origin::Default, |(_, origin)| origin.clone()),
        };
        Some(Effective { setting, value, origin })
    });
    of_command.collect()
}
