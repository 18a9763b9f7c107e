//! When people elsewhere are busy, by what they publish at an address.

use crate::{Kalends, Result};
use futures::future::BoxFuture;
use kalends_ical::published_busy::PublishedBusy;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How long what was read counts.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// How long an address that failed is not asked again.
const FAILED_FOR: Duration = Duration::from_secs(60);
/// Octets of what was read that are remembered. The parsed form takes about six times as much memory.
const CAPACITY: u64 = 2 * 1024 * 1024;
/// Most addresses that are asked at once, for everybody together.
const MAX_FETCHING: usize = 16;
/// What a failure weighs, in octets.
const FAILURE_OCTETS: usize = 200;

/// Why it is not known when somebody elsewhere is busy. The texts are fit to show to a person, and name no more of the address than its host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishedError {
    #[error("an address of a calendar begins with https://, http:// or webcal://")]
    NoAddress,
    #[error("no answer: {0}")]
    NoAnswer(String),
    #[error("what {0} gives is not a calendar")]
    NotACalendar(String),
}

/// What asks the servers of others.
pub trait BusySource: Send + Sync {
    /// The host of an address, where it is one that can be asked.
    ///
    /// # Errors
    /// `NoAddress`
    fn host(&self, address: &str) -> Result<String, PublishedError>;

    /// What is at an address, within the limits of the source.
    ///
    /// # Errors
    /// `NoAddress`, `NoAnswer`; `NotACalendar` for what is no text.
    fn fetch<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<String, PublishedError>>;
}

/// Nobody elsewhere is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoBusySource;

impl BusySource for NoBusySource {
    fn host(&self, _: &str) -> Result<String, PublishedError> {
        Err(PublishedError::NoAddress)
    }

    fn fetch<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<String, PublishedError>> {
        Box::pin(async { Err(PublishedError::NoAddress) })
    }
}

#[derive(Clone)]
struct Kept {
    at: Instant,
    octets: usize,
    outcome: Result<Arc<PublishedBusy>, PublishedError>,
}

impl Kept {
    fn is_fresh(&self) -> bool {
        let life = if self.outcome.is_ok() { FRESH } else { FAILED_FOR };
        self.at.elapsed() < life
    }
}

#[derive(Clone)]
struct ByText;

impl Weighter<[u8; 32], Kept> for ByText {
    fn weight(&self, _: &[u8; 32], kept: &Kept) -> u64 {
        kept.octets.max(1) as u64
    }
}

/// What asks others, with what they have answered within the last minutes.
pub(crate) struct Published {
    source: Arc<dyn BusySource>,
    /// By a digest of the address, which may be a secret.
    kept: Cache<[u8; 32], Kept, ByText>,
    fetching: Semaphore,
}

impl Published {
    pub fn by(source: Arc<dyn BusySource>) -> Self {
        let kept = Cache::with_weighter(1_000, CAPACITY, ByText);
        Published { source, kept, fetching: Semaphore::new(MAX_FETCHING) }
    }

    pub fn host(&self, address: &str) -> Result<String, PublishedError> {
        self.source.host(address)
    }
}

impl Kalends {
    /// The same, which asks `source` when people elsewhere are busy.
    #[must_use]
    pub fn with_busy_source(self, source: Arc<dyn BusySource>) -> Self {
        Kalends { published: Arc::new(Published::by(source)), ..self }
    }

    /// What is published at `address`, asked now or some minutes ago.
    ///
    /// # Errors
    /// Why nothing is known.
    pub(super) async fn published_at(&self, address: &str) -> Result<Arc<PublishedBusy>, PublishedError> {
        let Published { source, kept, fetching } = &*self.published;
        let key: [u8; 32] = Sha256::digest(address.as_bytes()).into();
        if let Some(known) = kept.get(&key).filter(Kept::is_fresh) {
            return known.outcome;
        }
        let _turn = fetching.acquire().await.expect("the semaphore is never closed");
        // Somebody else may have asked meanwhile.
        if let Some(known) = kept.get(&key).filter(Kept::is_fresh) {
            return known.outcome;
        }
        let mut octets = FAILURE_OCTETS;
        let outcome = match source.fetch(address).await {
            Err(error) => Err(error),
            Ok(text) => {
                octets += text.len();
                let limits = self.limits.text;
                let read = self.parse_on_a_thread(octets, move || Ok(PublishedBusy::read(&text, &limits))).await;
                let nothing = || PublishedError::NotACalendar(source.host(address).unwrap_or_default());
                read.ok().flatten().map(Arc::new).ok_or_else(nothing)
            }
        };
        kept.insert(key, Kept { at: Instant::now(), octets, outcome: outcome.clone() });
        outcome
    }
}
