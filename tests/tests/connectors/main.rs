//! Connector documents of others. The good ones are read without complaint, what is generated from
//! them compiles, sends what the vectors say and picks what they say. The broken ones are refused
//! at the right place in words that help.

mod broken;
mod driver;
mod server;
mod vectors;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;
use specwright::connector;
use specwright::diagnostics::{Diagnostics, Severity};
use specwright::model::Api;
use specwright::source::Sources;
use specwright_tests::data::{self, Report};

use crate::driver::{Document, Driver};
use crate::server::Server;
use crate::vectors::Vectors;

fn main() -> ExitCode {
    data::main("connectors", "CONNECTORS", "golden/connectors", run)
}

fn run(folder: &Path, report: &mut Report) {
    let mut cases = good(&folder.join("good"), report);
    cases.extend(broken::check(folder, report));
    if let Err(reason) = drive(cases, report) {
        report.case("the program of all documents", Err(reason));
    }
}

/// What reading a pair of documents gave.
struct Outcome {
    sources: Option<Sources>,
    api: Option<Api>,
    diagnostics: Diagnostics,
}

fn read(pair: &str) -> Outcome {
    let mut diagnostics = Diagnostics::default();
    let file = |half: &str| format!("{pair}.{half}.json");
    let service = file("service");
    let mut sources = Sources::load(service.as_ref(), &mut diagnostics);
    let api = sources.as_mut().and_then(|sources| {
        sources.add(file("resources").as_ref(), &mut diagnostics);
        connector::read(sources, &mut diagnostics)
    });
    Outcome {
        sources,
        api,
        diagnostics,
    }
}

/// A document that was accepted, and its vectors: `None` when there are none for it.
struct Case {
    document: Document,
    secrets: Value,
    vectors: Option<Vectors>,
}

impl Case {
    /// Generates from a pair of documents; the vectors are those beside another pair.
    fn new(name: &str, pair: &str, vectors: &str) -> Result<Self, String> {
        let document = Document::generate(name, pair)?;
        let vectors = Path::new(&format!("{vectors}.vectors.json"))
            .exists()
            .then(|| Vectors::read(vectors))
            .transpose()?;
        let secrets = vectors.as_ref().map(|vectors| vectors.secrets(pair));
        Ok(Self {
            document,
            secrets: secrets.unwrap_or_default(),
            vectors,
        })
    }
}

/// The pair of documents of this name in a folder.
fn pair(folder: &Path, name: &str) -> String {
    folder.join(name).to_string_lossy().into_owned()
}

fn good(folder: &Path, report: &mut Report) -> Vec<Case> {
    let names: BTreeSet<String> = data::files(folder)
        .iter()
        .filter_map(|file| Some(data::name(file).strip_suffix(".service.json")?.to_owned()))
        .collect();
    let schema =
        serde_json::from_str(&connector::format::schema_text()).unwrap_or(Value::Bool(false));
    let validator = jsonschema::validator_for(&schema);
    let mut cases = Vec::new();
    for name in names {
        let pair = pair(folder, &name);
        let name = format!("good/{name}");
        let outcome = read(&pair);
        let told = outcome.diagnostics.iter();
        let told = told.filter(|told| told.severity > Severity::Note);
        let told: Vec<String> = told
            .map(|told| format!("{} {}", told.code.id, told.message))
            .collect();
        let case = match told.as_slice() {
            [] if !is_valid(&validator, &pair) => Err("the schema does not allow it".to_owned()),
            [] => data::guarded(|| Case::new(&name, &pair, &pair)).flatten(),
            told => Err(told.join("; ")),
        };
        match case {
            Ok(case) => {
                report.case(&name, Ok(()));
                cases.push(case);
            }
            Err(reason) => report.case(&name, Err(reason)),
        }
    }
    cases
}

/// Whether the schema of the format allows both documents.
fn is_valid<E>(validator: &Result<jsonschema::Validator, E>, pair: &str) -> bool {
    ["service", "resources"].iter().all(|half| {
        let text = std::fs::read_to_string(format!("{pair}.{half}.json")).unwrap_or_default();
        let document = serde_json::from_str(&text).ok();
        let valid = validator.as_ref().ok().zip(document);
        valid.is_some_and(|(validator, document)| validator.is_valid(&document))
    })
}

/// Compiles everything that was accepted into one program and checks the vectors with it.
fn drive(cases: Vec<Case>, report: &mut Report) -> Result<(), String> {
    let mut vectors = Vec::new();
    let mut documents = Vec::new();
    for case in cases {
        vectors.push((case.document.name.clone(), case.secrets, case.vectors));
        documents.push(case.document);
    }
    if documents.is_empty() {
        return Ok(());
    }
    let server = Server::start()?;
    let (mut driver, failed) = Driver::start(&mut documents)?;
    for (name, errors) in failed {
        report.case(&format!("{name}: compiles"), Err(errors));
    }
    for document in &documents {
        report.case(&format!("{}: compiles", document.name), Ok(()));
        let mut vectors = vectors.iter().filter(|(name, ..)| *name == document.name);
        match vectors.next() {
            Some((_, secrets, Some(vectors))) => {
                vectors.check(document, secrets, (&mut driver, &server), report);
            }
            _ => report.skip(&document.name, "there are no vectors for it"),
        }
    }
    Ok(())
}
