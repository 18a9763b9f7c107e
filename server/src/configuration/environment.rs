//! `KALENDS_…`: variables that are settings, files with secrets, and those that are neither.

use super::setting::Setting;
use super::{ConfigurationError, Origin};
use std::path::PathBuf;

const PREFIX: &str = "KALENDS_";
const FILE: &str = "_FILE";

pub type Variables = Vec<(String, String)>;

/// Those that begin like ours, by name.
pub fn variables() -> Variables {
    let all = std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value));
    let mut ours: Variables = all
        .filter(|(name, _)| name.starts_with(PREFIX))
        .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
        .collect();
    ours.sort();
    ours
}

/// # Errors
/// The first variable whose value its setting cannot have.
pub fn check(variables: &Variables, settings: &[Setting]) -> Result<(), ConfigurationError> {
    for (name, value) in variables {
        if let Some(setting) = settings.iter().find(|setting| setting.variable() == name) {
            let origin = Origin::Variable(name.clone());
            setting.check(value).map_err(|problem| ConfigurationError::Unusable { origin, problem })?;
        }
    }
    Ok(())
}

/// The secrets that stand in files which `KALENDS_…_FILE` names.
///
/// # Errors
/// A file that cannot be read or is empty; a secret that is given twice.
pub fn secrets<'s>(
    variables: &Variables,
    settings: &'s [Setting],
) -> Result<Vec<(&'s Setting, String, Origin)>, ConfigurationError> {
    let mut found = Vec::new();
    for setting in settings.iter().filter(|setting| setting.is_secret()) {
        let named = format!("{}{FILE}", setting.variable());
        let Some((variable, path)) = variables.iter().find(|(name, _)| *name == named) else { continue };
        if variables.iter().any(|(name, _)| name == setting.variable()) {
            return Err(ConfigurationError::TwoSecrets { variable: setting.variable().to_owned() });
        }
        let path = PathBuf::from(path);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| ConfigurationError::Unreadable { path: path.clone(), error })?;
        // Editors end a file with a line break, which is no part of a secret.
        let value = text.trim_end_matches(['\r', '\n']).to_owned();
        if value.is_empty() {
            return Err(ConfigurationError::EmptySecret { variable: variable.clone(), path });
        }
        let origin = Origin::SecretFile { variable: variable.clone(), path };
        setting.check(&value).map_err(|problem| ConfigurationError::Unusable { origin: origin.clone(), problem })?;
        found.push((setting, value, origin));
    }
    Ok(found)
}

/// Variables that begin like ours and mean nothing, but for those that Kubernetes sets.
pub fn unknown(variables: &Variables, settings: &[Setting]) -> Vec<String> {
    let is_known = |name: &str| {
        settings.iter().any(|setting| {
            let of_file = name.strip_suffix(FILE).filter(|_| setting.is_secret());
            setting.variable() == name || of_file.is_some_and(|name| setting.variable() == name)
        })
    };
    let unknown = variables.iter().filter(|(name, value)| !is_known(name) && !is_injected(name, value));
    unknown.map(|(name, _)| name.clone()).collect()
}

/// Whether Kubernetes sets it, in every container of a namespace with a service whose name begins with `kalends`: `…_SERVICE_HOST`,
/// `…_SERVICE_PORT`, `…_SERVICE_PORT_{NAME}`, `…_PORT`, `…_PORT_{NUMBER}_{PROTOCOL}` and that with `_PROTO`, `_PORT` and `_ADDR`.
fn is_injected(name: &str, value: &str) -> bool {
    let is_of_port = || {
        let (_, of_port) = name.split_once("_PORT_")?;
        let mut parts = of_port.splitn(3, '_');
        let is_number = parts.next()?.parse::<u16>().is_ok();
        let is_protocol = matches!(parts.next()?, "TCP" | "UDP" | "SCTP");
        Some(is_number && is_protocol && matches!(parts.next(), None | Some("PROTO" | "PORT" | "ADDR")))
    };
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || name.ends_with("_PORT") && value.contains("://")
        || is_of_port().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::is_injected;

    #[test]
    fn what_kubernetes_sets_is_told_from_mistakes() {
        for (name, value) in [
            ("KALENDS_PORT", "tcp://10.0.0.11:3000"),
            ("KALENDS_SERVICE_HOST", "10.0.0.11"),
            ("KALENDS_SERVICE_PORT", "3000"),
            ("KALENDS_SERVICE_PORT_HTTP", "3000"),
            ("KALENDS_PORT_3000_TCP", "tcp://10.0.0.11:3000"),
            ("KALENDS_PORT_3000_TCP_PROTO", "tcp"),
            ("KALENDS_PORT_3000_TCP_PORT", "3000"),
            ("KALENDS_PORT_3000_TCP_ADDR", "10.0.0.11"),
            ("KALENDS_METRICS_PORT_9090_UDP_ADDR", "10.0.0.12"),
            ("KALENDS_METRICS_SERVICE_HOST", "10.0.0.12"),
        ] {
            assert!(is_injected(name, value), "{name}");
        }
        for (name, value) in [
            ("KALENDS_PORT", "3000"),
            ("KALENDS_HOST", "10.0.0.11"),
            ("KALENDS_LISTEM", "0.0.0.0:3000"),
            ("KALENDS_PORT_HTTP", "3000"),
            ("KALENDS_PORT_3000_TCP_NAME", "http"),
        ] {
            assert!(!is_injected(name, value), "{name}");
        }
    }
}
