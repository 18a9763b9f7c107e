//! How many streams each person has open.

use crate::metrics::Open;
use kalends_domain::access::PrincipalId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most streams of one person at once: each browser and each program has one.
const MAX_STREAMS: usize = 32;

#[derive(Default)]
pub struct Places(Mutex<HashMap<PrincipalId, usize>>);

/// The right to one stream; given back when it is dropped.
pub struct Place {
    places: Arc<Places>,
    principal: PrincipalId,
    _open: Open,
}

impl Places {
    /// `None` when the person has as many as they may.
    pub fn take(self: &Arc<Self>, principal: PrincipalId) -> Option<Place> {
        let mut taken = self.taken();
        let count = taken.entry(principal).or_default();
        if *count >= MAX_STREAMS {
            return None;
        }
        *count += 1;
        Some(Place { places: self.clone(), principal, _open: Open::stream() })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<PrincipalId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.places.taken().entry(self.principal) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_so_many_streams_and_others_have_theirs() {
        let places = Arc::<Places>::default();
        let mut held: Vec<_> = (0..MAX_STREAMS).map_while(|_| places.take(PrincipalId(1))).collect();
        assert_eq!(held.len(), MAX_STREAMS);
        assert!(places.take(PrincipalId(1)).is_none());
        assert!(places.take(PrincipalId(2)).is_some());
        held.pop();
        assert!(places.take(PrincipalId(1)).is_some());
        held.clear();
        assert!(places.taken().is_empty());
    }
}
