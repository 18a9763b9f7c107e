//! Hashing and comparing the passwords that people choose, a few at a time.

use super::secrets;
use crate::{Error, Result};
use argon2::password_hash::{Output, ParamsString, PasswordHash, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use rand::{Rng, TryRngCore};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Argon2 needs 19 MiB and a core for each password.
const MAX_AT_ONCE: usize = 2;
/// How long a password waits for others before it is refused.
const MAX_WAIT: Duration = Duration::from_secs(10);
/// When whoever is refused may find room.
const RETRY_AFTER_SECONDS: u64 = 5;

/// Compared with when there is no account, so that its absence takes as long as a wrong password.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| Memory::default().hash(&secrets::random_token().0).expect("the default parameters are valid"));

/// Bounds how many passwords are worked on at once, and lets them share memory: allocated for each, it would pile up on every thread
/// that ever did one.
pub(crate) struct PasswordHashing {
    places: Arc<Semaphore>,
    /// What the places have for memory while there is work.
    idle: Arc<Mutex<Vec<Memory>>>,
    max_wait: Duration,
}

impl Default for PasswordHashing {
    fn default() -> Self {
        PasswordHashing::new(MAX_WAIT)
    }
}

/// The right to hash one password.
pub(crate) struct Room {
    place: OwnedSemaphorePermit,
    places: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Memory>>>,
}

impl PasswordHashing {
    fn new(max_wait: Duration) -> Self {
        PasswordHashing { places: Arc::new(Semaphore::new(MAX_AT_ONCE)), idle: Arc::default(), max_wait }
    }

    /// Waits until one of the few places is free.
    ///
    /// # Errors
    /// `Busy` when that takes too long.
    pub async fn room(&self) -> Result<Room> {
        let place = tokio::time::timeout(self.max_wait, self.places.clone().acquire_owned()).await;
        let place = place.map_err(|_| Error::Busy { seconds: RETRY_AFTER_SECONDS })?;
        let place = place.expect("the semaphore is never closed");
        Ok(Room { place, places: self.places.clone(), idle: self.idle.clone() })
    }

    /// Argon2id with the library's parameters, in the PHC string format.
    ///
    /// # Errors
    /// `Busy`
    pub async fn hash_password(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        let hash = self.room().await?.work(move |memory| memory.hash(&password)).await;
        Ok(hash.expect("the default parameters are valid"))
    }
}

impl Room {
    /// Whether `password` has `hash`; takes as long when there is no hash.
    pub async fn verify_password(self, password: &str, hash: Option<String>) -> bool {
        let password = password.to_owned();
        self.work(move |memory| {
            let known = hash.is_some();
            let right = memory.verify(&password, &hash.unwrap_or_else(|| NOBODY.clone()));
            known && right.unwrap_or(false)
        })
        .await
    }

    async fn work<T: Send + 'static>(self, work: impl FnOnce(&mut Memory) -> T + Send + 'static) -> T {
        let done = tokio::task::spawn_blocking(move || {
            let mut memory = lock(&self.idle).pop().unwrap_or_default();
            let done = work(&mut memory);
            let mut idle = lock(&self.idle);
            idle.push(memory);
            drop(self.place);
            // Nobody is left to use it again soon.
            if self.places.available_permits() == MAX_AT_ONCE {
                idle.clear();
            }
            done
        });
        done.await.expect("hashing does not panic")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What Argon2 fills. What is left in it from the password before does not matter: it is written before it is read.
#[derive(Default)]
struct Memory(Vec<Block>);

impl Memory {
    fn hash(&mut self, password: &str) -> argon2::password_hash::Result<String> {
        let salt: [u8; 16] = rand::rngs::OsRng.unwrap_err().random();
        let salt = SaltString::encode_b64(&salt)?;
        let (algorithm, version, params) = (Algorithm::default(), Version::default(), Params::default());
        let hash = PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&params)?,
            salt: Some(salt.as_salt()),
            hash: Some(self.output(&Argon2::new(algorithm, version, params), password, salt.as_salt())?),
        };
        Ok(hash.to_string())
    }

    /// Whether `hash`, a PHC string, is that of `password`.
    ///
    /// # Errors
    /// For what is no such string, or one of another algorithm.
    fn verify(&mut self, password: &str, hash: &str) -> argon2::password_hash::Result<bool> {
        let hash = PasswordHash::new(hash)?;
        let algorithm = Algorithm::try_from(hash.algorithm)?;
        let version = hash.version.map(Version::try_from).transpose()?.unwrap_or_default();
        let argon2 = Argon2::new(algorithm, version, Params::try_from(&hash)?);
        let salt = hash.salt.ok_or(argon2::password_hash::Error::PhcStringField)?;
        // Outputs are compared in constant time.
        Ok(hash.hash == Some(self.output(&argon2, password, salt)?))
    }

    fn output(&mut self, argon2: &Argon2<'_>, password: &str, salt: Salt<'_>) -> argon2::password_hash::Result<Output> {
        let params = argon2.params();
        self.0.resize(params.block_count(), Block::new());
        let mut octets = [0; Salt::MAX_LENGTH];
        let salt = salt.decode_b64(&mut octets)?;
        Output::init_with(params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN), |out| {
            Ok(argon2.hash_password_into_with_memory(password.as_bytes(), salt, out, &mut self.0)?)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use argon2::PasswordHasher;
    use argon2::password_hash::PasswordVerifier;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let hashing = PasswordHashing::default();
        let hash = hashing.hash_password("correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        for (password, known, right) in [
            ("correct horse battery", Some(&hash), true),
            ("correct horse", Some(&hash), false),
            ("correct horse battery", Some(&"nonsense".to_owned()), false),
            ("anything", None, false),
        ] {
            let room = hashing.room().await.unwrap();
            assert_eq!(room.verify_password(password, known.cloned()).await, right, "{password}");
        }
    }

    #[test]
    fn memory_that_was_used_before_makes_no_difference() {
        let mut memory = Memory::default();
        for password in ["first password", "", "second, longer than the first"] {
            let own = memory.hash(password).unwrap();
            let fresh = Argon2::default();
            assert!(fresh.verify_password(password.as_bytes(), &PasswordHash::new(&own).unwrap()).is_ok());
            let salt = SaltString::encode_b64(b"sixteen octets!!").unwrap();
            let other = fresh.hash_password(password.as_bytes(), &salt).unwrap().to_string();
            assert!(memory.verify(password, &other).unwrap());
            assert!(!memory.verify("another", &other).unwrap());
        }
        let small = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let salt = SaltString::encode_b64(b"sixteen octets!!").unwrap();
        let hash = small.hash_password(b"with other parameters", &salt).unwrap().to_string();
        assert!(memory.verify("with other parameters", &hash).unwrap());
    }

    #[tokio::test]
    async fn memory_is_shared_and_given_back() {
        let hashing = Arc::new(PasswordHashing::default());
        let work = (0..12).map(|n| {
            let hashing = hashing.clone();
            tokio::spawn(async move {
                hashing.hash_password(&format!("password {n}")).await.unwrap();
                lock(&hashing.idle).len()
            })
        });
        for done in work.collect::<Vec<_>>() {
            assert!(done.await.unwrap() <= MAX_AT_ONCE);
        }
        assert_eq!(lock(&hashing.idle).len(), 0);
    }

    #[tokio::test]
    async fn whoever_finds_no_place_is_told_to_come_again() {
        let hashing = PasswordHashing::new(Duration::from_millis(20));
        let taken = (hashing.room().await.unwrap(), hashing.room().await.unwrap());
        assert!(matches!(hashing.room().await, Err(Error::Busy { seconds: 1.. })));
        drop(taken);
        assert!(hashing.hash_password("there is room again").await.is_ok());
    }
}
