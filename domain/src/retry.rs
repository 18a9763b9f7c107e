//! Doing again what another write was in the way of.

use crate::{Error, Result};
use rand::Rng;
use std::time::Duration;

/// How often the same work is tried. Each try finds what the one before collided with, so that two are nearly always enough.
const MAX_TRIES: u32 = 8;
/// The first pause is shorter than this, each later one up to twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Does `work`, one whole transaction, again while it is [`Error::Contended`].
///
/// # Errors
/// Those of `work`; `Contended` when it was so at every try.
pub(crate) async fn retry<T, W: Future<Output = Result<T>>>(work: impl Fn() -> W) -> Result<T> {
    let mut longest = FIRST_PAUSE;
    for _ in 1..MAX_TRIES {
        match work().await {
            Err(Error::Contended) => {}
            done => return done,
        }
        // At random, so that two that collided do not do so again.
        let pause = rand::rng().random_range(Duration::ZERO..longest);
        tokio::time::sleep(pause).await;
        longest *= 2;
    }
    work().await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::cell::Cell;

    #[tokio::test(start_paused = true)]
    async fn what_collided_is_done_again_and_nothing_else_is() {
        for (outcomes, tries) in [(2, 3), (0, 1), (100, MAX_TRIES)] {
            let done = Cell::new(0);
            let worked = retry(async || {
                done.set(done.get() + 1);
                if done.get() > outcomes { Ok(done.get()) } else { Err(Error::Contended) }
            });
            match worked.await {
                Ok(number) => assert_eq!(number, tries),
                Err(error) => assert!(matches!(error, Error::Contended) && outcomes == 100),
            }
            assert_eq!(done.get(), tries);
        }
        let done = Cell::new(0);
        let refused = retry(async || {
            done.set(done.get() + 1);
            Err::<(), _>(Error::PreconditionFailed)
        });
        assert!(matches!(refused.await, Err(Error::PreconditionFailed)));
        assert_eq!(done.get(), 1);
    }
}
