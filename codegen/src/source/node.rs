//! A value of a document together with its place.

use serde_json::Value;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::origin::{Origin, Token};

/// A value of a document together with its place.
///
/// The typed getters forgive: what is absent or `null` is `None`, what is of the wrong kind is
/// `None` with one warning.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    value: &'a Value,
    origin: Origin,
}

impl<'a> Node<'a> {
    pub(super) fn new(value: &'a Value, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// The value.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// The place.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The member `key` of an object.
    pub fn get(&self, key: &str) -> Option<Node<'a>> {
        let value = self.value.as_object()?.get(key)?;
        Some(Self::new(value, self.origin.key(key)))
    }

    /// The members of an object in the document's order; nothing for other kinds.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, Node<'a>)> + use<'a> {
        let origin = self.origin.clone();
        let members = self.value.as_object().into_iter().flatten();
        members.map(move |(key, value)| (key.as_str(), Self::new(value, origin.key(key))))
    }

    /// The elements of an array; nothing for other kinds.
    pub fn items(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let origin = self.origin.clone();
        let elements = self.value.as_array().into_iter().flatten().enumerate();
        elements.map(move |(index, value)| Self::new(value, origin.index(index)))
    }

    /// The member or element one step of a pointer leads to.
    pub fn child(&self, token: &Token) -> Option<Node<'a>> {
        match token {
            Token::Key(key) => self.get(key),
            Token::Index(index) => {
                let value = self.value.as_array()?.get(*index)?;
                Some(Self::new(value, self.origin.index(*index)))
            }
        }
    }

    /// The string this is.
    pub fn as_str(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// The boolean this is.
    pub fn as_bool(&self) -> Option<bool> {
        self.value.as_bool()
    }

    /// The non-negative integer this is.
    pub fn as_u64(&self) -> Option<u64> {
        self.value.as_u64()
    }

    /// The number this is.
    pub fn as_f64(&self) -> Option<f64> {
        self.value.as_f64()
    }

    /// Whether this is an object.
    pub fn is_object(&self) -> bool {
        self.value.is_object()
    }

    /// Whether this is an array.
    pub fn is_array(&self) -> bool {
        self.value.is_array()
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// What kind of value this is, for a message: `a string`, `an object`, …
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }

    /// The string member `key`.
    pub fn string(&self, key: &str, diagnostics: &mut Diagnostics) -> Option<&'a str> {
        self.typed(key, "a string", diagnostics, |node| node.as_str())
    }

    /// The boolean member `key`.
    pub fn bool(&self, key: &str, diagnostics: &mut Diagnostics) -> Option<bool> {
        self.typed(key, "a boolean", diagnostics, |node| node.as_bool())
    }

    /// The member `key` that is a non-negative integer.
    pub fn u64(&self, key: &str, diagnostics: &mut Diagnostics) -> Option<u64> {
        self.typed(key, "a non-negative integer", diagnostics, |node| {
            node.as_u64()
        })
    }

    /// The member `key` that is a number.
    pub fn f64(&self, key: &str, diagnostics: &mut Diagnostics) -> Option<f64> {
        self.typed(key, "a number", diagnostics, |node| node.as_f64())
    }

    /// The object member `key`.
    pub fn object(&self, key: &str, diagnostics: &mut Diagnostics) -> Option<Node<'a>> {
        self.typed(key, "an object", diagnostics, |node| {
            node.is_object().then(|| node.clone())
        })
    }

    /// The array member `key`.
    pub fn array(&self, key: &str, diagnostics: &mut Diagnostics) -> Option<Node<'a>> {
        self.typed(key, "an array", diagnostics, |node| {
            node.is_array().then(|| node.clone())
        })
    }

    /// Warns that this is not `expected` and is left out.
    pub fn warn_kind(&self, expected: &str, diagnostics: &mut Diagnostics) {
        let message = format!("expected {expected}, found {}", self.kind());
        diagnostics.push(
            Diagnostic::warning(codes::WRONG_KIND, &self.origin, message).action("it is left out"),
        );
    }

    fn typed<T>(
        &self,
        key: &str,
        expected: &str,
        diagnostics: &mut Diagnostics,
        read: impl FnOnce(&Self) -> Option<T>,
    ) -> Option<T> {
        let node = self.get(key).filter(|node| !node.is_null())?;
        let value = read(&node);
        if value.is_none() {
            node.warn_kind(expected, diagnostics);
        }
        value
    }
}
