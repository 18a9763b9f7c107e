//! Attributes, properties, classes and listeners of any kind as one type.

use leptos::tachys::html::attribute::{Attribute, NamedAttributeKey};
use leptos::tachys::renderer::types::Element;

/// What an element is given in a view.
pub struct Given(Box<dyn Bound>);

/// What is kept of it at the element.
pub struct Kept {
    keys: Vec<NamedAttributeKey>,
    _state: Box<dyn State>,
}

trait Bound: Send {
    fn keys(&self) -> Vec<NamedAttributeKey>;
    /// `from_server`: whether the element has what does not change already.
    fn bind(self: Box<Self>, element: &Element, from_server: bool) -> Box<dyn State>;
}

impl<A: Attribute + 'static> Bound for A {
    fn keys(&self) -> Vec<NamedAttributeKey> {
        Attribute::keys(self)
    }

    fn bind(self: Box<Self>, element: &Element, from_server: bool) -> Box<dyn State> {
        Box::new(if from_server {
            Attribute::hydrate::<true>(*self, element)
        } else {
            Attribute::build(*self, element)
        })
    }
}

/// What ends with it, such as effects and listeners.
trait State {}

impl<T> State for T {}

impl Given {
    /// Erases the type of `attribute`.
    pub fn new<A: Attribute>(attribute: A) -> Self {
        Self(Box::new(attribute.into_cloneable_owned()))
    }

    /// Gives it to `element`. `from_server`: whether the element has what does not change already.
    pub fn bind(self, element: &Element, from_server: bool) -> Kept {
        let keys = self.0.keys();
        Kept { keys, _state: self.0.bind(element, from_server) }
    }
}

impl Kept {
    /// The names of what is to be removed when something else is given.
    pub fn keys(&self) -> &[NamedAttributeKey] {
        &self.keys
    }
}
