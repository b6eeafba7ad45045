//! Documents as they lie on disk: files, JSON and YAML, `$ref` across files, never the network.

mod filter;
mod json;
mod load;
mod locate;
mod mend;
mod node;
mod overlay;
mod refs;
mod yaml;

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use sha2::{Digest, Sha256};

pub use locate::Location;
pub use node::Node;
pub(crate) use refs::tidy;
pub use refs::{RefError, nearest};

use crate::diagnostics::Diagnostics;
use crate::origin::{FileId, Origin};
use locate::SpanTree;

/// The files of one run: a root document and every local file a `$ref` in it leads to.
///
/// ```
/// use specwright::diagnostics::Diagnostics;
/// use specwright::source::Sources;
///
/// let mut diagnostics = Diagnostics::default();
/// let text = "info: { title: Weather }\nother: { $ref: '#/info' }".to_owned();
/// let sources = Sources::from_text("weather.yaml", text, &mut diagnostics).unwrap();
/// let reference = sources.root().get("other").unwrap();
/// let info = sources.resolve(&reference, "#/info").unwrap();
/// assert_eq!(info.get("title").unwrap().as_str(), Some("Weather"));
/// assert_eq!(sources.locate(info.get("title").unwrap().origin()).line, 1);
/// ```
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    by_path: HashMap<PathBuf, FileId>,
    /// Why a file that a reference names could not be read.
    unreadable: HashMap<PathBuf, String>,
    /// Places named by `$id` or `$anchor`, by absolute uri or `#anchor` within a file.
    anchors: HashMap<(FileId, String), Origin>,
}

#[derive(Debug)]
struct SourceFile {
    path: PathBuf,
    text: String,
    value: Value,
    /// Where reading stopped, for a file with a syntax error.
    fault: Option<Range<usize>>,
    spans: OnceLock<SpanTree>,
    /// Where each line begins.
    lines: OnceLock<Vec<usize>>,
}

impl Sources {
    /// Reads the document at `root` and every local file its references lead to.
    ///
    /// `None` when the root document cannot be read; the reason is in `diagnostics`.
    pub fn load(root: &Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut sources = Self::default();
        sources.add(root, diagnostics)?;
        Some(sources)
    }

    /// Reads a document from `text`; `name` decides what relative references and diagnostics see.
    ///
    /// `None` when the text cannot be read; the reason is in `diagnostics`.
    pub fn from_text(name: &str, text: String, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut sources = Self::default();
        sources.add_text(Path::new(name), text, diagnostics)?;
        Some(sources)
    }

    /// The root value of the first document.
    pub fn root(&self) -> Node<'_> {
        self.file(FileId(0))
    }

    /// The root value of a file; `null` for a file that is not here.
    pub fn file(&self, file: FileId) -> Node<'_> {
        static NULL: Value = Value::Null;
        let value = self.entry(file).map_or(&NULL, |entry| &entry.value);
        Node::new(value, Origin::root(file))
    }

    /// Where a file lies, as it was named.
    pub fn path(&self, file: FileId) -> &Path {
        self.entry(file).map_or(Path::new(""), |entry| &entry.path)
    }

    /// The text of a file.
    pub fn text(&self, file: FileId) -> &str {
        self.entry(file).map_or("", |entry| &entry.text)
    }

    /// All files, in the order in which they were read.
    pub fn files(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..u32::try_from(self.files.len()).unwrap_or(u32::MAX)).map(FileId)
    }

    /// The node at `origin`, or `None` when nothing is there.
    pub fn node(&self, origin: &Origin) -> Option<Node<'_>> {
        let mut node = self.file(origin.file());
        for token in origin.tokens() {
            node = node.child(&token)?;
        }
        Some(node)
    }

    /// SHA-256 over the text of all files, in the order in which they were read, in hex.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        for file in &self.files {
            hasher.update(file.text.len().to_le_bytes());
            hasher.update(file.text.as_bytes());
        }
        hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn entry(&self, file: FileId) -> Option<&SourceFile> {
        self.files.get(usize::try_from(file.0).ok()?)
    }
}
