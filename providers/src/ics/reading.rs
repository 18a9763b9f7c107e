//! A file that came: where each object's components are in it, kept on disk, and a tag for each that follows what the object says.

use super::error::{ReadError, hex};
use super::outcome;
use kalends_domain::sync::provider::{FetchOutcome, RemoteObjectId, RemoteTag};
use kalends_ical::feed::{self, Block, Description, Examined, Piece, RawComponent, Scanner};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};
use tempfile::SpooledTempFile;

/// What is kept in memory before a file is made, in octets.
const MAX_IN_MEMORY: usize = 1024 * 1024;
/// Largest component that is taken, in octets.
const MAX_COMPONENT: usize = 10 * 1024 * 1024;
/// How many objects a feed may have.
const MAX_OBJECTS: usize = 200_000;
/// How many components its objects may have together.
const MAX_COMPONENTS: usize = 400_000;
/// How many time zones.
const MAX_ZONES: usize = 2_000;
/// Longest UID that is an id as it is, in octets.
const MAX_UID: usize = 500;
/// As elsewhere (`kalends_ical::Limits`).
const NESTING: usize = 8;

/// Where a component is kept.
#[derive(Clone, Copy)]
struct Place {
    at: u64,
    octets: usize,
}

#[derive(Default)]
struct Root {
    head: String,
    /// By TZID; of two with the same the first.
    zones: HashMap<String, (Place, [u8; 32])>,
}

/// A component of an object.
struct Part {
    /// Which VCALENDAR; `None`: outside of any.
    root: Option<usize>,
    place: Place,
    print: [u8; 32],
    tzids: Vec<String>,
}

#[derive(Default)]
struct Object {
    parts: Vec<Part>,
    fault: Option<String>,
}

/// Takes the file as it comes.
pub(super) struct Reader {
    scanner: Scanner,
    spool: SpooledTempFile,
    length: u64,
    roots: Vec<Root>,
    objects: BTreeMap<RemoteObjectId, Object>,
    components: usize,
    zones: usize,
}

/// The whole file.
pub(super) struct Reading {
    spool: Mutex<SpooledTempFile>,
    roots: Vec<Root>,
    objects: BTreeMap<RemoteObjectId, (Object, RemoteTag)>,
}

/// What a fault of this machine's disk is called.
pub(super) fn lost(error: &io::Error) -> String {
    format!("there is no room for the calendar while it is read: {error}")
}

impl Reader {
    pub fn new() -> Result<Self, ReadError> {
        Ok(Reader {
            scanner: Scanner::new(MAX_COMPONENT),
            spool: SpooledTempFile::new(MAX_IN_MEMORY),
            length: 0,
            roots: Vec::new(),
            objects: BTreeMap::new(),
            components: 0,
            zones: 0,
        })
    }

    pub fn push(&mut self, octets: &[u8]) -> Result<(), ReadError> {
        let pieces = self.scanner.push(octets)?;
        self.take(pieces)
    }

    pub fn finish(mut self) -> Result<Reading, ReadError> {
        let scanner = std::mem::replace(&mut self.scanner, Scanner::new(0));
        let pieces = scanner.finish()?;
        self.take(pieces)?;
        let roots = self.roots;
        let objects = self.objects.into_iter().map(|(id, object)| {
            let tag = RemoteTag(tag(&object, &roots));
            (id, (object, tag))
        });
        let objects = objects.collect();
        Ok(Reading { spool: Mutex::new(self.spool), roots, objects })
    }

    fn take(&mut self, pieces: Vec<Piece>) -> Result<(), ReadError> {
        for piece in pieces {
            match piece {
                Piece::Head { root, lines } => self.root(root).head = lines,
                Piece::Component(component) => self.component(component)?,
            }
        }
        Ok(())
    }

    fn root(&mut self, root: usize) -> &mut Root {
        if self.roots.len() <= root {
            self.roots.resize_with(root + 1, Root::default);
        }
        &mut self.roots[root]
    }

    fn component(&mut self, component: RawComponent) -> Result<(), ReadError> {
        let RawComponent { root, name, octets, fault } = component;
        let examined = match &fault {
            None => feed::examine(&octets, NESTING).map_err(|error| error.to_string()),
            Some(fault) => Err(fault.clone()),
        };
        match examined {
            Ok(Examined { tzid: Some(tzid), print, .. }) => {
                if let Some(root) = root
                    && self.zones < MAX_ZONES
                    && !self.root(root).zones.contains_key(&tzid)
                {
                    self.zones += 1;
                    let place = self.keep(&octets)?;
                    self.root(root).zones.insert(tzid, (place, print));
                }
                Ok(())
            }
            Ok(Examined { uid: Some((kind, uid)), print, tzids, .. }) => {
                let place = self.keep(&octets)?;
                let object = self.object(id(kind.name(), &uid))?;
                object.parts.push(Part { root, place, print, tzids });
                Ok(())
            }
            // A time zone without a name, and what is no object.
            Ok(_) => Ok(()),
            Err(why) if feed::is_object(&name) => {
                let print: [u8; 32] = Sha256::digest(&octets).into();
                let uid = feed::written_uid(&octets).unwrap_or_else(|| hex(&print[..16]));
                let object = self.object(id(&name, &uid))?;
                object.fault = Some(why);
                object.parts.push(Part { root, place: Place { at: 0, octets: 0 }, print, tzids: Vec::new() });
                Ok(())
            }
            Err(_) => Ok(()),
        }
    }

    fn object(&mut self, id: RemoteObjectId) -> Result<&mut Object, ReadError> {
        self.components += 1;
        if self.components > MAX_COMPONENTS || (self.objects.len() >= MAX_OBJECTS && !self.objects.contains_key(&id)) {
            return Err(ReadError::TooMany(MAX_OBJECTS));
        }
        Ok(self.objects.entry(id).or_default())
    }

    fn keep(&mut self, octets: &[u8]) -> io::Result<Place> {
        self.spool.write_all(octets)?;
        let place = Place { at: self.length, octets: octets.len() };
        self.length += octets.len() as u64;
        Ok(place)
    }
}

/// Events are named by their UID; what is no event by its kind as well, so that one UID may be of both.
fn id(name: &str, uid: &str) -> RemoteObjectId {
    let uid = match uid.len() {
        0..=MAX_UID => uid.to_owned(),
        _ => format!("sha256:{}", hex(&Sha256::digest(uid))),
    };
    RemoteObjectId(format!("{name} {uid}"))
}

/// It changes when what an object says does, its time zones included.
fn tag(object: &Object, roots: &[Root]) -> String {
    let mut said: Vec<&[u8; 32]> = Vec::new();
    for part in &object.parts {
        said.push(&part.print);
        if let Some(root) = part.root.and_then(|root| roots.get(root)) {
            said.extend(part.tzids.iter().filter_map(|tzid| Some(&root.zones.get(tzid)?.1)));
        }
    }
    said.sort_unstable();
    said.dedup();
    let mut hasher = Sha256::new();
    for print in said {
        hasher.update(print);
    }
    hex(&hasher.finalize()[..16])
}

impl Reading {
    pub fn objects(&self) -> impl Iterator<Item = (&RemoteObjectId, &RemoteTag)> {
        self.objects.iter().map(|(id, (_, tag))| (id, tag))
    }

    /// A digest of what all objects say.
    pub fn content(&self) -> String {
        let mut hasher = Sha256::new();
        for (id, tag) in self.objects() {
            for text in [&id.0, &tag.0] {
                hasher.update(text.len().to_le_bytes());
                hasher.update(text);
            }
        }
        hex(&hasher.finalize()[..16])
    }

    /// What the first VCALENDAR says of itself.
    pub fn description(&self) -> Description {
        self.roots.first().map(|root| Description::of(&root.head)).unwrap_or_default()
    }

    pub fn text(&self, id: &RemoteObjectId) -> io::Result<FetchOutcome> {
        let Some((object, tag)) = self.objects.get(id) else { return Ok(FetchOutcome::Gone) };
        if let Some(fault) = &object.fault {
            return Ok(outcome(Err(fault.clone()), tag));
        }
        let length: usize = object.parts.iter().map(|part| part.place.octets).sum();
        if length > MAX_COMPONENT {
            return Ok(outcome(Err(format!("it is longer than {MAX_COMPONENT} octets")), tag));
        }
        let mut roots: BTreeMap<Option<usize>, Vec<&Part>> = BTreeMap::new();
        for part in &object.parts {
            roots.entry(part.root).or_default().push(part);
        }
        let mut blocks: Vec<(&str, Vec<Vec<u8>>)> = Vec::new();
        for (root, parts) in roots {
            let root = root.and_then(|root| self.roots.get(root));
            let mut tzids: Vec<&String> = parts.iter().flat_map(|part| &part.tzids).collect();
            tzids.sort_unstable();
            tzids.dedup();
            let zones = tzids.into_iter().filter_map(|tzid| Some(root?.zones.get(tzid)?.0));
            let places = zones.chain(parts.iter().map(|part| part.place));
            let components = places.map(|place| self.kept(place)).collect::<io::Result<_>>()?;
            blocks.push((root.map_or("", |root| root.head.as_str()), components));
        }
        let blocks: Vec<Block<'_>> = blocks.iter().map(|(head, components)| Block { head, components }).collect();
        let text = feed::compose(&blocks, NESTING).map_err(|error| error.message);
        Ok(outcome(text, tag))
    }

    fn kept(&self, place: Place) -> io::Result<Vec<u8>> {
        let mut spool = self.spool.lock().unwrap_or_else(PoisonError::into_inner);
        spool.seek(SeekFrom::Start(place.at))?;
        let mut octets = vec![0; place.octets];
        spool.read_exact(&mut octets)?;
        Ok(octets)
    }
}
