//! What can be wrong with a body as XML.

/// Deepest nesting of elements.
pub const MAX_DEPTH: usize = 32;
/// Most elements in a body; a calendar-multiget of as many objects fits.
pub const MAX_ELEMENTS: usize = 100_000;

/// Why a body is not XML that Kalends reads; the text is fit to show.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    #[error("the body is not well-formed XML: {0}")]
    Malformed(String),
    #[error("a DOCTYPE that declares entities or attributes is not accepted")]
    DocumentType,
    #[error("nothing outside of the body is read: it may not refer to an external entity or DTD")]
    ExternalEntity,
    #[error("the entity &{0}; is not defined")]
    Entity(String),
    #[error("more than {MAX_DEPTH} elements are nested")]
    TooDeep,
    #[error("more than {MAX_ELEMENTS} elements")]
    TooMany,
    #[error("the body is not in {0}")]
    Encoding(String),
    #[error("the encoding {0:?} is not known; UTF-8 always is")]
    UnknownEncoding(String),
}

impl From<quick_xml::Error> for XmlError {
    fn from(error: quick_xml::Error) -> Self {
        XmlError::Malformed(error.to_string())
    }
}
