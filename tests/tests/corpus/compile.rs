//! Compiles what is generated.

use std::path::Path;

use specwright::write::GeneratedFile;
use specwright_tests::krate::{Krate, errors};

/// How many errors of the compiler a failed case shows.
const SHOWN: usize = 3;

/// Compiles the files as a module of a crate of their own, which stays for inspection. Warnings
/// are errors.
pub(crate) fn check(document: &str, files: Vec<GeneratedFile>) -> Result<(), String> {
    let krate = Krate::new(env!("CARGO_TARGET_TMPDIR"), &document.replace('.', "-"));
    let library = "//! What a document becomes.\n#![deny(warnings, missing_docs)]\npub mod api;\n";
    let mut sources = vec![GeneratedFile {
        path: "lib.rs".into(),
        text: library.to_owned(),
    }];
    sources.extend(files.into_iter().map(|file| GeneratedFile {
        path: Path::new("api").join(file.path),
        text: file.text,
    }));
    let output = krate.write("", sources).and_then(|()| krate.cargo("check"));
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let errors = errors(&output);
    let (shown, count) = (&errors[..errors.len().min(SHOWN)], errors.len());
    Err(format!("{count} lines of errors: {}", shown.join("; ")))
}
