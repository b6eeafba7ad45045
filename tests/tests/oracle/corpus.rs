//! Documents of others: each has to lower to something progenitor accepts.

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use openapiv3::OpenAPI;
use progenitor_impl::Generator;
use specwright::diagnostics::Diagnostics;
use specwright::lower::lower;
use specwright::plan::Examples;
use specwright::source::Sources;
use specwright::{Input, model};
use specwright_tests::data::{Report, shared};

/// Runs the documents in the directory that `CORPUS` names.
pub(crate) fn run(report: &mut Report) {
    let folder = std::env::var_os("CORPUS").map_or_else(|| shared("corpus/specs"), PathBuf::from);
    let Ok(entries) = fs::read_dir(&folder) else {
        report.skip(
            "corpus",
            &format!("no data at {} (set CORPUS)", folder.display()),
        );
        return;
    };
    let mut documents: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    documents.sort();
    let quiet = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    for document in documents {
        let name = document
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        match panic::catch_unwind(AssertUnwindSafe(|| accepted(&document))) {
            Ok(None) => report.skip(&name, "nothing is generated from it"),
            Ok(Some(outcome)) => report.case(&name, outcome),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text
                    .or_else(|| panic.downcast_ref::<&str>().copied())
                    .unwrap_or("no text");
                report.case(&name, Err(format!("panic: {text}")));
            }
        }
    }
    panic::set_hook(quiet);
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
