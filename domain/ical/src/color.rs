//! Colours by name: COLOR (RFC 7986 section 5.9) takes the names of CSS and nothing else.

/// Names of CSS (css-color-3, section 4.3) that are far apart, with red, green and blue.
const NAMES: [(&str, [u8; 3]); 32] = [
    ("black", [0, 0, 0]),
    ("dimgray", [105, 105, 105]),
    ("gray", [128, 128, 128]),
    ("silver", [192, 192, 192]),
    ("slategray", [112, 128, 144]),
    ("maroon", [128, 0, 0]),
    ("firebrick", [178, 34, 34]),
    ("crimson", [220, 20, 60]),
    ("tomato", [255, 99, 71]),
    ("chocolate", [210, 105, 30]),
    ("orangered", [255, 69, 0]),
    ("darkorange", [255, 140, 0]),
    ("orange", [255, 165, 0]),
    ("darkgoldenrod", [184, 134, 11]),
    ("gold", [255, 215, 0]),
    ("olive", [128, 128, 0]),
    ("yellowgreen", [154, 205, 50]),
    ("green", [0, 128, 0]),
    ("seagreen", [46, 139, 87]),
    ("mediumseagreen", [60, 179, 113]),
    ("teal", [0, 128, 128]),
    ("lightseagreen", [32, 178, 170]),
    ("darkcyan", [0, 139, 139]),
    ("steelblue", [70, 130, 180]),
    ("dodgerblue", [30, 144, 255]),
    ("royalblue", [65, 105, 225]),
    ("navy", [0, 0, 128]),
    ("slateblue", [106, 90, 205]),
    ("darkorchid", [153, 50, 204]),
    ("mediumvioletred", [199, 21, 133]),
    ("hotpink", [255, 105, 180]),
    ("white", [255, 255, 255]),
];

/// The name that is nearest to a colour written `#RRGGBB`, or `#RRGGBBAA`; `None` for what is no colour.
pub fn nearest_name(color: &str) -> Option<&'static str> {
    let digits = color.strip_prefix('#').filter(|digits| digits.is_ascii() && digits.len() >= 6)?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    let wanted = [part(0)?, part(2)?, part(4)?];
    let distance = |(_, known): &&(&str, [u8; 3])| -> i32 {
        known.iter().zip(wanted).map(|(a, b)| (i32::from(*a) - i32::from(b)).pow(2)).sum()
    };
    NAMES.iter().min_by_key(distance).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::nearest_name;

    #[test]
    fn a_colour_has_the_name_that_is_nearest() {
        for (color, name) in [
            ("#2F6FDE", "royalblue"),
            ("#0F9D74", "darkcyan"),
            ("#ffffffff", "white"),
            ("#C2185B", "crimson"),
            ("#000000", "black"),
        ] {
            assert_eq!(nearest_name(color), Some(name), "{color}");
        }
        for none in ["", "red", "#12", "#zzzzzz", "#ééé"] {
            assert_eq!(nearest_name(none), None, "{none}");
        }
    }
}
