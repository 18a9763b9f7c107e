//! Some of the components and properties (RFC 4791 sections 9.6.1 to 9.6.4).

use super::{ComponentRequest, ComponentSelection, Node, PropertySelection};
use crate::syntax::Property;
use std::borrow::Cow;

/// Takes away what `request` does not name. A request for another component than `node` leaves nothing in it.
pub(super) fn select(node: &mut Node<'_>, request: &ComponentRequest) {
    if node.source.name != request.name {
        node.properties.clear();
        node.components.clear();
        return;
    }
    if let PropertySelection::Named(named) = &request.properties {
        node.properties.retain_mut(|property| {
            let Some(wanted) = named.iter().find(|wanted| wanted.name == property.name) else { return false };
            if wanted.no_value {
                *property = Cow::Owned(Property { value: String::new(), ..property.as_ref().clone() });
            }
            true
        });
    }
    if let ComponentSelection::Named(named) = &request.components {
        node.components.retain_mut(|component| {
            let Some(wanted) = named.iter().find(|wanted| wanted.name == component.source.name) else { return false };
            select(component, wanted);
            true
        });
    }
}
