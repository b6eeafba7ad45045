//! A completion of claude.ai, accumulated into its message and the limits that came with it.

use std::borrow::Borrow;
use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use specwright_runtime::Error;
use specwright_runtime::events::UnknownEvent;

use super::content::{Blocks, out_of_order};
use super::{Accumulate, AccumulatedStream, StreamingError, partial_json};
use crate::claude_ai::{
    Citation, CompletionEvent, CompletionMessage, CompletionRequest, ContentBlock,
    ContentBlockDelta, ContentBlockDeltaEvent, ContentBlockStopEvent, ConversationUuid,
    Conversations, LegacyCompletionEvent, MessageDeltaEvent, MessageLimit, ThinkingSummaryValue,
};

impl Conversations {
    /// Asks for a completion and accumulates its stream.
    ///
    /// `POST /api/organizations/{org_uuid}/chat_conversations/{id}/completion`. Where
    /// [`completion`](Self::completion) yields the events as they come, this yields what they add
    /// to the answer, and has the answer so far.
    ///
    /// ```no_run
    /// # use claude_typed::claude_ai::{Client, ConversationUuid};
    /// # async fn example(client: Client, conversation: ConversationUuid)
    /// # -> Result<(), claude_typed::Error> {
    /// use claude_typed::claude_ai::{CompletionRequest, RenderingMode};
    ///
    /// let request = CompletionRequest::new("Hello").rendering_mode(RenderingMode::Messages);
    /// let stream = client.conversations().stream_completion(conversation, &request).await?;
    /// let completion = stream.final_completion().await?;
    /// println!("{}", completion.text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the request; a failure after the stream began is an item of the stream.
    pub async fn stream_completion(
        &self,
        conversation: ConversationUuid,
        body: impl Borrow<CompletionRequest>,
    ) -> Result<CompletionStream, Error> {
        let request = self.completion(conversation, body);
        Ok(request.await?.into())
    }
}

/// An answer and the limits that came with it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Completion {
    /// The answer.
    pub message: CompletionMessage,
    /// Its blocks, in order.
    pub content: Vec<ContentBlock>,
    /// The text each citation covers, by block and citation.
    pub spans: Vec<CitationSpan>,
    /// The state of the usage limits, once it came.
    pub limit: Option<MessageLimit>,
}

impl Completion {
    fn new(message: CompletionMessage) -> Self {
        Self {
            message,
            content: Vec::new(),
            spans: Vec::new(),
            limit: None,
        }
    }

    /// The text of all text blocks, one after the other.
    pub fn text(&self) -> String {
        let texts = self.content.iter().filter_map(ContentBlock::as_text);
        texts.filter_map(|block| block.text.as_deref()).collect()
    }

    /// The thoughts of all thinking blocks, one after the other.
    pub fn thinking(&self) -> String {
        let thoughts = self.content.iter().filter_map(ContentBlock::as_thinking);
        thoughts
            .filter_map(|block| block.thinking.as_deref())
            .collect()
    }
}

/// The text a citation covers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CitationSpan {
    /// Position of the text block in the content.
    pub block: usize,
    /// Where the cited text begins, in bytes of the block's text.
    pub start: usize,
    /// Where it ends; `None` while the citation is open.
    pub end: Option<usize>,
    /// The citation.
    pub citation: Citation,
}

/// What an event added to the answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CompletionUpdate {
    /// The answer began.
    Start,
    /// A block began.
    BlockStart {
        /// Index of the block.
        index: u64,
    },
    /// Text was added.
    Text {
        /// Index of the block.
        index: u64,
        /// The piece that was added.
        text: String,
    },
    /// Thoughts were added.
    Thinking {
        /// Index of the block.
        index: u64,
        /// The piece that was added.
        thinking: String,
    },
    /// A headline of the thoughts.
    ThinkingSummary {
        /// Index of the block.
        index: u64,
        /// The headline.
        summary: String,
    },
    /// A fragment of a tool's input or result.
    InputJson {
        /// Index of the block.
        index: u64,
        /// The fragment.
        partial_json: String,
    },
    /// Something else about a block changed: what to show, a citation, a mark.
    BlockChanged {
        /// Index of the block.
        index: u64,
    },
    /// A block is complete.
    BlockStop {
        /// Index of the block.
        index: u64,
    },
    /// Why the answer ended became known.
    Delta,
    /// The state of the usage limits.
    Limit(Box<MessageLimit>),
    /// The answer is complete.
    Stop,
    /// An event that says nothing about the answer itself, as it came.
    Other(Box<CompletionEvent>),
    /// A kind of delta this crate does not know, as it came.
    UnknownDelta {
        /// Index of the block.
        index: u64,
        /// The delta.
        delta: Value,
    },
    /// A kind of event this crate does not know, as it came.
    Unknown(UnknownEvent),
}

/// Builds an answer from its events. It does no I/O: feed it events from wherever they come.
#[derive(Clone, Debug, Default)]
pub struct CompletionAccumulator {
    completion: Option<Completion>,
    blocks: Blocks,
    /// Position in `spans` of each open citation, by its uuid.
    open_citations: HashMap<String, usize>,
    complete: bool,
}

impl Accumulate for CompletionAccumulator {
    type Event = CompletionEvent;
    type Update = CompletionUpdate;
    type Output = Completion;

    // The limits may come after the last event of the answer.
    const COMPLETE_IS_LAST: bool = false;

    /// Unknown events change nothing.
    fn push(&mut self, event: CompletionEvent) -> Result<Option<CompletionUpdate>, Error> {
        match event {
            CompletionEvent::MessageStart(start) => {
                *self = Self {
                    completion: Some(Completion::new(start.message)),
                    ..Self::default()
                };
                Ok(Some(CompletionUpdate::Start))
            }
            CompletionEvent::ContentBlockStart(start) => {
                let position = self.blocks.insert(start.index)?;
                self.begun()?.content.insert(position, start.content_block);
                Ok(Some(CompletionUpdate::BlockStart { index: start.index }))
            }
            CompletionEvent::ContentBlockDelta(delta) => self.add(delta).map(Some),
            CompletionEvent::ContentBlockStop(stop) => self.stop_block(*stop).map(Some),
            CompletionEvent::MessageDelta(delta) => {
                end(&mut self.begun()?.message, *delta);
                Ok(Some(CompletionUpdate::Delta))
            }
            CompletionEvent::MessageLimit(event) => {
                // The limits come last or next to last: an answer that has them is whole.
                if let Some(completion) = &mut self.completion {
                    completion.limit = Some(event.message_limit.clone());
                    self.complete |= completion.message.stop_reason.is_some();
                }
                Ok(Some(CompletionUpdate::Limit(Box::new(event.message_limit))))
            }
            CompletionEvent::MessageStop(_) => {
                self.complete = true;
                Ok(Some(CompletionUpdate::Stop))
            }
            CompletionEvent::Completion(event) => self.add_legacy(*event).map(Some),
            CompletionEvent::Unknown(event) => Ok(Some(CompletionUpdate::Unknown(event))),
            other => Ok(Some(CompletionUpdate::Other(Box::new(other)))),
        }
    }

    fn snapshot(&self) -> Option<&Completion> {
        self.completion.as_ref()
    }

    /// `message_stop` came, or the usage limits, which some servers send last.
    fn is_complete(&self) -> bool {
        self.complete
    }

    fn partial_input(&self, index: u64) -> Option<Value> {
        partial_json::parse(self.blocks.input(index)?)
    }

    fn take_partial(&mut self) -> Option<Completion> {
        for index in self.blocks.unfinished() {
            let input = self.blocks.input_so_far(index);
            if let (Some(input), Ok((_, block))) = (input, self.block(index)) {
                set_input(block, input);
            }
        }
        self.completion.take()
    }

    fn text(update: CompletionUpdate) -> Option<String> {
        match update {
            CompletionUpdate::Text { text, .. } => Some(text),
            _ => None,
        }
    }
}

impl CompletionAccumulator {
    fn begun(&mut self) -> Result<&mut Completion, Error> {
        self.completion
            .as_mut()
            .ok_or_else(|| out_of_order("content came before `message_start`".to_owned()))
    }

    fn block(&mut self, index: u64) -> Result<(usize, &mut ContentBlock), Error> {
        let position = self.blocks.position(index)?;
        let block = self.begun()?.content.get_mut(position);
        Ok((
            position,
            block.ok_or_else(|| out_of_order(format!("block {index} is not there")))?,
        ))
    }

    fn add(&mut self, event: ContentBlockDeltaEvent) -> Result<CompletionUpdate, Error> {
        let index = event.index;
        let (position, block) = self.block(index)?;
        let changed = CompletionUpdate::BlockChanged { index };
        Ok(match (event.delta, block) {
            (ContentBlockDelta::TextDelta(delta), block) => {
                if let ContentBlock::Text(block) = block {
                    block.text.get_or_insert_default().push_str(&delta.text);
                }
                CompletionUpdate::Text {
                    index,
                    text: delta.text,
                }
            }
            (ContentBlockDelta::ThinkingDelta(delta), block) => {
                if let ContentBlock::Thinking(block) = block {
                    block
                        .thinking
                        .get_or_insert_default()
                        .push_str(&delta.thinking);
                }
                CompletionUpdate::Thinking {
                    index,
                    thinking: delta.thinking,
                }
            }
            (ContentBlockDelta::ThinkingSummaryDelta(delta), block) => {
                let summary = match delta.summary {
                    ThinkingSummaryValue::ThinkingSummary(summary) => summary,
                    ThinkingSummaryValue::Text(text) => decode(json!({ "summary": text }))?,
                    ThinkingSummaryValue::Unknown(delta) => {
                        return Ok(CompletionUpdate::UnknownDelta { index, delta });
                    }
                };
                let text = summary.summary.clone().unwrap_or_default();
                if let ContentBlock::Thinking(block) = block {
                    block.summaries.get_or_insert_default().push(summary);
                }
                CompletionUpdate::ThinkingSummary {
                    index,
                    summary: text,
                }
            }
            (ContentBlockDelta::InputJsonDelta(delta), _) => {
                self.blocks.push_input(index, &delta.partial_json);
                CompletionUpdate::InputJson {
                    index,
                    partial_json: delta.partial_json,
                }
            }
            (ContentBlockDelta::ToolUseBlockUpdateDelta(delta), ContentBlock::ToolUse(block)) => {
                block.message = delta.message;
                block.display_content = delta.display_content;
                changed
            }
            (
                ContentBlockDelta::ToolResultBlockUpdateDelta(delta),
                ContentBlock::ToolResult(block),
            ) => {
                block.message = delta.message;
                block.display_content = delta.display_content;
                block.is_error = delta.is_error.or(block.is_error);
                changed
            }
            (ContentBlockDelta::CitationStartDelta(delta), ContentBlock::Text(block)) => {
                let start = block.text.as_ref().map_or(0, String::len);
                self.open_citation(position, start, delta.citation)?;
                changed
            }
            (ContentBlockDelta::CitationEndDelta(delta), ContentBlock::Text(block)) => {
                let end = block.text.as_ref().map_or(0, String::len);
                self.close_citation(position, end, delta.citation_uuid.as_deref())?;
                changed
            }
            (ContentBlockDelta::ThinkingCutOffDelta(delta), ContentBlock::Thinking(block)) => {
                block.cut_off = delta.cut_off;
                changed
            }
            (ContentBlockDelta::Unknown(delta), _) => {
                CompletionUpdate::UnknownDelta { index, delta }
            }
            _ => changed,
        })
    }

    fn open_citation(
        &mut self,
        block: usize,
        start: usize,
        citation: Citation,
    ) -> Result<(), Error> {
        let uuid = citation.uuid.clone().unwrap_or_default();
        let completion = self.begun()?;
        if let Some(ContentBlock::Text(text)) = completion.content.get_mut(block) {
            text.citations
                .get_or_insert_default()
                .push(citation.clone());
        }
        completion.spans.push(CitationSpan {
            block,
            start,
            end: None,
            citation,
        });
        let position = completion.spans.len() - 1;
        self.open_citations.insert(uuid, position);
        Ok(())
    }

    fn close_citation(
        &mut self,
        block: usize,
        end: usize,
        uuid: Option<&str>,
    ) -> Result<(), Error> {
        let known = self.open_citations.remove(uuid.unwrap_or_default());
        let completion = self.begun()?;
        let span = match known {
            Some(position) => completion.spans.get_mut(position),
            // Without a uuid the citation opened last ends.
            None => completion
                .spans
                .iter_mut()
                .rev()
                .find(|span| span.block == block && span.end.is_none()),
        };
        if let Some(span) = span {
            span.end = Some(end);
        }
        Ok(())
    }

    fn stop_block(&mut self, stop: ContentBlockStopEvent) -> Result<CompletionUpdate, Error> {
        let index = stop.index;
        let buffered = stop
            .buffered_input
            .and_then(|text| serde_json::from_str(&text).ok());
        let finished = self.blocks.finish_input(index);
        let input = finished.map(|input| input.value).or(buffered);
        let (_, block) = self.block(index)?;
        let stopped = match block {
            ContentBlock::Text(block) => Some(&mut block.stop_timestamp),
            ContentBlock::Thinking(block) => Some(&mut block.stop_timestamp),
            ContentBlock::ToolUse(block) => Some(&mut block.stop_timestamp),
            ContentBlock::ToolResult(block) => Some(&mut block.stop_timestamp),
            _ => None,
        };
        if let Some(stopped) = stopped {
            *stopped = stop.stop_timestamp.or(*stopped);
        }
        if let Some(input) = input {
            set_input(block, input);
        }
        Ok(CompletionUpdate::BlockStop { index })
    }

    /// The old format: pieces of one text, the last with a stop reason.
    fn add_legacy(&mut self, event: LegacyCompletionEvent) -> Result<CompletionUpdate, Error> {
        let completion = match &mut self.completion {
            Some(completion) => completion,
            none => {
                let id = event
                    .id
                    .clone()
                    .or(event.log_id.clone())
                    .unwrap_or_default();
                let message =
                    decode(json!({ "id": id, "role": "assistant", "model": event.model }))?;
                let completion = none.insert(Completion::new(message));
                completion
                    .content
                    .push(decode(json!({ "type": "text", "text": "" }))?);
                completion
            }
        };
        let text = event.completion.unwrap_or_default();
        if let Some(ContentBlock::Text(block)) = completion.content.first_mut() {
            block.text.get_or_insert_default().push_str(&text);
        }
        if let Some(reason) = event.stop_reason {
            completion.message.stop_reason = Some(reason.into());
            completion.message.stop_sequence = event.stop;
            self.complete = true;
        }
        completion.limit = event.message_limit.or(completion.limit.take());
        Ok(CompletionUpdate::Text { index: 0, text })
    }
}

fn set_input(block: &mut ContentBlock, input: Value) {
    match block {
        ContentBlock::ToolUse(block) => block.input = Some(input),
        // The fragments of a result are the JSON of its content; what is no list of blocks is kept
        // beside it.
        ContentBlock::ToolResult(block) => match serde_json::from_value(input.clone()) {
            Ok(content) => block.content = Some(content),
            Err(_) => block.structured_content = Some(input),
        },
        ContentBlock::Unknown(Value::Object(block)) => {
            block.insert("input".to_owned(), input);
        }
        _ => {}
    }
}

/// A value of the API that the stream itself does not send, from its JSON.
fn decode<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|error| out_of_order(error.to_string()))
}

/// What a `message_delta` says replaces what was known.
fn end(message: &mut CompletionMessage, event: MessageDeltaEvent) {
    message.stop_reason = event.delta.stop_reason.or(message.stop_reason.take());
    message.stop_sequence = event.delta.stop_sequence.or(message.stop_sequence.take());
    message.stop_details = event.delta.stop_details.or(message.stop_details.take());
    message.usage = event.usage.or(message.usage.take());
}

/// A stream that grows into a [`Completion`].
pub type CompletionStream = AccumulatedStream<CompletionAccumulator>;

impl CompletionStream {
    /// Reads to the end and returns the answer.
    ///
    /// # Errors
    /// The stream failed or ended early; the error carries the answer so far.
    pub async fn final_completion(self) -> Result<Completion, StreamingError<Completion>> {
        self.output().await
    }

    /// Reads to the end and returns the text of the answer.
    ///
    /// # Errors
    /// The stream failed or ended early; the error carries the answer so far.
    pub async fn final_text(self) -> Result<String, StreamingError<Completion>> {
        Ok(self.final_completion().await?.text())
    }
}
