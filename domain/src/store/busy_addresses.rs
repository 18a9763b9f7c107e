//! Where people elsewhere publish when they are busy.

use super::Transaction;
use crate::Result;
use crate::model::principal::PrincipalId;

impl Transaction {
    /// The addresses of e-mail of which `who` says where it is published, in their order, each with that place, sealed.
    pub async fn busy_addresses(&mut self, who: PrincipalId) -> Result<Vec<(String, Vec<u8>)>> {
        let statement =
            self.sql("SELECT address_key, sealed FROM busy_addresses WHERE principal_id = $1 ORDER BY address_key");
        statement.bind(who.0).all(|row| Ok((row.get("address_key")?, row.get("sealed")?))).await
    }

    pub async fn set_busy_address(&mut self, who: PrincipalId, address: &str, sealed: &[u8]) -> Result<()> {
        let statement = self.sql(
            "INSERT INTO busy_addresses (principal_id, address_key, sealed) VALUES ($1, $2, $3)
             ON CONFLICT (principal_id, address_key) DO UPDATE SET sealed = excluded.sealed",
        );
        statement.bind(who.0).bind(address).bind(sealed).run().await?;
        Ok(())
    }

    /// Those who have said any.
    pub async fn busy_address_holders(&mut self) -> Result<Vec<PrincipalId>> {
        let statement = self.sql("SELECT DISTINCT principal_id FROM busy_addresses ORDER BY principal_id");
        statement.all(|row| Ok(PrincipalId(row.get("principal_id")?))).await
    }

    /// Puts `new` in the place of `old`. Yields whether that stood there.
    pub async fn reseal_busy_address(
        &mut self,
        who: PrincipalId,
        address: &str,
        old: &[u8],
        new: &[u8],
    ) -> Result<bool> {
        let statement = self
            .sql("UPDATE busy_addresses SET sealed = $4 WHERE principal_id = $1 AND address_key = $2 AND sealed = $3");
        Ok(statement.bind(who.0).bind(address).bind(old).bind(new).run().await? > 0)
    }

    /// Yields whether there was one.
    pub async fn delete_busy_address(&mut self, who: PrincipalId, address: &str) -> Result<bool> {
        let statement = self.sql("DELETE FROM busy_addresses WHERE principal_id = $1 AND address_key = $2");
        Ok(statement.bind(who.0).bind(address).run().await? > 0)
    }
}
