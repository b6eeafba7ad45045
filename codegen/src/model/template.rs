//! Compiled bodies of connector operations.

use serde_json::{Number, Value};

/// A JSON body with places for arguments. The arguments are values in a tree, never text in a
/// text, so no value can break out of its place.
#[derive(Clone, Debug, PartialEq)]
pub enum Template {
    /// `null`, `true` or `false`.
    Literal(Value),
    /// A number.
    Number(Number),
    /// Text with places in it; text without places is one [`TextPart::Literal`].
    Text(Vec<TextPart>),
    /// The JSON value of the body parameter with this wire name.
    Argument(String),
    /// An array.
    Array(Vec<Template>),
    /// An object.
    Object(Vec<(Vec<TextPart>, Template)>),
}

/// A part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Name on the wire.
    pub name: String,
    /// What is sent.
    pub content: PartContent,
}

/// What a part of a form is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartContent {
    /// Text with places in it.
    Text(Vec<TextPart>),
    /// The file of the body parameter with this wire name; a list is a part for each file.
    File(String),
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextPart {
    /// As it stands.
    Literal(String),
    /// The text of the body parameter with this wire name.
    Argument(String),
}
