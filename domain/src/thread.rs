//! Work that takes the processor for long enough to hold others up.

use crate::{Error, Result};

/// Does `work` on a thread of its own, so that those on which requests are served stay free.
///
/// # Errors
/// Those of `work`; `Store`, which is logged and not shown, when it panicked.
pub(crate) async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|panicked| Err(Error::Store(sqlx::Error::Decode(panicked.into()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error() {
        assert!(matches!(on_a_thread(|| Ok(1)).await, Ok(1)));
        assert!(matches!(on_a_thread::<()>(|| panic!("on purpose")).await, Err(Error::Store(_))));
    }
}
