//! The entity tags of If-Match and If-None-Match (RFC 9110 section 13.1).

use axum::http::HeaderMap;

/// The entity tags of an If-Match or If-None-Match header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tags {
    Any,
    /// As written, `W/` included.
    These(Vec<String>),
}

/// A header that is no list of entity tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl Tags {
    /// What the header `name` says; `None` where it is not there.
    ///
    /// # Errors
    /// For one that cannot be read.
    pub fn of(headers: &HeaderMap, name: &str) -> Result<Option<Self>, Malformed> {
        let mut tags = Vec::new();
        for value in headers.get_all(name) {
            let value = value.to_str().map_err(|_| Malformed)?.trim();
            if value == "*" {
                return Ok(Some(Tags::Any));
            }
            tags.extend(tag_list(value).ok_or(Malformed)?);
        }
        Ok(if tags.is_empty() { None } else { Some(Tags::These(tags)) })
    }

    /// By the strong comparison of RFC 9110 section 8.8.3.2.
    pub fn match_strongly(&self, etag: Option<&str>) -> bool {
        match self {
            Tags::Any => etag.is_some(),
            Tags::These(tags) => etag.is_some_and(|etag| tags.iter().any(|tag| tag == etag)),
        }
    }

    /// By the weak comparison.
    pub fn match_weakly(&self, etag: Option<&str>) -> bool {
        match self {
            Tags::Any => etag.is_some(),
            Tags::These(tags) => etag.is_some_and(|etag| tags.iter().any(|tag| opaque(tag) == opaque(etag))),
        }
    }
}

/// The tag without what says that it is weak.
pub fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// `"a", W/"b"`; tags may contain commas.
fn tag_list(value: &str) -> Option<Vec<String>> {
    let mut tags = Vec::new();
    let mut rest = value.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let start = if rest.starts_with("W/") { 2 } else { 0 };
        let inner = rest[start..].strip_prefix('"')?;
        let end = start + 1 + inner.find('"')? + 1;
        tags.push(rest[..end].to_owned());
        rest = rest[end..].trim_start_matches([' ', '\t']);
        if !rest.is_empty() {
            rest = rest.strip_prefix(',')?.trim_start_matches([' ', '\t', ',']);
        }
    }
    Some(tags)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn entity_tags_are_read() {
        assert_eq!(tag_list(r#""a", W/"b,c" ,"" "#).unwrap(), [r#""a""#, r#"W/"b,c""#, r#""""#]);
        assert_eq!(tag_list("a"), None);
        assert_eq!(tag_list(r#""a" "b""#), None);
        assert_eq!(tag_list(r#""a"#), None);
        let weak = Tags::These(vec![r#"W/"a""#.into()]);
        assert!(weak.match_weakly(Some(r#""a""#)) && !weak.match_strongly(Some(r#""a""#)));
        assert!(Tags::Any.match_strongly(Some("x")) && !Tags::Any.match_weakly(None));
    }
}
