//! Documentation comments.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use super::markdown::sanitize;

/// A documentation comment, a paragraph at a time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Docs {
    lines: Vec<String>,
}

impl Docs {
    /// A comment that begins with a text of the document, or with our own words where it is silent.
    pub(crate) fn new(text: Option<&str>, otherwise: &str) -> Self {
        let mut docs = Self::default();
        match text.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => docs.markdown(text),
            None => docs.text(otherwise),
        }
        docs
    }

    /// A comment of what the document says, if it says anything.
    pub(crate) fn of(text: Option<&str>) -> Self {
        Self::new(text, "")
    }

    /// The comment of a variant: what the document says of it, else how the description of its type
    /// begins.
    pub(crate) fn of_variant(text: Option<&str>, type_text: Option<&str>) -> Self {
        let docs = Self::of(text);
        if docs.is_empty() {
            Self::of(type_text.map(first_paragraph).as_deref())
        } else {
            docs
        }
    }

    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Adds a text of the document.
    pub(crate) fn markdown(&mut self, text: &str) {
        self.block(sanitize(text));
    }

    /// Adds a paragraph that is Markdown fit for rustdoc.
    pub(crate) fn text(&mut self, text: &str) {
        self.block(text.lines().map(str::to_owned).collect());
    }

    /// Adds lines as a paragraph of their own.
    pub(crate) fn block(&mut self, lines: Vec<String>) {
        if lines.is_empty() {
            return;
        }
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.lines.extend(lines);
    }

    /// Adds a section: its heading, and what stands right below it.
    pub(crate) fn section(&mut self, heading: &str, lines: Vec<String>) {
        let heading = format!("# {heading}");
        self.block(std::iter::once(heading).chain(lines).collect());
    }

    /// Adds the limits and the default of a value, as far as the text does not say them already: to
    /// a text of one line on the same line.
    pub(crate) fn limits(&mut self, constraints: &[String], default: Option<&Value>) {
        if constraints.is_empty() && default.is_none() {
            return;
        }
        let said = self.lines.join(" ").to_lowercase();
        let mut sentences: Vec<String> = constraints
            .iter()
            .filter(|constraint| !said.contains(&constraint.to_lowercase()))
            .map(|constraint| sentence(constraint))
            .collect();
        if let Some(default) = default.filter(|default| !default.is_null()) {
            let default = match default.as_str().filter(|text| !text.trim().is_empty()) {
                Some(text) => text.to_owned(),
                None => default.to_string(),
            };
            sentences.push(format!("Defaults to `{}`.", default.replace('`', "'")));
        }
        if sentences.is_empty() {
            return;
        }
        let limits = sentences.join(" ");
        match self.lines.as_mut_slice() {
            [line] if is_plain(line) => {
                let stop = if line.ends_with(STOPS) { "" } else { "." };
                line.push_str(&format!("{stop} {limits}"));
            }
            _ => self.markdown(&limits),
        }
    }

    /// The text without comment marks.
    pub(crate) fn into_text(self) -> String {
        self.lines.join("\n")
    }

    /// The comment.
    pub(crate) fn tokens(&self) -> TokenStream {
        let lines = self.lines.iter().map(|line| {
            let line = if line.is_empty() {
                String::new()
            } else {
                format!(" {line}")
            };
            quote! { #[doc = #line] }
        });
        quote! { #(#lines)* }
    }
}

/// A text up to its first empty line.
fn first_paragraph(text: &str) -> String {
    let lines = text.trim().lines();
    let lines: Vec<&str> = lines.take_while(|line| !line.trim().is_empty()).collect();
    lines.join("\n")
}

/// A documentation link to a type in scope. Some type names are those of derive macros, too.
pub(crate) fn link(name: &Ident) -> String {
    const DERIVES: [&str; 10] = [
        "Clone",
        "Copy",
        "Debug",
        "Default",
        "Deserialize",
        "Eq",
        "Hash",
        "Ord",
        "PartialEq",
        "Serialize",
    ];
    if DERIVES.iter().any(|derive| name == derive) {
        format!("[`{name}`](type@{name})")
    } else {
        format!("[`{name}`]")
    }
}

/// What a sentence ends with.
const STOPS: [char; 6] = ['.', '!', '?', '。', '！', '？'];

/// Whether a line is text that another sentence may follow: no heading, list or table.
fn is_plain(line: &str) -> bool {
    line.starts_with(|first: char| first.is_alphabetic() || first == '`') && !line.ends_with(':')
}

/// A phrase as a sentence.
pub(crate) fn sentence(phrase: &str) -> String {
    let phrase = phrase.trim();
    let mut chars = phrase.chars();
    let mut text: String = chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default();
    if !text.ends_with(STOPS) && !text.ends_with(':') {
        text.push('.');
    }
    text
}

/// One line of our own words.
pub(crate) fn line(text: &str) -> TokenStream {
    let text = format!(" {text}");
    quote! { #[doc = #text] }
}

/// `#[deprecated]`, where the document says so.
pub(crate) fn deprecated(deprecated: bool) -> TokenStream {
    if deprecated {
        quote! { #[deprecated] }
    } else {
        TokenStream::new()
    }
}
