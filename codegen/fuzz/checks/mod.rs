//! What holds for any input: run by the fuzz targets and by the property tests.

// Each fuzz target calls one of the checks.
#![allow(dead_code)]

pub(crate) mod pipeline;
pub(crate) mod reader;
pub(crate) mod structured;
pub(crate) mod text;

use specwright::diagnostics::{Diagnostics, render};
use specwright::origin::FileId;
use specwright::source::Sources;

/// Every finding has a place in the text it is about, and can be printed.
pub(crate) fn places(sources: &Sources, diagnostics: &Diagnostics) {
    let files = sources.files().count();
    for one in diagnostics.iter() {
        let related = one.related.iter().map(|(origin, _)| origin);
        for origin in std::iter::once(&one.origin).chain(related) {
            let FileId(file) = origin.file();
            assert!((file as usize) < files, "{}: no file {file}", one.message);
            let (text, at) = (sources.text(origin.file()), sources.locate(origin));
            let message = &one.message;
            assert!(
                text.get(at.span.clone()).is_some(),
                "{message}: {at:?} in {text:?}"
            );
            assert!(
                at.line <= at.end_line && at.end_line <= text.split('\n').count(),
                "{at:?}"
            );
            assert!(
                at.line >= 1 && at.column >= 1 && at.end_column >= 1,
                "{at:?}"
            );
        }
        assert!(
            !one.message.is_empty() && !one.message.contains('\n'),
            "{:?}",
            one.message
        );
    }
    let printed = render::human(sources, diagnostics, false);
    assert_eq!(printed.is_empty(), diagnostics.is_empty());
    for line in render::json(sources, diagnostics).lines() {
        let object: serde_json::Value = serde_json::from_str(line).expect("an object a line");
        assert!(object.is_object());
    }
}
