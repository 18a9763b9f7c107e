//! Texts that objects had and have no more, small: each compressed against the text that took its place.

use crate::model::calendar::CalendarId;
use crate::model::version::{Digest, StoredVersion};
use crate::retry::ahead;
use crate::store::{ObjectId, Transaction};
use crate::thread::on_a_thread;
use crate::{Error, Result};
use std::collections::HashMap;
use zstd::bulk::{Compressor, Decompressor};

/// Trades time for size. Texts are short, so that a higher level gains little.
const LEVEL: i32 = 3;
/// A larger text leaves the threads that serve.
const SHORT_OCTETS: usize = 64 * 1024;
/// What a text is compressed against where nothing took its place. Stored versions depend on it octet for octet.
const COMMON_LINES: &[u8] = include_bytes!("versions/common_lines.ics");

/// A text, and what takes its place.
#[derive(PartialEq)]
struct Replaced {
    old: String,
    new: Option<String>,
}

/// `old` as it is stored, with `new`, which took its place in the object.
pub(crate) async fn stored(old: &str, digest: Digest, new: Option<(&str, Digest)>) -> Result<StoredVersion> {
    let octets = old.len() + new.map_or(0, |(text, _)| text.len());
    let base = new.map(|(_, digest)| digest);
    let content = if octets <= SHORT_OCTETS {
        compressed(old, new.map_or(COMMON_LINES, |(text, _)| text.as_bytes()))?
    } else {
        let texts = Replaced { old: old.to_owned(), new: new.map(|(text, _)| text.to_owned()) };
        let work = |texts: &Replaced| compressed(&texts.old, texts.new.as_deref().map_or(COMMON_LINES, str::as_bytes));
        ahead(octets, texts, work).await?
    };
    Ok(StoredVersion { digest, base, content })
}

fn compressed(text: &str, against: &[u8]) -> Result<Vec<u8>> {
    compressed_octets(text.as_bytes(), against)
}

fn compressed_octets(content: &[u8], against: &[u8]) -> Result<Vec<u8>> {
    let compressed = Compressor::with_dictionary(LEVEL, against).and_then(|mut zstd| zstd.compress(content));
    compressed.map_err(|error| Error::Internal(error.into()))
}

fn restored(content: &[u8], against: &[u8]) -> Result<String> {
    String::from_utf8(restored_octets(content, against)?).map_err(|error| Error::Internal(error.into()))
}

fn restored_octets(content: &[u8], against: &[u8]) -> Result<Vec<u8>> {
    let octets = zstd::zstd_safe::get_frame_content_size(content).ok().flatten().unwrap_or_default();
    let octets = usize::try_from(octets).unwrap_or(usize::MAX);
    let restored = Decompressor::with_dictionary(against).and_then(|mut zstd| zstd.decompress(content, octets));
    restored.map_err(|error| Error::Internal(error.into()))
}

/// A file that is kept, small. On a thread of its own: files are large.
pub(crate) async fn packed_file(content: Vec<u8>) -> Result<Vec<u8>> {
    on_a_thread(move || compressed_octets(&content, COMMON_LINES)).await
}

/// The file that [`packed_file`] made this of.
pub(crate) async fn unpacked_file(content: Vec<u8>) -> Result<Vec<u8>> {
    on_a_thread(move || restored_octets(&content, COMMON_LINES)).await
}

/// A text that is kept by itself, small.
pub(crate) fn packed(text: &str) -> Result<Vec<u8>> {
    compressed(text, COMMON_LINES)
}

/// The text that [`packed`] made this of.
pub(crate) fn unpacked(content: &[u8]) -> Result<String> {
    restored(content, COMMON_LINES)
}

/// The text of the version `wanted` of an object, if it is kept.
///
/// Each version leads to the one that took its place, and so at last to the text that the object has now, or to one that stands by
/// itself. No circle comes about: a text that an object has once more is stored anew when it goes again.
pub(crate) async fn version(
    tx: &mut Transaction,
    calendar: CalendarId,
    object: ObjectId,
    wanted: Digest,
) -> Result<Option<String>> {
    let current = tx.text_by_id(calendar, object).await?.map(|text| (Digest::of(&text), text));
    match current {
        Some((digest, text)) if digest == wanted => Ok(Some(text)),
        current => restore(tx.versions(calendar, object).await?, wanted, current).await,
    }
}

/// The texts of an object's versions that are kept, with the one that it has now: the newest links of the chain first, until they have
/// `most` octets together.
pub(crate) async fn all(
    tx: &mut Transaction,
    calendar: CalendarId,
    object: ObjectId,
    most: usize,
) -> Result<HashMap<Digest, String>> {
    let kept = tx.versions(calendar, object).await?;
    let current = tx.text_by_id(calendar, object).await?;
    on_a_thread(move || {
        let mut octets = 0;
        let mut texts: HashMap<Digest, String> = current.into_iter().map(|text| (Digest::of(&text), text)).collect();
        // Each waits for the version that it is compressed against.
        let mut waiting: HashMap<Option<Digest>, Vec<StoredVersion>> = HashMap::new();
        for version in kept {
            waiting.entry(version.base).or_default().push(version);
        }
        let mut next: Vec<Option<Digest>> = texts.keys().copied().map(Some).chain([None]).collect();
        while let Some(base) = next.pop().filter(|_| octets < most) {
            for version in waiting.remove(&base).unwrap_or_default() {
                let against = base.and_then(|base| texts.get(&base)).map_or(COMMON_LINES, String::as_bytes);
                let text = restored(&version.content, against)?;
                octets += text.len();
                texts.insert(version.digest, text);
                next.push(Some(version.digest));
            }
        }
        Ok(texts)
    })
    .await
}

async fn restore(
    kept: Vec<StoredVersion>,
    wanted: Digest,
    current: Option<(Digest, String)>,
) -> Result<Option<String>> {
    let mut kept: HashMap<Digest, StoredVersion> = kept.into_iter().map(|version| (version.digest, version)).collect();
    let mut chain = Vec::new();
    let mut next = Some(wanted);
    let mut text = None;
    while let Some(digest) = next {
        if let Some((_, current)) = current.as_ref().filter(|(of_current, _)| *of_current == digest) {
            text = Some(current.clone());
            break;
        }
        let Some(version) = kept.remove(&digest) else { return Ok(None) };
        next = version.base;
        chain.push(version.content);
    }
    on_a_thread(move || {
        for content in chain.iter().rev() {
            text = Some(restored(content, text.as_deref().map_or(COMMON_LINES, str::as_bytes))?);
        }
        Ok(text)
    })
    .await
}

/// See [`check`].
#[derive(Debug, Default)]
pub(crate) struct CheckedVersions {
    pub whole: u64,
    /// What is wrong with each of the others.
    pub damages: Vec<String>,
}

/// Reads every version of an object, from the text that it has now, or those that stand by themselves, on to those that lead to them.
pub(crate) async fn check(kept: Vec<StoredVersion>, current: Option<String>) -> Result<CheckedVersions> {
    on_a_thread(move || {
        let mut checked = CheckedVersions::default();
        let mut by_base: HashMap<Option<Digest>, Vec<StoredVersion>> = HashMap::new();
        for version in kept {
            by_base.entry(version.base).or_default().push(version);
        }
        let mut next: Vec<(Option<Digest>, Option<String>)> = vec![(None, None)];
        next.extend(current.map(|text| (Some(Digest::of(&text)), Some(text))));
        while let Some((base, text)) = next.pop() {
            for version in by_base.remove(&base).into_iter().flatten() {
                let against = text.as_deref().map_or(COMMON_LINES, str::as_bytes);
                match restored(&version.content, against) {
                    Ok(text) if Digest::of(&text) == version.digest => {
                        checked.whole += 1;
                        next.push((Some(version.digest), Some(text)));
                    }
                    _ => checked.damages.push(format!("its former version {:?} is damaged", version.digest)),
                }
            }
        }
        let lost = by_base.into_values().flatten().map(|version| {
            format!("its former version {:?} cannot be read: what it was compressed against is missing", version.digest)
        });
        checked.damages.extend(lost);
        Ok(checked)
    })
    .await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const OLD: &str =
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Before\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    #[tokio::test]
    async fn what_was_compressed_comes_back() {
        let long = OLD.replace("Before", &"long \u{e9} ".repeat(20_000));
        for (old, new) in
            [(OLD, Some(OLD.replace("Before", "After"))), (OLD, None), ("", None), (&long, Some(OLD.to_owned()))]
        {
            let new = new.as_deref();
            let stored = stored(old, Digest::of(old), new.map(|text| (text, Digest::of(text)))).await.unwrap();
            assert_eq!(stored.base, new.map(Digest::of));
            let against = new.map_or(COMMON_LINES, str::as_bytes);
            assert_eq!(restored(&stored.content, against).unwrap(), old);
        }
    }

    #[tokio::test]
    async fn an_edit_takes_little_and_a_removal_less_than_the_text() {
        let new = OLD.replace("Before", "After");
        let edit = stored(OLD, Digest::of(OLD), Some((&new, Digest::of(&new)))).await.unwrap();
        assert!(edit.content.len() < 40, "{}", edit.content.len());
        let removal = stored(OLD, Digest::of(OLD), None).await.unwrap();
        assert!(removal.content.len() < OLD.len() * 2 / 3, "{} of {}", removal.content.len(), OLD.len());
    }
}
