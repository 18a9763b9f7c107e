//! How values travel: JSON in the answers and bodies of server functions, and in the page beside what was rendered from it.
//!
//! The browser reads it by a reader that is made for small programs. It says less about what it cannot read, and a page
//! downloads a seventh less of code for it than for `serde_json`'s.

use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The encoding.
pub struct JsonText;

/// The codec of server functions: `#[server(input = Json, output = Json)]`.
pub type Json = Post<JsonText>;

/// What the side that compiles this reads JSON by.
#[cfg(not(feature = "hydrate"))]
type ReadError = serde_json::Error;
#[cfg(feature = "hydrate")]
type ReadError = serde_json_core::de::Error;

#[cfg(not(feature = "hydrate"))]
fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, ReadError> {
    serde_json::from_slice(text)
}

#[cfg(feature = "hydrate")]
fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, ReadError> {
    read_small(text)
}

/// Reads what `serde_json` writes, as small as it goes.
#[cfg(any(test, feature = "hydrate"))]
fn read_small<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json_core::de::Error> {
    // No string in it is longer than the whole.
    let mut unescaped = vec![0; text.len()];
    let mut reader = serde_json_core::de::Deserializer::new(text, Some(&mut unescaped));
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

impl ContentType for JsonText {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for JsonText {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for JsonText {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for JsonText {
    type Error = ReadError;

    fn decode(text: Bytes) -> Result<T, Self::Error> {
        read(&text)
    }
}

impl<T: Serialize> Encoder<T> for JsonText {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for JsonText {
    type Error = ReadError;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        read(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::fields::EventFields;
    use crate::wire::{ApiError, EventInstance, Status, When};
    use chrono::NaiveDate;
    use proptest::prelude::*;
    use serde::Deserialize;

    fn comes_back<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
        let text = serde_json::to_vec(value).unwrap();
        assert_eq!(&read_small::<T>(&text).unwrap(), value, "{}", String::from_utf8_lossy(&text));
    }

    fn event(title: String, instance: Option<String>, when: When, status: Status) -> EventInstance {
        EventInstance {
            calendar: -7,
            name: "a.ics".into(),
            etag: "\"1\"".into(),
            instance,
            title,
            location: None,
            when,
            editable: true,
            transparent: false,
            status,
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>(), other: Option<String>) {
            comes_back(&EventFields { title: text.clone(), weekdays: vec![text.clone()], ..EventFields::default() });
            comes_back(&(text, other));
        }

        #[test]
        fn any_number_comes_back(id: i64, count: u32, offset: i32, size: usize) {
            comes_back(&(id, count, offset, size));
        }
    }

    #[test]
    fn every_shape_that_travels_comes_back() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let time = date.and_hms_opt(9, 30, 5).unwrap();
        let days = event("\\\"\u{1}\n\t/é🦀".into(), None, When::Days { first: date, last: date }, Status::Confirmed);
        let times = event(String::new(), Some("2".into()), When::Times { start: time, end: time }, Status::Cancelled);
        comes_back(&vec![days.clone(), times.clone()]);
        comes_back(&Ok::<Vec<EventInstance>, ApiError>(vec![days]));
        comes_back(&Ok::<Option<EventInstance>, ApiError>(Some(times)));
        comes_back(&Ok::<Option<EventInstance>, ApiError>(None));
        comes_back(&Ok::<(), ApiError>(()));
        for error in [
            ApiError::SignedOut,
            ApiError::NotFound("There is no such event.".into()),
            ApiError::BadInput { field: "title".into(), message: "Too long.".into() },
        ] {
            comes_back(&Err::<(), ApiError>(error));
        }
    }

    #[test]
    fn what_is_not_known_is_passed_over() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Known {
            id: i64,
            name: Option<String>,
        }
        let text = br#" { "later" : [{"a":"]}\"","b":[1.5e3,null,true]}, {}] , "id": 3, "z": {"id": 4} } "#;
        assert_eq!(read_small::<Known>(text), Ok(Known { id: 3, name: None }));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "[1,]", "[] []", "\"a", "{\"id\":}", "<html></html>"] {
            assert!(read_small::<Vec<String>>(text.as_bytes()).is_err(), "{text}");
        }
    }
}
