//! The reader of YAML and JSON.

use std::path::Path;

use serde_json::Value;
use specwright::diagnostics::Diagnostics;
use specwright::source::Sources;

/// Any text gives a document or an error, every finding has its place, and what is JSON means in
/// both formats what it means as JSON.
pub(crate) fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    for name in ["any.yaml", "any.json", "any.toml"] {
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let read = sources.add_text(Path::new(name), text.clone().into_owned(), &mut diagnostics);
        assert_eq!(
            read.is_none(),
            diagnostics.has_errors(),
            "{name}: {diagnostics:?}"
        );
        super::places(&sources, &diagnostics);
        if !name.ends_with("toml")
            && let Ok(value) = serde_json::from_str::<Value>(&text)
            && (value.is_object() || value.is_array())
        {
            assert_eq!(*sources.root().value(), value, "{name}");
        }
    }
}
