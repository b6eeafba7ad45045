//! A tool: its definition, and the code that runs when the model calls it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_core::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use specwright_runtime::Error;

use super::output::{IntoToolOutput, ToolOutput};
use super::{BashInput, BrowserInput, ComputerInput, InputError, MemoryInput, TextEditorInput};
use crate::platform::{
    BashTool20250124, BrowserToolset20260801, ComputerToolset20260801, MemoryTool20250818,
    TextEditorTool20250728, Tool, ToolUseBlock,
};

type Run = dyn Fn(ToolUseBlock) -> BoxFuture<'static, ToolOutput> + Send + Sync;

/// A tool that the caller runs: the definition that the model sees, and the code that runs when the
/// model calls it. [`ToolRunner`](super::ToolRunner) runs them.
///
/// The code is a function of the call's input that returns a future of [anything that can be told
/// to the model](IntoToolOutput). An input that is not of the type never reaches it: the model is
/// told what is wrong, and can try again. What computes for long or blocks belongs on a thread of its
/// own (`tokio::task::spawn_blocking`), for the calls of a turn share one task.
#[derive(Clone)]
pub struct ClientTool {
    /// Why there is no definition is told when the tool is to be used.
    pub(super) definition: Result<Tool, String>,
    run: Arc<Run>,
}

impl ClientTool {
    /// A tool with this definition. `run` gets the calls as they are; see
    /// [`ToolUseBlock::input_as`].
    ///
    /// ```
    /// use claude_typed::platform::{CustomTool, ToolInputSchema, ToolUseBlock};
    /// use claude_typed::tools::ClientTool;
    ///
    /// let definition = CustomTool::new("toss_coin", ToolInputSchema::new());
    /// let tool = ClientTool::from_definition(definition, |call: ToolUseBlock| async move {
    ///     if call.id.len() % 2 == 0 { "heads" } else { "tails" }
    /// });
    /// assert!(tool.answers(&ToolUseBlock::new("toolu_1", "toss_coin", serde_json::json!({}))));
    /// ```
    pub fn from_definition<F, R>(definition: impl Into<Tool>, run: F) -> Self
    where
        F: Fn(ToolUseBlock) -> R + Send + Sync + 'static,
        R: Future<Output: IntoToolOutput> + Send + 'static,
    {
        Self {
            definition: Ok(definition.into()),
            run: Arc::new(move |call| {
                let output = run(call);
                Box::pin(async move { output.await.into_tool_output() })
            }),
        }
    }

    /// A tool with this definition, whose inputs are read as `I` and not checked any further.
    pub fn with_input<I, F, R>(definition: impl Into<Tool>, run: F) -> Self
    where
        I: DeserializeOwned + 'static,
        F: Fn(I) -> R + Send + Sync + 'static,
        R: Future<Output: IntoToolOutput> + Send + 'static,
    {
        Self::decoding(Ok(definition.into()), ToolUseBlock::input_as, run)
    }

    /// A shell, `bash_20250124`.
    pub fn bash<F, R>(run: F) -> Self
    where
        F: Fn(BashInput) -> R + Send + Sync + 'static,
        R: Future<Output: IntoToolOutput> + Send + 'static,
    {
        Self::with_input(BashTool20250124::new(), run)
    }

    /// A text editor, `text_editor_20250728`. For the older ones, use
    /// [`with_input`](Self::with_input).
    pub fn text_editor<F, R>(run: F) -> Self
    where
        F: Fn(TextEditorInput) -> R + Send + Sync + 'static,
        R: Future<Output: IntoToolOutput> + Send + 'static,
    {
        Self::with_input(TextEditorTool20250728::new(), run)
    }

    /// A memory, `memory_20250818`.
    pub fn memory<F, R>(run: F) -> Self
    where
        F: Fn(MemoryInput) -> R + Send + Sync + 'static,
        R: Future<Output: IntoToolOutput> + Send + 'static,
    {
        Self::with_input(MemoryTool20250818::new(), run)
    }

    /// Screen, keyboard and mouse, all members of `computer_toolset_20260801`. For settings of
    /// members, use [`with_input`](Self::with_input).
    pub fn computer<F, R>(run: F) -> Self
    where
        F: Fn(ComputerInput) -> R + Send + Sync + 'static,
        R: Future<Output: IntoToolOutput> + Send + 'static,
    {
        Self::with_input(ComputerToolset20260801::new(), run)
    }

    /// A web browser, all members of `browser_toolset_20260801`. For settings of members, use
    /// [`with_input`](Self::with_input).
    pub fn browser<F, R>(run: F) -> Self
    where
        F: Fn(BrowserInput) -> R + Send + Sync + 'static,
        R: Future<Output: IntoToolOutput> + Send + 'static,
    {
        Self::with_input(BrowserToolset20260801::new(), run)
    }

    /// A tool whose inputs are read by `decode`.
    pub(super) fn decoding<I: 'static, F, R>(
        definition: Result<Tool, String>,
        decode: impl Fn(&ToolUseBlock) -> Result<I, InputError> + Send + Sync + 'static,
        run: F,
    ) -> Self
    where
        F: Fn(I) -> R + Send + Sync + 'static,
        R: Future<Output: IntoToolOutput> + Send + 'static,
    {
        Self {
            definition,
            run: Arc::new(move |call| match decode(&call) {
                Ok(input) => {
                    let output = run(input);
                    Box::pin(async move { output.await.into_tool_output() })
                }
                Err(error) => {
                    let output = ToolOutput::error(error.to_string());
                    Box::pin(std::future::ready(output))
                }
            }),
        }
    }

    /// The definition, to be sent in `tools`.
    ///
    /// # Errors
    /// It could not be made of the type of the tool's input.
    pub fn definition(&self) -> Result<&Tool, Error> {
        let definition = self.definition.as_ref();
        definition.map_err(Error::invalid_request)
    }

    /// Whether a call is one of this tool, or of a member of this toolset.
    pub fn answers(&self, call: &ToolUseBlock) -> bool {
        let answers = self.definition.as_ref().map(Answers::of);
        match (answers, call.toolset_name.as_ref()) {
            (Ok(Answers::Toolset(toolset)), Some(name)) => toolset == *name,
            (Ok(Answers::Name(known)), None) => known == call.name,
            _ => false,
        }
    }

    /// Runs a call.
    pub async fn run(&self, call: ToolUseBlock) -> ToolOutput {
        (self.run)(call).await
    }
}

impl fmt::Debug for ClientTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientTool")
            .field("definition", &self.definition)
            .finish_non_exhaustive()
    }
}

/// The calls that a tool answers.
pub(super) enum Answers {
    Name(String),
    Toolset(String),
}

impl Answers {
    /// Told by the definition as it is sent, which all kinds of tools have, those not known here
    /// too.
    pub(super) fn of(definition: &Tool) -> Self {
        let definition = serde_json::to_value(definition).unwrap_or_default();
        let text = |key: &str| {
            definition
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let toolset = text("type").split_once("_toolset_");
        match (text("name"), toolset) {
            ("", Some((toolset, _))) => Self::Toolset(toolset.to_owned()),
            (name, _) => Self::Name(name.to_owned()),
        }
    }
}
