//! The manifest of a new crate.

use super::Draft;
use super::documents::quoted;
use super::readme::{about, one_line};

/// Versions of what a generated crate depends on. A test compares them with those of the workspace.
pub(super) const SERDE: &str = "1.0.229";
pub(super) const SERDE_JSON: &str = "1.0.154";
pub(super) const FUTURES_UTIL: &str = "0.3.34";
pub(super) const TOKIO: &str = "1.54.1";
pub(super) const WIREMOCK: &str = "0.6.5";
pub(super) const RUST: &str = "1.89";

/// Features that are those of the runtime, and how many of them are on by default.
pub(super) const RUNTIME_FEATURES: [&str; 7] = [
    "rustls",
    "gzip",
    "brotli",
    "zstd",
    "exact-floats",
    "native-tls",
    "tracing",
];
const DEFAULT_FEATURES: usize = 5;

/// The text of `Cargo.toml`.
pub(super) fn text(draft: &Draft<'_>, tests: bool) -> String {
    let mut lines = vec![
        "[package]".to_owned(),
        format!("name = {}", quoted(draft.name)),
        "version = \"0.1.0\"".to_owned(),
        "edition = \"2024\"".to_owned(),
        format!("rust-version = \"{RUST}\""),
        format!("description = {}", quoted(&format!("{}.", about(draft)))),
    ];
    lines.extend(licence(draft).map(|licence| format!("license = {}", quoted(licence))));
    lines.extend([
        "readme = \"README.md\"".to_owned(),
        "categories = [\"api-bindings\"]".to_owned(),
        String::new(),
        "[features]".to_owned(),
    ]);
    let all = draft.features.all();
    let default: Vec<String> = all
        .into_iter()
        .chain(RUNTIME_FEATURES.into_iter().take(DEFAULT_FEATURES))
        .map(quoted)
        .collect();
    lines.push(format!("default = [{}]", default.join(", ")));
    for feature in RUNTIME_FEATURES {
        lines.push(format!("{feature} = [\"specwright-runtime/{feature}\"]"));
    }
    lines.extend([
        String::new(),
        "[dependencies]".to_owned(),
        format!("serde = \"{SERDE}\""),
        format!("specwright-runtime = {{ {} }}", runtime(draft)),
        String::new(),
        "[dev-dependencies]".to_owned(),
        format!("futures-util = {{ version = \"{FUTURES_UTIL}\", default-features = false }}"),
        format!("serde_json = \"{SERDE_JSON}\""),
        format!(
            "tokio = {{ version = \"{TOKIO}\", features = [\"macros\", \"rt-multi-thread\"] }}"
        ),
    ]);
    if tests {
        lines.push(format!("wiremock = \"{WIREMOCK}\""));
    }
    if let Some(all) = all {
        lines.extend(targets(draft, all, tests));
    }
    lines.extend([
        String::new(),
        "[lints.rust]".to_owned(),
        "unsafe_code = \"forbid\"".to_owned(),
        "missing_docs = \"warn\"".to_owned(),
        String::new(),
        "[lints.clippy]".to_owned(),
        "all = { level = \"warn\", priority = -1 }".to_owned(),
    ]);
    lines.join("\n") + "\n"
}

/// The tests and examples, which are compiled only with all resources.
fn targets(draft: &Draft<'_>, all: &str, tests: bool) -> Vec<String> {
    let examples = draft
        .programs
        .iter()
        .map(|program| ("example", program.name.as_str()));
    let tests = tests.then_some(("test", "wire"));
    let targets = examples.chain(tests).map(|(kind, name)| {
        format!(
            "\n[[{kind}]]\nname = {}\nrequired-features = [{}]",
            quoted(name),
            quoted(all)
        )
    });
    targets.collect()
}

/// Where the runtime is from, and with what.
fn runtime(draft: &Draft<'_>) -> String {
    let from = match &draft.runtime {
        Some(path) => format!("path = {}", quoted(path)),
        None => format!("version = \"{}\"", env!("CARGO_PKG_VERSION")),
    };
    let webhook = if draft.api.webhooks.is_empty() {
        ""
    } else {
        ", \"webhook\""
    };
    format!("{from}, default-features = false, features = [\"connector\", \"uuid\"{webhook}]")
}

/// The licence the document states, as SPDX writes it.
fn licence<'a>(draft: &'a Draft<'_>) -> Option<&'a str> {
    let info = draft.sources.root().get("info")?;
    let licence = info.get("license")?;
    let known = |name: &str| {
        let name = one_line(name).to_ascii_lowercase();
        match name.as_str() {
            "mit" | "mit license" | "the mit license" => Some("MIT"),
            "apache 2.0"
            | "apache-2.0"
            | "apache license 2.0"
            | "apache license, version 2.0"
            | "apache 2" => Some("Apache-2.0"),
            "bsd-3-clause" | "bsd 3-clause" => Some("BSD-3-Clause"),
            "mpl-2.0" | "mpl 2.0" => Some("MPL-2.0"),
            _ => None,
        }
    };
    let stated = ["identifier", "name"];
    stated
        .iter()
        .find_map(|key| known(licence.get(key)?.as_str()?))
}
