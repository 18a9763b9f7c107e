//! How many streams each person has open.

use crate::metrics::Open;
use kalends_domain::access::PrincipalId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most streams of one person at once: each browser and each program has one.
const MAX_STREAMS: usize = 32;

pub struct Places {
    /// Most streams of all together, so that connections are left for everything else.
    most: usize,
    taken: Mutex<HashMap<PrincipalId, usize>>,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    OfPerson,
    OfAll,
}

/// The right to one stream; given back when it is dropped.
pub struct Place {
    places: Arc<Places>,
    principal: PrincipalId,
    _open: Open,
}

impl Places {
    pub fn new(most: usize) -> Self {
        Places { most, taken: Mutex::default() }
    }

    /// # Errors
    /// When the person has as many as they may, or all have.
    pub fn take(self: &Arc<Self>, principal: PrincipalId) -> Result<Place, Full> {
        let mut taken = self.taken();
        if taken.values().sum::<usize>() >= self.most {
            return Err(Full::OfAll);
        }
        let count = taken.entry(principal).or_default();
        if *count >= MAX_STREAMS {
            return Err(Full::OfPerson);
        }
        *count += 1;
        Ok(Place { places: self.clone(), principal, _open: Open::stream() })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<PrincipalId, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
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
        let places = Arc::new(Places::new(MAX_STREAMS + 1));
        let mut held: Vec<_> = (0..MAX_STREAMS).map_while(|_| places.take(PrincipalId(1)).ok()).collect();
        assert_eq!(held.len(), MAX_STREAMS);
        assert_eq!(places.take(PrincipalId(1)).err(), Some(Full::OfPerson));
        let other = places.take(PrincipalId(2));
        assert!(other.is_ok());
        assert_eq!(places.take(PrincipalId(3)).err(), Some(Full::OfAll));
        held.pop();
        assert!(places.take(PrincipalId(1)).is_ok());
        held.clear();
        drop(other);
        assert!(places.taken().is_empty());
    }
}
