//! Connector documents: the good ones are read without complaint, the broken ones refused at the
//! right place in words that help.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use serde::Deserialize;
use specwright::connector;
use specwright::diagnostics::{Diagnostic, Diagnostics, Severity};
use specwright::model::Api;
use specwright::source::Sources;
use specwright_tests::data::{self, Report};

fn main() -> ExitCode {
    data::main(
        "connectors",
        "CONNECTORS",
        "golden/connectors",
        |directory, report| {
            good(&directory.join("good"), report);
            broken(&directory.join("broken"), report);
        },
    )
}

/// What reading a pair of documents gave.
struct Outcome {
    sources: Option<Sources>,
    api: Option<Api>,
    diagnostics: Diagnostics,
}

fn read(directory: &Path, name: &str) -> Outcome {
    let mut diagnostics = Diagnostics::default();
    let file = |half: &str| directory.join(format!("{name}.{half}.json"));
    let mut sources = Sources::load(&file("service"), &mut diagnostics);
    let api = sources.as_mut().and_then(|sources| {
        sources.add(&file("resources"), &mut diagnostics);
        connector::read(sources, &mut diagnostics)
    });
    Outcome {
        sources,
        api,
        diagnostics,
    }
}

fn good(directory: &Path, report: &mut Report) {
    let names: BTreeSet<String> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|file| Some(file.strip_suffix(".service.json")?.to_owned()))
        .collect();
    for name in names {
        let outcome = read(directory, &name);
        let told = outcome
            .diagnostics
            .iter()
            .filter(|told| told.severity > Severity::Note);
        let told: Vec<String> = told
            .map(|told| format!("{} {}", told.code.id, told.message))
            .collect();
        let verdict = match &outcome.api {
            _ if !told.is_empty() => Err(told.join("; ")),
            None => Err("refused without a word".to_owned()),
            Some(_) => Ok(()),
        };
        report.case(&format!("good/{name}"), verdict);
    }
}

/// One entry of `broken/expected.json`.
#[derive(Deserialize)]
struct Expected {
    name: String,
    severity: String,
    file: String,
    json_pointer: String,
    must_mention: Vec<String>,
}

fn broken(directory: &Path, report: &mut Report) {
    let Ok(text) = std::fs::read_to_string(directory.join("expected.json")) else {
        report.skip("broken", "there is no expected.json");
        return;
    };
    match serde_json::from_str::<Vec<Expected>>(&text) {
        Ok(all) => {
            for expected in all {
                let outcome = read(directory, &expected.name);
                report.case(
                    &format!("broken/{}", expected.name),
                    expected.check(&outcome),
                );
            }
        }
        Err(error) => report.case("broken/expected.json", Err(error.to_string())),
    }
}

impl Expected {
    fn check(&self, outcome: &Outcome) -> Result<(), String> {
        let told = |least: Severity| {
            let mut told = outcome.diagnostics.iter();
            told.any(|told| told.severity >= least && self.is_about_it(outcome, told))
        };
        let refused = outcome.api.is_none() && told(Severity::Error);
        let (met, wanted) = match self.severity.as_str() {
            "error" => (refused, "an error"),
            "error-or-warning" => (told(Severity::Warning), "an error or a warning"),
            // Either kind of answer is right; that accepted documents give code that behaves is
            // for the tests that compile them.
            _ => (refused || outcome.api.is_some(), "acceptance or an error"),
        };
        if met {
            return Ok(());
        }
        let told = outcome.diagnostics.iter().map(|told| {
            format!(
                "\n    {:?} {} at `{}`: {}",
                told.severity,
                told.code.id,
                told.origin.pointer(),
                told.message
            )
        });
        let told: String = told.collect();
        Err(format!(
            "no {wanted} near `{}` of {} that mentions {:?}; told was:{told}",
            self.json_pointer, self.file, self.must_mention
        ))
    }

    fn is_about_it(&self, outcome: &Outcome, told: &Diagnostic) -> bool {
        let text = [
            Some(told.message.as_str()),
            told.help.as_deref(),
            told.action.as_deref(),
        ];
        let text = text.into_iter().flatten().collect::<Vec<_>>().join("\n");
        let mentions = |word: &String| text.contains(word.as_str());
        // Of a file that is no JSON the words are those of different parsers.
        let words = if self.json_pointer.is_empty() {
            self.must_mention.iter().any(mentions)
        } else {
            self.must_mention.iter().all(mentions)
        };
        let file = outcome.sources.as_ref().is_some_and(|sources| {
            sources
                .path(told.origin.file())
                .file_name()
                .is_some_and(|name| name == self.file.as_str())
        });
        words && file && near(&self.json_pointer, &told.origin.pointer())
    }
}

/// Whether a place is the one expected, its parent, its child or a sibling.
fn near(expected: &str, found: &str) -> bool {
    let parent = |pointer: &str| {
        pointer
            .rsplit_once('/')
            .map(|(parent, _)| parent.to_owned())
    };
    let (up, above) = (parent(expected), parent(found));
    expected == found
        || up.as_deref() == Some(found)
        || above.as_deref() == Some(expected)
        || (up.is_some() && up == above)
}
