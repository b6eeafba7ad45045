//! What is wrong with a document, where, what was done about it and how to mend it.
//!
//! Stages push [`Diagnostic`]s into one [`Diagnostics`] and go on: one run tells all. Rendering
//! with source lines is [`render`]'s, the list of kinds with their explanations [`codes`]'s.

pub mod codes;
pub mod render;

pub use codes::Code;

use crate::origin::Origin;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Something was left out or guessed; the rest is generated.
    Warning,
    /// Nothing is written.
    Error,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, one line.
    pub message: String,
    /// Where.
    pub origin: Origin,
    /// Another place that matters (the first of two duplicates) and what it is.
    pub related: Option<(Origin, String)>,
    /// What was done about it.
    pub action: Option<String>,
    /// What the reader can do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Nothing can be generated from this.
    pub fn error(code: Code, origin: &Origin, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, origin, message)
    }

    /// A part is left out or guessed.
    pub fn warning(code: Code, origin: &Origin, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, origin, message)
    }

    /// Worth knowing.
    pub fn note(code: Code, origin: &Origin, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, origin, message)
    }

    fn new(severity: Severity, code: Code, origin: &Origin, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            origin: origin.clone(),
            related: None,
            action: None,
            help: None,
        }
    }

    /// Says what was done about it.
    #[must_use]
    pub fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// Says what the reader can do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Points to another place that matters.
    #[must_use]
    pub fn related(mut self, origin: &Origin, label: impl Into<String>) -> Self {
        self.related = Some((origin.clone(), label.into()));
        self
    }
}

/// Everything found in one run, in the order found.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds a finding. What it repeats of a document may hold line breaks and other control
    /// characters; they are written as in Rust, so that each text is one line and no terminal is
    /// told what to do.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        let Diagnostic {
            message,
            related,
            action,
            help,
            ..
        } = &mut diagnostic;
        let label = related.iter_mut().map(|(_, label)| label);
        let texts = label.chain(action).chain(help).chain([message]);
        for text in texts.filter(|text| text.contains(char::is_control)) {
            *text = without_control(text);
        }
        self.items.push(diagnostic);
    }

    /// Adds findings.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }

    /// Whether anything stops the generation.
    pub fn has_errors(&self) -> bool {
        self.items
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// All findings.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    /// Number of findings.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

fn without_control(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for one in text.chars() {
        match one.is_control() {
            true => plain.extend(one.escape_default()),
            false => plain.push(one),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_one_line_without_control_characters() {
        let mut diagnostics = Diagnostics::default();
        let (place, text) = (Origin::default(), "`a\nb` \u{1b}[2K é");
        let finding = Diagnostic::note(codes::SYNTAX, &place, text);
        diagnostics.push(finding.help(text).action(text).related(&place, text));
        let expected = "`a\\nb` \\u{1b}[2K é";
        let told = diagnostics.iter().next().unwrap();
        assert_eq!(told.message, expected);
        assert_eq!(told.help.as_deref(), Some(expected));
        assert_eq!(told.action.as_deref(), Some(expected));
        assert_eq!(told.related.as_ref().unwrap().1, expected);
    }
}
