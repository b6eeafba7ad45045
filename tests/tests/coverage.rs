//! Every operation of every document in `spec/` has a wire test: one that succeeds and one that is
//! refused.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use specwright_tests::documents::OPERATIONS;

#[test]
fn every_operation_is_answered() {
    expect_all(&["answer", "answers"]);
}

#[test]
fn every_operation_is_refused() {
    expect_all(&["refused"]);
}

/// Fails with the operations that no call of these functions names.
fn expect_all(functions: &[&str]) {
    let named: BTreeSet<String> = wire_tests()
        .iter()
        .flat_map(|source| {
            functions
                .iter()
                .flat_map(|name| first_arguments(source, name))
        })
        .collect();
    let all = OPERATIONS.keys();
    let missing: Vec<&String> = all
        .filter(|operation| !named.contains(*operation))
        .collect();
    let (count, functions) = (missing.len(), functions.join(" or "));
    assert!(
        missing.is_empty(),
        "{count} operations without `{functions}`: {missing:#?}"
    );
}

/// The sources of the test targets `wire_*`, without comments.
fn wire_tests() -> Vec<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let is_wire = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("wire_")
    };
    let mut sources = Vec::new();
    let mut waiting: Vec<PathBuf> = entries(&tests).into_iter().filter(is_wire).collect();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(entries(&path));
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        let code = source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        sources.push(code.collect::<Vec<_>>().join("\n"));
    }
    sources
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// The first arguments of calls of `function`, where they are string literals.
fn first_arguments(source: &str, function: &str) -> Vec<String> {
    let call = format!("{function}(");
    let calls = source.split(&call).skip(1);
    calls
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'))
        .map(|(argument, _)| argument.to_owned())
        .collect()
}

#[test]
fn calls_are_found() {
    let source =
        "wire::answer(\"a.one\", x); answer(\n    \"a.two\",\n); answer(id); refused(\"a.three\")";
    assert_eq!(first_arguments(source, "answer"), ["a.one", "a.two"]);
    assert_eq!(first_arguments(source, "refused"), ["a.three"]);
}
