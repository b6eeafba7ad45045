//! A stream of the platform API, accumulated into its message.

use std::borrow::Borrow;

use serde_json::Value;
use specwright_runtime::events::{EventStream, UnknownEvent};
use specwright_runtime::{Error, format};

use super::content::{Blocks, out_of_order};
use super::{Accumulate, AccumulatedStream, InvalidInput, StreamingError, partial_json};
use crate::platform::{
    ContentBlock, ContentBlockDelta, ContentBlockDeltaEvent, CreateMessage, CreateMessageRequest,
    Message, MessageDeltaEvent, MessageStreamEvent, Messages, TextCitation,
};

impl Messages {
    /// Creates a message and accumulates its stream.
    ///
    /// `POST /v1/messages` with `stream: true`. Where [`stream`](Self::stream) yields the events
    /// as they come, this yields what they add to the message, and has the message so far. To
    /// refine the request first, take `stream(..)` and end it with
    /// [`accumulate`](CreateMessage::accumulate).
    ///
    /// ```no_run
    /// # async fn example(
    /// #     client: claude_typed::platform::Client,
    /// #     request: claude_typed::platform::CreateMessageRequest,
    /// # ) -> Result<(), claude_typed::Error> {
    /// let message = client.messages().stream_message(&request).await?.final_message().await?;
    /// println!("{:?}", message.stop_reason);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the request; a failure after the stream began is an item of the stream.
    pub async fn stream_message(
        &self,
        body: impl Borrow<CreateMessageRequest>,
    ) -> Result<MessageStream, Error> {
        self.stream(body).accumulate().await
    }
}

impl CreateMessage<EventStream<MessageStreamEvent>, format::Events> {
    /// Sends the request and accumulates its stream.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     client: claude_typed::platform::Client,
    /// #     request: claude_typed::platform::CreateMessageRequest,
    /// # ) -> Result<(), claude_typed::Error> {
    /// use std::time::Duration;
    ///
    /// let request = client.messages().stream(&request).betas(["context-management-2025-06-27"]);
    /// let stream = request.idle_timeout(Duration::from_secs(30)).accumulate().await?;
    /// println!("{}", stream.final_text().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the request; a failure after the stream began is an item of the stream.
    #[inline]
    pub async fn accumulate(self) -> Result<MessageStream, Error> {
        Ok(self.await?.into())
    }
}

/// What an event added to the message.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MessageEvent {
    /// The message began; [`AccumulatedStream::snapshot`] has it.
    Start,
    /// A block began. Results of server tools are complete already.
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
    /// Thinking was added.
    Thinking {
        /// Index of the block.
        index: u64,
        /// The piece that was added.
        thinking: String,
    },
    /// The signature of a thinking block.
    Signature {
        /// Index of the block.
        index: u64,
        /// The signature.
        signature: String,
    },
    /// A fragment of a tool's input; [`AccumulatedStream::partial_input`] has what it says so far.
    InputJson {
        /// Index of the block.
        index: u64,
        /// The fragment.
        partial_json: String,
    },
    /// A citation was added to a text block.
    Citation {
        /// Index of the block.
        index: u64,
        /// The citation.
        citation: TextCitation,
    },
    /// A block is complete.
    BlockStop {
        /// Index of the block.
        index: u64,
        /// The block.
        block: Box<ContentBlock>,
        /// The input of the tool, when it is no JSON.
        invalid_input: Option<InvalidInput>,
    },
    /// Stop reason, usage or container became known.
    Delta,
    /// The message is complete.
    Stop,
    /// A sign of life.
    Ping,
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

/// Builds a message from its events. It does no I/O: feed it events from wherever they come.
///
/// ```
/// use claude_typed::platform::MessageStreamEvent;
/// use claude_typed::streaming::Accumulate;
/// use claude_typed::streaming::message::MessageAccumulator;
/// use specwright_runtime::events::{Event, RawEvent};
///
/// let mut message = MessageAccumulator::default();
/// let start = r#"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",
///     "model":"claude-sonnet-5-5","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}"#;
/// let event = RawEvent { name: "message_start", data: start, id: "" };
/// message.push(MessageStreamEvent::decode(&event)?)?;
/// assert_eq!(message.snapshot().map(|message| message.id.as_str()), Some("msg_1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MessageAccumulator {
    message: Option<Message>,
    blocks: Blocks,
    complete: bool,
}

impl Accumulate for MessageAccumulator {
    type Event = MessageStreamEvent;
    type Update = MessageEvent;
    type Output = Message;

    const COMPLETE_IS_LAST: bool = true;

    /// Unknown events, and events that come before the message began or after it is complete,
    /// change nothing.
    #[inline]
    fn push(&mut self, event: MessageStreamEvent) -> Result<Option<MessageEvent>, Error> {
        let event = match event {
            MessageStreamEvent::Ping => return Ok(Some(MessageEvent::Ping)),
            MessageStreamEvent::Unknown(event) => return Ok(Some(MessageEvent::Unknown(event))),
            event => event,
        };
        let Some(message) = self.message.as_mut() else {
            return match event {
                MessageStreamEvent::MessageStart(start) => {
                    self.message = Some(start.message);
                    Ok(Some(MessageEvent::Start))
                }
                MessageStreamEvent::ContentBlockDelta(_)
                | MessageStreamEvent::ContentBlockStart(_) => Err(out_of_order(
                    "a content block came before `message_start`".to_owned(),
                )),
                _ => Ok(None),
            };
        };
        if self.complete {
            return Ok(None);
        }
        match event {
            MessageStreamEvent::ContentBlockStart(start) => {
                let position = self.blocks.insert(start.index)?;
                message.content.insert(position, start.content_block);
                Ok(Some(MessageEvent::BlockStart { index: start.index }))
            }
            MessageStreamEvent::ContentBlockDelta(delta) => self.add(delta).map(Some),
            MessageStreamEvent::ContentBlockStop(stop) => self.stop_block(stop.index),
            MessageStreamEvent::MessageDelta(delta) => {
                update(message, *delta);
                Ok(Some(MessageEvent::Delta))
            }
            MessageStreamEvent::MessageStop => {
                self.complete = true;
                Ok(Some(MessageEvent::Stop))
            }
            _ => Err(out_of_order("`message_start` came twice".to_owned())),
        }
    }

    #[inline]
    fn snapshot(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    #[inline]
    fn is_complete(&self) -> bool {
        self.complete
    }

    #[inline]
    fn partial_input(&self, index: u64) -> Option<Value> {
        partial_json::parse(self.blocks.input(index)?)
    }

    #[inline]
    fn take_partial(&mut self) -> Option<Message> {
        for index in self.blocks.unfinished() {
            let input = self.blocks.input_so_far(index);
            if let (Some(input), Ok(block)) = (input, self.block(index)) {
                set_input(block, input);
            }
        }
        self.message.take()
    }

    #[inline]
    fn text(update: MessageEvent) -> Option<String> {
        match update {
            MessageEvent::Text { text, .. } => Some(text),
            _ => None,
        }
    }
}

impl MessageAccumulator {
    /// The block of this index so far.
    #[inline]
    pub fn block_so_far(&self, index: u64) -> Option<&ContentBlock> {
        let position = self.blocks.position(index).ok()?;
        self.message.as_ref()?.content.get(position)
    }

    #[inline]
    fn block(&mut self, index: u64) -> Result<&mut ContentBlock, Error> {
        let position = self.blocks.position(index)?;
        let content = self.message.as_mut().map(|message| &mut message.content);
        let block = content.and_then(|content| content.get_mut(position));
        block.ok_or_else(|| out_of_order(format!("block {index} is not there")))
    }

    #[inline]
    fn add(&mut self, event: ContentBlockDeltaEvent) -> Result<MessageEvent, Error> {
        let index = event.index;
        match event.delta {
            ContentBlockDelta::TextDelta(delta) => {
                if let ContentBlock::Text(block) = self.block(index)? {
                    block.text.push_str(&delta.text);
                }
                Ok(MessageEvent::Text {
                    index,
                    text: delta.text,
                })
            }
            ContentBlockDelta::ThinkingDelta(delta) => {
                if let ContentBlock::Thinking(block) = self.block(index)? {
                    block.thinking.push_str(&delta.thinking);
                }
                Ok(MessageEvent::Thinking {
                    index,
                    thinking: delta.thinking,
                })
            }
            ContentBlockDelta::SignatureDelta(delta) => {
                if let ContentBlock::Thinking(block) = self.block(index)? {
                    block.signature = Some(delta.signature.clone());
                }
                Ok(MessageEvent::Signature {
                    index,
                    signature: delta.signature,
                })
            }
            ContentBlockDelta::CitationsDelta(delta) => {
                if let ContentBlock::Text(block) = self.block(index)? {
                    let mut citations = std::mem::take(&mut block.citations)
                        .into_option()
                        .unwrap_or_default();
                    citations.push(delta.citation.clone());
                    block.citations = citations.into();
                }
                Ok(MessageEvent::Citation {
                    index,
                    citation: delta.citation,
                })
            }
            ContentBlockDelta::InputJsonDelta(delta) => {
                self.block(index)?;
                self.blocks.push_input(index, &delta.partial_json);
                Ok(MessageEvent::InputJson {
                    index,
                    partial_json: delta.partial_json,
                })
            }
            ContentBlockDelta::Unknown(delta) => {
                self.block(index)?;
                Ok(MessageEvent::UnknownDelta { index, delta })
            }
        }
    }

    #[inline]
    fn stop_block(&mut self, index: u64) -> Result<Option<MessageEvent>, Error> {
        let input = self.blocks.finish_input(index);
        let block = self.block(index)?;
        let invalid_input = input.and_then(|input| {
            set_input(block, input.value);
            input.invalid
        });
        Ok(Some(MessageEvent::BlockStop {
            index,
            block: Box::new(block.clone()),
            invalid_input,
        }))
    }
}

#[inline]
fn set_input(block: &mut ContentBlock, input: Value) {
    match block {
        ContentBlock::ToolUse(block) => block.input = input,
        ContentBlock::ServerToolUse(block) => block.input = input,
        // A kind of tool call this crate does not know, such as a beta one.
        ContentBlock::Unknown(Value::Object(block)) => {
            block.insert("input".to_owned(), input);
        }
        _ => {}
    }
}

/// What a `message_delta` says replaces what was known.
#[inline]
fn update(message: &mut Message, event: MessageDeltaEvent) {
    let delta = event.delta;
    message.stop_reason = delta.stop_reason.or(message.stop_reason.take());
    message.stop_sequence = delta.stop_sequence.or(message.stop_sequence.take());
    message.stop_details = delta.stop_details.or(message.stop_details.take());
    message.container = delta.container.or(message.container.take());
    message.extra.extend(delta.extra);
    let Some(totals) = event.usage else { return };
    let usage = &mut message.usage;
    usage.input_tokens = totals.input_tokens.unwrap_or(usage.input_tokens);
    usage.output_tokens = totals.output_tokens.unwrap_or(usage.output_tokens);
    usage.cache_creation_input_tokens = totals
        .cache_creation_input_tokens
        .or(usage.cache_creation_input_tokens);
    usage.cache_read_input_tokens = totals
        .cache_read_input_tokens
        .or(usage.cache_read_input_tokens);
    usage.output_tokens_details = totals
        .output_tokens_details
        .or(usage.output_tokens_details.take());
    usage.server_tool_use = totals.server_tool_use.or(usage.server_tool_use.take());
    usage.extra.extend(totals.extra);
}

/// A stream that grows into a [`Message`].
pub type MessageStream = AccumulatedStream<MessageAccumulator>;

impl MessageStream {
    /// The block of this index so far: the text, thoughts or citations an event added to. Nothing
    /// is copied for it. The input of a tool that is being written is in
    /// [`partial_input`](Self::partial_input).
    ///
    /// ```no_run
    /// # use claude_typed::streaming::MessageStream;
    /// # async fn example(mut stream: MessageStream) -> Result<(), claude_typed::Error> {
    /// use claude_typed::streaming::message::MessageEvent;
    /// use futures_util::TryStreamExt;
    ///
    /// while let Some(event) = stream.try_next().await? {
    ///     match event {
    ///         MessageEvent::Text { index, .. } => println!("{:?}", stream.block(index)),
    ///         MessageEvent::InputJson { index, .. } => println!("{:?}", stream.partial_input(index)),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn block(&self, index: u64) -> Option<&ContentBlock> {
        self.accumulator().block_so_far(index)
    }

    /// Reads to the end and returns the message.
    ///
    /// # Errors
    /// The stream failed or ended early; the error carries the message so far.
    #[inline]
    pub async fn final_message(self) -> Result<Message, StreamingError<Message>> {
        self.output().await
    }

    /// Reads to the end and returns the text of all text blocks, one after the other.
    ///
    /// # Errors
    /// The stream failed or ended early; the error carries the message so far.
    #[inline]
    pub async fn final_text(self) -> Result<String, StreamingError<Message>> {
        Ok(self.final_message().await?.text())
    }
}

impl Message {
    /// The text of all text blocks, one after the other.
    #[inline]
    pub fn text(&self) -> String {
        let texts = self.content.iter().filter_map(ContentBlock::as_text);
        texts.map(|block| block.text.as_str()).collect()
    }
}
