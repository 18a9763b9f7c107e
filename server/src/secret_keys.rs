//! Where the keys come from that seal the credentials of remote services.

use kalends_domain::accounts::Secret;
use kalends_domain::sync::vault::{KeyTooShort, Vault};
use std::fs::{OpenOptions, Permissions, read_to_string, set_permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The file in the folder of the data, where the configuration has no key.
pub const FILE: &str = "secret.key";

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("{0}: {1}")]
    TooShort(String, KeyTooShort),
    #[error("the secret key {} cannot be read: {}", .0.display(), .1)]
    Unreadable(PathBuf, std::io::Error),
    #[error("the secret key {} cannot be made: {}", .0.display(), .1)]
    Unwritable(PathBuf, std::io::Error),
}

/// The keys that the configuration has (with commas between them), or else those of the file.
///
/// # Errors
/// A key that is too short, a file that cannot be read. That there is no file is none: then there is no key.
pub fn read(configured: Option<&str>, data: &Path) -> Result<Vault, KeyError> {
    let file = data.join(FILE);
    let (text, place) = match configured {
        Some(text) => (text.to_owned(), "secret-key".to_owned()),
        None => match read_to_string(&file) {
            Ok(text) => (text, file.display().to_string()),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vault::default()),
            Err(error) => return Err(KeyError::Unreadable(file, error)),
        },
    };
    let keys = text.split([',', '\n']).map(str::trim).filter(|key| !key.is_empty());
    let keys: Vec<Secret> = keys.map(|key| Secret(key.to_owned())).collect();
    if keys.is_empty() {
        return Err(KeyError::TooShort(place, KeyTooShort));
    }
    Vault::new(keys).map_err(|error| KeyError::TooShort(place, error))
}

/// [`read`], once there is a file with a key where the configuration has none.
///
/// # Errors
/// Those of [`read`]; a file that cannot be made.
pub fn read_or_make(configured: Option<&str>, data: &Path) -> Result<Vault, KeyError> {
    let file = data.join(FILE);
    if configured.is_none() && !file.exists() {
        make(data, &file).map_err(|error| KeyError::Unwritable(file, error))?;
    }
    read(configured, data)
}

/// Makes the file whole and at once: of two that do so together the first one's stays.
fn make(data: &Path, file: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(data)?;
    let fresh = data.join(format!("{FILE}.{}", std::process::id()));
    let mut options = OpenOptions::new();
    let mut new = options.write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    set_permissions(&fresh, Permissions::from_mode(0o600))?;
    let made = writeln!(new, "{}", Vault::new_key().0).and_then(|()| new.sync_all()).and_then(|()| {
        match std::fs::hard_link(&fresh, file) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        }
    });
    std::fs::remove_file(&fresh)?;
    made
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_start_makes_a_key_that_stays() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert!(read(None, &data).is_ok() && !data.exists());
        read_or_make(None, &data).unwrap();
        let file = data.join(FILE);
        let key = read_to_string(&file).unwrap();
        assert_eq!(key.trim().len(), 64);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        read_or_make(None, &data).unwrap();
        assert_eq!(read_to_string(&file).unwrap(), key);
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let long = "0123456789abcdef0123456789abcdef";
        assert!(read(Some(&format!("{long}, {long}x")), folder.path()).is_ok());
        for wrong in ["", "short", &format!("{long},short")] {
            assert!(matches!(read(Some(wrong), folder.path()), Err(KeyError::TooShort(..))), "{wrong}");
        }
        std::fs::write(folder.path().join(FILE), "short\n").unwrap();
        assert!(matches!(read_or_make(None, folder.path()), Err(KeyError::TooShort(..))));
    }
}
