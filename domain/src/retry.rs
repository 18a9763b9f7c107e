//! Doing again what another write was in the way of, and doing ahead of a write what would take long while others wait for it.

use crate::thread::on_a_thread;
use crate::{Error, Result};
use rand::Rng;
use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often the same work is tried. Each try finds what the one before collided with, so that two are nearly always enough.
const MAX_TRIES: u32 = 8;
/// The first pause is shorter than this, each later one up to twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Beginning a write again costs about as much as working on this many octets.
const SHORT_OCTETS: usize = 32 * 1024;
/// How often a write begins again for what is to be done ahead of it; after that it is done within it.
const MAX_AHEAD: usize = 16;

tokio::task_local! {
    static AHEAD: Arc<Mutex<Ahead>>;
}

type Work = Box<dyn FnOnce() -> Box<dyn Any + Send> + Send>;

/// What one write has asked to be done before it begins again.
#[derive(Default)]
struct Ahead {
    asked: Option<Work>,
    /// Each an input and what came of it.
    done: Vec<Box<dyn Any + Send>>,
    asks: usize,
}

/// Does `work`, one whole transaction, again while it is [`Error::Contended`].
///
/// # Errors
/// Those of `work`; `Contended` when it was so at every try.
pub(crate) async fn retry<T, W: Future<Output = Result<T>>>(work: impl Fn() -> W) -> Result<T> {
    let ahead = Arc::new(Mutex::new(Ahead::default()));
    AHEAD.scope(Arc::clone(&ahead), tries(work, &ahead)).await
}

async fn tries<T, W: Future<Output = Result<T>>>(work: impl Fn() -> W, ahead: &Mutex<Ahead>) -> Result<T> {
    let mut longest = FIRST_PAUSE;
    let mut tried = 0;
    loop {
        let outcome = work().await;
        if !matches!(outcome, Err(Error::Contended)) {
            return outcome;
        }
        let asked = locked(ahead).asked.take();
        if let Some(asked) = asked {
            let done = on_a_thread(move || Ok(asked())).await?;
            locked(ahead).done.push(done);
            continue;
        }
        tried += 1;
        if tried == MAX_TRIES {
            return outcome;
        }
        // At random, so that two that collided do not do so again.
        let pause = rand::rng().random_range(Duration::ZERO..longest);
        tokio::time::sleep(pause).await;
        longest *= 2;
    }
}

fn locked(ahead: &Mutex<Ahead>) -> MutexGuard<'_, Ahead> {
    ahead.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What `work` makes of `input`, which is about `octets` of text, without keeping others waiting for the write that needs it: where that
/// takes long, the write is given up, the work done on a thread of its own, and the write begun again by [`retry`]. It finds what was made
/// if it still has the same input.
///
/// The type of `input` stands for one kind of work, which depends on nothing else.
///
/// # Errors
/// Those of `work`; `Contended`, for [`retry`], when it is to be done first.
pub(crate) async fn ahead<I, T>(
    octets: usize,
    input: I,
    work: impl FnOnce(&I) -> Result<T> + Send + 'static,
) -> Result<T>
where
    I: PartialEq + Send + 'static,
    T: Clone + Send + 'static,
{
    let ahead = AHEAD.try_with(Arc::clone).ok().filter(|_| octets > SHORT_OCTETS);
    let Some(ahead) = ahead else { return on_a_thread(move || work(&input)).await };
    let is_asked = {
        let mut ahead = locked(&ahead);
        let of_input =
            |done: &Box<dyn Any + Send>| done.downcast_ref::<(I, Result<T>)>().is_some_and(|(done, _)| *done == input);
        if let Some(at) = ahead.done.iter().position(of_input) {
            // What was made is kept, as the write may begin again for something else; an error ends it.
            if let Some((_, Ok(made))) = ahead.done[at].downcast_ref::<(I, Result<T>)>() {
                return Ok(made.clone());
            }
            if let Ok(done) = ahead.done.swap_remove(at).downcast::<(I, Result<T>)>() {
                return done.1;
            }
        }
        ahead.asks += 1;
        ahead.asks <= MAX_AHEAD
    };
    if !is_asked {
        return on_a_thread(move || work(&input)).await;
    }
    locked(&ahead).asked = Some(Box::new(move || {
        let made = work(&input);
        Box::new((input, made))
    }));
    Err(Error::Contended)
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

    /// The length of a number.
    #[derive(PartialEq)]
    struct Number(usize);

    const LONG: usize = SHORT_OCTETS + 1;

    fn written(number: &Number) -> Result<String> {
        match number.0 {
            13 => Err(Error::PreconditionFailed),
            number => Ok(number.to_string()),
        }
    }

    #[tokio::test]
    async fn what_takes_long_is_done_between_two_tries_for_the_same_input_alone() {
        // Another is there at the second try: that is to be done as well.
        let (tries, numbers) = (Cell::new(0), [7, 8, 8, 8]);
        let made = retry(async || {
            tries.set(tries.get() + 1);
            let number = ahead(LONG, Number(numbers[tries.get() - 1]), written).await?;
            let short = ahead(1, Number(100), written).await?;
            Ok(number + &short)
        });
        assert_eq!(made.await.unwrap(), "8100");
        assert_eq!(tries.get(), 3);
        let refused = retry(async || ahead(LONG, Number(13), written).await);
        assert!(matches!(refused.await, Err(Error::PreconditionFailed)));
        assert_eq!(ahead(LONG, Number(5), written).await.unwrap(), "5");
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_needs_much_done_ahead_comes_to_its_end_all_the_same() {
        let tries = Cell::new(0);
        let made = retry(async || {
            tries.set(tries.get() + 1);
            let mut made = 0;
            for number in 100..200 {
                made += ahead(LONG, Number(number), written).await?.len();
            }
            Ok(made)
        });
        assert_eq!(made.await.unwrap(), 300);
        assert!(tries.get() <= MAX_AHEAD + 1, "{}", tries.get());
    }
}
