//! Texts to store.

/// A VCALENDAR around the lines of `components`, whatever their ends are.
pub fn calendar(components: &str) -> String {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\n".to_owned();
    for line in components.lines().filter(|line| !line.is_empty()) {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text + "END:VCALENDAR\r\n"
}

/// A component of this name, such as VEVENT, with `lines` beside its UID.
pub fn component(name: &str, uid: &str, lines: &str) -> String {
    format!("BEGIN:{name}\nUID:{uid}\nDTSTAMP:20260101T000000Z\n{lines}\nEND:{name}\n")
}

/// A one-hour event; `more` are further lines.
pub fn event(uid: &str, start: &str, more: &str) -> String {
    let lines = format!("DTSTART:{start}\nDURATION:PT1H\nSUMMARY:Event {uid}\n{more}");
    calendar(&component("VEVENT", uid, &lines))
}

/// `more` are further lines.
pub fn todo(uid: &str, more: &str) -> String {
    calendar(&component("VTODO", uid, &format!("SUMMARY:To-do {uid}\n{more}")))
}

/// The VEVENT of [`event_titled`].
pub fn vevent_titled(uid: &str, summary: &str) -> String {
    let lines =
        format!("DTSTART:20260305T090000Z\nDTEND:20260305T100000Z\nSUMMARY:{summary}\nX-UNKNOWN;X-P=\"a:b\":kept");
    component("VEVENT", uid, &lines)
}

/// An event of an hour on the 5th of March 2026, with a property that Kalends does not know.
pub fn event_titled(uid: &str, summary: &str) -> String {
    calendar(&vevent_titled(uid, summary))
}

/// A text in ISO 8859-1, which is not UTF-8 where it has more than ASCII.
pub fn latin_1(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect()
}
