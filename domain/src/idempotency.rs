//! Requests that make something and may come twice: a client that heard no answer sends the same again with the same key, and one thing is
//! made.

use crate::access::Caller;
use crate::model::principal::PrincipalId;
use crate::store::Transaction;
use crate::write::Write;
use crate::{Error, Kalends, Problem, Result};
use chrono::{TimeDelta, Utc};
use sha2::{Digest, Sha256};

/// How long a key is remembered.
pub const KEY_LIFE: TimeDelta = TimeDelta::days(1);
/// Longest key, in octets.
const MAX_KEY: usize = 255;

/// The key of a request, and what was asked for with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    key: [u8; 32],
    request: [u8; 32],
}

impl Once {
    /// `request` is all that makes the request what it is; keys and requests are stored as hashes.
    ///
    /// # Errors
    /// `BadInput` (Idempotency-Key) for one that is empty or too long.
    pub fn new(key: &str, request: &[&[u8]]) -> Result<Self> {
        if key.is_empty() || key.len() > MAX_KEY {
            return Err(Error::bad_input("Idempotency-Key", Problem::Length { least: 1, most: MAX_KEY }));
        }
        // Of each part the digest, so that no two requests are the same octets.
        let request = request.iter().fold(Sha256::new(), |all, part| all.chain_update(Sha256::digest(part)));
        Ok(Once { key: Sha256::digest(key).into(), request: request.finalize().into() })
    }

    /// Of the `n`th of several things that one request makes.
    #[must_use]
    pub fn nth(&self, n: usize) -> Self {
        let key = Sha256::new().chain_update(self.key).chain_update(n.to_le_bytes());
        Once { key: key.finalize().into(), request: self.request }
    }
}

const OF_ANOTHER: Problem = Problem::Request("another request had this key");

/// Takes the key of `principal` for `made`. Yields what an earlier request made that had it already.
///
/// # Errors
/// `BadInput` (Idempotency-Key) where another request had it.
pub(crate) async fn take_key(
    tx: &mut Transaction,
    principal: PrincipalId,
    once: Option<&Once>,
    made: &str,
) -> Result<Option<String>> {
    let Some(Once { key, request }) = once else { return Ok(None) };
    let now = Utc::now();
    tx.forget_idempotency_key(principal, key, now - KEY_LIFE).await?;
    if tx.insert_idempotency_key(principal, (key, request), made, now).await? {
        return Ok(None);
    }
    match tx.idempotency_key(principal, key).await? {
        Some((stored, made, _)) if stored == *request => Ok(Some(made)),
        _ => Err(Error::bad_input("Idempotency-Key", OF_ANOTHER)),
    }
}

impl Write {
    /// [`take_key`] of whoever writes.
    ///
    /// # Errors
    /// Those of [`take_key`].
    pub(crate) async fn take_key(&mut self, once: Option<&Once>, made: &str) -> Result<Option<String>> {
        let principal = self.caller().principal;
        take_key(&mut self.tx, principal, once, made).await
    }
}

impl Kalends {
    /// What an earlier request of the caller's made that had this key, for what asks another server before it makes anything.
    ///
    /// # Errors
    /// `BadInput` (Idempotency-Key) where another request had it.
    pub(crate) async fn made_before(&self, caller: Caller, once: Option<&Once>) -> Result<Option<String>> {
        let Some(Once { key, request }) = once else { return Ok(None) };
        match self.db.read().await?.idempotency_key(caller.principal, key).await? {
            Some((_, _, at)) if at < Utc::now() - KEY_LIFE => Ok(None),
            Some((stored, made, _)) if stored == *request => Ok(Some(made)),
            Some(_) => Err(Error::bad_input("Idempotency-Key", OF_ANOTHER)),
            None => Ok(None),
        }
    }
}
