//! References: `#/a/b`, `#anchor`, `./other.yaml#/a`, and `$id` uris.

use std::borrow::Cow;
use std::fmt;
use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::{Node, Sources};
use crate::origin::{FileId, Token};

/// How many references may follow one another before they count as a cycle.
const MAX_CHAIN: usize = 64;

/// Why a reference leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefError {
    /// The reference is an `http` or other remote uri: the network is never asked.
    Remote(String),
    /// The file it names cannot be read.
    File {
        /// The file.
        path: PathBuf,
        /// Why it cannot be read.
        reason: String,
    },
    /// The file is there, the place in it is not.
    Missing {
        /// The part of the pointer that was found.
        found: String,
        /// The first step that was not.
        missing: String,
        /// The nearest name that is there, if one is near.
        similar: Option<String>,
    },
    /// References that lead to one another in a circle.
    Cycle,
    /// The reference is not a uri reference with a JSON pointer or an anchor.
    Invalid,
}

impl fmt::Display for RefError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remote(uri) => write!(f, "`{uri}` is remote; only local files are read"),
            Self::File { path, reason } => {
                write!(f, "file `{}` cannot be read: {reason}", path.display())
            }
            Self::Missing {
                found,
                missing,
                similar,
            } => {
                let place = if found.is_empty() {
                    "the document"
                } else {
                    found
                };
                write!(f, "there is no `{missing}` in {place}")?;
                match similar {
                    Some(similar) => write!(f, "; there is `{similar}`"),
                    None => Ok(()),
                }
            }
            Self::Cycle => f.write_str("the references lead in a circle"),
            Self::Invalid => f.write_str("the reference is malformed"),
        }
    }
}

impl std::error::Error for RefError {}

impl Sources {
    /// What `reference`, written at `at`, leads to. The node carries the target's own place.
    ///
    /// Only one step: the target may be a reference itself, see [`Sources::follow`].
    ///
    /// # Errors
    /// When it leads nowhere.
    pub fn resolve<'a>(&'a self, at: &Node<'_>, reference: &str) -> Result<Node<'a>, RefError> {
        self.resolve_within(at.origin().file(), reference, MAX_CHAIN)
    }

    /// Follows `$ref` from `node` until something that is not a reference.
    ///
    /// # Errors
    /// When a reference leads nowhere or in a circle.
    pub fn follow<'a>(&'a self, node: &Node<'a>) -> Result<Node<'a>, RefError> {
        self.follow_within(node.clone(), MAX_CHAIN)
    }

    fn follow_within<'a>(&'a self, mut node: Node<'a>, left: usize) -> Result<Node<'a>, RefError> {
        for step in 0..left {
            let Some(reference) = node.get("$ref").and_then(|reference| reference.as_str()) else {
                return Ok(node);
            };
            node = self.resolve_within(node.origin().file(), reference, left - step - 1)?;
        }
        Err(RefError::Cycle)
    }

    fn resolve_within(
        &self,
        from: FileId,
        reference: &str,
        left: usize,
    ) -> Result<Node<'_>, RefError> {
        let (target, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let base = match self.anchors.get(&(from, target.to_owned())) {
            Some(origin) if !target.is_empty() => self.node(origin).ok_or(RefError::Invalid)?,
            _ => self.file(self.file_of(from, target)?),
        };
        let fragment = percent_decode(fragment).ok_or(RefError::Invalid)?;
        if fragment.is_empty() {
            return Ok(base);
        }
        let Some(pointer) = fragment.strip_prefix('/') else {
            let anchor = self
                .anchors
                .get(&(base.origin().file(), format!("#{fragment}")));
            return anchor
                .and_then(|origin| self.node(origin))
                .ok_or(RefError::Missing {
                    found: String::new(),
                    missing: format!("#{fragment}"),
                    similar: None,
                });
        };
        self.walk(base, pointer, left)
    }

    fn walk<'a>(
        &'a self,
        base: Node<'a>,
        pointer: &str,
        left: usize,
    ) -> Result<Node<'a>, RefError> {
        let mut node = base;
        for step in pointer.split('/') {
            let step = step.replace("~1", "/").replace("~0", "~");
            node = match descend(&node, &step) {
                Some(child) => child,
                // A pointer may go through a reference: `#/components/schemas/A/properties/b`.
                None if left > 0 && node.get("$ref").is_some() => {
                    let target = self.follow_within(node, left - 1)?;
                    descend(&target, &step).ok_or_else(|| missing(&target, &step))?
                }
                None => return Err(missing(&node, &step)),
            };
        }
        Ok(node)
    }

    /// The file `target`, a uri reference without fragment, names when written in file `from`.
    fn file_of(&self, from: FileId, target: &str) -> Result<FileId, RefError> {
        if target.is_empty() {
            return Ok(from);
        }
        let path = self.target_path(from, target)?;
        self.by_path.get(&path).copied().ok_or_else(|| {
            let reason = self.unreadable.get(&path).cloned();
            RefError::File {
                path,
                reason: reason.unwrap_or_else(|| "it was not loaded".to_owned()),
            }
        })
    }

    /// Where the file `target` names lies.
    pub(super) fn target_path(&self, from: FileId, target: &str) -> Result<PathBuf, RefError> {
        let local = match target.split_once("://") {
            Some(("file", path)) => path,
            Some(_) => return Err(RefError::Remote(target.to_owned())),
            None if target.starts_with("urn:") || target.starts_with("//") => {
                return Err(RefError::Remote(target.to_owned()));
            }
            None => target.split_once('?').map_or(target, |(path, _)| path),
        };
        let local = percent_decode(local).ok_or(RefError::Invalid)?;
        let folder = self.path(from).parent().unwrap_or(Path::new(""));
        Ok(tidy(&folder.join(local)))
    }
}

fn descend<'a>(node: &Node<'a>, step: &str) -> Option<Node<'a>> {
    if node.is_array() {
        return node.child(&Token::Index(step.parse().ok()?));
    }
    node.get(step)
}

fn missing(node: &Node<'_>, step: &str) -> RefError {
    let names = node.entries().map(|(name, _)| name);
    RefError::Missing {
        found: node.origin().pointer(),
        missing: step.to_owned(),
        similar: nearest(step, names).map(str::to_owned),
    }
}

/// The candidate that is most like `name`, if one is near enough to be what was meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// `path` without `.` and, where it can be told, without `..`, so that one file has one name.
pub(crate) fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(tidy.components().next_back(), Some(Component::Normal(_))) =>
            {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}

/// `text` with `%41` read as `A`; a `%` that starts no escape stands for itself.
fn percent_decode(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Diagnostics;

    fn sources(text: &str) -> Sources {
        let mut diagnostics = Diagnostics::default();
        Sources::from_text("t.yaml", text.to_owned(), &mut diagnostics).unwrap()
    }

    #[test]
    fn pointers_decode_percent_and_tildes() {
        let sources = sources("paths: { '/a/{id}': { get: 1 }, 'x~y': 2, '50%': 3 }");
        let resolve = |reference: &str| {
            sources
                .resolve(&sources.root(), reference)
                .map(|node| node.value().as_u64())
        };
        assert_eq!(resolve("#/paths/~1a~1%7Bid%7D/get"), Ok(Some(1)));
        assert_eq!(resolve("#/paths/x~0y"), Ok(Some(2)));
        assert_eq!(resolve("#/paths/50%"), Ok(Some(3)));
    }

    #[test]
    fn pointers_go_through_references_anchors_and_ids() {
        let sources = sources(
            "a: { $ref: '#/b' }\nb: { properties: { c: { $anchor: here, x: 1 } } }\n\
             d: { $id: 'https://example.com/d', y: { z: 2 } }",
        );
        let node = sources
            .resolve(&sources.root(), "#/a/properties/c/x")
            .unwrap();
        assert_eq!(node.origin().pointer(), "/b/properties/c/x");
        let node = sources.resolve(&sources.root(), "#here").unwrap();
        assert_eq!(node.origin().pointer(), "/b/properties/c");
        let node = sources
            .resolve(&sources.root(), "https://example.com/d#/y/z")
            .unwrap();
        assert_eq!(node.as_u64(), Some(2));
    }

    #[test]
    fn circles_end() {
        let sources = sources("a: { $ref: '#/b' }\nb: { $ref: '#/a' }\nc: { $ref: '#/c/d' }");
        let a = sources.root().get("a").unwrap();
        assert_eq!(sources.follow(&a).unwrap_err(), RefError::Cycle);
        assert!(sources.resolve(&a, "#/c/d").is_err());
        assert!(sources.resolve(&a, "#/a/x").is_err());
    }

    #[test]
    fn errors_say_what_is_missing_and_what_is_near() {
        let sources = sources("components: { schemas: { Message: {} } }");
        let error = sources
            .resolve(&sources.root(), "#/components/schemas/Mesage")
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no `Mesage` in /components/schemas; there is `Message`"
        );
        let error = sources
            .resolve(&sources.root(), "https://example.com/x.json")
            .unwrap_err();
        assert_eq!(
            error,
            RefError::Remote("https://example.com/x.json".to_owned())
        );
    }

    #[test]
    fn references_reach_other_files() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("schemas")).unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(
            "root.yaml",
            "a: { $ref: './schemas/a.json#/A' }\nb: { $ref: gone.yaml }",
        );
        write("schemas/a.json", r#"{ "A": { "$ref": "../b.yaml" } }"#);
        write("b.yaml", "x: { $ref: 'root.yaml#/y' }");
        let mut diagnostics = Diagnostics::default();
        let sources = Sources::load(&folder.path().join("root.yaml"), &mut diagnostics).unwrap();
        assert!(diagnostics.is_empty());
        let b = sources.follow(&sources.root().get("a").unwrap()).unwrap();
        assert!(sources.path(b.origin().file()).ends_with("b.yaml"));
        assert_eq!(sources.files().count(), 3);
        let gone = sources
            .follow(&sources.root().get("b").unwrap())
            .unwrap_err();
        assert!(matches!(gone, RefError::File { .. }), "{gone}");
    }
}
