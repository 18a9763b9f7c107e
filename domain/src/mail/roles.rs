//! Which folder of an account is for what, and the making of one that is missing.

use super::connections::Asked;
use super::mailbox::RemoteFolder;
use crate::Kalends;
use crate::model::mail_account::{ChosenFolders, MailAccount};
use crate::model::mail_folder::FolderRole;
use crate::retry::retry;
use crate::store::ListedFolder;
use std::collections::BTreeMap;

/// What folders are called that are for something, where the server does not say.
fn role_by_name(name: &str) -> Option<FolderRole> {
    Some(match name.to_lowercase().as_str() {
        "sent"
        | "sent items"
        | "sent messages"
        | "sent mail"
        | "envoyés"
        | "éléments envoyés"
        | "messages envoyés"
        | "gesendet"
        | "gesendete elemente"
        | "gesendete objekte" => FolderRole::Sent,
        "drafts" | "draft" | "brouillons" | "entwürfe" => FolderRole::Drafts,
        "archive" | "archives" | "archiv" => FolderRole::Archive,
        "trash"
        | "deleted"
        | "deleted items"
        | "deleted messages"
        | "bin"
        | "corbeille"
        | "éléments supprimés"
        | "papierkorb"
        | "gelöschte elemente"
        | "gelöschte objekte" => FolderRole::Bin,
        "spam"
        | "junk"
        | "junk e-mail"
        | "junk email"
        | "bulk mail"
        | "indésirables"
        | "courrier indésirable"
        | "spamverdacht" => FolderRole::Spam,
        _ => return None,
    })
}

/// What each folder is for: as its owner has chosen, as the server says, as it is called.
pub(super) fn roles(folders: &[RemoteFolder], chosen: &ChosenFolders) -> BTreeMap<String, FolderRole> {
    let mut roles: BTreeMap<String, FolderRole> = BTreeMap::new();
    let mut give = |path: &str, role: FolderRole| {
        if !roles.contains_key(path) && !roles.values().any(|given| *given == role) {
            roles.insert(path.to_owned(), role);
        }
    };
    for (path, role) in [
        (&chosen.sent, FolderRole::Sent),
        (&chosen.drafts, FolderRole::Drafts),
        (&chosen.archive, FolderRole::Archive),
        (&chosen.bin, FolderRole::Bin),
        (&chosen.spam, FolderRole::Spam),
    ] {
        if let Some(path) = path.as_deref().filter(|path| folders.iter().any(|folder| folder.path == **path)) {
            give(path, role);
        }
    }
    for folder in folders {
        if folder.path.eq_ignore_ascii_case("INBOX") {
            give(&folder.path, FolderRole::Inbox);
        }
        if let Some(role) = folder.role {
            give(&folder.path, role);
        }
    }
    for folder in folders.iter().filter(|folder| folder.selectable) {
        let delimiter = folder.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
        let name = delimiter.and_then(|delimiter| folder.path.rsplit(delimiter).next()).unwrap_or(&folder.path);
        if let Some(role) = role_by_name(name) {
            give(&folder.path, role);
        }
    }
    roles
}

/// Where a folder is made that an account has none of: beside the others, which some servers have within the inbox.
fn place_of_new(folders: &[RemoteFolder], name: &str) -> (String, Option<String>) {
    let is_inbox = |path: &str| path.eq_ignore_ascii_case("INBOX");
    let delimiter =
        folders.iter().find_map(|folder| folder.delimiter.clone()).filter(|delimiter| !delimiter.is_empty());
    let Some(by) = &delimiter else { return (name.to_owned(), None) };
    let prefix = format!("INBOX{by}");
    let mut others = folders.iter().filter(|folder| !is_inbox(&folder.path)).peekable();
    let is_within = others.peek().is_some() && others.all(|folder| folder.path.starts_with(&prefix));
    (if is_within { format!("{prefix}{name}") } else { name.to_owned() }, delimiter)
}

impl Kalends {
    /// The path of the folder that an account has for what was sent, or for drafts; where there is none, it is made.
    pub(super) async fn folder_or_new(&self, account: &MailAccount, role: FolderRole) -> Asked<String> {
        let known = self.db.read().await?.mail_folders(account.id).await?;
        if let Some(folder) = known.into_iter().find(|folder| folder.role == Some(role)) {
            return Ok(Ok(folder.path));
        }
        let name = if role == FolderRole::Sent { "Sent" } else { "Drafts" };
        let chosen = &account.settings.folders;
        let made = self
            .ask_mail(account, |mailbox| async move {
                let folders = mailbox.folders().await?;
                let roles = roles(&folders, chosen);
                let there = folders.iter().find(|folder| roles.get(&folder.path) == Some(&role));
                if let Some(there) = there {
                    return Ok((there.path.clone(), there.delimiter.clone()));
                }
                let (path, delimiter) = place_of_new(&folders, name);
                mailbox.create_folder(&path).await?;
                Ok((path, delimiter))
            })
            .await?;
        let (path, delimiter) = match made {
            Ok(made) => made,
            Err(error) => return Ok(Err(error)),
        };
        let listed = ListedFolder { path: &path, delimiter: delimiter.as_deref(), role: Some(role), selectable: true };
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.put_mail_folder(account.id, &listed).await?;
            tx.commit().await
        })
        .await?;
        Ok(Ok(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &str, role: Option<FolderRole>) -> RemoteFolder {
        RemoteFolder { path: path.into(), delimiter: Some("/".into()), role, selectable: true }
    }

    #[test]
    fn each_purpose_has_one_folder() {
        let folders = [
            folder("Archive", None),
            folder("INBOX", None),
            folder("INBOX/Sent", None),
            folder("Gesendet", Some(FolderRole::Sent)),
            folder("Trash", None),
        ];
        let chosen =
            ChosenFolders { bin: Some("Archive".into()), spam: Some("Gone".into()), ..ChosenFolders::default() };
        let roles = roles(&folders, &chosen);
        let roles: Vec<(&str, FolderRole)> = roles.iter().map(|(path, role)| (path.as_str(), *role)).collect();
        let expected = [("Archive", FolderRole::Bin), ("Gesendet", FolderRole::Sent), ("INBOX", FolderRole::Inbox)];
        assert_eq!(roles, expected);
    }

    #[test]
    fn a_new_folder_is_made_beside_the_others() {
        let at = |paths: &[&str]| {
            let folders: Vec<_> = paths.iter().map(|path| folder(path, None)).collect();
            place_of_new(&folders, "Sent").0
        };
        assert_eq!(at(&["INBOX", "Archive"]), "Sent");
        assert_eq!(at(&["INBOX", "INBOX/Archive"]), "INBOX/Sent");
        assert_eq!((at(&["INBOX"]), at(&[])), ("Sent".to_owned(), "Sent".to_owned()));
    }
}
