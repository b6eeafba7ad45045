//! Documents of others: all of each is generated, and compiles.
//!
//! By default large documents are left out. `CORPUS_ALL=1` takes them too; `CORPUS_CHECK=1` takes
//! them and compiles what is generated from each document, which takes hours for hundreds of them.
//! `CORPUS_TABLE=1` writes what became of each, and what the command took for it, into
//! `codegen/CORPUS.md`.

#[path = "corpus/compile.rs"]
mod compile;
#[path = "corpus/cost.rs"]
mod cost;
#[path = "corpus/table.rs"]
mod table;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::process::ExitCode;

use cost::Specwright;
use specwright::diagnostics::{Diagnostics, Severity};
use specwright::model::Api;
use specwright::origin::Origin;
use specwright::source::{Node, Sources};
use specwright::write::{GeneratedFile, tree};
use specwright::{Input, emit, model};
use specwright_tests::data::{self, Report};
use table::Row;

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

/// Where the table is written.
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../codegen/CORPUS.md");

fn run(folder: &Path, report: &mut Report) {
    let asked = |variable: &str| std::env::var_os(variable).is_some_and(|value| value == "1");
    let check = asked("CORPUS_CHECK");
    let table = asked("CORPUS_TABLE");
    let specwright = match table.then(Specwright::build).transpose() {
        Ok(specwright) => specwright,
        Err(reason) => return report.case("specwright", Err(reason)),
    };
    let mut rows = Vec::new();
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
        let outcome = outcome.and_then(|(files, mut row)| {
            if let Some(specwright) = &specwright {
                row.cost = Some(specwright.generate(&document)?);
            }
            let compiled = check.then(|| compile::check(&name, files));
            row.compiled = compiled.as_ref().map(Result::is_ok);
            rows.push(row);
            compiled.unwrap_or(Ok(()))
        });
        report.case(&name, outcome);
    }
    if table {
        let written = table::write(Path::new(TABLE), &rows);
        report.case("table", written.map_err(|error| error.to_string()));
    }
}

/// What is generated from a document.
type Generated = Result<(Vec<GeneratedFile>, Row), String>;

/// Generates from a document; `None` when it is none of those that can be read.
fn generated(document: &Path) -> Option<Generated> {
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
    let (left_out, silent) = lost(&sources, &api, &diagnostics);
    if !silent.is_empty() {
        let (count, lost) = (silent.len(), silent.join(", "));
        let reason = format!("{count} operations are left out and no finding says so: {lost}");
        return Some(Err(reason));
    }
    Some(written(&api, &input).map(|files| {
        let row = Row {
            document: data::name(document),
            version: version(&root),
            operations: api.operations.len() + left_out.len(),
            left_out,
            lines: files.iter().map(|file| file.text.lines().count()).sum(),
            findings: findings(&diagnostics),
            cost: None,
            compiled: None,
        };
        (files, row)
    }))
}

/// How often each kind of finding was told.
fn findings(diagnostics: &Diagnostics) -> BTreeMap<&'static str, usize> {
    let mut kinds = BTreeMap::new();
    for finding in diagnostics.iter() {
        *kinds.entry(finding.code.id).or_default() += 1;
    }
    kinds
}

/// What a document says it is.
fn version(root: &Node<'_>) -> String {
    match root.get("openapi").map(|version| version.value().clone()) {
        Some(serde_json::Value::String(version)) => version,
        version => version.unwrap_or_default().to_string(),
    }
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

/// Operations that the document has and the model has not: those that a finding is about, with what
/// it says, and the others.
fn lost(
    sources: &Sources,
    api: &Api,
    diagnostics: &Diagnostics,
) -> (Vec<(String, String)>, Vec<String>) {
    // Two paths may refer to one path item.
    let mut read: HashMap<&Origin, usize> = HashMap::new();
    for operation in &api.operations {
        *read.entry(&operation.origin).or_default() += 1;
    }
    let told: HashMap<String, String> = diagnostics
        .iter()
        .map(|it| {
            (
                it.origin.pointer(),
                format!("{} {}", it.code.id, it.message),
            )
        })
        .collect();
    let (mut left_out, mut silent) = (Vec::new(), Vec::new());
    for (name, [item, operation]) in documented(sources) {
        if let Some(count) = read.get_mut(operation.origin()).filter(|count| **count > 0) {
            *count -= 1;
            continue;
        }
        let (item, operation) = (item.origin().pointer(), operation.origin().pointer());
        match told.get(&operation).or_else(|| told.get(&item)) {
            Some(reason) => left_out.push((name, reason.clone())),
            None => silent.push(name),
        }
    }
    (left_out, silent)
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
