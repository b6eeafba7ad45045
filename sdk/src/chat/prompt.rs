//! Prompts that know what they answer to.

use super::ConversationTree;
use crate::claude_ai::{
    Attachment, CompletionRequest, CompletionTool, CompletionToolType, ConversationUuid,
    CreateConversationParams, CreateConversationRequest, MessageUuid, RenderingMode, Style,
    TurnMessageUuids,
};

/// Prompts for the place in a conversation where they stand.
///
/// They ask for content blocks (`rendering_mode=messages`) and make up UUIDs (version 4) for the
/// two messages of the turn, which the server may replace: what counts is in the reply. Everything
/// else is set as on any request: `.model(..)`, `.timezone(..)`, `.thinking_mode(..)`.
///
/// ```no_run
/// # use claude_typed::claude_ai::{Client, CompletionRequest, ConversationUuid};
/// # async fn example(client: Client, conversation: ConversationUuid)
/// # -> Result<(), claude_typed::Error> {
/// let conversations = client.conversations();
/// let prompt = CompletionRequest::first("Which lighthouse is the oldest?").with_web_search();
/// let answer = conversations.stream_completion(conversation, prompt).await?;
/// let answer = answer.final_completion().await?;
///
/// // The next prompt follows the answer; one that replaces the question makes a branch.
/// if let Some(uuid) = answer.message.uuid {
///     let prompt = CompletionRequest::after(uuid, "And the tallest?");
///     conversations.stream_completion(conversation, prompt).await?.final_completion().await?;
/// }
/// let tree = conversations.retrieve_tree(conversation).await?;
/// let question = tree.current_path()[0].uuid;
/// let prompt = CompletionRequest::instead_of(question, &tree, "Which is the newest?");
/// # Ok(())
/// # }
/// ```
impl CompletionRequest {
    /// The first prompt of a conversation.
    pub fn first(prompt: impl Into<String>) -> Self {
        Self::after(MessageUuid::ROOT, prompt)
    }

    /// A prompt that follows a message, mostly an answer. Where another prompt follows it already,
    /// a branch begins.
    pub fn after(parent: MessageUuid, prompt: impl Into<String>) -> Self {
        let turn = TurnMessageUuids::new()
            .human_message_uuid(MessageUuid::new_v4())
            .assistant_message_uuid(MessageUuid::new_v4());
        Self::new(prompt)
            .parent_message_uuid(parent)
            .rendering_mode(RenderingMode::Messages)
            .turn_message_uuids(turn)
    }

    /// A prompt that goes on where the conversation stands: after its current leaf.
    pub fn next_in(tree: &ConversationTree, prompt: impl Into<String>) -> Self {
        Self::after(tree.parent_to_answer(), prompt)
    }

    /// A prompt in place of another one: a branch beside it. `None` when the message is not in the
    /// tree.
    pub fn instead_of(
        message: MessageUuid,
        tree: &ConversationTree,
        prompt: impl Into<String>,
    ) -> Option<Self> {
        Some(Self::after(tree.parent_to_edit(message)?, prompt))
    }

    /// Creates the conversation in the same call, under the UUID that the request is sent to. The
    /// stream then begins with `conversation_ready`.
    #[must_use]
    pub fn creating_conversation(self) -> Self {
        let new = CreateConversationParams::new()
            .name("")
            .include_conversation_preferences(true)
            .is_temporary(false);
        self.create_conversation_params(new)
    }

    /// Adds a text as an attachment.
    #[must_use]
    pub fn with_text(mut self, file_name: impl Into<String>, text: impl Into<String>) -> Self {
        let (file_name, text) = (file_name.into(), text.into());
        let kind = file_name.rsplit_once('.').map_or("txt", |(_, kind)| kind);
        let attachment = Attachment::new()
            .file_type(kind)
            .file_size(text.len() as u64)
            .file_name(file_name)
            .extracted_content(text);
        self.attachments.get_or_insert_default().push(attachment);
        self
    }

    /// Adds a file that was uploaded before, by its UUID.
    #[must_use]
    pub fn with_file(mut self, file: impl Into<String>) -> Self {
        self.files.get_or_insert_default().push(file.into());
        self
    }

    /// Adds a writing style, one of those that [`Styles::list`](crate::claude_ai::Styles::list)
    /// tells.
    #[must_use]
    pub fn with_style(mut self, style: Style) -> Self {
        self.personalized_styles.get_or_insert_default().push(style);
        self
    }

    /// Lets the model search the web.
    #[must_use]
    pub fn with_web_search(self) -> Self {
        self.with_tool(CompletionTool::new("web_search").r#type(CompletionToolType::WebSearchV0))
    }

    /// Lets the model use a tool.
    #[must_use]
    pub fn with_tool(mut self, tool: CompletionTool) -> Self {
        self.tools.get_or_insert_default().push(tool);
        self
    }
}

impl CreateConversationRequest {
    /// A conversation without a name under a new UUID (version 4), which
    /// [`uuid`](Self::uuid) then has.
    pub fn unnamed() -> Self {
        Self::new(ConversationUuid::new_v4())
            .name("")
            .include_conversation_preferences(true)
    }
}
