//! Names of crates.

use std::path::Path;

/// Longest name that registries take.
const MAX_LENGTH: usize = 64;

/// Names that cargo or Rust gives a meaning, and those of the crates that a new one depends on.
const RESERVED: &[&str] = &[
    "alloc",
    "build",
    "core",
    "deps",
    "doc",
    "examples",
    "futures-util",
    "incremental",
    "proc-macro",
    "self",
    "serde",
    "serde-json",
    "specwright",
    "specwright-runtime",
    "std",
    "test",
    "tokio",
    "wiremock",
    // Devices of Windows, which cannot be files there.
    "aux",
    "con",
    "nul",
    "prn",
];

/// Why `name` cannot be the name of a crate; `None` when it can.
pub(super) fn fault(name: &str) -> Option<String> {
    let mut chars = name.chars();
    if !chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
    {
        return Some("a name begins with a letter from a to z".to_owned());
    }
    if !chars.all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Some("a name has letters from a to z, digits, `-` and `_`".to_owned());
    }
    if name.len() > MAX_LENGTH {
        return Some(format!("a name has at most {MAX_LENGTH} characters"));
    }
    let lower = name.to_ascii_lowercase().replace('_', "-");
    let is_word = syn::parse_str::<syn::Ident>(&library(name)).is_err();
    (is_word || lower == "gen" || RESERVED.contains(&lower.as_str()))
        .then(|| format!("`{name}` has a meaning of its own for cargo or Rust"))
}

/// The name of a crate for an API: from its title, else from the name of its document.
pub(super) fn of_title(title: &str, document: &Path) -> String {
    let stem = document.file_stem().unwrap_or_default().to_string_lossy();
    let names = [words(title), words(&stem)];
    let name = names.iter().find(|name| !name.is_empty());
    let name = name.map_or("api", String::as_str);
    if fault(name).is_none() {
        return name.to_owned();
    }
    let longer = format!("{name}-client");
    match fault(&longer) {
        None => longer,
        // It begins with a digit.
        Some(_) => format!("api-{name}"),
    }
}

/// The words of a text, as far as a name can have them.
fn words(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let mut name = String::new();
    for word in words.filter(|word| !word.is_empty()) {
        // Room is left for what may have to be added.
        if name.len() + word.len() + 12 > MAX_LENGTH {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(&word.to_ascii_lowercase());
    }
    name
}

/// The name of the library of a crate.
pub(super) fn library(name: &str) -> String {
    name.to_ascii_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_names_that_cargo_takes() {
        let cases = [
            ("Swagger Petstore", "swagger-petstore"),
            ("GitHub v3 REST API", "github-v3-rest-api"),
            ("Type", "type-client"),
            ("gen", "gen-client"),
            ("Serde", "serde-client"),
            ("2ch API", "api-2ch-api"),
            ("天気", "weather"),
            ("", "weather"),
            ("  Train / Travel: (beta) ", "train-travel-beta"),
        ];
        for (title, expected) in cases {
            let name = of_title(title, Path::new("spec/weather.yaml"));
            assert_eq!(name, expected);
            assert_eq!(fault(&name), None);
        }
        assert_eq!(of_title("", Path::new("天.yaml")), "api");
        let long = of_title(&"word ".repeat(40), Path::new("x"));
        assert!(long.len() <= MAX_LENGTH && fault(&long).is_none(), "{long}");
    }

    #[test]
    fn names_that_cargo_refuses_are_told() {
        for bad in ["", "1a", "a b", "fn", "core", "tokio", "a.b", "día", "test"] {
            assert!(fault(bad).is_some(), "{bad}");
        }
        assert!(fault(&"a".repeat(65)).is_some());
        assert_eq!(fault("pets_2-x"), None);
    }
}
