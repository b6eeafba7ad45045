//! Connectors as data: what they can do, told as a list, and done by name with JSON inputs.
//!
//! A host that runs automations from configuration has no types at hand. It looks operations up in
//! the list of a generated connector, `automation::OPERATIONS`, shows their inputs to a person,
//! and calls them with `Client::call`, which goes through the same typed methods as everybody
//! else.

mod call;
mod inputs;
mod json;

use serde_json::Value;

pub use call::{Call, OutputStream, Outputs};
pub use inputs::{CallError, FromInput, Given, InputValue, Inputs};

/// Something a connector can do, or tell of.
///
/// ```
/// use specwright_runtime::automation::{Input, Kind, Operation, Output, ValueType};
///
/// static LIST: Operation = Operation::new("issues.list", "issues", Kind::Query, "Lists issues.")
///     .list()
///     .inputs(&[
///         Input::required("repo", ValueType::String, "The repository."),
///         Input::optional("state", ValueType::String, "").default("\"open\""),
///     ])
///     .outputs(&[Output::new("number", ValueType::Integer, "Number of the issue.")]);
/// assert_eq!(LIST.inputs[1].default_value(), Some("open".into()));
/// assert_eq!(serde_json::to_value(LIST)?["kind"], "query");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// Its name: `messages.create`, that of its resource and its own; of a trigger, the event's.
    pub handle: &'static str,
    /// The handle of its resource.
    pub resource: &'static str,
    /// What it is for.
    pub kind: Kind,
    /// What it does, or when it happens. Markdown.
    pub description: &'static str,
    /// Whether it answers with a list of records instead of one.
    pub list: bool,
    /// What it takes; nothing for a trigger.
    pub inputs: &'static [Input],
    /// What each record of its answer has.
    pub outputs: &'static [Output],
}

impl Operation {
    /// An operation without inputs and outputs that answers with one record.
    pub const fn new(
        handle: &'static str,
        resource: &'static str,
        kind: Kind,
        description: &'static str,
    ) -> Self {
        Self {
            handle,
            resource,
            kind,
            description,
            list: false,
            inputs: &[],
            outputs: &[],
        }
    }

    /// Says that it answers with a list.
    pub const fn list(mut self) -> Self {
        self.list = true;
        self
    }

    /// Says what it takes.
    pub const fn inputs(mut self, inputs: &'static [Input]) -> Self {
        self.inputs = inputs;
        self
    }

    /// Says what it answers with.
    pub const fn outputs(mut self, outputs: &'static [Output]) -> Self {
        self.outputs = outputs;
        self
    }
}

/// What an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It does something.
    Action,
    /// It looks something up.
    Query,
    /// It tells that something has happened; it is waited for, not called.
    Trigger,
}

/// A value that an operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Input {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: ValueType,
    /// Whether it must be given.
    pub required: bool,
    /// What is sent when it is not given: the text of a JSON value.
    pub default: Option<&'static str>,
    /// What it is. Markdown; may be empty.
    pub description: &'static str,
}

impl Input {
    /// One that must be given.
    pub const fn required(name: &'static str, ty: ValueType, description: &'static str) -> Self {
        Self {
            name,
            ty,
            required: true,
            default: None,
            description,
        }
    }

    /// One that may be given.
    pub const fn optional(name: &'static str, ty: ValueType, description: &'static str) -> Self {
        Self {
            required: false,
            ..Self::required(name, ty, description)
        }
    }

    /// Says what is sent when it is not given: the text of a JSON value.
    pub const fn default(mut self, json: &'static str) -> Self {
        self.default = Some(json);
        self
    }

    /// The [`default`](Self::default) as a value.
    pub fn default_value(&self) -> Option<Value> {
        serde_json::from_str(self.default?).ok()
    }
}

/// A value that an operation answers with, or `null` when the reply does not have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Output {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: ValueType,
    /// What it is. Markdown; may be empty.
    pub description: &'static str,
}

impl Output {
    /// An output.
    pub const fn new(name: &'static str, ty: ValueType, description: &'static str) -> Self {
        Self {
            name,
            ty,
            description,
        }
    }
}

/// Type of an input or an output, and how it is written in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueType {
    /// A string.
    String,
    /// An integer. As an input also a number like `2.0`.
    Integer,
    /// A number.
    Float,
    /// `true` or `false`. As an input also `1` and `0`.
    Boolean,
    /// A string: a date, or a date and time in RFC 3339. An input is sent as it is given, an
    /// output is in UTC.
    DateTime,
    /// Anything.
    Json,
    /// A list.
    Array,
    /// An object: the content as `text`, or as `base64`, and if wanted `name` and `content_type`.
    /// Or an upload given with [`Inputs::file`], which may be a stream.
    File,
    /// A list of files.
    Files,
}
