//! The description of the interface for people to read: a page of the same operations and schemas, without scripts. It is in the language
//! of the description.

use super::openapi;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use html_escape::{encode_double_quoted_attribute as attribute, encode_text as text};
use serde_json::{Map, Value};
use std::fmt::Write;
use std::sync::LazyLock;

const STYLE: &str = "/api/v1.0/documentation.css";

/// The tokens of the other pages, and what this one has beside them.
const SHEET: &str = concat!(include_str!("../../../style/base.css"), include_str!("../../../style/api.css"));

/// Everything is of this site, and there is not much of it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// This description as a page for people. For everybody.
#[utoipa::path(get, path = "/api/v1.0/documentation", tag = "about", security(()),
    responses((status = 200, body = String, content_type = "text/html")))]
pub async fn page() -> Response {
    static PAGE: LazyLock<String> = LazyLock::new(|| {
        let description: Value = serde_json::from_str(openapi::text()).unwrap_or_default();
        document(&description)
    });
    let mut response = Html(PAGE.as_str()).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}

/// The style sheet of that page. For everybody.
#[utoipa::path(get, path = "/api/v1.0/documentation.css", tag = "about", security(()),
    responses((status = 200, body = String, content_type = "text/css")))]
pub async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], SHEET).into_response()
}

fn string<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn document(description: &Value) -> String {
    let mut html = String::new();
    let info = &description["info"];
    let (title, about) = (string(info, "title"), string(info, "description"));
    // Writing to a String cannot fail.
    let _ = write!(
        html,
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{0}: the interface for programs</title>\
         <link rel=\"icon\" type=\"image/svg+xml\" href=\"/public/favicon.svg\"><link rel=\"stylesheet\" href=\"{STYLE}\"></head>\
         <body class=\"api\"><header><h1>{0}: the interface for programs</h1><p>{1}</p>\
         <p><a href=\"/api/v1.0/openapi.json\">openapi.json</a> says the same to programs (OpenAPI {2}).</p></header>",
        text(title),
        text(about),
        text(string(description, "openapi")),
    );
    let tags = description["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    let _ = write!(html, "<nav aria-label=\"Parts\"><ul>");
    for tag in tags {
        let name = string(tag, "name");
        let _ = write!(html, "<li><a href=\"#{}\">{}</a></li>", attribute(name), text(name));
    }
    let _ = write!(html, "<li><a href=\"#schemas\">schemas</a></li></ul></nav><main>");
    for tag in tags {
        let (name, about) = (string(tag, "name"), string(tag, "description"));
        let _ = write!(html, "<section><h2 id=\"{}\">{}</h2><p>{}</p>", attribute(name), text(name), prose(about));
        operations(&mut html, description, name);
        let _ = write!(html, "</section>");
    }
    let _ = write!(html, "<section><h2 id=\"schemas\">schemas</h2>");
    for (name, schema) in members(&description["components"]["schemas"]) {
        let _ = write!(html, "<h3 id=\"schema-{}\">{}</h3>", attribute(name), text(name));
        self::schema(&mut html, schema);
    }
    html + "</section></main></body></html>"
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// Those with this tag, in the order of their paths.
fn operations(html: &mut String, description: &Value, tag: &str) {
    for (path, item) in members(&description["paths"]) {
        for method in METHODS {
            let operation = &item[method];
            if operation["tags"].as_array().is_some_and(|tags| tags.iter().any(|found| found == tag)) {
                self::operation(html, description, (method, path), operation);
            }
        }
    }
}

fn operation(html: &mut String, description: &Value, (method, path): (&str, &str), operation: &Value) {
    let id = format!("{method}-{}", path.replace(['/', '{', '}', '.'], "-"));
    let _ = write!(
        html,
        "<details id=\"{}\"><summary><code><b>{}</b> {}</code> <span>{}</span></summary>",
        attribute(&id),
        method.to_uppercase(),
        text(path),
        prose(string(operation, "summary")),
    );
    let about = string(operation, "description");
    if !about.is_empty() {
        let _ = write!(html, "<p>{}</p>", prose(about));
    }
    if operation["security"].as_array().is_some_and(|all| all.iter().all(|one| one == &serde_json::json!({}))) {
        let _ = write!(html, "<p>For everybody.</p>");
    }
    if let Some(parameters) = operation["parameters"].as_array().filter(|parameters| !parameters.is_empty()) {
        let _ = write!(
            html,
            "<h4>Parameters</h4><table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">In</th>\
             <th scope=\"col\">Type</th><th scope=\"col\">Meaning</th></tr></thead><tbody>"
        );
        for parameter in parameters {
            let is_required = parameter["required"] == true;
            let _ = write!(
                html,
                "<tr><td><code>{}</code>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                text(string(parameter, "name")),
                if is_required { " (required)" } else { "" },
                text(string(parameter, "in")),
                kind(&parameter["schema"]),
                prose(string(parameter, "description")),
            );
        }
        let _ = write!(html, "</tbody></table>");
    }
    for (media, content) in members(&operation["requestBody"]["content"]) {
        let _ = write!(html, "<h4>Body</h4><p><code>{}</code>: {}</p>", text(media), kind(&content["schema"]));
    }
    let _ = write!(
        html,
        "<h4>Answers</h4><table><thead><tr><th scope=\"col\">Status</th><th scope=\"col\">Meaning</th>\
         <th scope=\"col\">Body</th><th scope=\"col\">Headers</th></tr></thead><tbody>"
    );
    for (status, answer) in members(&operation["responses"]) {
        // Refusals are the same for all.
        let answer = match answer["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            Some(name) => &description["components"]["responses"][name],
            None => answer,
        };
        let bodies: Vec<String> = members(&answer["content"])
            .map(|(media, content)| format!("<code>{}</code>: {}", text(media), kind(&content["schema"])))
            .collect();
        let headers: Vec<String> =
            members(&answer["headers"]).map(|(name, _)| format!("<code>{}</code>", text(name))).collect();
        let _ = write!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            text(status),
            prose(string(answer, "description")),
            bodies.join(", "),
            headers.join(", "),
        );
    }
    let _ = write!(html, "</tbody></table></details>");
}

/// What a value is of: its type, or the name of its schema.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#schema-{}\">{}</a>", attribute(name), text(name));
    }
    for of in ["oneOf", "anyOf", "allOf"] {
        if let Some(all) = schema[of].as_array() {
            let glue = if of == "allOf" { " and " } else { " or " };
            return all.iter().map(kind).collect::<Vec<_>>().join(glue);
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        let code = |value: &Value| format!("<code>{}</code>", text(&value.to_string()));
        return values.iter().map(code).collect::<Vec<_>>().join(", ");
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => vec!["anything"],
    };
    let of = if schema["items"].is_object() { format!(" of {}", kind(&schema["items"])) } else { String::new() };
    let format = schema["format"].as_str().map(|format| format!(" ({})", text(format))).unwrap_or_default();
    format!("{}{of}{format}", text(&names.join(" or ")))
}

fn schema(html: &mut String, schema: &Value) {
    let about = string(schema, "description");
    if !about.is_empty() {
        let _ = write!(html, "<p>{}</p>", prose(about));
    }
    if let Some(all) = schema["oneOf"].as_array().or(schema["allOf"].as_array()) {
        let is_any = schema["oneOf"].is_array();
        let _ = write!(html, "<p>{}</p>", if is_any { "One of these:" } else { "All of these:" });
        for one in all {
            match one["$ref"].is_string() {
                true => drop(write!(html, "<p>{}</p>", kind(one))),
                false => self::schema(html, one),
            }
        }
        return;
    }
    if !schema["properties"].is_object() {
        let _ = write!(html, "<p>{}</p>", kind(schema));
        return;
    }
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let _ = write!(
        html,
        "<table><thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Type</th><th scope=\"col\">Meaning</th></tr></thead><tbody>"
    );
    for (name, property) in members(&schema["properties"]) {
        let is_required = required.iter().any(|found| found == name);
        let _ = write!(
            html,
            "<tr><td><code>{}</code>{}</td><td>{}</td><td>{}</td></tr>",
            text(name),
            if is_required { "" } else { " (may be left out)" },
            kind(property),
            prose(string(property, "description")),
        );
    }
    let _ = write!(html, "</tbody></table>");
}

/// A description, of whose Markdown there is nothing but code.
fn prose(description: &str) -> String {
    let parts = description.split('`').enumerate();
    let part = |(at, part): (usize, &str)| match at % 2 {
        0 => text(part).into_owned(),
        _ => format!("<code>{}</code>", text(part)),
    };
    parts.map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_value_is_of_is_said_and_nothing_of_it_is_markup() {
        for (schema, expected) in [
            (json!({ "type": "string", "format": "date" }), "string (date)"),
            (json!({ "type": ["string", "null"] }), "string or null"),
            (
                json!({ "type": "array", "items": { "$ref": "#/components/schemas/Event" } }),
                "array of <a href=\"#schema-Event\">Event</a>",
            ),
            (json!({ "oneOf": [{ "type": "null" }, { "type": "integer" }] }), "null or integer"),
            (json!({ "type": "string", "enum": ["a<b"] }), "<code>\"a&lt;b\"</code>"),
            (json!({}), "anything"),
        ] {
            assert_eq!(kind(&schema), expected);
        }
        assert_eq!(prose("A `<b>` & c"), "A <code>&lt;b&gt;</code> &amp; c");
    }
}
