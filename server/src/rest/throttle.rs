//! How often somebody may ask for what could be asked for everything.

use super::problem::Problem;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use kalends_domain::access::PrincipalId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Requests of one person,
pub const MAX_SEARCHES: u64 = 60;
/// in so long.
const WINDOW: Duration = Duration::from_secs(60);
/// Beyond so many people the windows that are over are forgotten.
const MANY: usize = 1_000;

/// Counts each person's searches on this node.
#[derive(Default)]
pub struct SearchThrottle(Mutex<HashMap<PrincipalId, (Instant, u64)>>);

/// What is left of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    requests: u64,
    seconds: u64,
}

impl SearchThrottle {
    /// # Errors
    /// How long to wait, for one more than there may be.
    pub fn take(&self, who: PrincipalId) -> Result<Left, Left> {
        self.take_at(who, Instant::now())
    }

    fn take_at(&self, who: PrincipalId, now: Instant) -> Result<Left, Left> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() > MANY {
            counts.retain(|_, (began, _)| now - *began < WINDOW);
        }
        let (began, count) = counts.entry(who).or_insert((now, 0));
        if now - *began >= WINDOW {
            (*began, *count) = (now, 0);
        }
        let seconds = (WINDOW - (now - *began)).as_secs() + 1;
        if *count >= MAX_SEARCHES {
            return Err(Left { requests: 0, seconds });
        }
        *count += 1;
        Ok(Left { requests: MAX_SEARCHES - *count, seconds })
    }
}

impl Left {
    /// 429, for one more than there may be.
    pub fn refused(self) -> Response {
        self.told(Problem::too_many("Too many searches; wait before the next.", self.seconds))
    }

    /// With the fields of draft-ietf-httpapi-ratelimit-headers.
    pub fn told(self, response: impl IntoResponse) -> Response {
        let mut response = response.into_response();
        let fields = [
            ("ratelimit-policy", format!("\"search\";q={MAX_SEARCHES};w={}", WINDOW.as_secs())),
            ("ratelimit", format!("\"search\";r={};t={}", self.requests, self.seconds)),
        ];
        for (name, value) in fields {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_has_so_many_searches_in_a_window() {
        let (throttle, now) = (SearchThrottle::default(), Instant::now());
        let one = PrincipalId(1);
        for taken in 1..=MAX_SEARCHES {
            assert_eq!(throttle.take_at(one, now).map(|left| left.requests), Ok(MAX_SEARCHES - taken));
        }
        let later = now + Duration::from_secs(10);
        assert_eq!(throttle.take_at(one, later), Err(Left { requests: 0, seconds: 51 }));
        assert!(throttle.take_at(PrincipalId(2), later).is_ok());
        assert!(throttle.take_at(one, now + WINDOW).is_ok());
    }
}
