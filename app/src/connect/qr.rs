//! QR codes as pictures in the page.

use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// The light frame that readers need around it, in modules (ISO/IEC 18004 section 6.3.8).
const QUIET: usize = 4;

/// The dark modules as one path of unit squares, and the side of the whole in modules.
fn drawn(text: &str) -> Option<(String, usize)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                // Strings take whatever is written.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    Some((path, width + 2 * QUIET))
}

/// The code for `text`; nothing where that is too long for one.
#[component]
pub fn Qr(
    text: String,
    /// For those who do not see it.
    label: &'static str,
) -> impl IntoView {
    drawn(&text).map(|(path, side)| {
        view! {
            <svg class="qr" role="img" aria-label=label viewBox=format!("0 0 {side} {side}") shape-rendering="crispEdges">
                <rect width=side height=side fill="#fff" />
                <path d=path fill="#000" />
            </svg>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::drawn;

    #[test]
    fn a_code_begins_with_its_finder_pattern() {
        let (path, side) =
            drawn("davx5://ada:abcde-fghij-kmnpq-rstuv@cal.example.org/api/v1.0/caldav/").unwrap_or_default();
        assert!(path.starts_with("M4 4h7v1h-7z"), "{path}");
        assert!((29..80).contains(&side), "{side}");
        assert_eq!(drawn(&"x".repeat(5_000)), None);
    }
}
