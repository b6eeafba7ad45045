//! The loop that asks the model and runs the tools it calls.

mod calls;
mod event;
mod options;
mod steps;
mod usage;

use std::borrow::Borrow;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use serde::Serialize;
use specwright_runtime::Response;

use super::ClientTool;
use crate::platform::{
    BetaFeature, CreateMessageRequest, Message, Messages, Tool, ToolResultBlock, Usage,
};
use crate::streaming::{MessageStream, StreamingError};
use calls::Calls;
pub use event::{RunEnd, RunEvent};
use options::CallOptions;
use steps::Step;

impl Messages {
    /// Runs tools: sends the request, runs the tools the model calls, sends their results, and so
    /// on until the model stops for another reason.
    ///
    /// `POST /v1/messages`, once for each turn. [`ToolRunner`] says more.
    pub fn tool_runner(&self, request: impl Borrow<CreateMessageRequest>) -> ToolRunner {
        ToolRunner::new(self.clone(), request.borrow().clone())
    }
}

/// Asks the model, runs the tools it calls, tells it the results, and asks again until it is done.
///
/// Made by [`Messages::tool_runner`]. Nothing happens until it is polled: it is a [`Stream`] of all
/// that happens, and [`until_done`](Self::until_done) is for those who only want the last message.
///
/// - Calls of one turn run at the same time, at most [`concurrency`](Self::concurrency) of them.
/// - A tool that fails, a call whose input cannot be read, and a call of a tool that is not there
///   are told to the model as results with `is_error`; the run goes on.
/// - Calls of a message that stopped for another reason than `tool_use` do not run; they are
///   answered with an error that says so.
/// - `pause_turn` goes on by itself. The container of a reply is used again by the next request.
/// - The model's turns go back as they came, blocks of unknown kinds too. Only the input of a call
///   that is no JSON goes back as `{"INVALID_JSON": "…"}`, for the API takes nothing but objects.
/// - When a request fails, the stream yields the error and ends; [`resume`](Self::resume) makes it
///   go on from where it was. [`request`](Self::request) has the conversation at any time, and
///   [`partial`](Self::partial) and [`results`](Self::results) what is not in it yet.
/// - Dropping it closes the connection and drops the tools that run.
///
/// A `tool_choice` that makes the model call a tool makes it do so in each turn: change it in
/// [`request_mut`](Self::request_mut) after the first, or set [`max_turns`](Self::max_turns).
///
/// With the feature `structured`, a request with an
/// [`output_type`](CreateMessageRequest::output_type) ends in a message for
/// [`parse_output`](Message::parse_output).
///
/// ```no_run
/// # use claude_typed::platform::{Client, CreateMessageRequest};
/// # use claude_typed::tools::ClientTool;
/// use claude_typed::tools::RunEvent;
/// use futures_util::TryStreamExt;
///
/// # async fn example(client: Client, request: CreateMessageRequest, tool: ClientTool)
/// # -> Result<(), claude_typed::Error> {
/// let mut runner = client.messages().tool_runner(&request).tool(tool).max_turns(10);
/// while let Some(event) = runner.try_next().await? {
///     match event {
///         RunEvent::Turn(turn) if turn > 5 => runner.request_mut().max_tokens = 500,
///         RunEvent::Call(call) => println!("{}({})", call.name, call.input),
///         RunEvent::Result { result, .. } => println!("= {:?}", result.content),
///         RunEvent::Message(message) => println!("{}", message.text()),
///         _ => {}
///     }
/// }
/// println!("{:?} tokens", runner.usage());
/// # Ok(())
/// # }
/// ```
///
/// [`Stream`]: futures_core::Stream
pub struct ToolRunner {
    messages: Messages,
    request: CreateMessageRequest,
    tools: Arc<[ClientTool]>,
    options: CallOptions,
    streaming: bool,
    max_turns: Option<u32>,
    concurrency: Option<usize>,
    step: Step,
    events: VecDeque<RunEvent>,
    /// Turns since the beginning, and how many of them were before the last `resume`.
    turns: u32,
    turns_before: u32,
    usage: Option<Usage>,
    message: Option<Arc<Response<Message>>>,
    partial: Option<Message>,
    /// The calls of the last message that are not answered in the conversation yet.
    calls: Calls,
    end: Option<RunEnd>,
}

/// Settings.
impl ToolRunner {
    fn new(messages: Messages, request: CreateMessageRequest) -> Self {
        Self {
            messages,
            request,
            tools: Arc::default(),
            options: CallOptions::default(),
            streaming: false,
            max_turns: None,
            concurrency: None,
            step: Step::Next,
            events: VecDeque::new(),
            turns: 0,
            turns_before: 0,
            usage: None,
            message: None,
            partial: None,
            calls: Calls::default(),
            end: None,
        }
    }

    /// Adds a tool: its definition to the `tools` of the request, unless the same is there, and its
    /// code to what is run. Of several tools that answer a call the first runs.
    #[must_use]
    pub fn tool(self, tool: ClientTool) -> Self {
        self.tools([tool])
    }

    /// Adds tools; see [`tool`](Self::tool).
    #[must_use]
    pub fn tools(mut self, tools: impl IntoIterator<Item = ClientTool>) -> Self {
        let mut all = self.tools.to_vec();
        for tool in tools {
            if let Ok(definition) = &tool.definition {
                self.define(definition);
            }
            all.push(tool);
        }
        self.tools = all.into();
        self
    }

    fn define(&mut self, definition: &Tool) {
        let tools = self.request.tools.get_or_insert_default();
        if !tools.contains(definition) {
            tools.push(definition.clone());
        }
    }

    /// Ends the run after this many turns of the model; no limit by default. Tools that the model
    /// calls in its last turn do not run, unless the run is [resumed](Self::resume).
    #[must_use]
    pub fn max_turns(mut self, turns: u32) -> Self {
        self.max_turns = Some(turns);
        self
    }

    /// Streams the replies; [`RunEvent::Stream`] has what each event adds. Off by default.
    #[must_use]
    pub fn streaming(mut self, streaming: bool) -> Self {
        self.streaming = streaming;
        self
    }

    /// Runs at most this many calls at the same time, at least one; all of a turn by default. With
    /// 1 they run in the order in which the model made them.
    #[must_use]
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = Some(calls.max(1));
        self
    }

    /// Beta features to switch on for the requests.
    #[must_use]
    pub fn betas(mut self, betas: impl IntoIterator<Item = impl Into<BetaFeature>>) -> Self {
        self.options.betas = betas.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the total timeout of one attempt of a request. For a stream it ends when the head of
    /// the reply has arrived.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Sets how long a stream may stay silent.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.options.idle_timeout = Some(timeout);
        self
    }

    /// Sets how often a failed attempt of a request is repeated; 0 turns retries off.
    #[must_use]
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.options.max_retries = Some(retries);
        self
    }

    /// Sets a header of the requests.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.headers.push((name.into(), value.into()));
        self
    }

    /// Sets a member of the JSON bodies that the document does not have, or in place of one it has.
    #[must_use]
    pub fn body_field(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        // What cannot be written is told by the request, which writes it again.
        let value = serde_json::to_value(value).map_err(|error| error.to_string());
        self.options.body_fields.push((name.into(), value));
        self
    }
}

/// What there is so far.
impl ToolRunner {
    /// The next request as it stands, with the conversation so far. The turns of the model are
    /// added when they are complete, the results of the tools when all of a turn are there.
    pub fn request(&self) -> &CreateMessageRequest {
        &self.request
    }

    /// The next request, to be changed. The moment to do so is [`RunEvent::Turn`], before it is
    /// sent.
    pub fn request_mut(&mut self) -> &mut CreateMessageRequest {
        &mut self.request
    }

    /// The request with the conversation so far, taken out.
    pub fn into_request(self) -> CreateMessageRequest {
        self.request
    }

    /// The newest message that is complete.
    pub fn message(&self) -> Option<&Arc<Response<Message>>> {
        self.message.as_ref()
    }

    /// The message of the running stream so far, or what came of it before it failed. Only when
    /// [streaming](Self::streaming).
    pub fn partial(&self) -> Option<&Message> {
        match self.message_stream() {
            Some(stream) => stream.snapshot(),
            None => self.partial.as_ref(),
        }
    }

    /// The stream of the message that is being written. Only when
    /// [streaming](Self::streaming).
    pub fn message_stream(&self) -> Option<&MessageStream> {
        match &self.step {
            Step::Stream(stream) => Some(stream),
            _ => None,
        }
    }

    /// The results that are there while other calls of the turn still run.
    pub fn results(&self) -> impl Iterator<Item = &ToolResultBlock> {
        self.calls.results()
    }

    /// How many turns of the model are complete.
    pub fn turns(&self) -> u32 {
        self.turns
    }

    /// The tokens used so far by all turns, streams that broke included. `None` before the first.
    pub fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }

    /// How the run ended; `None` while it runs, and after an error.
    pub fn end(&self) -> Option<RunEnd> {
        self.end
    }
}

/// Running.
impl ToolRunner {
    /// Runs to the end and returns the last message. Its `stop_reason` is `tool_use` or
    /// `pause_turn` only when [`max_turns`](Self::max_turns) ended the run.
    ///
    /// # Errors
    /// A request failed; for a stream the error has the message so far. The runner has the
    /// conversation, and can be [resumed](Self::resume).
    pub async fn until_done(&mut self) -> Result<Arc<Response<Message>>, StreamingError<Message>> {
        while let Some(event) = self.next().await {
            event?;
        }
        let nothing = || {
            let message = "the run has ended with an error before; resume it to go on";
            StreamingError::new(specwright_runtime::Error::invalid_request(message), None)
        };
        match self.end {
            Some(_) => self.message.clone().ok_or_else(nothing),
            None => Err(nothing()),
        }
    }

    /// Makes a run that has ended go on: after an error with the request that failed, after
    /// [`max_turns`](Self::max_turns) with as many turns more, and after the model is done with
    /// what was added to [`request_mut`](Self::request_mut). Calls that are not answered run first;
    /// to say something else instead, [cancel](Self::cancel_calls) them.
    /// Does nothing to a run that has not ended.
    pub fn resume(&mut self) {
        if matches!(self.step, Step::Ended) {
            self.turns_before = self.turns;
            self.end = None;
            self.partial = None;
            self.step = Step::Next;
        }
    }

    /// Answers the calls that have no result yet with an error that says why, and drops the tools
    /// that run: so that the conversation can go on without them. Results that are there are kept.
    pub fn cancel_calls(&mut self, reason: &str) {
        if self.calls.is_empty() {
            return;
        }
        self.calls.cancel(reason);
        self.answer();
        if matches!(self.step, Step::Run(_)) {
            self.step = Step::Next;
        }
    }
}

impl fmt::Debug for ToolRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolRunner")
            .field("request", &self.request)
            .field("tools", &self.tools)
            .field("turns", &self.turns)
            .field("usage", &self.usage)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}
