//! How often somebody proved who they are, and how often not.

use std::sync::atomic::{AtomicU64, Ordering};

/// Since the process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignIns {
    pub good: u64,
    /// Wrong ones, and those that were not looked at because there were too many wrong ones.
    pub bad: u64,
}

#[derive(Debug, Default)]
pub(crate) struct SignInCounter {
    good: AtomicU64,
    bad: AtomicU64,
}

impl SignInCounter {
    pub fn add(&self, is_good: bool) {
        let count = if is_good { &self.good } else { &self.bad };
        count.fetch_add(1, Ordering::Relaxed);
    }

    pub fn get(&self) -> SignIns {
        SignIns { good: self.good.load(Ordering::Relaxed), bad: self.bad.load(Ordering::Relaxed) }
    }
}
