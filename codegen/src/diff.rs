//! What changes for users of a generated SDK when its document changes, in Rust terms.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::emit::{Options, emit};
use crate::model::Api;
use crate::origin::Origin;
use crate::surface::{Item, Surface};

/// What a version number must say about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Code of users compiles as before: documentation, or what is sent.
    Patch,
    /// Code of users compiles as before, and there is more it can use.
    Minor,
    /// Code of users may not compile any more.
    Major,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// A change of a public item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What the version must say.
    pub level: Level,
    /// The item: `Pet.name`, `Pets::list`.
    pub item: String,
    /// What became of it.
    pub message: String,
    /// Where a document says what it belongs to.
    pub place: Option<Place>,
}

/// A place in one of the two documents: the new one, unless it is only in the old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the old document.
    Old(Origin),
    /// In the new document.
    New(Origin),
}

/// One side of a comparison: what users can name, and where the document says it.
#[derive(Clone, Debug, Default)]
pub struct Version {
    surface: Surface,
    origins: BTreeMap<String, Origin>,
}

impl Version {
    /// The public items of what is emitted for a finished API.
    pub fn of(api: &Api, options: &Options) -> Self {
        let surface = Surface::of(&emit(api, options));
        let types = api
            .types
            .iter()
            .map(|(_, def)| (def.name.clone(), def.origin.clone()));
        let mut origins: BTreeMap<String, Origin> = types.collect();
        for operation in &api.operations {
            let resource = api
                .resources
                .iter()
                .find(|it| it.path == operation.resource);
            let owner = resource.map_or("Client", |it| &it.type_name);
            let method = format!("{owner}::{}", operation.name);
            origins.insert(method, operation.origin.clone());
            origins.insert(operation.request_name.clone(), operation.origin.clone());
        }
        Self { surface, origins }
    }

    fn origin(&self, path: &str, item: &Item) -> Option<Origin> {
        let own = self.origins.get(path);
        own.or_else(|| self.origins.get(&item.owner)).cloned()
    }
}

/// What changes from one version to another, what matters most first.
pub fn diff(old: &Version, new: &Version) -> Vec<Change> {
    let (before, after) = (&old.surface.items, &new.surface.items);
    let mut changes = Vec::new();
    for (path, item) in before {
        let place = || {
            let now = new.origin(path, item).map(Place::New);
            now.or_else(|| old.origin(path, item).map(Place::Old))
        };
        let found = match after.get(path) {
            Some(now) => altered(item, now),
            // With a type goes all that belongs to it.
            None if *path != item.owner && !after.contains_key(&item.owner) => Vec::new(),
            None => vec![(Level::Major, format!("is gone{}", was(item)))],
        };
        changes.extend(found.into_iter().map(|(level, message)| Change {
            level,
            item: path.clone(),
            message,
            place: place(),
        }));
    }
    for (path, item) in after {
        let comes_along = *path != item.owner && !before.contains_key(&item.owner);
        if !before.contains_key(path) && !comes_along {
            changes.push(Change {
                level: Level::Minor,
                item: path.clone(),
                message: format!("is new{}", was(item)),
                place: new.origin(path, item).map(Place::New),
            });
        }
    }
    changes.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.item.cmp(&b.item)));
    changes
}

/// What the version must say of all changes together; `None` without any.
pub fn level(changes: &[Change]) -> Option<Level> {
    changes.iter().map(|change| change.level).max()
}

fn was(item: &Item) -> String {
    match item.signature.as_str() {
        "" => String::new(),
        signature => format!(": `{signature}`"),
    }
}

/// How an item that is there in both differs.
fn altered(old: &Item, new: &Item) -> Vec<(Level, String)> {
    let mut found = Vec::new();
    if old.contract != new.contract {
        let (old, new) = (&old.signature, &new.signature);
        found.push((Level::Major, format!("was `{old}`, is `{new}`")));
    }
    if old.wire != new.wire {
        let (old, new) = (&old.wire, &new.wire);
        found.push((Level::Patch, format!("was `{old}` on the wire, is `{new}`")));
    }
    match (old.deprecated, new.deprecated) {
        (false, true) => found.push((Level::Minor, "is deprecated".to_owned())),
        (true, false) => found.push((Level::Patch, "is no longer deprecated".to_owned())),
        _ if found.is_empty() && old.docs != new.docs => {
            found.push((Level::Patch, "is documented otherwise".to_owned()));
        }
        _ => {}
    }
    found
}
