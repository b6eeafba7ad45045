//! Documents of others: each has to lower to something progenitor accepts.

use std::path::{Path, PathBuf};

use openapiv3::OpenAPI;
use progenitor::Generator;
use specwright::diagnostics::Diagnostics;
use specwright::lower::lower;
use specwright::plan::Examples;
use specwright::source::Sources;
use specwright::{Input, model};
use specwright_tests::data::{self, Report, shared};

/// Runs the documents in the directory that `CORPUS` names.
pub(crate) fn run(report: &mut Report) {
    let folder = std::env::var_os("CORPUS").map_or_else(|| shared("corpus/specs"), PathBuf::from);
    if !folder.exists() {
        let reason = format!("no data at {} (set CORPUS)", folder.display());
        return report.skip("corpus", &reason);
    }
    for document in data::files(&folder) {
        let name = data::name(&document);
        match data::guarded(|| accepted(&document)) {
            Ok(None) => report.skip(&name, "nothing is generated from it"),
            Ok(Some(outcome)) => report.case(&name, outcome),
            Err(panic) => report.case(&name, Err(panic)),
        }
    }
}

/// Whether progenitor generates a client; `None` when there is nothing to generate.
fn accepted(document: &Path) -> Option<Result<(), String>> {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let input = Input {
        examples: Examples::Ignore,
        ..Input::file(document)
    };
    let api = model(&input, &mut sources, &mut diagnostics)?;
    let lowered = lower(&api);
    let spec: Result<OpenAPI, _> = serde_json::from_value(lowered.document);
    Some(spec.map_err(|error| error.to_string()).and_then(|spec| {
        let tokens = Generator::default().generate_tokens(&spec);
        tokens.map(drop).map_err(|error| error.to_string())
    }))
}
