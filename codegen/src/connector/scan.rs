//! Finds `{{placeholders}}` in texts.

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// As it stands.
    Text(&'a str),
    /// The name between double braces, without spaces around it.
    Placeholder(&'a str),
}

/// Splits a text at its placeholders.
///
/// # Errors
/// A message, when double braces are not closed or hold no name.
pub(super) fn scan(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        // `{{{x}}}` is an object around a placeholder only when the braces come first.
        let extra = after.len() - after.trim_start_matches('{').len();
        let (braces, after) = after.split_at(extra);
        let Some((name, behind)) = after.split_once("}}") else {
            return Err(format!(
                "`{{{{{}` is not closed with `}}}}`",
                excerpt(after)
            ));
        };
        let name = name.trim();
        if !is_name(name) {
            return Err(format!(
                "`{{{{{}}}}}` holds no placeholder name",
                excerpt(name)
            ));
        }
        push_text(&mut pieces, before);
        push_text(&mut pieces, braces);
        pieces.push(Piece::Placeholder(name));
        rest = behind;
    }
    push_text(&mut pieces, rest);
    Ok(pieces)
}

/// The text before the only placeholder, its name, and the text after it.
pub(super) fn single(text: &str) -> Option<(&str, &str, &str)> {
    match scan(text).ok()?.as_slice() {
        [Piece::Placeholder(name)] => Some(("", name, "")),
        [Piece::Text(before), Piece::Placeholder(name)] => Some((before, name, "")),
        [Piece::Placeholder(name), Piece::Text(after)] => Some(("", name, after)),
        [
            Piece::Text(before),
            Piece::Placeholder(name),
            Piece::Text(after),
        ] => Some((before, name, after)),
        _ => None,
    }
}

/// Whether `name` can be the name of a placeholder.
pub(super) fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    !name.is_empty() && name.chars().all(allowed)
}

fn push_text<'a>(pieces: &mut Vec<Piece<'a>>, text: &'a str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(24).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_paths_and_bodies() {
        assert_eq!(
            scan("/a/{{ id }}/b{{x-y}}").unwrap(),
            [
                Piece::Text("/a/"),
                Piece::Placeholder("id"),
                Piece::Text("/b"),
                Piece::Placeholder("x-y")
            ]
        );
        assert_eq!(
            scan(r#"{"a":{"b":{{n}}}}"#).unwrap(),
            [
                Piece::Text(r#"{"a":{"b":"#),
                Piece::Placeholder("n"),
                Piece::Text("}}")
            ]
        );
        assert_eq!(scan("").unwrap(), []);
    }

    #[test]
    fn open_braces_are_told() {
        assert!(scan("/a/{{id").unwrap_err().contains("not closed"));
        assert!(scan("/a/{{}}").unwrap_err().contains("no placeholder name"));
        assert!(scan("{{a b}}").unwrap_err().contains("{{a b}}"));
    }

    #[test]
    fn a_single_placeholder_keeps_what_is_around_it() {
        assert_eq!(single("Bearer {{t}}"), Some(("Bearer ", "t", "")));
        assert_eq!(single("{{a}}{{b}}"), None);
        assert_eq!(single("fixed"), None);
    }
}
