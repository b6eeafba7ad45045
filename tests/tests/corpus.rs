//! Documents of others: all of each is generated, and compiles.
//!
//! By default large documents are left out. `CORPUS_ALL=1` takes them too; `CORPUS_CHECK=1` takes
//! them and compiles what is generated from each document, which takes hours for hundreds of them.

#[path = "corpus/compile.rs"]
mod compile;

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

use specwright::diagnostics::{Diagnostics, Severity};
use specwright::model::Api;
use specwright::origin::Origin;
use specwright::source::{Node, Sources};
use specwright::write::{GeneratedFile, tree};
use specwright::{Input, emit, model};
use specwright_tests::data::{self, Report};

/// Documents above this size are large, in bytes.
const LARGE: u64 = 1_500_000;

/// Every member of a path item that is an operation. The model has no word for `query`: it must be
/// told that those are left out.
const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

fn main() -> ExitCode {
    data::main("corpus", "CORPUS", "corpus/specs", run)
}

fn run(folder: &Path, report: &mut Report) {
    let asked = |variable: &str| std::env::var_os(variable).is_some_and(|value| value == "1");
    let check = asked("CORPUS_CHECK");
    for document in data::files(folder) {
        let name = data::name(&document);
        let size = document.metadata().map_or(0, |data| data.len());
        if size > LARGE && !check && !asked("CORPUS_ALL") {
            report.skip(&name, "large; CORPUS_ALL=1 takes it");
            continue;
        }
        let outcome = match data::guarded(|| generated(&document)) {
            Ok(None) => {
                report.skip(&name, "this is no OpenAPI 3 document");
                continue;
            }
            Ok(Some(generated)) => generated,
            Err(panic) => Err(panic),
        };
        let compile = |files: Vec<GeneratedFile>| match check {
            true => compile::check(&name, files),
            false => Ok(()),
        };
        report.case(&name, outcome.and_then(compile));
    }
}

/// What is generated from a document; `None` when it is none of those that can be.
fn generated(document: &Path) -> Option<Result<Vec<GeneratedFile>, String>> {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let input = Input::file(document);
    let api = model(&input, &mut sources, &mut diagnostics);
    let root = sources.root();
    if root.get("openapi").is_none() && !root.is_null() {
        return None;
    }
    let told = |severity| {
        let mut findings = diagnostics.iter();
        findings.find(|finding| finding.severity == severity)
    };
    if let Some(error) = told(Severity::Error) {
        let (at, message) = (error.origin.pointer(), &error.message);
        return Some(Err(format!("{} at `{at}`: {message}", error.code.id)));
    }
    let Some(api) = api else {
        return Some(Err("nothing is generated, and no error says why".to_owned()));
    };
    let lost = lost(&sources, &api, &diagnostics);
    if !lost.is_empty() {
        let (count, lost) = (lost.len(), lost.join(", "));
        let reason = format!("{count} operations are left out and no finding says so: {lost}");
        return Some(Err(reason));
    }
    Some(written(&api, &input))
}

/// The files, which have every operation of the model.
fn written(api: &Api, input: &Input) -> Result<Vec<GeneratedFile>, String> {
    let files = tree(&emit::emit(api, &input.options), "// header")?;
    let count = |file: &GeneratedFile| file.text.matches(": Operation = Operation::").count();
    let (emitted, wanted) = (files.iter().map(count).sum(), api.operations.len());
    match wanted.cmp(&emitted) {
        std::cmp::Ordering::Equal => Ok(files),
        _ => Err(format!("{emitted} of {wanted} operations are emitted")),
    }
}

/// Operations that the document has, the model has not, and no finding is about.
fn lost(sources: &Sources, api: &Api, diagnostics: &Diagnostics) -> Vec<String> {
    // Two paths may refer to one path item.
    let mut read: HashMap<&Origin, usize> = HashMap::new();
    for operation in &api.operations {
        *read.entry(&operation.origin).or_default() += 1;
    }
    let told: Vec<String> = diagnostics.iter().map(|it| it.origin.pointer()).collect();
    let mut lost = Vec::new();
    for (name, [item, operation]) in documented(sources) {
        if let Some(count) = read.get_mut(operation.origin()).filter(|count| **count > 0) {
            *count -= 1;
            continue;
        }
        let (item, operation) = (item.origin().pointer(), operation.origin().pointer());
        if !told.iter().any(|told| *told == item || *told == operation) {
            lost.push(name);
        }
    }
    lost
}

/// Every operation below `paths`: its path and method, its path item and itself.
fn documented(sources: &Sources) -> Vec<(String, [Node<'_>; 2])> {
    let mut found = Vec::new();
    let paths = sources.root().get("paths");
    let paths = paths.iter().flat_map(Node::entries);
    for (path, written) in paths.filter(|(path, _)| !path.starts_with("x-")) {
        let Ok(item) = sources.follow(&written) else {
            found.push((path.to_owned(), [written.clone(), written]));
            continue;
        };
        let operations = item.entries().filter(|(key, _)| METHODS.contains(key));
        for (method, operation) in operations {
            let operation = sources.follow(&operation).unwrap_or(operation);
            found.push((format!("{method} {path}"), [item.clone(), operation]));
        }
    }
    found
}
