//! Documents of others: each operation that progenitor takes once the document is lowered is called
//! through both clients.
//!
//! By default these are the documents of [`SAMPLE`], which compile fast; `ORACLE_ALL=1` takes all,
//! and `ORACLE_TABLE=1` then writes what came of each into `tests/ORACLE.md`.

mod calls;
mod cases;
mod document;
mod places;
mod replies;
mod rules;
mod table;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use specwright::emit;
use specwright::write::{GeneratedFile, tree};
use specwright_tests::data::{self, Report, shared};
use specwright_tests::krate::{Krate, errors};
use specwright_tests::program::Program;
use tokio::runtime::Runtime;

use crate::compare::{Difference, differences};
use crate::listener::Listener;
use cases::{Case, cases};
use document::{Document, Shared};
use table::Row;

/// Documents that compile fast and have most of what can differ.
const SAMPLE: &[&str] = &[
    "2ch.yaml",
    "azure-storage.json",
    "buildomat.json",
    "burgershop.yaml",
    "heyapi-full-3.0.yaml",
    "museum.yaml",
    "oai-petstore.yaml",
    "readme-discriminators.json",
    "readme-polymorphism.json",
    "replicate.json",
    "train-travel.yaml",
];

/// How many errors of the compiler a failed case shows.
const SHOWN: usize = 5;

/// Dependencies of the program beside the runtime: those of progenitor's clients.
const DEPENDENCIES: &str = "\
    bytes = \"1\"\n\
    chrono = { version = \"0.4\", default-features = false, features = [\"serde\"] }\n\
    futures-util = { version = \"0.3\", default-features = false, features = [\"std\"] }\n\
    progenitor-client = \"0.15\"\n\
    reqwest = { version = \"0.13\", default-features = false, features = [\"form\", \"json\", \"query\", \"stream\"] }\n\
    serde_json = \"1\"\n\
    tokio = { version = \"1\", features = [\"rt\", \"net\", \"time\"] }\n\
    uuid = { version = \"1\", features = [\"serde\"] }";

/// Runs the documents in the directory that `CORPUS` names.
pub(crate) fn run(runtime: &Runtime, report: &mut Report) {
    let folder = std::env::var_os("CORPUS").map_or_else(|| shared("corpus/specs"), PathBuf::from);
    if !folder.exists() {
        let reason = format!("no data at {} (set CORPUS)", folder.display());
        return report.skip("corpus", &reason);
    }
    let asked = |variable: &str| std::env::var_os(variable).is_some_and(|value| value == "1");
    let mut corpus = Corpus {
        listener: runtime.block_on(Listener::start()),
        all: asked("ORACLE_ALL"),
        rows: Vec::new(),
    };
    for path in data::files(&folder) {
        corpus.document(&path, report);
    }
    if corpus.all {
        corpus.every_rule_applies(report);
    }
    if asked("ORACLE_TABLE") {
        let written = table::write(corpus.rows);
        report.case("table", written.map_err(|error| error.to_string()));
    }
}

struct Corpus {
    listener: Listener,
    all: bool,
    rows: Vec<Row>,
}

impl Corpus {
    fn document(&mut self, path: &Path, report: &mut Report) {
        let name = data::name(path);
        let document = match data::guarded(|| Document::read(path)).flatten() {
            Ok(Some(document)) => document,
            Ok(None) => return report.skip(&name, "nothing is generated from it"),
            Err(reason) => return report.case(&name, Err(reason)),
        };
        report.case(&name, Ok(()));
        if !self.all && !SAMPLE.contains(&name.as_str()) {
            return;
        }
        let mut row = Row::new(&document);
        if let Err(reason) = self.operations(&document, &mut row, report) {
            report.case(&format!("{name}: the program"), Err(reason));
        }
        self.rows.push(row);
    }

    /// Calls the operations of a document.
    fn operations(
        &mut self,
        document: &Document,
        row: &mut Row,
        report: &mut Report,
    ) -> Result<(), String> {
        let theirs = document.theirs()?;
        let (operations, refused) = document.operations(&theirs);
        for (id, reason) in &refused {
            report.skip(&format!("{} {id}", document.name), reason);
        }
        let url = self.listener.url();
        let mut program = program(document, &theirs, &operations, &url)?;
        for operation in &operations {
            let outcome = self.operation(document, operation, &mut program, row);
            report.case(&format!("{} {}", document.name, operation.id), outcome);
        }
        Ok(())
    }

    fn operation(
        &mut self,
        document: &Document,
        operation: &Shared<'_>,
        program: &mut Program,
        row: &mut Row,
    ) -> Result<(), String> {
        let (mut unexplained, mut rules) = (Vec::new(), Vec::new());
        for case in cases(&document.api, operation) {
            let context = rules::Context {
                document,
                operation,
                case: &case,
            };
            for difference in self.call_both(operation, &case, program)? {
                match rules::explaining(&context, &difference) {
                    Some(rule) => rules.push(rule.name),
                    None => unexplained.push(format!("{}: {difference}", case.name)),
                }
            }
        }
        row.count(unexplained.is_empty(), &rules);
        match unexplained.as_slice() {
            [] => Ok(()),
            lines => Err(lines.join("; ")),
        }
    }

    fn call_both(
        &mut self,
        operation: &Shared<'_>,
        case: &Case,
        program: &mut Program,
    ) -> Result<Vec<Difference>, String> {
        self.listener.answer(case.reply.template());
        let ask = |ours: bool| {
            json!({
                "operation": operation.id,
                "ours": ours,
                "arguments": if ours { &case.ours } else { &case.theirs },
            })
        };
        let ours = program.ask(&ask(true))?;
        let our_request = self.listener.only_request();
        let theirs = program.ask(&ask(false))?;
        let their_request = self.listener.only_request();
        let mut found = match (our_request, their_request) {
            (Ok(ours), Ok(theirs)) => differences(&ours, &theirs, case.body()),
            // An example may be wrong; what was drafted is not.
            (Err(_), Err(_)) if case.is_example => Vec::new(),
            (our_request, their_request) => {
                let sent = |request: Result<_, String>, answer: &Value| match request {
                    Ok(_) => Value::from("sent"),
                    Err(_) => answer.clone(),
                };
                let (ours, theirs) = (sent(our_request, &ours), sent(their_request, &theirs));
                vec![Difference::whole("request", Some(ours), Some(theirs))]
            }
        };
        found.extend(replies::differences(&ours, &theirs, &case.reply));
        Ok(found)
    }

    fn every_rule_applies(&self, report: &mut Report) {
        for rule in rules::RULES {
            let used = self.rows.iter().any(|row| row.uses(rule.name));
            let outcome = used.then_some(()).ok_or("it explains nothing".to_owned());
            report.case(&format!("rule {}", rule.name), outcome);
        }
    }
}

/// Compiles and starts the program that calls the operations.
fn program(
    document: &Document,
    theirs: &syn::File,
    operations: &[Shared<'_>],
    url: &str,
) -> Result<Program, String> {
    let name = format!("oracle-{}", document.name.replace('.', "-"));
    let krate = Krate::new(env!("CARGO_TARGET_TMPDIR"), &name);
    let file = |path: &str, text: String| GeneratedFile {
        path: path.into(),
        text,
    };
    let mut files = vec![
        file("main.rs", include_str!("program.rs").to_owned()),
        file("calls.rs", calls::file(document, operations)),
        file("theirs.rs", prettyplease::unparse(theirs)),
    ];
    let modules = emit::emit(&document.api, &document.input.options);
    let ours = tree(&modules, "// @generated")?;
    files.extend(ours.into_iter().map(|file| GeneratedFile {
        path: Path::new("ours").join(file.path),
        text: file.text,
    }));
    let output = krate
        .write(DEPENDENCIES, files)
        .and_then(|()| krate.cargo("build"));
    let output = output.map_err(|error| error.to_string())?;
    if !output.status.success() {
        let errors = errors(&output);
        let shown = &errors[..errors.len().min(SHOWN)];
        return Err(format!("{} errors: {}", errors.len(), shown.join("; ")));
    }
    Program::start(&krate.program(), &[url]).map_err(|error| error.to_string())
}
