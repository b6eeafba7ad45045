//! The documents of a new crate, in its folder `spec`, and the plan beside them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::features::ResourceFeatures;
use crate::emit::{self, Serde};
use crate::origin::FileId;
use crate::plan::{Examples, FILE_NAME, SCHEMA_NAME};
use crate::source::Sources;
use crate::write::GeneratedFile;
use crate::{Input, connector};

/// Where each file that was read lies below `spec`.
pub(super) struct Documents {
    places: Vec<(FileId, PathBuf)>,
}

impl Documents {
    /// The document and the files it refers to keep their places to each other; overlays and the
    /// resources of a connector come beside them.
    pub(super) fn new(input: &Input, sources: &Sources) -> Self {
        let beside: Vec<PathBuf> = input
            .overlays
            .iter()
            .chain(&input.resources)
            .map(|path| crate::source::tidy(path))
            .collect();
        let is_beside = |file: FileId| beside.iter().any(|path| path == sources.path(file));
        let own: Vec<FileId> = sources.files().filter(|file| !is_beside(*file)).collect();
        let root = common(own.iter().map(|file| absolute(sources.path(*file))));
        let names = [FILE_NAME, SCHEMA_NAME, connector::format::SCHEMA_NAME];
        let mut taken: BTreeSet<PathBuf> = names.iter().map(PathBuf::from).collect();
        let mut places = Vec::new();
        for file in own {
            let path = absolute(sources.path(file));
            let path = path.strip_prefix(&root).unwrap_or(&path).to_owned();
            places.push((file, claim(&mut taken, path)));
        }
        for file in sources.files().filter(|file| is_beside(*file)) {
            let name = sources.path(file).file_name().unwrap_or_default();
            places.push((file, claim(&mut taken, name.into())));
        }
        Self { places }
    }

    /// The copies.
    pub(super) fn files(&self, sources: &Sources) -> Vec<GeneratedFile> {
        let files = self.places.iter().map(|(file, place)| GeneratedFile {
            path: Path::new("spec").join(place),
            text: sources.text(*file).to_owned(),
        });
        files.collect()
    }

    /// The place of a file, below `spec`, with `/` between its parts.
    fn place(&self, sources: &Sources, path: &Path) -> String {
        let path = crate::source::tidy(path);
        let mut places = self.places.iter();
        let place = places.find(|(file, _)| sources.path(*file) == path);
        place.map_or_else(|| slashes(&path), |(_, place)| slashes(place))
    }

    /// The place of the document itself.
    pub(super) fn document(&self) -> String {
        self.places
            .first()
            .map_or_else(String::new, |(_, place)| slashes(place))
    }

    /// The text of the plan.
    pub(super) fn plan(
        &self,
        input: &Input,
        sources: &Sources,
        options: &emit::Options,
        features: &ResourceFeatures,
    ) -> String {
        let mut lines = vec![
            format!("#:schema ./{SCHEMA_NAME}"),
            "# What `specwright generate` makes of the documents in this folder.".to_owned(),
            String::new(),
            "[[api]]".to_owned(),
            format!("name = {}", quoted(&options.crate_path)),
            format!("document = {}", quoted(&self.document())),
        ];
        if let Some(resources) = &input.resources {
            lines.push(format!(
                "resources = {}",
                quoted(&self.place(sources, resources))
            ));
        }
        if !input.overlays.is_empty() {
            let overlays = input.overlays.iter().map(|path| self.place(sources, path));
            lines.push(format!("overlays = {}", list(overlays)));
        }
        lines.push("output = \"../src/api\"".to_owned());
        lines.push(format!("crate-path = {}", quoted(&options.crate_path)));
        if options.serde == Serde::Both {
            lines.push("serde = \"both\"".to_owned());
        }
        match features {
            ResourceFeatures::None => {}
            ResourceFeatures::Plain => lines.push("features = true".to_owned()),
            ResourceFeatures::Prefixed(prefix) => {
                lines.push(format!("features = {}", quoted(prefix)));
            }
        }
        let examples = match input.examples {
            Examples::Deny => "deny",
            Examples::Warn => "warn",
            Examples::Ignore => "ignore",
        };
        lines.push(format!("examples = \"{examples}\""));
        if !input.only.is_empty() {
            lines.extend([String::new(), "[api.only]".to_owned()]);
            let only = &input.only;
            for (key, values) in [
                ("tags", &only.tags),
                ("paths", &only.paths),
                ("operations", &only.operations),
                ("types", &only.types),
            ] {
                if !values.is_empty() {
                    lines.push(format!("{key} = {}", list(values.iter().cloned())));
                }
            }
        }
        lines.join("\n") + "\n"
    }
}

/// A string of TOML: those of JSON are.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn list(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.map(|text| quoted(&text)).collect();
    format!("[{}]", texts.join(", "))
}

/// A path with `/` between its parts, as manifests and plans have it on every system.
pub(super) fn slashes(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    crate::source::tidy(&path)
}

/// The deepest folder that all these files lie in.
fn common(mut files: impl Iterator<Item = PathBuf>) -> PathBuf {
    let first = files.next().unwrap_or_default();
    let mut common = first.parent().map(Path::to_owned).unwrap_or_default();
    for file in files {
        while !file.starts_with(&common) && common.pop() {}
    }
    common
}

/// The path, or the next like it that is free.
fn claim(taken: &mut BTreeSet<PathBuf>, wanted: PathBuf) -> PathBuf {
    let mut path = wanted.clone();
    let mut number = 2;
    while !taken.insert(path.clone()) {
        let stem = wanted.file_stem().unwrap_or_default().to_string_lossy();
        let name = match wanted.extension() {
            Some(ending) => format!("{stem}-{number}.{}", ending.to_string_lossy()),
            None => format!("{stem}-{number}"),
        };
        path = wanted.with_file_name(name);
        number += 1;
    }
    path
}
