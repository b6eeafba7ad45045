//! Documents with a defect: each is refused, or warned of, at the right place.

use std::path::Path;

use serde::Deserialize;
use specwright::diagnostics::{Diagnostic, Severity};
use specwright_tests::data::Report;

use crate::{Case, Outcome, pair, read};

/// One entry of `broken/expected.json`.
#[derive(Deserialize)]
struct Expected {
    name: String,
    severity: String,
    file: String,
    json_pointer: String,
    must_mention: Vec<String>,
    derived_from: Option<String>,
}

/// Checks the documents in `broken`; returns those that may be accepted and were, with the vectors
/// of the good document they were made from.
pub(crate) fn check(folder: &Path, report: &mut Report) -> Vec<Case> {
    let broken = folder.join("broken");
    let Ok(text) = std::fs::read_to_string(broken.join("expected.json")) else {
        report.skip("broken", "there is no expected.json");
        return Vec::new();
    };
    let all = match serde_json::from_str::<Vec<Expected>>(&text) {
        Ok(all) => all,
        Err(error) => {
            report.case("broken/expected.json", Err(error.to_string()));
            return Vec::new();
        }
    };
    let mut accepted = Vec::new();
    for expected in all {
        let name = format!("broken/{}", expected.name);
        let documents = pair(&broken, &expected.name);
        let outcome = read(&documents);
        report.case(&name, expected.check(&outcome));
        if outcome.api.is_none() {
            continue;
        }
        let base = expected.derived_from.unwrap_or_default();
        match Case::new(&name, &documents, &pair(&folder.join("good"), &base)) {
            Ok(mut case) => {
                if let Some(vectors) = &mut case.vectors {
                    vectors.retain(&case.document);
                }
                accepted.push(case);
            }
            Err(reason) => report.case(&format!("{name}: generates"), Err(reason)),
        }
    }
    accepted
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
