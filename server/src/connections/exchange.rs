//! How far a connection's request has come.

use std::sync::atomic::{AtomicU8, Ordering};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Nothing of the next request has come.
    Waiting,
    /// A part of its header has come.
    Header,
    /// It is being answered.
    Serving,
}

/// Shared by the connection's stream, which sees octets, and its service, which sees requests.
#[derive(Debug, Default)]
pub struct Exchange(AtomicU8);

impl Exchange {
    pub fn enter(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Release);
    }

    pub fn phase(&self) -> Phase {
        match self.0.load(Ordering::Acquire) {
            0 => Phase::Waiting,
            1 => Phase::Header,
            _ => Phase::Serving,
        }
    }
}
