//! Pictures of people.

use super::Transaction;
use super::accounts::ACTIVE;
use super::statement::{Row, broken};
use crate::Result;
use crate::model::principal::PrincipalId;
use crate::model::profile::Picture;

fn picture(row: &Row) -> Result<Picture> {
    let digest: Vec<u8> = row.get("digest")?;
    Ok(Picture {
        media_type: row.get("media_type")?,
        digest: digest.try_into().map_err(|_| broken("digest"))?,
        content: row.get("content")?,
    })
}

impl Transaction {
    pub async fn set_picture(&mut self, user: PrincipalId, picture: &Picture) -> Result<()> {
        self.sql(
            "INSERT INTO pictures (user_id, media_type, digest, content) VALUES ($1, $2, $3, $4)
             ON CONFLICT (user_id) DO UPDATE SET media_type = excluded.media_type, digest = excluded.digest,
                content = excluded.content",
        )
        .bind(user.0)
        .bind(&picture.media_type)
        .bind(&picture.digest[..])
        .bind(&picture.content)
        .run()
        .await?;
        Ok(())
    }

    /// Whether there was one.
    pub async fn delete_picture(&mut self, user: PrincipalId) -> Result<bool> {
        Ok(self.sql("DELETE FROM pictures WHERE user_id = $1").bind(user.0).run().await? > 0)
    }

    pub async fn picture(&mut self, user: PrincipalId) -> Result<Option<Picture>> {
        let statement = self.sql("SELECT media_type, digest, content FROM pictures WHERE user_id = $1");
        statement.bind(user.0).optional().await?.as_ref().map(picture).transpose()
    }

    /// That of somebody who can sign in, by the name of their account.
    pub async fn picture_of(&mut self, slug: &str) -> Result<Option<Picture>> {
        let row = self
            .joined(&[
                "SELECT t.media_type, t.digest, t.content FROM pictures t JOIN users u ON u.principal_id = t.user_id
                 JOIN principals p ON p.id = t.user_id WHERE p.slug = $1 AND",
                ACTIVE,
            ])
            .bind(slug)
            .optional()
            .await?;
        row.as_ref().map(picture).transpose()
    }

    /// The names of the accounts among `slugs` that have a picture and can be signed in with, with what it is told from earlier ones by.
    pub async fn pictures_among(&mut self, slugs: &[String]) -> Result<Vec<(String, [u8; 16])>> {
        let list = serde_json::to_string(slugs).unwrap_or_default();
        let values = self.json_values();
        let read = |row: &Row| {
            let digest: Vec<u8> = row.get("digest")?;
            Ok((row.get("slug")?, digest.try_into().map_err(|_| broken("digest"))?))
        };
        self.joined(&[
            "SELECT p.slug, t.digest FROM pictures t JOIN users u ON u.principal_id = t.user_id
             JOIN principals p ON p.id = t.user_id WHERE p.slug IN (SELECT value FROM ",
            values,
            ") AND",
            ACTIVE,
        ])
        .bind(list)
        .all(read)
        .await
    }
}
