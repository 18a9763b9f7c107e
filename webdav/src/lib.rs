//! XML as WebDAV uses it: names, a small safe reader for bodies, a writer for streamed answers.

mod doctype;
mod encoding;
mod error;
pub mod names;
pub mod reader;
pub mod writer;

pub use error::XmlError;
pub use names::{Name, Namespace};
pub use reader::{Document, Element};
pub use writer::XmlWriter;
