//! The names of the built front-end's files.

use kalends_app::{Asset, Assets};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::path::{Path, PathBuf};

/// Why the front-end's files cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    #[error("{0} cannot be read ({1}); build the front-end first: cargo xtask build")]
    Missing(PathBuf, std::io::Error),
    #[error("{0} names no script or no WebAssembly; build the front-end anew: cargo xtask build")]
    Incomplete(PathBuf),
}

/// Reads the hashed names and integrity values from the page that Trunk wrote into `dist`.
pub fn read(dist: &Path) -> Result<Assets, AssetError> {
    let page = dist.join("index.html");
    let html = std::fs::read_to_string(&page).map_err(|e| AssetError::Missing(page.clone(), e))?;
    let assets = links(&html);
    if assets.script.is_none() || assets.wasm.is_none() {
        return Err(AssetError::Incomplete(page));
    }
    Ok(assets)
}

fn links(html: &str) -> Assets {
    let mut assets = Assets::default();
    let mut reader = Reader::from_str(html);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == "link" => add(&mut assets, &tag),
            Event::Start(tag) if tag.name().as_ref() == "script" => add_script(&mut assets, &tag),
            _ => {}
        }
    }
    assets
}

fn add(assets: &mut Assets, tag: &BytesStart) {
    let Some(path) = attribute(tag, "href") else { return };
    let asset = Asset { integrity: attribute(tag, "integrity"), path };
    match attribute(tag, "rel").as_deref() {
        Some("stylesheet") if asset.path.contains("/plain-mail") => assets.mail_stylesheets.push(asset),
        Some("stylesheet") if asset.path.contains("/plain-") => assets.plain_stylesheets.push(asset),
        Some("stylesheet") => assets.stylesheets.push(asset),
        Some("modulepreload") => assets.script = Some(asset),
        Some("preload") if asset.path.ends_with(".wasm") => assets.wasm = Some(asset),
        _ => {}
    }
}

/// The scripts that the page names itself.
fn add_script(assets: &mut Assets, tag: &BytesStart) {
    let Some(path) = attribute(tag, "src") else { return };
    let script = match &path {
        path if path.contains("/undo-") => &mut assets.undo,
        path if path.contains("/mail-") => &mut assets.mail,
        _ => &mut assets.live,
    };
    *script = Some(Asset { integrity: attribute(tag, "integrity"), path });
}

fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    tag.html_attributes().flatten().find(|a| a.key.as_ref() == name).map(|a| a.value.clone().into_owned())
}
