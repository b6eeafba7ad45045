//! Replies as turns of the next request.

use crate::platform::{Message, MessageParam, MessageRole};

/// The reply as the assistant's turn, block by block as it came, those of unknown types too.
///
/// ```
/// # fn example(reply: claude_typed::platform::Message) {
/// use claude_typed::platform::{MessageParam, MessageRole};
///
/// let mut turns = vec![MessageParam::new(MessageRole::User, "Hello, Claude")];
/// turns.push(reply.into());
/// turns.push(MessageParam::new(MessageRole::User, "Say more."));
/// # }
/// ```
impl From<Message> for MessageParam {
    fn from(message: Message) -> Self {
        let blocks: Vec<_> = message.content.into_iter().map(Into::into).collect();
        Self::new(MessageRole::Assistant, blocks)
    }
}
