//! Mends YAML whose continuation lines are indented too little.
//!
//! Lines that continue a quoted text or a `{…}` must be indented more than what they belong to.
//! Many documents do not do so and most programs read them, so such lines are indented and the
//! text is read again: what is in quotes or braces does not change its meaning by that.

use super::load::Fault;
use crate::diagnostics::{Diagnostic, codes};
use crate::origin::{FileId, Origin};

/// Says that a text was mended, first in `line`.
pub(super) fn under_indented(file: FileId, line: usize) -> Diagnostic {
    let message =
        format!("quoted text or braces of line {line} go on in lines that are indented too little");
    Diagnostic::note(codes::INDENTATION, &Origin::root(file), message)
        .action("such lines are read as if they were indented enough")
        .help("indent them more than the key they belong to")
}

/// The text with the lines indented that the fault complains about.
pub(super) fn mend(text: &str, fault: &Fault) -> Option<String> {
    let start = fault.span.start;
    let line_start = text
        .get(..start)?
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    match fault.message.as_str() {
        "invalid indentation in quoted scalar" => {
            let end = start + quoted_length(text.get(start..)?)?;
            let padding = " ".repeat(text.get(line_start..start)?.chars().count() + 1);
            let quoted = text.get(start..end)?.replace('\n', &format!("\n{padding}"));
            Some([text.get(..start)?, &quoted, text.get(end..)?].concat())
        }
        // The parser says so only inside braces and brackets.
        "invalid indentation" => {
            let above = text
                .get(..line_start)?
                .lines()
                .next_back()
                .unwrap_or_default();
            let padding = " ".repeat(above.len() - above.trim_start().len() + 1);
            Some([text.get(..line_start)?, &padding, text.get(line_start..)?].concat())
        }
        _ => None,
    }
}

/// Length of the quoted scalar `text` begins with.
fn quoted_length(text: &str) -> Option<usize> {
    let quote = text
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''))?;
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((index, char)) = chars.next() {
        match char {
            '\\' if quote == '"' => drop(chars.next()),
            '\'' if quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                chars.next();
            }
            _ if char == quote => return Some(index + 1),
            _ => {}
        }
    }
    None
}
