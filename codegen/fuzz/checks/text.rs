//! Any text through the whole pipeline.

/// What stands before a text that does not say itself what it is.
const HEAD: &str = "openapi: 3.1.0\ninfo: { title: Any, version: '1' }\n";

/// Any text, read as an OpenAPI document.
pub(crate) fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let text = match text.contains("openapi") || text.contains("swagger") {
        true => text.into_owned(),
        false => format!("{HEAD}{text}"),
    };
    super::pipeline::check("any.yaml", text);
}
