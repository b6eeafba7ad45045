//! Reads every document of the corpus.

use std::path::PathBuf;
use std::time::Instant;

use super::{is_openapi, read};
use crate::diagnostics::{Diagnostics, Severity};
use crate::source::Sources;

/// Every document is read without a panic; how much of it, is printed. Run it with `--nocapture`.
#[test]
fn every_document_of_the_corpus_is_read() {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus/specs");
    let corpus = PathBuf::from(std::env::var("CORPUS").unwrap_or_else(|_| default.to_owned()));
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        println!(
            "corpus: no documents at {}, nothing is read",
            corpus.display()
        );
        return;
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    let (mut all, mut left_out, mut time) = (0, 0, std::time::Duration::ZERO);
    for file in files {
        let mut diagnostics = Diagnostics::default();
        let started = Instant::now();
        let Some(sources) = Sources::load(&file, &mut diagnostics) else {
            println!("{}: not read", file.display());
            continue;
        };
        let loaded = started.elapsed();
        let root = sources.root();
        if !is_openapi(&root) {
            continue;
        }
        let methods = [
            "get", "put", "post", "delete", "options", "head", "patch", "trace",
        ];
        let paths = root.get("paths");
        let written = paths
            .iter()
            .flat_map(|paths| paths.entries())
            .map(|(_, item)| {
                methods
                    .iter()
                    .filter(|method| item.value().get(**method).is_some())
                    .count()
            });
        let written: usize = written.sum();
        let started = Instant::now();
        let api = read(&sources, &mut diagnostics);
        let taken = started.elapsed();
        let count = |severity| {
            diagnostics
                .iter()
                .filter(|told| told.severity == severity)
                .count()
        };
        let (operations, types) = api.map_or((0, 0), |api| (api.operations.len(), api.types.len()));
        all += operations;
        left_out += written - operations;
        time += loaded + taken;
        println!(
            "{}: {operations} of {written} operations, {types} types, {} errors, {} warnings, {} notes, load {loaded:?}, read {taken:?}",
            file.file_name().unwrap_or_default().to_string_lossy(),
            count(Severity::Error),
            count(Severity::Warning),
            count(Severity::Note),
        );
        if std::env::var_os("CORPUS_VERBOSE").is_some() {
            for told in diagnostics
                .iter()
                .filter(|told| told.severity >= Severity::Warning)
            {
                println!(
                    "    {} {}: {}",
                    told.code.id,
                    told.origin.pointer(),
                    told.message
                );
            }
        }
    }
    println!("corpus: {all} operations read, {left_out} left out, {time:?}");
}
