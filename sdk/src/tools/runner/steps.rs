//! A run as a state machine, polled as a stream.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use serde_json::{Value, json};
use specwright_runtime::{Error, Response};

use super::calls::{Calls, Outputs};
use super::usage::add;
use super::{RunEnd, RunEvent, ToolRunner};
use crate::platform::{
    ContainerParam, ContainerParams, ContentBlock, Message, MessageParam, MessageRole, StopReason,
};
use crate::streaming::{MessageStream, StreamingError};

/// What a run waits for. Everything that must not be lost is in the runner, not here.
pub(super) enum Step {
    /// Nothing: calls that are open run next, or else a request is due.
    Next,
    /// A request is due, and its turn was announced.
    Send,
    Create(BoxFuture<'static, Result<Response<Message>, Error>>),
    Open(BoxFuture<'static, Result<MessageStream, Error>>),
    Stream(Box<MessageStream>),
    Run(Outputs),
    Ended,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Next => "Next",
            Self::Send => "Send",
            Self::Create(_) => "Create",
            Self::Open(_) => "Open",
            Self::Stream(_) => "Stream",
            Self::Run(_) => "Run",
            Self::Ended => "Ended",
        })
    }
}

impl Stream for ToolRunner {
    type Item = Result<RunEvent, StreamingError<Message>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let runner = &mut *self;
        loop {
            if let Some(event) = runner.events.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            if matches!(runner.step, Step::Ended) {
                return Poll::Ready(None);
            }
            if let Err(failure) = ready!(runner.poll_step(cx)) {
                return Poll::Ready(Some(Err(runner.fail(failure))));
            }
        }
    }
}

impl ToolRunner {
    /// Does one step; its events are in `events`.
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), StreamingError<Message>>> {
        match &mut self.step {
            Step::Ended => {}
            Step::Next => self.begin(),
            Step::Send => return Poll::Ready(self.send().map_err(without_message)),
            Step::Create(reply) => {
                let reply = ready!(reply.poll_unpin(cx)).map_err(without_message)?;
                self.receive(reply);
            }
            Step::Open(stream) => {
                let stream = ready!(stream.poll_unpin(cx)).map_err(without_message)?;
                self.step = Step::Stream(Box::new(stream));
            }
            Step::Stream(stream) => match ready!(stream.poll_next_unpin(cx)) {
                Some(event) => self.events.push_back(RunEvent::Stream(event?)),
                None => {
                    let head = Arc::clone(stream.response().head());
                    let message = stream.snapshot().cloned();
                    let message = message.ok_or_else(|| without_message(no_message()))?;
                    self.receive(Response::new(message, head));
                }
            },
            Step::Run(outputs) => match ready!(outputs.poll_next_unpin(cx)) {
                Some((position, output)) => {
                    let answered = self.calls.answer(position, output);
                    self.events.extend(answered.map(|(call, result)| {
                        let (call, result) = (Box::new(call), Box::new(result));
                        RunEvent::Result { call, result }
                    }));
                }
                None => {
                    self.answer();
                    self.step = Step::Next;
                }
            },
        }
        Poll::Ready(Ok(()))
    }

    /// Runs the calls that are open, or announces the next turn, if there may be one.
    fn begin(&mut self) {
        if self.calls.is_empty() {
            if self.is_last_turn() {
                return self.finish(RunEnd::TurnLimit);
            }
            self.events.push_back(RunEvent::Turn(self.turns + 1));
            self.step = Step::Send;
        } else {
            let open = self.calls.open().cloned();
            self.events
                .extend(open.map(|call| RunEvent::Call(Box::new(call))));
            self.step = Step::Run(self.calls.run(&self.tools, self.concurrency));
        }
    }

    fn is_last_turn(&self) -> bool {
        let turns = self.turns - self.turns_before;
        self.max_turns.is_some_and(|most| turns >= most)
    }

    fn send(&mut self) -> Result<(), Error> {
        for tool in &*self.tools {
            tool.definition()?;
        }
        self.partial = None;
        self.step = if self.streaming {
            let call = self.options.apply(self.messages.stream(&self.request));
            Step::Open(Box::pin(async move { Ok(call.await?.into()) }))
        } else {
            let call = self.options.apply(self.messages.create(&self.request));
            Step::Create(Box::pin(call.send()))
        };
        Ok(())
    }

    /// Takes in a message, and decides what is next.
    fn receive(&mut self, message: Response<Message>) {
        self.turns += 1;
        add(&mut self.usage, &message.usage);
        self.keep_container(&message);
        if !message.content.is_empty() {
            self.request.messages.push(turn(&message));
        }
        let reason = message.stop_reason.clone();
        self.calls = Calls::of(&message);
        if !matches!(reason, Some(StopReason::ToolUse | StopReason::PauseTurn)) {
            // Whoever goes on from here needs an answer to each call.
            self.cancel_calls("the call did not run: the reply it came in was not complete");
        }
        let message = Arc::new(message);
        self.message = Some(Arc::clone(&message));
        self.events.push_back(RunEvent::Message(message));
        let goes_on = reason == Some(StopReason::PauseTurn) || !self.calls.is_empty();
        match goes_on {
            true if self.is_last_turn() => self.finish(RunEnd::TurnLimit),
            true => self.step = Step::Next,
            false => self.finish(RunEnd::Stopped),
        }
    }

    /// Makes the next request use the container of a reply.
    fn keep_container(&mut self, message: &Message) {
        let Some(container) = &message.container else {
            return;
        };
        let id = container.id.clone();
        self.request.container = match self.request.container.take().into_option() {
            Some(ContainerParam::ContainerParams(params)) => {
                ContainerParam::from(ContainerParams {
                    id: id.into(),
                    ..params
                })
                .into()
            }
            _ => ContainerParam::Id(id).into(),
        };
    }

    /// Adds the results of the calls to the conversation.
    pub(super) fn answer(&mut self) {
        let results = self.calls.take();
        let turn = MessageParam::new(MessageRole::User, results);
        self.request.messages.push(turn);
    }

    fn finish(&mut self, end: RunEnd) {
        self.end = Some(end);
        self.events.push_back(RunEvent::End(end));
        self.step = Step::Ended;
    }

    /// Ends the run with an error, and keeps what had come.
    fn fail(&mut self, failure: StreamingError<Message>) -> StreamingError<Message> {
        self.partial = failure.partial().cloned();
        if let Some(partial) = &self.partial {
            add(&mut self.usage, &partial.usage);
        }
        self.step = Step::Ended;
        failure
    }
}

fn without_message(error: Error) -> StreamingError<Message> {
    StreamingError::new(error, None)
}

fn no_message() -> Error {
    let message = "the stream ended without a message";
    specwright_runtime::StreamError::new(specwright_runtime::StreamCause::Truncated, message).into()
}

/// A message as a turn of the conversation. The API takes only objects as the input of calls.
fn turn(message: &Message) -> MessageParam {
    let mut message = message.clone();
    for block in &mut message.content {
        let input = match block {
            ContentBlock::ToolUse(block) => &mut block.input,
            ContentBlock::ServerToolUse(block) => &mut block.input,
            _ => continue,
        };
        if !input.is_object() {
            let invalid: Value = input.take();
            *input = json!({ "INVALID_JSON": invalid });
        }
    }
    message.into()
}
