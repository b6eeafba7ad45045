//! From a document to Rust.

use specwright::diagnostics::Diagnostics;
use specwright::lower::lower;
use specwright::source::Sources;
use specwright::{Input, generate, model, write};

/// A document is refused with an error, or what is generated from it is Rust; every finding has
/// its place.
pub(crate) fn check(name: &str, text: String) {
    let input = Input::text(name, text);
    let outcome = generate(&input);
    super::places(&outcome.sources, &outcome.diagnostics);
    assert_eq!(outcome.modules.is_none(), outcome.diagnostics.has_errors());
    let Some(modules) = outcome.modules else {
        return;
    };
    let files = write::tree(&modules, "// header");
    assert!(files.is_ok(), "{:?}", files.err());

    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let api = model(&input, &mut sources, &mut diagnostics).expect("it was generated");
    assert_eq!(lower(&api).document["openapi"], "3.0.3");
}
