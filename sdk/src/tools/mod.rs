//! Tools that the caller runs: what they take, what they are, and the loop that runs them.
//!
//! | | |
//! |---|---|
//! | [`inputs`] | the inputs of the tools that the platform defines: bash, text editor, memory, computer, browser |
//! | [`ToolUseBlock::input_as`](crate::platform::ToolUseBlock::input_as), [`decode`] | the input of a call as a type |
//! | [`CustomTool::of`](crate::platform::CustomTool::of) | the definition of a tool from the type of its input (feature `structured`) |
//! | [`ClientTool`] | a definition and the code that runs |
//! | [`ToolRunner`] | asks the model, runs the tools it calls, and asks again until it is done |
//!
//! ```no_run
//! use claude_typed::platform::{Client, CreateMessageRequest, MessageParam, MessageRole, Model};
//! use claude_typed::tools::{BashInput, ClientTool};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let bash = ClientTool::bash(|input: BashInput| async move {
//!     let command = input.command.ok_or("there is no session to restart")?;
//!     let output = std::process::Command::new("sh").arg("-c").arg(command).output()?;
//!     Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
//!         String::from_utf8_lossy(&output.stdout).into_owned(),
//!     )
//! });
//! let question = MessageParam::new(MessageRole::User, "How full is my disk?");
//! let request = CreateMessageRequest::new(Model::ClaudeSonnet55, 1024, [question]);
//! let client = Client::from_env()?;
//! let mut runner = client.messages().tool_runner(&request).tool(bash).max_turns(10);
//! println!("{}", runner.until_done().await?.text());
//! # Ok(())
//! # }
//! ```
//!
//! Inputs come from a model: check paths before you open them, and think before you run a command.

mod client_tool;
#[cfg(feature = "structured")]
mod definition;
mod input;
// Laid out by its generator.
#[rustfmt::skip]
pub mod inputs;
mod output;
mod runner;

pub use client_tool::ClientTool;
#[cfg(feature = "structured")]
pub use definition::NoInput;
pub use input::{InputError, InputFault, decode, decode_member};
pub use inputs::{BashInput, BrowserInput, ComputerInput, MemoryInput, TextEditorInput};
pub use output::{IntoToolOutput, ToolOutput};
pub use runner::{RunEnd, RunEvent, ToolRunner};
