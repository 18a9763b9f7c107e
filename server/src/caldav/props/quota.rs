//! The quota properties (RFC 4331).

use super::super::xml::XmlWriter;
use super::{Live, PropertyRequest};
use kalends_domain::access::PrincipalId;
use kalends_domain::{Error, Kalends};

/// What an account may still hold and holds, in octets of objects. Every collection of the account has the same.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quota {
    available: u64,
    used: u64,
}

impl Quota {
    /// `None` when the request does not ask for it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read(kalends: &Kalends, owner: PrincipalId, request: &PropertyRequest) -> Result<Option<Self>, Error> {
        let asks = |property| request.asks_for(property) || matches!(request, PropertyRequest::Names);
        if !asks(Live::QuotaAvailableBytes) && !asks(Live::QuotaUsedBytes) {
            return Ok(None);
        }
        // The room for it is not moved about with every calendar of a listing.
        let used = Box::pin(kalends.usage(owner)).await?.octets;
        Ok(Some(Quota { available: kalends.limits().account_octets.saturating_sub(used), used }))
    }

    pub fn write_available(self, xml: &mut XmlWriter) -> bool {
        xml.leaf(Live::QuotaAvailableBytes.tag(), &self.available.to_string());
        true
    }

    pub fn write_used(self, xml: &mut XmlWriter) -> bool {
        xml.leaf(Live::QuotaUsedBytes.tag(), &self.used.to_string());
        true
    }
}
