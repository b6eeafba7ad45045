//! The inputs of the tools that the platform defines and the caller runs: bash, text editor,
//! memory and computer use.
//!
//! A `tool_use` block holds its input as JSON. [`decode`] makes it what the tool's definition
//! promises, or an error that says where it is something else: send that to the model as an error
//! result, and it can try again.
//!
//! ```
//! use claude_typed::tools::{self, TextEditorInput};
//!
//! # fn run(input: serde_json::Value) -> Result<String, Box<dyn std::error::Error>> {
//! // `block.name` and `block.input` of a `tool_use` block.
//! let output = match tools::decode("str_replace_based_edit_tool", &input)? {
//!     TextEditorInput::View(view) => std::fs::read_to_string(view.path)?,
//!     TextEditorInput::Create(create) => {
//!         std::fs::write(&create.path, create.file_text)?;
//!         format!("wrote {}", create.path)
//!     }
//!     other => return Err(format!("cannot do {other:?}").into()),
//! };
//! # Ok(output)
//! # }
//! # let input = serde_json::json!({ "command": "view", "path": "/nowhere", "view_range": [1, "x"] });
//! # assert!(run(input).unwrap_err().to_string().contains("`view_range[1]`"));
//! ```
//!
//! Inputs come from a model: check paths before you open them, and think before you run a command.

// Laid out by its generator.
#[rustfmt::skip]
pub mod inputs;

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;
use specwright_runtime::json::from_value;

pub use inputs::{BashInput, ComputerInput, MemoryInput, TextEditorInput};

/// Reads the input of a call of `tool`, which is only named in errors.
///
/// `T` is one of the types of [`inputs`], or any type of a tool of your own.
///
/// # Errors
/// The input is not of this shape; the error says where.
///
/// ```
/// use claude_typed::tools::{BashInput, decode};
///
/// let input: BashInput = decode("bash", &serde_json::json!({ "command": "ls" }))?;
/// assert_eq!(input.command.as_deref(), Some("ls"));
/// # Ok::<(), claude_typed::tools::InputError>(())
/// ```
pub fn decode<T: DeserializeOwned>(tool: &str, input: &Value) -> Result<T, InputError> {
    from_value(input.clone()).map_err(|source| InputError {
        tool: tool.to_owned(),
        source,
    })
}

/// Reads the input of a call of a member of the computer toolset, a `tool_use` block with
/// `toolset_name` `computer`. Its name says what to do, as `action` does in the input of the
/// computer tools before.
///
/// # Errors
/// The input is not what the member takes; the error says where.
///
/// ```
/// use claude_typed::tools::{ComputerInput, decode_computer_member};
///
/// let input = serde_json::json!({ "coordinate": [640, 360] });
/// let ComputerInput::LeftClick(click) = decode_computer_member("left_click", &input)? else {
///     unreachable!("the name decides");
/// };
/// assert_eq!(click.coordinate, Some([640, 360]));
/// # Ok::<(), claude_typed::tools::InputError>(())
/// ```
pub fn decode_computer_member(member: &str, input: &Value) -> Result<ComputerInput, InputError> {
    match input {
        Value::Object(input) => {
            let mut tagged = input.clone();
            // The name counts, whatever the model put into the input.
            tagged.insert("action".to_owned(), member.into());
            decode(member, &tagged.into())
        }
        other => decode(member, other),
    }
}

/// The input of a tool call is not what the tool takes.
#[derive(Debug)]
pub struct InputError {
    tool: String,
    source: serde_json::Error,
}

impl InputError {
    /// The name of the tool.
    pub fn tool(&self) -> &str {
        &self.tool
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tool, source } = self;
        write!(f, "the input of `{tool}` is not what it takes: {source}")
    }
}

impl std::error::Error for InputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
