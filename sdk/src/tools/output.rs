//! What tools return.

use std::error::Error;

use serde::Serialize;
use serde_json::Value;

use crate::platform::{ToolResultBlock, ToolResultContent, ToolResultContentBlock, ToolUseBlock};

/// What a tool returned: content, or why it failed.
///
/// ```
/// use claude_typed::tools::ToolOutput;
///
/// let found = ToolOutput::json(&[("Quito", 2850), ("La Paz", 3640)]);
/// assert!(!found.is_error);
/// let failed = ToolOutput::error("no such city");
/// assert!(failed.is_error);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ToolOutput {
    /// What is told to the model; `None` when there is nothing to tell.
    pub content: Option<ToolResultContent>,
    /// Whether the tool failed, and the content says why.
    pub is_error: bool,
}

impl ToolOutput {
    /// A result of text or blocks.
    pub fn new(content: impl Into<ToolResultContent>) -> Self {
        Self {
            content: Some(content.into()),
            is_error: false,
        }
    }

    /// A result written as JSON. What cannot be written is an error that says so.
    pub fn json(value: &impl Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(json) => Self::new(json),
            Err(error) => Self::error(format!("the result cannot be written as JSON: {error}")),
        }
    }

    /// A failure, told to the model so that it can try something else.
    pub fn error(content: impl Into<ToolResultContent>) -> Self {
        Self {
            is_error: true,
            ..Self::new(content)
        }
    }

    /// The answer to a call.
    pub fn into_result(self, call: &ToolUseBlock) -> ToolResultBlock {
        let mut result = ToolResultBlock::new(&call.id);
        result.content = self.content;
        result.is_error = self.is_error.then_some(true);
        result.toolset_name = call.toolset_name.clone();
        result
    }
}

/// What the code of a tool may return: text, [`Value`]s, blocks, a [`ToolOutput`], nothing, or a
/// `Result` of these, whose error is told to the model with all its sources.
pub trait IntoToolOutput {
    /// What is told to the model.
    fn into_tool_output(self) -> ToolOutput;
}

impl IntoToolOutput for ToolOutput {
    fn into_tool_output(self) -> ToolOutput {
        self
    }
}

impl IntoToolOutput for () {
    fn into_tool_output(self) -> ToolOutput {
        ToolOutput::default()
    }
}

impl IntoToolOutput for String {
    fn into_tool_output(self) -> ToolOutput {
        ToolOutput::new(self)
    }
}

impl IntoToolOutput for &str {
    fn into_tool_output(self) -> ToolOutput {
        ToolOutput::new(self)
    }
}

/// As JSON.
impl IntoToolOutput for Value {
    fn into_tool_output(self) -> ToolOutput {
        ToolOutput::json(&self)
    }
}

impl IntoToolOutput for ToolResultContent {
    fn into_tool_output(self) -> ToolOutput {
        ToolOutput::new(self)
    }
}

/// One block, such as a picture.
impl IntoToolOutput for ToolResultContentBlock {
    fn into_tool_output(self) -> ToolOutput {
        ToolOutput::new(vec![self])
    }
}

impl IntoToolOutput for Vec<ToolResultContentBlock> {
    fn into_tool_output(self) -> ToolOutput {
        ToolOutput::new(self)
    }
}

impl<T, E> IntoToolOutput for Result<T, E>
where
    T: IntoToolOutput,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    fn into_tool_output(self) -> ToolOutput {
        match self {
            Ok(output) => output.into_tool_output(),
            Err(error) => ToolOutput::error(explained(&*error.into())),
        }
    }
}

/// An error with its sources, except those it tells itself.
fn explained(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let reason = error.to_string();
        if !text.contains(&reason) {
            text = format!("{text}: {reason}");
        }
        source = error.source();
    }
    text
}
