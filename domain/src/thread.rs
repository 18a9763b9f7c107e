//! Work that takes the processor for long enough to hold others up.

use crate::{Error, Kalends, Result};
use tokio::sync::Semaphore;

/// How much text is parsed at once, in KiB. The parsed form takes several times the memory of its text.
const MAX_KIBIBYTES: u32 = 16 * 1024;

/// Bounds how much text is parsed at once, by all requests together: what comes beyond it waits.
pub(crate) struct ParsingBudget(Semaphore);

impl Default for ParsingBudget {
    fn default() -> Self {
        ParsingBudget(Semaphore::new(MAX_KIBIBYTES as usize))
    }
}

impl Kalends {
    /// Does `work`, which parses `octets` of text, on a thread of its own once there is room for as much.
    ///
    /// # Errors
    /// See [`on_a_thread`].
    pub(crate) async fn parse_on_a_thread<T: Send + 'static>(
        &self,
        octets: usize,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        // What is larger than all there is has it alone.
        let kibibytes = u32::try_from(octets / 1024).unwrap_or(u32::MAX).min(MAX_KIBIBYTES);
        let _room = self.parsing.0.acquire_many(kibibytes).await.expect("the semaphore is never closed");
        on_a_thread(work).await
    }
}

/// Does `work` on a thread of its own, so that those on which requests are served stay free.
///
/// # Errors
/// Those of `work`; `Internal`, which is logged and not shown, when it panicked.
pub(crate) async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|panicked| Err(Error::Internal(panicked.into())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Limits;
    use crate::store::{Database, DatabaseAddress};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test]
    async fn a_panic_is_an_error() {
        assert!(matches!(on_a_thread(|| Ok(1)).await, Ok(1)));
        assert!(matches!(on_a_thread::<()>(|| panic!("on purpose")).await, Err(Error::Internal(_))));
    }

    #[tokio::test]
    async fn large_texts_wait_for_one_another_and_small_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let address = DatabaseAddress::Sqlite(folder.path().join("kalends.sqlite"));
        let kalends = Kalends::new(Database::open(&address).await.unwrap(), Limits::default());
        let (at_once, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let large = (0..6).map(|_| {
            let (kalends, at_once, most) = (kalends.clone(), at_once.clone(), most.clone());
            tokio::spawn(async move {
                let work = move || {
                    most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(100));
                    at_once.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                };
                kalends.parse_on_a_thread(64 * 1024 * 1024, work).await.unwrap();
            })
        });
        let large: Vec<_> = large.collect();
        tokio::task::yield_now().await;
        kalends.parse_on_a_thread(500, || Ok(())).await.unwrap();
        for done in large {
            done.await.unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), 1);
    }
}
