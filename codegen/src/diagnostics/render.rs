//! Prints diagnostics with the source lines they are about.

use std::ops::Range;

use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Origin as Place, Renderer, Snippet,
};
use serde_json::{Value, json};

use super::{Diagnostic, Diagnostics, Severity};
use crate::origin::Origin;
use crate::source::Sources;

/// Lines longer than this many bytes are not printed: minified documents have one.
const MAX_LINE: usize = 300;

/// The diagnostics as text for people, one blank line between two; `styled` adds terminal colours.
pub fn human(sources: &Sources, diagnostics: &Diagnostics, styled: bool) -> String {
    let renderer = if styled {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let rendered = diagnostics
        .iter()
        .map(|one| renderer.render(&[group(sources, one)]));
    rendered.map(|text| text + "\n\n").collect()
}

/// The diagnostics as JSON, one object a line.
///
/// Members: `code`, `level` (`error`, `warning`, `note`), `message`, `file`, `line` and `column`
/// (from 1, in characters), `end_line` and `end_column` (behind the last character), `pointer` (RFC
/// 6901), `action`, `help` (text or null) and `related` (null, or an object of `message` and the
/// members of a place).
pub fn json(sources: &Sources, diagnostics: &Diagnostics) -> String {
    let lines = diagnostics.iter().map(|one| {
        let mut object = place(sources, &one.origin);
        object.insert("code".to_owned(), one.code.id.into());
        object.insert("level".to_owned(), level(one.severity).into());
        object.insert("message".to_owned(), one.message.as_str().into());
        object.insert("action".to_owned(), json!(one.action));
        object.insert("help".to_owned(), json!(one.help));
        let related = one.related.as_ref().map(|(origin, label)| {
            let mut object = place(sources, origin);
            object.insert("message".to_owned(), label.as_str().into());
            object
        });
        object.insert("related".to_owned(), json!(related));
        Value::Object(object).to_string() + "\n"
    });
    lines.collect()
}

fn place(sources: &Sources, origin: &Origin) -> serde_json::Map<String, Value> {
    let location = sources.locate(origin);
    let file = sources.path(origin.file()).display().to_string();
    [
        ("file".to_owned(), file.into()),
        ("line".to_owned(), location.line.into()),
        ("column".to_owned(), location.column.into()),
        ("end_line".to_owned(), location.end_line.into()),
        ("end_column".to_owned(), location.end_column.into()),
        ("pointer".to_owned(), origin.pointer().into()),
    ]
    .into_iter()
    .collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn group<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let title = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.id);
    let mut group = title.element(source(sources, &diagnostic.origin, None));
    if let Some((origin, label)) = &diagnostic.related {
        group = group.element(source(sources, origin, Some(label)));
    }
    if let Some(action) = &diagnostic.action {
        group = group.element(Level::NOTE.message(action.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

/// The line something stands on, or only its number where the line cannot be shown. A place with
/// a label is one beside the place the diagnostic is about.
fn source<'a>(sources: &'a Sources, origin: &Origin, label: Option<&'a str>) -> Element<'a> {
    let location = sources.locate(origin);
    let path = sources.path(origin.file()).display().to_string();
    let Some((line, span)) = excerpt(sources.text(origin.file()), &location.span) else {
        let place = Place::path(path);
        let empty = sources.text(origin.file()).is_empty();
        return if empty {
            place
        } else {
            place.line(location.line).char_column(location.column)
        }
        .into();
    };
    let annotation = match label {
        None => AnnotationKind::Primary.span(span),
        Some(label) => AnnotationKind::Context.span(span).label(label),
    };
    Snippet::source(line)
        .path(path)
        .line_start(location.line)
        .annotation(annotation)
        .into()
}

/// The line `span` begins on, and the part of `span` within it.
fn excerpt<'a>(text: &'a str, span: &Range<usize>) -> Option<(&'a str, Range<usize>)> {
    let start = text
        .get(..span.start)?
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let line = text.get(start..)?.lines().next()?;
    let from = span.start - start;
    let to = span.end.saturating_sub(start).min(line.len()).max(from);
    // A text that was mended while it was read may have moved what a fault in it points to.
    let shown = line.len() <= MAX_LINE && line.get(from..to).is_some();
    shown.then_some((line, from..to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes;

    fn sources(text: &str) -> Sources {
        let mut diagnostics = Diagnostics::default();
        Sources::from_text("api/weather.yaml", text.to_owned(), &mut diagnostics).unwrap()
    }

    fn finding(sources: &Sources) -> Diagnostics {
        let origin = sources
            .root()
            .get("a")
            .unwrap()
            .get("$ref")
            .unwrap()
            .origin()
            .clone();
        let related = sources.root().get("b").unwrap().origin().clone();
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(
            Diagnostic::error(codes::UNRESOLVED_REF, &origin, "`#/c` leads nowhere")
                .related(&related, "this is near")
                .action("the field is left out")
                .help("write `#/b`"),
        );
        diagnostics
    }

    #[test]
    fn people_see_the_line_and_a_caret() {
        let sources = sources("a:\n  $ref: '#/c'\nb: 1\n");
        let expected = "\
error[SW0101]: `#/c` leads nowhere
 --> api/weather.yaml:2:3
  |
2 |   $ref: '#/c'
  |   ^^^^
  |
 ::: api/weather.yaml:3:1
  |
3 | b: 1
  | - this is near
  |
  = note: the field is left out
  = help: write `#/b`

";
        assert_eq!(human(&sources, &finding(&sources), false), expected);
    }

    #[test]
    fn long_lines_are_not_printed() {
        let filler = " ".repeat(1000);
        let sources = sources(&format!(
            "{{\"x\": 1,{filler}\"a\": {{\"$ref\": 1}}, \"b\": 2}}"
        ));
        let text = human(&sources, &finding(&sources), false);
        assert!(text.contains("--> api/weather.yaml:1:1015"), "{text}");
        assert!(text.len() < 500);
    }

    #[test]
    fn programs_get_an_object_a_line() {
        let sources = sources("a:\n  $ref: '#/c'\nb: 1\n");
        let text = json(&sources, &finding(&sources));
        let object: Value = serde_json::from_str(text.trim_end()).unwrap();
        assert_eq!(object["code"], "SW0101");
        assert_eq!((&object["line"], &object["column"]), (&json!(2), &json!(3)));
        assert_eq!(object["level"], "error");
        let end = (&object["end_line"], &object["end_column"]);
        assert_eq!(end, (&json!(2), &json!(7)));
        assert_eq!(object["pointer"], "/a/$ref");
        assert_eq!(object["related"]["line"], 3);
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn a_fault_in_the_last_line_has_a_place() {
        let mut diagnostics = Diagnostics::default();
        let mut sources = Sources::default();
        let path = std::path::Path::new("broken.yaml");
        assert!(
            sources
                .add_text(path, "a: [1\n".to_owned(), &mut diagnostics)
                .is_none()
        );
        let text = human(&sources, &diagnostics, false);
        assert!(text.contains("broken.yaml:"), "{text}");
    }
}
