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

/// The other names, which are read and not written.
const BETWEEN: [(&str, [u8; 3]); 108] = [
    ("aliceblue", [240, 248, 255]),
    ("antiquewhite", [250, 235, 215]),
    ("aqua", [0, 255, 255]),
    ("aquamarine", [127, 255, 212]),
    ("azure", [240, 255, 255]),
    ("beige", [245, 245, 220]),
    ("bisque", [255, 228, 196]),
    ("blanchedalmond", [255, 235, 205]),
    ("blue", [0, 0, 255]),
    ("blueviolet", [138, 43, 226]),
    ("brown", [165, 42, 42]),
    ("burlywood", [222, 184, 135]),
    ("cadetblue", [95, 158, 160]),
    ("chartreuse", [127, 255, 0]),
    ("coral", [255, 127, 80]),
    ("cornflowerblue", [100, 149, 237]),
    ("cornsilk", [255, 248, 220]),
    ("cyan", [0, 255, 255]),
    ("darkblue", [0, 0, 139]),
    ("darkgray", [169, 169, 169]),
    ("darkgreen", [0, 100, 0]),
    ("darkkhaki", [189, 183, 107]),
    ("darkmagenta", [139, 0, 139]),
    ("darkolivegreen", [85, 107, 47]),
    ("darkred", [139, 0, 0]),
    ("darksalmon", [233, 150, 122]),
    ("darkseagreen", [143, 188, 143]),
    ("darkslateblue", [72, 61, 139]),
    ("darkslategray", [47, 79, 79]),
    ("darkturquoise", [0, 206, 209]),
    ("darkviolet", [148, 0, 211]),
    ("deeppink", [255, 20, 147]),
    ("deepskyblue", [0, 191, 255]),
    ("floralwhite", [255, 250, 240]),
    ("forestgreen", [34, 139, 34]),
    ("fuchsia", [255, 0, 255]),
    ("gainsboro", [220, 220, 220]),
    ("ghostwhite", [248, 248, 255]),
    ("greenyellow", [173, 255, 47]),
    ("honeydew", [240, 255, 240]),
    ("indianred", [205, 92, 92]),
    ("indigo", [75, 0, 130]),
    ("ivory", [255, 255, 240]),
    ("khaki", [240, 230, 140]),
    ("lavender", [230, 230, 250]),
    ("lavenderblush", [255, 240, 245]),
    ("lawngreen", [124, 252, 0]),
    ("lemonchiffon", [255, 250, 205]),
    ("lightblue", [173, 216, 230]),
    ("lightcoral", [240, 128, 128]),
    ("lightcyan", [224, 255, 255]),
    ("lightgoldenrodyellow", [250, 250, 210]),
    ("lightgray", [211, 211, 211]),
    ("lightgreen", [144, 238, 144]),
    ("lightpink", [255, 182, 193]),
    ("lightsalmon", [255, 160, 122]),
    ("lightskyblue", [135, 206, 250]),
    ("lightslategray", [119, 136, 153]),
    ("lightsteelblue", [176, 196, 222]),
    ("lightyellow", [255, 255, 224]),
    ("lime", [0, 255, 0]),
    ("limegreen", [50, 205, 50]),
    ("linen", [250, 240, 230]),
    ("magenta", [255, 0, 255]),
    ("mediumaquamarine", [102, 205, 170]),
    ("mediumblue", [0, 0, 205]),
    ("mediumorchid", [186, 85, 211]),
    ("mediumpurple", [147, 112, 219]),
    ("mediumslateblue", [123, 104, 238]),
    ("mediumspringgreen", [0, 250, 154]),
    ("mediumturquoise", [72, 209, 204]),
    ("midnightblue", [25, 25, 112]),
    ("mintcream", [245, 255, 250]),
    ("mistyrose", [255, 228, 225]),
    ("moccasin", [255, 228, 181]),
    ("navajowhite", [255, 222, 173]),
    ("oldlace", [253, 245, 230]),
    ("olivedrab", [107, 142, 35]),
    ("orchid", [218, 112, 214]),
    ("palegoldenrod", [238, 232, 170]),
    ("palegreen", [152, 251, 152]),
    ("paleturquoise", [175, 238, 238]),
    ("palevioletred", [219, 112, 147]),
    ("papayawhip", [255, 239, 213]),
    ("peachpuff", [255, 218, 185]),
    ("peru", [205, 133, 63]),
    ("pink", [255, 192, 203]),
    ("plum", [221, 160, 221]),
    ("powderblue", [176, 224, 230]),
    ("purple", [128, 0, 128]),
    ("rebeccapurple", [102, 51, 153]),
    ("red", [255, 0, 0]),
    ("rosybrown", [188, 143, 143]),
    ("saddlebrown", [139, 69, 19]),
    ("salmon", [250, 128, 114]),
    ("sandybrown", [244, 164, 96]),
    ("seashell", [255, 245, 238]),
    ("sienna", [160, 82, 45]),
    ("skyblue", [135, 206, 235]),
    ("snow", [255, 250, 250]),
    ("springgreen", [0, 255, 127]),
    ("tan", [210, 180, 140]),
    ("thistle", [216, 191, 216]),
    ("turquoise", [64, 224, 208]),
    ("violet", [238, 130, 238]),
    ("wheat", [245, 222, 179]),
    ("whitesmoke", [245, 245, 245]),
    ("yellow", [255, 255, 0]),
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

/// `#RRGGBB` of a colour in digits, with an opacity or without, or of a name that is known here; `None` for anything else.
pub fn digits(written: &str) -> Option<String> {
    let written = written.trim();
    if let Some(digits) = written.strip_prefix('#') {
        let is_color = matches!(digits.len(), 6 | 8) && digits.bytes().all(|octet| octet.is_ascii_hexdigit());
        return is_color.then(|| format!("#{}", digits[..6].to_ascii_uppercase()));
    }
    let color = written.to_ascii_lowercase().replace("grey", "gray");
    let known = NAMES.iter().chain(&BETWEEN).find(|(name, _)| *name == color);
    known.map(|(_, [red, green, blue])| format!("#{red:02X}{green:02X}{blue:02X}"))
}

#[cfg(test)]
mod tests {
    use super::{digits, nearest_name};

    #[test]
    fn a_colour_is_read_by_its_name_or_its_digits() {
        for (written, read) in [
            ("#0e61b9FF", "#0E61B9"),
            (" Tomato ", "#FF6347"),
            ("darkslategrey", "#2F4F4F"),
            ("RebeccaPurple", "#663399"),
        ] {
            assert_eq!(digits(written).as_deref(), Some(read), "{written}");
        }
        for none in ["", "#12", "#éééé", "bluish", "rgb(1,2,3)"] {
            assert_eq!(digits(none), None, "{none}");
        }
    }

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
