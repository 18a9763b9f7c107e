//! What one piece of planning and making has come to, for what is done after its commit.

use crate::access::PrincipalId;
use std::collections::BTreeSet;

#[derive(Default)]
pub(super) struct Made {
    /// In whose pages something is to appear, or to go.
    pub in_page: BTreeSet<PrincipalId>,
    pub to_send: bool,
}
