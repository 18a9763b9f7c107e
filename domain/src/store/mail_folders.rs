//! Folders of mail accounts, and how far their index has come.

use super::Transaction;
use super::statement::{Row, broken};
use crate::Result;
use crate::model::mail_account::MailAccountId;
use crate::model::mail_folder::{FolderPlace, FolderRole, MailFolder, MailFolderId};
use crate::model::principal::PrincipalId;

const SELECT: &str =
    "SELECT f.id, f.account_id, f.path, f.delimiter, f.role, f.selectable, f.messages, f.unread, f.uid_validity,
    f.uid_next, f.lowest_uid, f.modseq, f.compared_to, f.looked_state FROM mail_folders f ";

/// A folder as the server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFolder<'a> {
    pub path: &'a str,
    pub delimiter: Option<&'a str>,
    pub role: Option<FolderRole>,
    pub selectable: bool,
}

fn uid(row: &Row, column: &str) -> Result<u32> {
    u32::try_from(row.get::<i64>(column)?).map_err(|_| broken(column))
}

fn folder(row: &Row) -> Result<MailFolder> {
    let role: Option<&str> = row.get("role")?;
    let validity: Option<i64> = row.get("uid_validity")?;
    let modseq: Option<i64> = row.get("modseq")?;
    Ok(MailFolder {
        id: MailFolderId(row.get("id")?),
        account: MailAccountId(row.get("account_id")?),
        path: row.get("path")?,
        delimiter: row.get("delimiter")?,
        role: role.and_then(FolderRole::from_name),
        selectable: row.get("selectable")?,
        messages: row.count("messages")?,
        unread: row.count("unread")?,
        place: FolderPlace {
            uid_validity: validity.map(u32::try_from).transpose().map_err(|_| broken("uid_validity"))?,
            uid_next: uid(row, "uid_next")?,
            lowest_uid: uid(row, "lowest_uid")?,
            modseq: modseq.map(i64::unsigned_abs),
            compared_to: uid(row, "compared_to")?,
            looked_state: row.get("looked_state")?,
        },
    })
}

impl Transaction {
    /// Those of an account, by their paths.
    pub async fn mail_folders(&mut self, account: MailAccountId) -> Result<Vec<MailFolder>> {
        self.joined(&[SELECT, "WHERE f.account_id = $1 ORDER BY f.path"]).bind(account.0).all(folder).await
    }

    /// Those of all accounts of a person, by account and path.
    pub async fn mail_folders_of(&mut self, owner: PrincipalId) -> Result<Vec<MailFolder>> {
        let of = "JOIN mail_accounts a ON a.id = f.account_id WHERE a.principal_id = $1 ORDER BY f.account_id, f.path";
        self.joined(&[SELECT, of]).bind(owner.0).all(folder).await
    }

    /// One that is a person's.
    pub async fn mail_folder_of(&mut self, owner: PrincipalId, id: MailFolderId) -> Result<Option<MailFolder>> {
        let of = "JOIN mail_accounts a ON a.id = f.account_id WHERE a.principal_id = $1 AND f.id = $2";
        let row = self.joined(&[SELECT, of]).bind(owner.0).bind(id.0).optional().await?;
        row.as_ref().map(folder).transpose()
    }

    /// Adds a folder, or changes the one with this path.
    pub async fn put_mail_folder(&mut self, account: MailAccountId, listed: &ListedFolder<'_>) -> Result<MailFolderId> {
        let row = self
            .sql(
                "INSERT INTO mail_folders (account_id, path, delimiter, role, selectable) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (account_id, path) DO UPDATE SET delimiter = excluded.delimiter, role = excluded.role,
                    selectable = excluded.selectable RETURNING id",
            )
            .bind(account.0)
            .bind(listed.path)
            .bind(listed.delimiter)
            .bind(listed.role.map(FolderRole::name))
            .bind(listed.selectable)
            .one()
            .await?;
        Ok(MailFolderId(row.get("id")?))
    }

    /// The folder is called otherwise; its messages stay in the index.
    pub async fn rename_mail_folder(&mut self, id: MailFolderId, path: &str) -> Result<()> {
        self.sql("UPDATE mail_folders SET path = $2 WHERE id = $1").bind(id.0).bind(path).run().await?;
        Ok(())
    }

    /// How far its index has come.
    pub(crate) async fn set_folder_place(&mut self, id: MailFolderId, place: &FolderPlace) -> Result<()> {
        self.sql(
            "UPDATE mail_folders SET uid_validity = $2, uid_next = $3, lowest_uid = $4, modseq = $5, compared_to = $6,
                looked_state = $7 WHERE id = $1",
        )
        .bind(id.0)
        .bind(place.uid_validity.map(i64::from))
        .bind(i64::from(place.uid_next))
        .bind(i64::from(place.lowest_uid))
        .bind(place.modseq.map(u64::cast_signed))
        .bind(i64::from(place.compared_to))
        .bind(place.looked_state.as_deref())
        .run()
        .await?;
        Ok(())
    }

    /// Counts the messages of a folder anew.
    pub async fn count_mail_folder(&mut self, id: MailFolderId) -> Result<()> {
        self.sql(
            "UPDATE mail_folders SET messages = (SELECT count(*) FROM mail_messages m WHERE m.folder_id = $1),
                unread = (SELECT count(*) FROM mail_messages m WHERE m.folder_id = $1 AND (m.flags & 1) = 0) WHERE id = $1",
        )
        .bind(id.0)
        .run()
        .await?;
        Ok(())
    }

    /// The server has the folder no more. What was to go there from elsewhere stays where it is.
    pub async fn delete_mail_folder(&mut self, id: MailFolderId) -> Result<()> {
        let statement = self.sql(
            "UPDATE mail_messages SET folder_id = server_folder_id WHERE folder_id = $1 AND server_folder_id <> $1",
        );
        statement.bind(id.0).run().await?;
        self.sql("DELETE FROM mail_folders WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }
}
