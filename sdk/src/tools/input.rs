//! Reading the input of a call.

use std::fmt;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use specwright_runtime::json::from_value;

use crate::platform::{ContentBlock, Message, ToolUseBlock};
#[cfg(feature = "structured")]
use crate::structured::Violations;

/// Reads the input of a call of `tool`, which is only named in errors.
///
/// `T` is one of the types of [`inputs`](super::inputs), or any type of a tool of your own.
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
    // Streams keep input that is no JSON as text.
    if let Value::String(text) = input
        && let Err(error) = serde_json::from_str::<IgnoredAny>(text)
    {
        return Err(InputError::new(tool, InputFault::NotJson(error)));
    }
    let decoded = from_value(input.clone());
    decoded.map_err(|error| InputError::new(tool, InputFault::Undecodable(error)))
}

/// Reads the input of a call of a member of a toolset, a `tool_use` block with a `toolset_name`:
/// `T` is [`ComputerInput`](super::ComputerInput) for the toolset `computer`,
/// [`BrowserInput`](super::BrowserInput) for `browser`. The name of the call says what to do, as
/// `action` does in these types.
///
/// # Errors
/// The input is not what the member takes; the error says where.
///
/// ```
/// use claude_typed::tools::{ComputerInput, decode_member};
///
/// let input = serde_json::json!({ "coordinate": [640, 360] });
/// let ComputerInput::LeftClick(click) = decode_member("left_click", &input)? else {
///     unreachable!("the name decides");
/// };
/// assert_eq!(click.coordinate, Some([640, 360]));
/// # Ok::<(), claude_typed::tools::InputError>(())
/// ```
pub fn decode_member<T: DeserializeOwned>(member: &str, input: &Value) -> Result<T, InputError> {
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

impl ToolUseBlock {
    /// Reads the input: [`decode`], or [`decode_member`] for a member of a toolset.
    ///
    /// # Errors
    /// The input is not of this shape; the error says where.
    ///
    /// ```
    /// use claude_typed::platform::ToolUseBlock;
    /// use serde_json::json;
    ///
    /// #[derive(serde::Deserialize, Debug)]
    /// struct GetWeather {
    ///     city: String,
    /// }
    ///
    /// let call = ToolUseBlock::new("toolu_1", "get_weather", json!({ "city": 7 }));
    /// let error = call.input_as::<GetWeather>().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the input of `get_weather` is not what it takes: \
    ///      `city`: invalid type: integer `7`, expected a string"
    /// );
    /// ```
    pub fn input_as<T: DeserializeOwned>(&self) -> Result<T, InputError> {
        match self.toolset_name.as_ref() {
            Some(_) => decode_member(&self.name, &self.input),
            None => decode(&self.name, &self.input),
        }
    }
}

impl Message {
    /// The calls of tools that the caller runs, in order. They are to be answered only if the
    /// `stop_reason` is `tool_use`: else the last may be cut off.
    pub fn tool_uses(&self) -> impl Iterator<Item = &ToolUseBlock> {
        self.content.iter().filter_map(ContentBlock::as_tool_use)
    }
}

/// The input of a tool call is not what the tool takes.
#[derive(Debug)]
pub struct InputError {
    tool: String,
    fault: InputFault,
}

/// What is wrong with the input of a call.
#[derive(Debug)]
#[non_exhaustive]
pub enum InputFault {
    /// It is no JSON: the model was cut off, or wrote what cannot be read.
    NotJson(serde_json::Error),
    /// It is not of the shape that is read; the message says where.
    Undecodable(serde_json::Error),
    /// It is not what the schema of the tool says.
    #[cfg(feature = "structured")]
    Violations(Violations),
}

impl InputError {
    pub(super) fn new(tool: &str, fault: InputFault) -> Self {
        Self {
            tool: tool.to_owned(),
            fault,
        }
    }

    /// The name of the tool.
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// What is wrong.
    pub fn fault(&self) -> &InputFault {
        &self.fault
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the input of `{}` is ", self.tool)?;
        match &self.fault {
            InputFault::NotJson(error) => write!(f, "no JSON: {error}"),
            InputFault::Undecodable(error) => write!(f, "not what it takes: {error}"),
            #[cfg(feature = "structured")]
            InputFault::Violations(violations) => write!(f, "not what it takes: {violations}"),
        }
    }
}

impl std::error::Error for InputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            InputFault::NotJson(error) | InputFault::Undecodable(error) => Some(error),
            #[cfg(feature = "structured")]
            InputFault::Violations(violations) => Some(violations),
        }
    }
}
