//! Replies as turns of the next request, and requests whose tokens are counted.

use crate::platform::{
    CountTokensRequest, CreateMessageRequest, Message, MessageParam, MessageRole,
};

impl Message {
    /// The reply as the assistant's turn of the next request: every block as it came, with the
    /// members and the kinds of blocks that this crate does not know.
    ///
    /// ```
    /// # fn example(reply: claude_typed::platform::Message) {
    /// use claude_typed::platform::MessageParam;
    ///
    /// let mut turns = vec![MessageParam::new("user", "Hello, Claude")];
    /// turns.push(reply.to_param());
    /// turns.push(MessageParam::new("user", "Say more."));
    /// # }
    /// ```
    #[inline]
    pub fn to_param(&self) -> MessageParam {
        self.clone().into()
    }
}

/// As [`Message::to_param`], without a copy.
impl From<Message> for MessageParam {
    #[inline]
    fn from(message: Message) -> Self {
        let blocks: Vec<_> = message.content.into_iter().map(Into::into).collect();
        Self::new(MessageRole::Assistant, blocks)
    }
}

/// The parts of a request that make up its input, to count their tokens before it is sent.
///
/// ```no_run
/// # async fn example(
/// #     client: claude_typed::platform::Client,
/// #     request: claude_typed::platform::CreateMessageRequest,
/// # ) -> Result<(), claude_typed::Error> {
/// use claude_typed::platform::CountTokensRequest;
///
/// let count = client.messages().count_tokens(CountTokensRequest::from(&request)).await?;
/// println!("{} input tokens", count.input_tokens);
/// # Ok(())
/// # }
/// ```
impl From<&CreateMessageRequest> for CountTokensRequest {
    #[inline]
    fn from(request: &CreateMessageRequest) -> Self {
        let request = request.clone();
        let mut count = Self::new(request.model, request.messages);
        count.system = request.system;
        count.thinking = request.thinking;
        count.tools = request.tools;
        count.tool_choice = request.tool_choice;
        count.output_config = request.output_config;
        count.cache_control = request.cache_control;
        count.speed = request.speed;
        // Members of beta features, which count as they are sent.
        count.extra = request.extra;
        count
    }
}
