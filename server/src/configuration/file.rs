//! `kalends.toml`: settings by the names of their options.

use super::{ConfigurationError, Origin};
use kalends_providers::google::Google;
use kalends_providers::graph::Microsoft;
use kalends_server::oidc::settings::ProviderSettings;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// The key of tables that each describe a provider of sign-in; neither an option nor a variable says that.
const PROVIDERS: &str = "oidc";
/// The key of the table that says how the installation is registered with Microsoft.
const MICROSOFT: &str = "microsoft";
/// The same with Google.
const GOOGLE: &str = "google";

const NAME: &str = "kalends.toml";
const SYSTEM_PATH: &str = "/etc/kalends/kalends.toml";

pub struct File {
    pub path: PathBuf,
    /// From the first line to the last.
    pub entries: Vec<Entry>,
    pub providers: Vec<Provider>,
    /// How the installation is registered with Microsoft, and where that stands.
    pub microsoft: Option<(Microsoft, Origin)>,
    /// The same with Google.
    pub google: Option<(Google, Origin)>,
}

/// A provider of sign-in, and where it stands.
pub struct Provider {
    pub settings: ProviderSettings,
    pub origin: Origin,
}

/// Of the file, what is no single value.
#[derive(Deserialize)]
struct Tables {
    #[serde(default)]
    oidc: Vec<Spanned<ProviderSettings>>,
    microsoft: Option<Spanned<Microsoft>>,
    google: Option<Spanned<Google>>,
}

/// A line of the file.
#[derive(Debug, PartialEq)]
pub struct Entry {
    pub key: String,
    /// As the option would have it; `Err`: what is wrong with it.
    pub value: Result<String, String>,
    pub origin: Origin,
}

impl File {
    /// Reads the file that was named; if none was, the one in the folder of the data or in `/etc/kalends`, if there is one.
    ///
    /// # Errors
    /// `Unreadable`; `Unusable` for what is no TOML.
    pub fn find(named: Option<PathBuf>, folder: Option<PathBuf>) -> Result<Option<Self>, ConfigurationError> {
        if let Some(path) = named {
            return File::read(path).map(Some);
        }
        let places = [folder.unwrap_or_default().join(NAME), PathBuf::from(SYSTEM_PATH)];
        places.into_iter().find(|path| path.exists()).map(File::read).transpose()
    }

    fn read(path: PathBuf) -> Result<Self, ConfigurationError> {
        match std::fs::read_to_string(&path) {
            Ok(text) => File::parse(path, &text),
            Err(error) => Err(ConfigurationError::Unreadable { path, error }),
        }
    }

    fn parse(path: PathBuf, text: &str) -> Result<Self, ConfigurationError> {
        // The error's own text shows the line, in which there may be a secret.
        let table = DeTable::parse(text).map_err(|error| ConfigurationError::Unusable {
            origin: origin(&path, error.span().map_or(1, |span| line_at(text, span.start))),
            problem: error.message().to_owned(),
        })?;
        let mut entries: Vec<(usize, Entry)> = table
            .get_ref()
            .iter()
            .filter(|(key, _)| ![PROVIDERS, MICROSOFT, GOOGLE].contains(&key.get_ref().as_ref()))
            .map(|(key, value)| entry(&path, text, key, value))
            .collect();
        entries.sort_by_key(|(line, _)| *line);
        let entries = entries.into_iter().map(|(_, entry)| entry).collect();
        let Described { providers, microsoft, google } = described(&path, text)?;
        Ok(File { path, entries, providers, microsoft, google })
    }
}

/// What the tables of the file describe, each with where it stands.
struct Described {
    providers: Vec<Provider>,
    microsoft: Option<(Microsoft, Origin)>,
    google: Option<(Google, Origin)>,
}

/// # Errors
/// `Unusable`, with the line.
fn described(path: &Path, text: &str) -> Result<Described, ConfigurationError> {
    let unusable = |start: usize, problem: String| ConfigurationError::Unusable {
        origin: origin(path, line_at(text, start)),
        problem,
    };
    let tables: Tables = toml::from_str(text)
        .map_err(|error| unusable(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
    let complete = |table: Spanned<ProviderSettings>| {
        let start = table.span().start;
        let settings = table.into_inner().complete().map_err(|problem| unusable(start, format!("oidc: {problem}")))?;
        Ok(Provider { settings, origin: origin(path, line_at(text, start)) })
    };
    let microsoft = tables.microsoft.map(|table| {
        let start = table.span().start;
        let settings = table.into_inner().checked();
        let settings = settings.map_err(|problem| unusable(start, format!("{MICROSOFT}: {problem}")))?;
        Ok((settings, origin(path, line_at(text, start))))
    });
    let google = tables.google.map(|table| {
        let start = table.span().start;
        let settings = table.into_inner().checked();
        let settings = settings.map_err(|problem| unusable(start, format!("{GOOGLE}: {problem}")))?;
        Ok((settings, origin(path, line_at(text, start))))
    });
    let providers: Result<Vec<Provider>, ConfigurationError> = tables.oidc.into_iter().map(complete).collect();
    Ok(Described { providers: providers?, microsoft: microsoft.transpose()?, google: google.transpose()? })
}

fn origin(path: &Path, line: usize) -> Origin {
    Origin::File { path: path.to_owned(), line }
}

fn line_at(text: &str, octet: usize) -> usize {
    text.bytes().take(octet).filter(|octet| *octet == b'\n').count() + 1
}

fn entry(path: &Path, text: &str, key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) -> (usize, Entry) {
    let name = key.get_ref().to_string();
    let read = match value.get_ref() {
        DeValue::String(value) => Ok(value.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => {
            Err(format!("{name} is of the type {}, and a single value is wanted", value.get_ref().type_str()))
        }
        // A number, a truth or a date as it is written.
        _ => Ok(text.get(value.span()).unwrap_or_default().replace('_', "")),
    };
    let line = line_at(text, key.span().start);
    (line, Entry { key: name, value: read, origin: origin(path, line) })
}

/// A value as the file has it.
pub fn literal(value: &str) -> String {
    if value.parse::<i64>().is_ok() || value.parse::<bool>().is_ok() {
        return value.to_owned();
    }
    toml::Value::from(value).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Vec<Entry> {
        File::parse("k.toml".into(), text).unwrap().entries
    }

    fn entry(key: &str, line: usize, value: &str) -> Entry {
        Entry { key: key.to_owned(), value: Ok(value.to_owned()), origin: origin(Path::new("k.toml"), line) }
    }

    #[test]
    fn values_are_read_with_their_lines() {
        let text = "# Comment\nlisten = \"[::]:3000\"\n\naccount-mib = 2_048\ndemo = true\n";
        let values = [entry("listen", 2, "[::]:3000"), entry("account-mib", 4, "2048"), entry("demo", 5, "true")];
        assert_eq!(read(text), values);
    }

    #[test]
    fn providers_of_sign_in_are_read_with_their_lines() {
        let one = "id = \"sso\"\nname = \"SSO\"\nissuer = \"https://id.example.org\"\nclient-id = \"kalends\"\n";
        let text = format!("account-mib = 1\n\n[[oidc]]\n{one}client-secret = \"hunter2\"\n");
        let file = File::parse("k.toml".into(), &text).unwrap();
        assert_eq!(file.entries.len(), 1);
        assert_eq!(
            (file.providers[0].settings.id.as_str(), &file.providers[0].origin),
            ("sso", &origin(Path::new("k.toml"), 3))
        );
        for (more, line) in [
            ("client-secrt = \"hunter2\"\n", 8),
            ("issuer = 1\n", 8),
            ("groups-role = \"boss\"\n", 8),
            ("admin-group = \"a\"\n", 3),
        ] {
            let text = format!("account-mib = 1\n\n[[oidc]]\n{one}{more}");
            let error = File::parse("k.toml".into(), &text).err().unwrap().to_string();
            assert!(error.starts_with(&format!("k.toml, line {line}: ")) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn the_registration_with_microsoft_is_read_with_its_line() {
        let text = "account-mib = 1\n\n[microsoft]\nclient-id = \"x\"\nclient-secret = \"hunter2\"\n";
        let file = File::parse("k.toml".into(), text).unwrap();
        let (microsoft, at) = file.microsoft.unwrap();
        assert_eq!((file.entries.len(), microsoft.tenant.as_str()), (1, "common"));
        assert_eq!(at, origin(Path::new("k.toml"), 3));
        for (more, line) in [("tenent = \"x\"\n", 6), ("tenant = \"a b\"\n", 3), ("graph = \"http://x/\"\n", 3)] {
            let error = File::parse("k.toml".into(), &format!("{text}{more}")).err().unwrap().to_string();
            assert!(error.starts_with(&format!("k.toml, line {line}: ")) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn what_is_no_single_value_is_refused_by_name() {
        for (text, what) in [("[listen]\nport = 1", "listen is"), ("a = 1\nlisten = [1]", "listen is")] {
            let value = read(text).pop().unwrap().value;
            assert!(value.unwrap_err().starts_with(what));
        }
    }

    #[test]
    fn what_is_no_toml_is_refused_by_line_and_not_repeated() {
        let Err(error) = File::parse("k.toml".into(), "a = 1\ndatabase = \"postgres://ada:hunter2@db/c\n") else {
            panic!("accepted")
        };
        let text = error.to_string();
        assert!(text.starts_with("k.toml, line 2: ") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn what_is_shown_is_read_back() {
        for value in ["a", "12", "true", "quote \" and \\", "tab\tand\nline", "Zürich"] {
            assert_eq!(read(&format!("key = {}", literal(value)))[0].value, Ok(value.to_owned()));
        }
    }
}
