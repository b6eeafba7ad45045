//! `specwright new`: a complete crate from a document.

use std::path::PathBuf;

use anstream::eprintln;
use clap::ValueEnum;

use specwright::diagnostics::Severity;
use specwright::emit;
use specwright::package::{Package, write};

use super::part::Part;
use super::progress::Progress;
use crate::{Failure, Format, count, print_document_findings};

/// What the crate is made from, and how.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of the crate. It must not exist, or be empty.
    folder: PathBuf,
    /// The document: OpenAPI, or the service document of a connector.
    #[arg(long)]
    document: PathBuf,
    /// The resources document of a connector.
    #[arg(long, conflicts_with_all = ["overlay", "tag", "path", "operation", "types"])]
    resources: Option<PathBuf>,
    /// An OpenAPI Overlay document that is applied to the document; may be given several times.
    #[arg(long)]
    overlay: Vec<PathBuf>,
    #[command(flatten)]
    part: Part,
    /// Name of the crate. Default: from the title of the document.
    #[arg(long)]
    name: Option<String>,
    /// The folder of the crate specwright-runtime, to depend on it by path. Default: the runtime of
    /// this version from the registry.
    #[arg(long)]
    runtime: Option<PathBuf>,
    /// Which of serde's traits the types implement.
    #[arg(long, value_enum, default_value_t = Serde::Both)]
    serde: Serde,
    /// Adds to a folder that is not empty: what specwright generated is written anew, what is missing
    /// is added, and every other file is left alone.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Serde {
    /// Both, so that users can store what they received.
    Both,
    /// Those of the directions a type travels in: less to compile.
    Used,
}

/// Makes the crate; whether the document has no errors.
pub(crate) fn run(arguments: Arguments, format: Format) -> Result<bool, Failure> {
    let mut package = Package::new(arguments.document);
    package.name = arguments.name;
    package.runtime = arguments.runtime;
    package.input.resources = arguments.resources;
    package.input.overlays = arguments.overlay;
    package.input.only = arguments.part.filter();
    package.input.options.serde = match arguments.serde {
        Serde::Both => emit::Serde::Both,
        Serde::Used => emit::Serde::Used,
    };
    let folder = arguments.folder;
    let progress = Progress::new(format);
    let shown = package.input.document.display().to_string();
    let prepared = package.prepare(&folder, &|stage| progress.stage(&shown, stage))?;
    drop(progress);
    print_document_findings(&prepared.sources, &prepared.diagnostics, format);
    if prepared.files.is_none() {
        eprintln!("error: nothing is written");
        return Ok(false);
    }
    let created = write(&prepared, &folder, arguments.force)?;
    let warnings = prepared.diagnostics.iter();
    let warnings = warnings
        .filter(|it| it.severity == Severity::Warning)
        .count();
    if warnings > 0 {
        eprintln!(
            "{}: the crate is made all the same",
            count(warnings, "warning")
        );
    }
    for path in &created.kept {
        eprintln!(
            "kept {}: specwright did not write it",
            folder.join(path).display()
        );
    }
    if !created.formatted {
        eprintln!("rustfmt was not found: `cargo fmt` formats tests and examples");
    }
    eprintln!(
        "crate `{}` in {}: {} written; next: cd {} && cargo test",
        prepared.name,
        folder.display(),
        count(created.written, "file"),
        folder.display()
    );
    Ok(true)
}
