//! One run tells all that is wrong with a document, each at its line.

use specwright::{Input, generate};

/// The defects are planted where a comment names the code that is to be told there.
#[test]
fn one_run_tells_everything_at_its_line() {
    let outcome = generate(&Input::file("tests/diagnostics/one_run/openapi.yaml"));
    let sources = &outcome.sources;
    let text = sources.text(sources.root().origin().file());
    let planted = text.lines().zip(1..).filter_map(|(line, number)| {
        let (_, code) = line.split_once(" # ")?;
        Some((number, code.to_owned()))
    });
    let planted: Vec<(usize, String)> = planted.collect();
    let told = outcome.diagnostics.iter().map(|one| {
        let place = sources.locate(&one.origin);
        (place.line, one.code.id.to_owned())
    });
    let mut told: Vec<_> = told.collect();
    told.sort();
    assert_eq!(told, planted);
    assert!(planted.len() >= 20, "{}", planted.len());
    assert!(
        outcome.modules.is_some(),
        "the rest is generated all the same"
    );
}
