//! Body templates become trees.
//!
//! Every placeholder is replaced by its number between marks, characters that the template does
//! not hold; outside quotes that is a JSON string of its own. What results is read as JSON once,
//! here, and in the tree the marks become places for values. So a value can never be read as JSON
//! syntax.

use serde_json::Value;

use super::scan::{Piece, scan};
use crate::model::{Template, TextPart};

/// A body template that is no JSON, or whose placeholders cannot be found.
pub(super) type Problem = String;

/// Compiles the text of a body template; also returns the placeholders in it, in order.
///
/// # Errors
/// What is wrong with the text.
pub(super) fn compile(text: &str) -> Result<(Template, Vec<String>), Problem> {
    let pieces = scan(text)?;
    let mut free = free_marks(text);
    let (Some(mark), Some(literal)) = (free.next(), free.next()) else {
        return Err("it holds every private character there is".to_owned());
    };
    let mut json = String::with_capacity(text.len());
    let mut names: Vec<String> = Vec::new();
    let mut quoted = Quotes::default();
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                quoted.feed(text);
                json.push_str(text);
            }
            Piece::Placeholder(name) => {
                let number = names.len();
                json.push_str(&if quoted.open {
                    format!("{mark}{number}{mark}")
                } else {
                    format!("\"{literal}{number}{literal}\"")
                });
                names.push(name.to_owned());
            }
        }
    }
    let value: Value = serde_json::from_str(&json).map_err(|error| {
        // The column is one of the text with marks: it would mislead.
        let message = error.to_string();
        message
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned()
    })?;
    let template = Marks {
        mark,
        literal,
        names: &names,
    }
    .template(value);
    Ok((template, names))
}

/// Characters that the template holds neither plain nor as escapes.
fn free_marks(text: &str) -> impl Iterator<Item = char> {
    let lower = text.to_lowercase();
    ('\u{E000}'..='\u{F8FF}').filter(move |mark| {
        !lower.contains(*mark) && !lower.contains(&format!("\\u{:x}", u32::from(*mark)))
    })
}

/// Whether a place in a JSON text is within quotes.
#[derive(Default)]
struct Quotes {
    open: bool,
    escape: bool,
}

impl Quotes {
    fn feed(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                _ if self.escape => self.escape = false,
                '\\' if self.open => self.escape = true,
                '"' => self.open = !self.open,
                _ => {}
            }
        }
    }
}

struct Marks<'a> {
    /// Around the number of a placeholder within quotes.
    mark: char,
    /// Around the number of a placeholder outside quotes.
    literal: char,
    names: &'a [String],
}

impl Marks<'_> {
    // Recursion ends: serde_json reads at most 128 levels.
    fn template(&self, value: Value) -> Template {
        match value {
            Value::Null | Value::Bool(_) => Template::Literal(value),
            Value::Number(number) => Template::Number(number),
            Value::String(text) => match self.literal(&text) {
                Some(name) => Template::Argument(name),
                None => Template::Text(self.text(&text)),
            },
            Value::Array(items) => {
                Template::Array(items.into_iter().map(|item| self.template(item)).collect())
            }
            Value::Object(members) => Template::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (self.text(&key), self.template(value)))
                    .collect(),
            ),
        }
    }

    /// The placeholder that stood outside quotes here.
    fn literal(&self, text: &str) -> Option<String> {
        self.name(
            text.strip_prefix(self.literal)?
                .strip_suffix(self.literal)?,
        )
    }

    /// Text between marks alternates: text, number of a placeholder, text, … A placeholder without
    /// quotes as the name of a member is a text all the same.
    fn text(&self, text: &str) -> Vec<TextPart> {
        let mut parts = Vec::new();
        for (at, part) in text.split([self.mark, self.literal]).enumerate() {
            match self.name(part) {
                Some(name) if at % 2 == 1 => parts.push(TextPart::Argument(name)),
                _ if part.is_empty() => {}
                _ => parts.push(TextPart::Literal(part.to_owned())),
            }
        }
        if parts.is_empty() {
            parts.push(TextPart::Literal(String::new()));
        }
        parts
    }

    fn name(&self, index: &str) -> Option<String> {
        self.names.get(index.parse::<usize>().ok()?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> TextPart {
        TextPart::Literal(text.to_owned())
    }

    fn argument(name: &str) -> TextPart {
        TextPart::Argument(name.to_owned())
    }

    #[test]
    fn placeholders_become_places_in_a_tree() {
        let text = r#"{"model": "{{model}}", "max": {{max}}, "m": [{"c": "say \"{{ a }}{{b}}\"!"}], "n": 1.5, "t": true}"#;
        let (template, names) = compile(text).unwrap();
        assert_eq!(names, ["model", "max", "a", "b"]);
        let Template::Object(members) = template else {
            panic!("no object")
        };
        assert_eq!(
            members[0],
            (
                vec![literal("model")],
                Template::Text(vec![argument("model")])
            )
        );
        assert_eq!(members[1].1, Template::Argument("max".to_owned()));
        assert_eq!(
            members[2].1,
            Template::Array(vec![Template::Object(vec![(
                vec![literal("c")],
                Template::Text(vec![
                    literal("say \""),
                    argument("a"),
                    argument("b"),
                    literal("\"!")
                ])
            )])])
        );
        assert_eq!(members[4].1, Template::Literal(Value::Bool(true)));
    }

    #[test]
    fn whole_bodies_keys_and_empty_texts() {
        assert_eq!(
            compile("{{all}}").unwrap().0,
            Template::Argument("all".to_owned())
        );
        let (template, _) = compile(r#"{"{{k}}-x": "", {{bare}}: null}"#).unwrap();
        assert_eq!(
            template,
            Template::Object(vec![
                (
                    vec![argument("k"), literal("-x")],
                    Template::Text(vec![literal("")])
                ),
                (vec![argument("bare")], Template::Literal(Value::Null)),
            ])
        );
    }

    #[test]
    fn adjacent_placeholders_and_private_characters_stay_apart() {
        let (template, _) = compile("\"\u{E000}0\u{E000}{{a}}\\ue0010\\uE001\"").unwrap();
        let expected = vec![
            literal("\u{E000}0\u{E000}"),
            argument("a"),
            literal("\u{E001}0\u{E001}"),
        ];
        assert_eq!(template, Template::Text(expected));
    }

    #[test]
    fn what_is_no_json_is_told() {
        assert!(compile(r#"{"a": {{a}}"#).unwrap_err().contains("EOF"));
        assert!(
            compile(r#"{"a": {{a}},}"#)
                .unwrap_err()
                .contains("trailing comma")
        );
        assert!(compile(r#"{"a": {{a}"#).unwrap_err().contains("not closed"));
    }
}
