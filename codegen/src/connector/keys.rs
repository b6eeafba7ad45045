//! Getting at members: what is unknown, missing or of the wrong kind is told.

use schemars::JsonSchema;

use super::format::{self, Meta as MetaFormat};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::source::Node;

/// How alike (0 to 1) a misspelt name is to the one it stands for.
const ALIKE: f64 = 0.8;

/// The known name that `name` is most likely meant to be.
pub(super) fn suggestion<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            (
                strsim::jaro_winkler(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// Adds what `name` is most likely meant to be, or else all there is to choose from.
pub(super) fn suggest(diagnostic: Diagnostic, name: &str, known: &[&str]) -> Diagnostic {
    match suggestion(name, known.iter().copied()) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None => diagnostic.help(format!("known are {}", list(known))),
    }
}

/// Checks that `node`, which is `what`, is an object, and tells members that a `T` of the format
/// does not have.
///
/// A member that looks like a misspelling of one that is absent is an error: leaving it out
/// would change what is sent.
pub(super) fn object<T: JsonSchema>(
    node: &Node<'_>,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> bool {
    if !node.is_object() {
        wrong_kind(node, what, "an object", diagnostics);
        return false;
    }
    let known = format::keys::<T>();
    for (key, member) in node.entries() {
        if known.contains(&key) || key.starts_with("x-") || key.starts_with('$') {
            continue;
        }
        let meant = suggestion(key, known.iter().copied());
        let message = format!("{what} has the unknown key `{key}`");
        let diagnostic = if meant.is_some_and(|meant| node.get(meant).is_none()) {
            Diagnostic::error(codes::CONNECTOR_UNKNOWN_KEY, member.origin(), message)
        } else {
            Diagnostic::warning(codes::CONNECTOR_UNKNOWN_KEY, member.origin(), message)
                .action("it is ignored")
        };
        diagnostics.push(suggest(diagnostic, key, &known));
    }
    true
}

/// The member `key` of `node`, which is `what`; an error when it is absent or `null`.
pub(super) fn required<'a>(
    node: &Node<'a>,
    what: &str,
    key: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Node<'a>> {
    let member = optional(node, key);
    if member.is_none() {
        diagnostics.push(
            Diagnostic::error(
                codes::CONNECTOR_MISSING_KEY,
                node.origin(),
                format!("{what} has no `{key}`"),
            )
            .help(format!("add `{key}` here")),
        );
    }
    member
}

/// The member `key` of `node`, unless it is absent or `null`.
pub(super) fn optional<'a>(node: &Node<'a>, key: &str) -> Option<Node<'a>> {
    node.get(key).filter(|member| !member.is_null())
}

/// The string that `node`, which is `what`, has to be.
pub(super) fn string<'a>(
    node: &Node<'a>,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> Option<&'a str> {
    let text = node.as_str();
    if text.is_none() {
        wrong_kind(node, what, "a string", diagnostics);
    }
    text
}

/// The string of a required member.
pub(super) fn required_string<'a>(
    node: &Node<'a>,
    what: &str,
    key: &str,
    diagnostics: &mut Diagnostics,
) -> Option<(&'a str, Node<'a>)> {
    let member = required(node, what, key, diagnostics)?;
    let text = string(&member, &format!("`{key}` of {what}"), diagnostics)?;
    Some((text, member))
}

/// The `value` of a `T`, an object that wraps a string: `{"value": "…"}`, with its place.
pub(super) fn wrapped<'a, T: JsonSchema>(
    node: &Node<'a>,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> Option<(&'a str, Node<'a>)> {
    if !object::<T>(node, what, diagnostics) {
        return None;
    }
    required_string(node, what, "value", diagnostics)
}

/// The elements of an array member; nothing when it is absent, an error when it is no array.
pub(super) fn items<'a>(
    node: &Node<'a>,
    what: &str,
    key: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<Node<'a>> {
    let Some(member) = optional(node, key) else {
        return Vec::new();
    };
    if !member.is_array() {
        wrong_kind(
            &member,
            &format!("`{key}` of {what}"),
            "an array",
            diagnostics,
        );
    }
    member.items().collect()
}

/// What a `meta` object says.
#[derive(Default)]
pub(super) struct Meta {
    pub(super) short: Option<String>,
    pub(super) description: Option<String>,
}

/// The `meta` of `node`, which is `what`.
pub(super) fn meta(node: &Node<'_>, what: &str, diagnostics: &mut Diagnostics) -> Meta {
    let Some(meta) = optional(node, "meta") else {
        return Meta::default();
    };
    let what = format!("`meta` of {what}");
    if !object::<MetaFormat>(&meta, &what, diagnostics) {
        return Meta::default();
    }
    let mut text = |key: &str| {
        let text = meta.string(key, diagnostics)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    Meta {
        short: text("short"),
        description: text("description"),
    }
}

/// `node`, which is `what`, should have been something else.
pub(super) fn wrong_kind(
    node: &Node<'_>,
    what: &str,
    expected: &str,
    diagnostics: &mut Diagnostics,
) {
    let message = format!("{what} has to be {expected}, not {}", node.kind());
    diagnostics.push(Diagnostic::error(codes::WRONG_KIND, node.origin(), message));
}

/// `a`, `b` and `c`, in backticks.
pub(super) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [init @ .., last] if !init.is_empty() => format!("{} and {last}", init.join(", ")),
        _ => quoted.concat(),
    }
}
