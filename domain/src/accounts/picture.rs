//! Making a picture that somebody sent safe to be shown to others.

use super::Picture;
use crate::{Error, Problem, Result};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use sha2::{Digest, Sha256};
use std::io::Cursor;

/// Most octets of a picture that is taken.
pub const MAX_PICTURE_OCTETS: usize = 8 * 1024 * 1024;
/// Longest side of it, in pixels,
const MAX_SIDE: u32 = 8_000;
/// and the most that decoding may take, in octets.
const MAX_DECODED: u64 = 128 * 1024 * 1024;
/// The side of what is kept, in pixels.
const SIDE: u32 = 256;
const QUALITY: u8 = 85;

fn refused() -> Error {
    Error::bad_input("picture", Problem::Picture)
}

/// Decodes a picture by what it is, turns it as its maker held the camera, cuts the middle square out of it, and writes it anew without
/// anything that was told along with it (where it was taken, for one).
///
/// # Errors
/// `BadInput`
pub fn make_safe(content: &[u8]) -> Result<Picture> {
    if content.len() > MAX_PICTURE_OCTETS {
        return Err(Error::bad_input("picture", Problem::Octets { limit: MAX_PICTURE_OCTETS }));
    }
    let mut reader = ImageReader::new(Cursor::new(content)).with_guessed_format().map_err(|_| refused())?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
        return Err(refused());
    }
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| refused())?;
    let (width, height) = decoder.dimensions();
    // Four octets a pixel, and another four while it is brought to its size.
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) * 4 > MAX_DECODED {
        return Err(refused());
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut decoded = DynamicImage::from_decoder(decoder).map_err(|_| refused())?;
    decoded.apply_orientation(orientation);
    write(&decoded.resize_to_fill(SIDE, SIDE, FilterType::Triangle))
}

fn write(square: &DynamicImage) -> Result<Picture> {
    let internal = |error: image::ImageError| Error::Internal(error.into());
    let rgba = square.to_rgba8();
    let is_opaque = rgba.pixels().all(|pixel| pixel.0[3] == u8::MAX);
    let mut content = Vec::new();
    let media_type = if is_opaque {
        square.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut content, QUALITY)).map_err(internal)?;
        "image/jpeg"
    } else {
        rgba.write_with_encoder(PngEncoder::new(&mut content)).map_err(internal)?;
        "image/png"
    };
    let mut digest = [0; 16];
    digest.copy_from_slice(&Sha256::digest(&content)[..16]);
    Ok(Picture { media_type: media_type.to_owned(), digest, content })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut octets = Cursor::new(Vec::new());
        image.write_to(&mut octets, format).unwrap();
        octets.into_inner()
    }

    #[test]
    fn a_picture_becomes_a_square_of_one_size() {
        let wide = DynamicImage::from(RgbImage::from_fn(600, 300, |x, _| {
            if (150..450).contains(&x) { Rgb([200, 30, 30]) } else { Rgb([0, 0, 255]) }
        }));
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let made = make_safe(&encoded(&wide, format)).unwrap();
            assert_eq!(made.media_type, "image/jpeg");
            let again = image::load_from_memory_with_format(&made.content, ImageFormat::Jpeg).unwrap().to_rgb8();
            assert_eq!(again.dimensions(), (SIDE, SIDE));
            let Rgb([red, _, blue]) = *again.get_pixel(10, 128);
            assert!(red > 150 && blue < 90, "the middle is kept: {red} {blue}");
        }
    }

    #[test]
    fn what_is_seen_through_stays_so() {
        let clear = DynamicImage::from(RgbaImage::from_pixel(20, 20, Rgba([1, 2, 3, 0])));
        assert_eq!(make_safe(&encoded(&clear, ImageFormat::Png)).unwrap().media_type, "image/png");
    }

    #[test]
    fn nothing_but_a_whole_picture_is_taken() {
        let small = encoded(&DynamicImage::from(RgbImage::new(20, 20)), ImageFormat::Png);
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let long = DynamicImage::from(RgbImage::new(MAX_SIDE + 1, 1));
        for wrong in [b"".as_slice(), b"GIF89a\x01\x00\x01\x00", svg, &small[..60], &encoded(&long, ImageFormat::Png)] {
            assert!(matches!(make_safe(wrong), Err(Error::BadInput { problem: Problem::Picture, .. })));
        }
        let large = [small.clone(), vec![0; MAX_PICTURE_OCTETS]].concat();
        assert!(matches!(make_safe(&large), Err(Error::BadInput { problem: Problem::Octets { .. }, .. })));
        // What hangs on behind the picture is not served.
        let tail = [small, b"<script>alert(1)</script>".to_vec()].concat();
        let made = make_safe(&tail).unwrap();
        assert!(!made.content.windows(6).any(|octets| octets == b"script"));
    }
}
