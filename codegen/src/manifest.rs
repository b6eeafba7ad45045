//! The `[features]` of a crate's `Cargo.toml`, kept in step with the resources of its APIs.
//!
//! What is kept is a paragraph for each API: the features from a comment with [`MARK`] to the next
//! blank line or comment. What a person adds to the list of one of them stays. A feature that no
//! resource has any more is moved below the paragraph: dependents may name it, so that it is for a
//! person to remove.

use std::fmt;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Key, Table, Value, value};

use crate::model::Feature;

/// The comment above the features of an API begins with this, and goes on with its name.
pub const MARK: &str = "# Features kept by specwright, of";

/// Characters of a line that is still pleasant to read.
const WIDTH: usize = 100;

/// The features of an API.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    /// The name of the API in the plan.
    pub api: &'a str,
    /// Its features, the one that enables all others first.
    pub features: &'a [Feature],
}

/// Why a manifest cannot be kept in step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ManifestError {
    /// It is not read as a manifest.
    Syntax(String),
    /// A person wrote a feature of the name that a resource has.
    Taken(String),
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(message) => f.write_str(message),
            Self::Taken(name) => write!(f, "the feature `{name}` was not written by specwright"),
        }
    }
}

impl std::error::Error for ManifestError {}

/// The manifest of the crate that a folder lies in.
pub fn find(folder: &Path) -> Option<PathBuf> {
    let steps = std::path::absolute(Path::new(".").join(folder))
        .ok()?
        .components()
        .count();
    let above = |folder: &PathBuf| match folder.file_name() {
        Some(_) => folder.parent().map(Path::to_owned),
        // The parent of `..` is no part of it.
        None => Some(folder.join("..")),
    };
    let folders = std::iter::successors(Some(folder.to_owned()), above).take(steps);
    let mut manifests = folders.map(|folder| folder.join("Cargo.toml"));
    manifests.find(|manifest| manifest.is_file())
}

/// The text of a manifest with the features of `sections`. Where it has no `default` yet, that
/// enables all of them.
///
/// # Errors
/// The manifest is not read, or has a feature of its own where one is to be written.
pub fn update(text: &str, sections: &[Section<'_>]) -> Result<String, ManifestError> {
    let mut document: DocumentMut = text.parse().map_err(syntax)?;
    let mut entries = match document.get_mut("features") {
        None => Vec::new(),
        Some(item) => match item.as_table_mut() {
            Some(table) => drain(table),
            None => {
                return Err(ManifestError::Syntax("`features` is no table".to_owned()));
            }
        },
    };
    if !entries.iter().any(|(key, _)| key.get() == "default") {
        let all = sections
            .iter()
            .filter_map(|section| section.features.first());
        let all: Vec<String> = all.map(|feature| feature.name.clone()).collect();
        entries.insert(0, (Key::new("default"), list("default", all)));
    }
    for section in sections {
        put(&mut entries, section)?;
    }
    let features = document.entry("features").or_insert_with(toml_edit::table);
    if let Some(table) = features.as_table_mut() {
        for (key, item) in &entries {
            table.insert_formatted(key, item.clone());
        }
    }
    Ok(document.to_string())
}

/// The lines that a manifest lacks for these features; empty when it has them all, with what they
/// enable.
///
/// # Errors
/// The manifest is not read.
pub fn missing(text: &str, features: &[Feature]) -> Result<String, ManifestError> {
    let document: DocumentMut = text.parse().map_err(syntax)?;
    let mut lacking = Table::new();
    for Feature { name, enables } in features {
        let found = document.get("features").and_then(|table| table.get(name));
        let listed = found.map(names_of).unwrap_or_default();
        if found.is_none() || !enables.iter().all(|name| listed.contains(name)) {
            lacking.insert(name, list(name, enables.clone()));
        }
    }
    Ok(lacking.to_string())
}

fn syntax(error: toml_edit::TomlError) -> ManifestError {
    ManifestError::Syntax(error.to_string())
}

/// A key of `[features]` with the comments above it, and its list.
type Entry = (Key, Item);

fn drain(table: &mut Table) -> Vec<Entry> {
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    let entries = keys.iter().filter_map(|key| table.remove_entry(key));
    entries.collect()
}

/// Puts the paragraph of an API in the place of what was there of it, else at the end.
fn put(entries: &mut Vec<Entry>, section: &Section<'_>) -> Result<(), ManifestError> {
    let mark = format!("{MARK} `{}`", section.api);
    let (start, old) = take(entries, &mark);
    let current = |name: &str| section.features.iter().any(|feature| feature.name == name);
    if let Some((key, _)) = entries.iter().find(|(key, _)| current(key.get())) {
        return Err(ManifestError::Taken(key.get().to_owned()));
    }
    let ours = |name: &str| current(name) || old.iter().any(|(key, _)| key.get() == name);
    let mut paragraph: Vec<Entry> = Vec::new();
    for Feature { name, enables } in section.features {
        let before = old.iter().find(|(key, _)| key.get() == name);
        let before = before.map(|(_, item)| item);
        let listed = before.map(names_of).unwrap_or_default();
        let added = listed
            .iter()
            .filter(|name| !ours(name) && !enables.contains(name));
        let wanted: Vec<String> = enables.iter().chain(added).cloned().collect();
        let item = match before {
            Some(item) if listed == wanted => item.clone(),
            _ => list(name, wanted),
        };
        paragraph.push((Key::new(name), item));
    }
    let comment = match old.first() {
        Some(entry) => above(entry).to_owned(),
        None => format!("\n{mark}; what you add to one stays.\n"),
    };
    prefix(paragraph.first_mut(), &comment);
    let gone = |(key, _): &Entry| !current(key.get()) && !key.get().starts_with('_');
    let mut gone: Vec<Entry> = old.into_iter().filter(gone).collect();
    prefix(gone.first_mut(), "\n");
    entries.splice(start..start, paragraph.into_iter().chain(gone));
    Ok(())
}

/// Takes out the paragraph under a comment, and tells where it stood; the end, if it is not there.
fn take(entries: &mut Vec<Entry>, mark: &str) -> (usize, Vec<Entry>) {
    let Some(start) = entries.iter().position(|entry| above(entry).contains(mark)) else {
        return (entries.len(), Vec::new());
    };
    let rest = entries.iter().skip(start + 1);
    let more = rest.take_while(|entry| above(entry).is_empty()).count();
    (start, entries.drain(start..=start + more).collect())
}

fn prefix(entry: Option<&mut Entry>, text: &str) {
    if let Some((key, _)) = entry {
        key.leaf_decor_mut().set_prefix(text);
    }
}

/// The blank lines and comments above an entry.
fn above((key, _): &Entry) -> &str {
    let prefix = key.leaf_decor().prefix();
    prefix
        .and_then(|prefix| prefix.as_str())
        .unwrap_or_default()
}

fn names_of(item: &Item) -> Vec<String> {
    let names = item.as_array().into_iter().flatten();
    let names = names.filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// The list of a feature, on one line if it fits.
fn list(name: &str, enables: Vec<String>) -> Item {
    let length: usize = enables.iter().map(|name| name.len() + 4).sum();
    let mut array: Array = enables.into_iter().collect();
    if name.len() + length + 3 > WIDTH {
        for name in array.iter_mut() {
            name.decor_mut().set_prefix("\n    ");
        }
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    value(array)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(list: &[(&str, &[&str])]) -> Vec<Feature> {
        let feature = |(name, enables): &(&str, &[&str])| Feature {
            name: (*name).to_owned(),
            enables: enables.iter().map(|name| (*name).to_owned()).collect(),
        };
        list.iter().map(feature).collect()
    }

    fn updated(text: &str, list: &[(&str, &[&str])]) -> Result<String, ManifestError> {
        let features = features(list);
        let section = Section {
            api: "shop",
            features: &features,
        };
        let text = update(text, &[section])?;
        assert_eq!(
            update(&text, &[section]).as_ref(),
            Ok(&text),
            "a second time"
        );
        Ok(text)
    }

    const BOOKS: &[(&str, &[&str])] = &[
        ("full", &["books", "films"]),
        ("_shared-price", &[]),
        ("books", &["_shared-price"]),
        ("films", &[]),
    ];

    #[test]
    fn the_nearest_manifest_is_found_from_any_folder() {
        // Tests run in the folder of their crate.
        for folder in ["src/emit", "not/there", ""] {
            assert_eq!(
                find(Path::new(folder)),
                Some("Cargo.toml".into()),
                "{folder}"
            );
        }
        assert_eq!(find(Path::new("../none/x")), Some("../Cargo.toml".into()));
        assert_eq!(find(&std::env::temp_dir()), None);
    }

    #[test]
    fn features_are_added_to_a_manifest_without_any() {
        let text = updated("[package]\nname = 'a' # mine\n", BOOKS).unwrap();
        let expected = "\
[package]
name = 'a' # mine

[features]
default = [\"full\"]

# Features kept by specwright, of `shop`; what you add to one stays.
full = [\"books\", \"films\"]
_shared-price = []
books = [\"_shared-price\"]
films = []
";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_rest_of_a_manifest_stays_as_it_is() {
        let mine = "\
[features]
default = ['tls', \"films\"]  # few

# Transport.
tls = [
    'dep:tls', # rustls
]

[dependencies]
tls = { version = '1', optional = true }
";
        let text = updated(mine, BOOKS).unwrap();
        let (before, after) = mine.split_once("\n[dependencies]").unwrap();
        assert!(text.starts_with(before) && text.ends_with(after), "{text}");
        assert!(text.contains("]\n\n# Features kept by"), "{text}");
        assert!(text.contains("films = []\n\n[dependencies]"), "{text}");
    }

    #[test]
    fn what_a_person_added_to_a_feature_stays_when_the_resources_change() {
        let text = updated("", BOOKS).unwrap();
        let text = text.replace(
            "films = []",
            "films = [ 'dep:film' ]\nown = []\n\n# Below.\nx = []",
        );
        let text = updated(
            &text,
            &[
                ("full", &["films", "games"]),
                ("films", &[]),
                ("games", &[]),
            ],
        );
        let expected = "\
# Features kept by specwright, of `shop`; what you add to one stays.
full = [\"films\", \"games\"]
films = [ 'dep:film' ]
games = []

books = [\"_shared-price\"]
own = []

# Below.
x = []
";
        let text = text.unwrap();
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn long_lists_take_a_line_for_each_name() {
        let names: Vec<String> = (0..20).map(|number| format!("resource-{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let text = updated("", &[("full", &names)]).unwrap();
        assert!(text.contains("full = [\n    \"resource-0\",\n"), "{text}");
        assert!(text.ends_with("    \"resource-19\",\n]\n"), "{text}");
    }

    #[test]
    fn what_a_manifest_lacks_is_told() {
        let mine = "[features]\nfull = ['films', 'tls', 'books']\n_shared-price = []\nfilms = []\n";
        let lacking = |text: &str| missing(text, &features(BOOKS));
        let books = "books = [\"_shared-price\"]\n".to_owned();
        assert_eq!(lacking(mine), Ok(books));
        assert_eq!(lacking(&updated("", BOOKS).unwrap()), Ok(String::new()));
    }

    #[test]
    fn the_features_of_a_person_are_not_overwritten() {
        let taken = updated("[features]\nbooks = []\n", BOOKS);
        assert_eq!(taken, Err(ManifestError::Taken("books".to_owned())));
        for text in ["[features", "features = 1"] {
            let error = updated(text, BOOKS);
            assert!(matches!(error, Err(ManifestError::Syntax(_))), "{error:?}");
        }
    }
}
