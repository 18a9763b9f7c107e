//! The table of conversions in docs/sync-microsoft.md: every row is true, in both directions where it says so.

use kalends_providers::graph::{event_of_text, text_of_event};
use serde_json::{Map, Value, json};

struct Row {
    field: String,
    /// Fields of the event.
    graph: Map<String, Value>,
    /// Lines of the VEVENT, unfolded.
    lines: Vec<String>,
    /// It is written to Graph as well.
    is_both_ways: bool,
}

fn rows() -> Vec<Row> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/sync-microsoft.md");
    let docs = std::fs::read_to_string(path).unwrap();
    let table = docs.split("## What becomes what").nth(1).unwrap();
    let code = |cell: &str| cell.trim().trim_matches('`').replace("\\|", "|");
    let rows =
        table.lines().skip_while(|line| !line.starts_with("| ---")).skip(1).take_while(|line| line.starts_with('|'));
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        assert_eq!(cells.len(), 4, "{line}");
        Row {
            field: cells[0].trim().to_owned(),
            graph: serde_json::from_str(&format!("{{{}}}", code(cells[1])))
                .unwrap_or_else(|error| panic!("{line}: {error}")),
            lines: cells[2].split("<br>").map(code).filter(|line| !line.is_empty()).collect(),
            is_both_ways: match cells[3].trim() {
                // What says of attendees is sent only where that is chosen: `store.rs` has that nobody is invited otherwise.
                "both ways" | "both ways, invited" => true,
                "from Microsoft" => false,
                other => panic!("{other}"),
            },
        }
    })
    .collect()
}

const TIMES: [&str; 2] = ["DTSTART:20260310T080000Z", "DTEND:20260310T090000Z"];

fn base() -> Value {
    let time = |hour: u32| json!({ "dateTime": format!("2026-03-10T{hour:02}:00:00.0000000"), "timeZone": "UTC" });
    json!({
        "id": "A=", "iCalUId": "0400", "subject": "", "start": time(8), "end": time(9), "originalStartTimeZone": "UTC",
        "originalEndTimeZone": "UTC", "organizer": { "emailAddress": { "address": "ada@contoso.example", "name": "Ada" } },
    })
}

/// Whether all that is in `wanted` is in `told`.
fn includes(told: &Value, wanted: &Value) -> bool {
    match (told, wanted) {
        (Value::Object(told), Value::Object(wanted)) => {
            wanted.iter().all(|(name, value)| told.get(name).is_some_and(|told| includes(told, value)))
        }
        (Value::Array(told), Value::Array(wanted)) => {
            told.len() == wanted.len() && told.iter().zip(wanted).all(|(told, wanted)| includes(told, wanted))
        }
        (told, wanted) => told == wanted,
    }
}

#[test]
fn every_row_says_what_becomes_of_an_event() {
    let rows = rows();
    assert!(rows.len() >= 30, "{}", rows.len());
    for Row { field, graph, lines, .. } in &rows {
        let mut event = base();
        event.as_object_mut().unwrap().extend(graph.clone());
        let text = text_of_event(event).unwrap_or_else(|error| panic!("{field}: {error}"));
        let plain = text.replace("\r\n ", "");
        for line in lines {
            assert!(plain.lines().any(|known| known == line), "{field}: {line}\n{plain}");
        }
    }
}

#[test]
fn every_row_says_what_becomes_of_a_text() {
    for Row { field, graph, lines, .. } in rows().iter().filter(|row| row.is_both_ways) {
        let has_time = lines.iter().any(|line| line.starts_with("DTSTART"));
        let times = if has_time { &[][..] } else { &TIMES[..] };
        let lines: Vec<&str> = times.iter().copied().chain(lines.iter().map(String::as_str)).collect();
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260301T000000Z\r\n{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            lines.join("\r\n")
        );
        let told = Value::Object(event_of_text(&text).unwrap_or_else(|error| panic!("{field}: {error}")));
        let read_only = ["originalStartTimeZone", "originalEndTimeZone", "organizer"];
        for (name, wanted) in graph.iter().filter(|(name, _)| !read_only.contains(&name.as_str())) {
            let told = &told[name];
            // Graph has times in UTC when it is asked, and is told them in their zone.
            let is_told = match name.as_str() {
                "start" | "end" => {
                    told["timeZone"] == graph.get("originalStartTimeZone").cloned().unwrap_or(json!("UTC"))
                }
                "attendees" => {
                    let mut wanted = wanted.clone();
                    for attendee in wanted.as_array_mut().unwrap() {
                        attendee.as_object_mut().unwrap().remove("status");
                    }
                    includes(told, &wanted)
                }
                _ => includes(told, wanted),
            };
            assert!(is_told, "{field}: {name} is {told}, not {wanted}");
        }
    }
}
