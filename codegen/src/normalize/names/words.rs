//! Words of a name, and their casing.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};

/// `text` as the name of a type or variant; `fallback` when it has no letter or digit.
pub(crate) fn pascal(text: &str, fallback: &str) -> String {
    let spoken = speak(text);
    let cased = spoken.to_upper_camel_case();
    let mut name: String = cased
        .chars()
        .filter(|c| unicode_ident::is_xid_continue(*c))
        .collect();
    if name.is_empty() {
        fallback.clone_into(&mut name);
    }
    if !name.starts_with(unicode_ident::is_xid_start) {
        name.insert(0, 'V');
    }
    name
}

/// `text` as the name of a field, argument, method or module; keywords stay as they are.
pub(crate) fn snake(text: &str) -> String {
    let spoken = speak(text);
    let cased = spoken.to_snake_case();
    let mut name: String = cased
        .chars()
        .filter(|c| unicode_ident::is_xid_continue(*c))
        .collect();
    if name.is_empty() {
        name.push_str("value");
    }
    if !name.starts_with(unicode_ident::is_xid_start) {
        name.insert(0, '_');
    }
    if name == "_" {
        name.push_str("value");
    }
    name
}

/// Name of what belongs to no resource alone, or has a name without ASCII letters.
pub(crate) const SHARED: &str = "shared";

/// A name as that of a module with a file of its own: those are ASCII.
pub(crate) fn file_name(name: &str) -> String {
    let ascii: String = snake(name).chars().filter(char::is_ascii).collect();
    let name = ascii.trim_matches('_');
    if name.is_empty() {
        SHARED.to_owned()
    } else {
        snake(name)
    }
}

/// The name, or the nearest that is not taken, which is taken then.
pub(crate) fn claim(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{wanted}{number}");
        number += 1;
    }
    name
}

/// The words that all of several PascalCase names end with: `UserAddress` and `ShopAddress` end
/// with `Address`.
pub(in crate::normalize) fn common_ending<'n>(names: impl IntoIterator<Item = &'n str>) -> &'n str {
    let mut names = names.into_iter();
    let first = names.next().unwrap_or_default();
    let mut start = 0;
    for name in names {
        let same = first.bytes().rev().zip(name.bytes().rev());
        let same = same.take_while(|(a, b)| a == b).count();
        start = start.max(first.len() - same);
    }
    let word = |at: &usize| first[*at..].starts_with(char::is_uppercase);
    (start..first.len())
        .find(|at| first.is_char_boundary(*at) && word(at))
        .and_then(|at| first.get(at..))
        .unwrap_or_default()
}

/// The singular of an English plural, by the regular rules: `message_batches` is `message_batch`.
pub(crate) fn singular(word: &str) -> String {
    let keeps = ["ss", "us", "is"]
        .iter()
        .any(|ending| word.ends_with(ending));
    if keeps || word.len() < 3 {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let sibilant = ["sses", "shes", "ches", "xes", "zes"]
        .iter()
        .any(|ending| word.ends_with(ending));
    let stem = if sibilant {
        word.strip_suffix("es")
    } else {
        word.strip_suffix('s')
    };
    stem.unwrap_or(word).to_owned()
}

/// Signs that carry the meaning of a name become words: a leading `+` or `-` before a digit, and
/// comparison signs; all others only part words.
fn speak(text: &str) -> String {
    let mut spoken = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let before_digit = chars.peek().is_some_and(char::is_ascii_digit);
        match c {
            '+' if spoken.is_empty() && before_digit => spoken.push_str("plus "),
            '-' if spoken.is_empty() && before_digit => spoken.push_str("minus "),
            '<' => spoken.push_str(" lt "),
            '>' => spoken.push_str(" gt "),
            '=' => spoken.push_str(" eq "),
            '!' => spoken.push_str(" not "),
            '*' if text.len() == 1 => spoken.push_str("star"),
            c if c.is_alphanumeric() => spoken.push(c),
            '\'' => {}
            _ => spoken.push(' '),
        }
    }
    spoken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casing() {
        assert_eq!(pascal("message_batch", "X"), "MessageBatch");
        assert_eq!(
            pascal("claude-opus-4-5-20251101", "X"),
            "ClaudeOpus4_5_20251101".replace('_', "")
        );
        assert_eq!(pascal("2026-10-21", "X"), "V20261021");
        assert_eq!(pascal("🦀", "X"), "X");
        assert_eq!(snake("created[gte]"), "created_gte");
        assert_eq!(snake("ids[]"), "ids");
        assert_eq!(snake("anthropic-beta"), "anthropic_beta");
        assert_eq!(snake("2fa"), "_2fa");
        assert_eq!(snake(""), "value");
    }
}
