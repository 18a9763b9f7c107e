//! iCalendar (RFC 5545): reading, checking, editing and writing calendar object resources.
//!
//! The stored text is the truth. [`syntax`] keeps the octet span of every content line, so that [`edit`] can
//! replace single properties and leave every other octet as it was.

pub mod busy;
pub mod edit;
pub mod entry;
pub mod escape;
pub mod join;
pub mod object;
pub mod project;
pub mod split;
pub mod syntax;
pub mod unfold;
pub mod value;
mod write;

pub use entry::ComponentKind;
pub use object::CalendarObject;
