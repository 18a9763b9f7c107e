//! How many streams are open, by whom.

use crate::metrics::Open;
use kalends_domain::access::PrincipalId;
use kalends_domain::links::LinkId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most streams of one person at once: each browser and each program has one.
const MAX_STREAMS: usize = 32;
/// Most streams of one public link, and of those who look at public links from one network: a school may be behind it.
const MAX_OF_LINK: usize = 500;
const MAX_OF_NETWORK: usize = 64;

/// For whom a stream is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    Person(PrincipalId),
    Link(LinkId),
    Network(IpAddr),
}

impl Holder {
    fn most(self) -> usize {
        match self {
            Holder::Person(_) => MAX_STREAMS,
            Holder::Link(_) => MAX_OF_LINK,
            Holder::Network(_) => MAX_OF_NETWORK,
        }
    }

    fn is_public(self) -> bool {
        !matches!(self, Holder::Person(_))
    }
}

pub struct Places {
    /// Most streams of all together, so that connections are left for everything else. Half of them can be of public links.
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    public: usize,
    by: HashMap<Holder, usize>,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    OfHolder,
    OfAll,
}

/// The right to one stream; given back when it is dropped.
pub struct Place {
    places: Arc<Places>,
    holders: Vec<Holder>,
    _open: Open,
}

impl Places {
    pub fn new(most: usize) -> Self {
        Places { most, taken: Mutex::default() }
    }

    /// # Errors
    /// When one of the holders has as many as they may, or all have.
    pub fn take(self: &Arc<Self>, holders: Vec<Holder>) -> Result<Place, Full> {
        let mut taken = self.taken();
        let is_public = holders.iter().any(|holder| holder.is_public());
        if taken.all >= self.most || is_public && taken.public >= self.most / 2 {
            return Err(Full::OfAll);
        }
        if holders.iter().any(|holder| taken.by.get(holder).is_some_and(|count| *count >= holder.most())) {
            return Err(Full::OfHolder);
        }
        taken.all += 1;
        taken.public += usize::from(is_public);
        for holder in &holders {
            *taken.by.entry(*holder).or_default() += 1;
        }
        Ok(Place { places: self.clone(), holders, _open: Open::stream() })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        taken.public -= usize::from(self.holders.iter().any(|holder| holder.is_public()));
        for holder in &self.holders {
            if let Entry::Occupied(mut count) = taken.by.entry(*holder) {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn person(id: i64) -> Vec<Holder> {
        vec![Holder::Person(PrincipalId(id))]
    }

    #[test]
    fn a_person_has_so_many_streams_and_others_have_theirs() {
        let places = Arc::new(Places::new(MAX_STREAMS + 1));
        let mut held: Vec<_> = (0..MAX_STREAMS).map_while(|_| places.take(person(1)).ok()).collect();
        assert_eq!(held.len(), MAX_STREAMS);
        assert_eq!(places.take(person(1)).err(), Some(Full::OfHolder));
        let other = places.take(person(2));
        assert!(other.is_ok());
        assert_eq!(places.take(person(3)).err(), Some(Full::OfAll));
        held.pop();
        assert!(places.take(person(1)).is_ok());
        held.clear();
        drop(other);
        assert!(places.taken().by.is_empty() && places.taken().all == 0);
    }

    #[test]
    fn those_of_public_links_leave_half_of_the_places_to_people() {
        let places = Arc::new(Places::new(10));
        let network = Holder::Network("192.0.2.1".parse().unwrap());
        let looking = |link: i64| vec![Holder::Link(LinkId(link)), network];
        let held: Vec<_> = (0..10).map_while(|link| places.take(looking(link)).ok()).collect();
        assert_eq!(held.len(), 5);
        assert_eq!(places.take(looking(99)).err(), Some(Full::OfAll));
        assert!(places.take(person(1)).is_ok());
        drop(held);
        assert!(places.taken().public == 0 && places.taken().by.is_empty());
        let wide = Arc::new(Places::new(1_000));
        let held: Vec<_> = (0..1_000).map_while(|link| wide.take(looking(link)).ok()).collect();
        assert_eq!((held.len(), wide.take(looking(2_000)).err()), (MAX_OF_NETWORK, Some(Full::OfHolder)));
    }
}
