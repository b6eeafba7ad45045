//! `specwright new`: the crate of a document compiles without a warning, and all its tests pass.
//!
//! By default a few small documents are taken. `NEW_ALL=1` takes every document, which takes hours
//! for large ones; `NEW_ONLY=a,b` takes those whose names begin so.

use std::path::Path;
use std::process::ExitCode;

use specwright::package::{Package, write};
use specwright::write::GeneratedFile;
use specwright_tests::data::{self, Report};
use specwright_tests::krate::{Krate, errors, runtime};

/// Documents that are small and have, taken together, most of what a test can check.
const SMALL: [&str; 4] = [
    "burgershop",
    "oai-petstore-expanded",
    "param-overrides",
    "readme-discriminators",
];

fn main() -> ExitCode {
    data::main("new_crates", "CORPUS", "corpus/specs", run)
}

fn run(folder: &Path, report: &mut Report) {
    let all = std::env::var_os("NEW_ALL").is_some_and(|value| value == "1");
    let only = std::env::var("NEW_ONLY").unwrap_or_default();
    let only: Vec<&str> = only.split(',').filter(|start| !start.is_empty()).collect();
    for document in data::files(folder) {
        let name = data::name(&document);
        let stem = document.file_stem().unwrap_or_default().to_string_lossy();
        let wanted = if only.is_empty() {
            all || SMALL.contains(&stem.as_ref())
        } else {
            only.iter().any(|start| stem.starts_with(start))
        };
        if wanted {
            report.case(&name, passes(&document, &stem));
        }
    }
}

/// Makes the crate of a document and runs its tests.
fn passes(document: &Path, stem: &str) -> Result<(), String> {
    let krate = Krate::new(env!("CARGO_TARGET_TMPDIR"), &format!("new-{stem}"));
    let mut package = Package::new(document);
    package.runtime = Some(runtime());
    let prepared = package.prepare(krate.folder(), &|_| {})?;
    if prepared.files.is_none() {
        let found: Vec<_> = prepared.diagnostics.iter().map(|it| &it.message).collect();
        return Err(format!("{found:?}"));
    }
    krate.remove().map_err(|error| error.to_string())?;
    write(&prepared, krate.folder(), false)?;
    // It is no member of the workspace whose target directory it lies in.
    krate.detach().map_err(|error| error.to_string())?;
    for (command, arguments) in [
        ("fmt", &["--check"] as &[&str]),
        ("test", &["--no-fail-fast"]),
        // The client without its resources.
        ("check", &["--no-default-features"]),
    ] {
        let output = krate
            .run(command, arguments)
            .map_err(|error| error.to_string())?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout);
            let failed = said.lines().filter(|line| line.ends_with("FAILED"));
            let failed = failed.map(str::to_owned).chain(errors(&output));
            let first: Vec<String> = failed.take(10).collect();
            return Err(format!("cargo {command}: {}", first.join("\n  ")));
        }
    }
    let tests = prepared.files.iter().flatten().filter(is_test);
    let functions = tests.map(|file| file.text.matches("#[tokio::test]").count());
    println!("{stem}: {} wire tests passed", functions.sum::<usize>());
    Ok(())
}

fn is_test(file: &&GeneratedFile) -> bool {
    file.path.starts_with("tests")
}
