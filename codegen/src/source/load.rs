//! Reads files and finds the other files they refer to.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;

use super::refs::tidy;
use super::{SourceFile, Sources, json, yaml};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::origin::{FileId, Origin};

/// Larger files are not read: what is larger is no API document.
const MAX_BYTES: u64 = 256 << 20;

/// Nesting a document may have. Every stage that follows nesting relies on it.
pub(super) const MAX_DEPTH: usize = 128;

/// Why a text is no document, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) span: Range<usize>,
}

impl Sources {
    /// Adds the document at `path` and every local file its references lead to.
    ///
    /// A file that is here already is not read again. `None` when it cannot be read; the reason
    /// is in `diagnostics`.
    pub fn add(&mut self, path: &Path, diagnostics: &mut Diagnostics) -> Option<FileId> {
        let path = tidy(path);
        if let Some(file) = self.by_path.get(&path) {
            return Some(*file);
        }
        match read(&path) {
            Ok(text) => self.add_text(&path, text, diagnostics),
            Err(reason) => {
                let file = self.push(&path, String::new(), Value::Null, None);
                let message = format!("`{}` cannot be read: {reason}", path.display());
                let origin = Origin::root(file);
                diagnostics.push(Diagnostic::error(codes::UNREADABLE_FILE, &origin, message));
                None
            }
        }
    }

    /// Adds a document from `text` as if it lay at `path`.
    ///
    /// `None` when it cannot be read; the reason is in `diagnostics`.
    pub fn add_text(
        &mut self,
        path: &Path,
        text: String,
        diagnostics: &mut Diagnostics,
    ) -> Option<FileId> {
        let first = self.parse(path, text, diagnostics)?;
        self.load_references(first, diagnostics);
        Some(first)
    }

    /// Reads every local file that the references in `file` lead to, transitively.
    pub(super) fn load_references(&mut self, file: FileId, diagnostics: &mut Diagnostics) {
        let mut queue = vec![file];
        while let Some(file) = queue.pop() {
            for target in self.index(file) {
                if self.by_path.contains_key(&target) || self.unreadable.contains_key(&target) {
                    continue;
                }
                // A file that is not there matters only if a stage needs it: the reference may be
                // part of an example. What needs it gets the reason from `resolve`.
                match read(&target) {
                    Ok(text) => queue.extend(self.parse(&target, text, diagnostics)),
                    Err(reason) => drop(self.unreadable.insert(target, reason)),
                }
            }
        }
    }

    fn parse(
        &mut self,
        path: &Path,
        text: String,
        diagnostics: &mut Diagnostics,
    ) -> Option<FileId> {
        let file = FileId(u32::try_from(self.files.len()).ok()?);
        match parse(path, text, file, diagnostics) {
            Ok((value, text)) => Some(self.push(path, text, value, None)),
            Err((fault, text)) => {
                let message = format!("this is not a document: {}", fault.message);
                self.push(path, text, Value::Null, Some(fault.span));
                let origin = Origin::root(file);
                diagnostics.push(Diagnostic::error(codes::SYNTAX, &origin, message));
                None
            }
        }
    }

    fn push(
        &mut self,
        path: &Path,
        text: String,
        value: Value,
        fault: Option<Range<usize>>,
    ) -> FileId {
        let file = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let path = tidy(path);
        self.by_path.insert(path.clone(), file);
        self.files.push(SourceFile {
            path,
            text,
            value,
            fault,
            spans: OnceLock::new(),
            lines: OnceLock::new(),
        });
        file
    }

    /// Notes the anchors of a file and returns the files it refers to.
    fn index(&mut self, file: FileId) -> Vec<std::path::PathBuf> {
        let mut found = Found::default();
        if let Some(entry) = usize::try_from(file.0)
            .ok()
            .and_then(|index| self.files.get(index))
        {
            found.visit(&entry.value, &Origin::root(file));
        }
        for (name, origin) in found.anchors {
            self.anchors.entry((file, name)).or_insert(origin);
        }
        let targets = found.targets.iter();
        targets
            .filter_map(|target| self.target_path(file, target).ok())
            .collect()
    }
}

/// What a walk over a document found.
#[derive(Default)]
struct Found {
    anchors: Vec<(String, Origin)>,
    targets: Vec<String>,
}

impl Found {
    // Recursion ends: documents nest at most `MAX_DEPTH` deep.
    fn visit(&mut self, value: &Value, origin: &Origin) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if item.is_object() || item.is_array() {
                        self.visit(item, &origin.index(index));
                    }
                }
            }
            Value::Object(members) => {
                for (key, value) in members {
                    match (key.as_str(), value) {
                        ("$ref" | "$dynamicRef", Value::String(target)) => self.target(target),
                        ("$id" | "$self", Value::String(id)) => {
                            let id = id.strip_suffix('#').unwrap_or(id);
                            self.anchors.push((id.to_owned(), origin.clone()));
                        }
                        ("$anchor" | "$dynamicAnchor", Value::String(name)) => {
                            self.anchors.push((format!("#{name}"), origin.clone()));
                        }
                        ("mapping", Value::Object(mapping)) => self.mapping(mapping),
                        (_, Value::Object(_) | Value::Array(_)) => {
                            self.visit(value, &origin.key(key));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// A discriminator's mapping names files without `$ref`.
    fn mapping(&mut self, mapping: &serde_json::Map<String, Value>) {
        for target in mapping.values().filter_map(Value::as_str) {
            let file = target.split('#').next().unwrap_or_default();
            if [".yaml", ".yml", ".json"]
                .iter()
                .any(|ending| file.ends_with(ending))
            {
                self.target(target);
            }
        }
    }

    fn target(&mut self, reference: &str) {
        let target = reference.split('#').next().unwrap_or_default();
        if !target.is_empty() && self.targets.last().is_none_or(|last| last != target) {
            self.targets.push(target.to_owned());
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a file".to_owned());
    }
    if metadata.len() > MAX_BYTES {
        return Err(format!("it is larger than {} MiB", MAX_BYTES >> 20));
    }
    let mut bytes = fs::read(path).map_err(|error| error.to_string())?;
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| {
        format!(
            "it is not UTF-8 (byte {})",
            error.utf8_error().valid_up_to()
        )
    })
}

/// JSON is read as JSON, which is fast; whatever else as YAML, of which JSON is a part. The text
/// comes back as it was read.
fn parse(
    path: &Path,
    text: String,
    file: FileId,
    diagnostics: &mut Diagnostics,
) -> Result<(Value, String), (Fault, String)> {
    if is_toml(path) {
        return match toml::from_str(&text) {
            Ok(value) => Ok((value, text)),
            Err(error) => {
                let span = error.span().unwrap_or_default();
                let message = error.message().to_owned();
                Err((Fault { message, span }, text))
            }
        };
    }
    if !text.trim_start().starts_with(['{', '[']) {
        return yaml::read(text, file, diagnostics);
    }
    let json_fault = match json::read(&text, file, diagnostics) {
        Ok(value) => return Ok((value, text)),
        Err(fault) => fault,
    };
    let named_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    yaml::read(text, file, diagnostics).map_err(|(yaml_fault, text)| {
        let fault = if named_json { json_fault } else { yaml_fault };
        (fault, text)
    })
}

/// Whether a file is a build plan rather than an API document.
pub(super) fn is_toml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "toml")
}
