//! The messages of a conversation as the tree they are.
//!
//! Editing a message or asking for another answer does not replace anything: the new message
//! becomes a sibling of the old one, and a branch begins. `tree=True` brings all branches.
//!
//! Data that is no tree is never walked in circles and never dropped: what is wrong with it is
//! told by [`defects`](ConversationTree::defects), and every message can still be reached.

mod build;
mod walk;

use std::collections::HashMap;

use specwright_runtime::{Error, Response};

pub use self::walk::Walk;
use crate::claude_ai::{
    ChatMessage, Conversation, ConversationUuid, Conversations, MessageUuid, RenderingMode,
    TreeMode,
};

/// The messages of a conversation as a tree: branches, the current leaf, paths, siblings.
///
/// Roots are the first messages: those whose parent is [`MessageUuid::ROOT`] or that name none. A
/// message whose parent is not there is a root too, and of a cycle the member that comes first;
/// both are [defects](Self::defects). Children and siblings are in the order of the reply, which
/// is the order they were written in.
///
/// ```no_run
/// # use claude_typed::claude_ai::{Client, ConversationUuid};
/// # async fn example(client: Client, conversation: ConversationUuid)
/// # -> Result<(), claude_typed::Error> {
/// let tree = client.conversations().retrieve_tree(conversation).await?;
/// for message in tree.current_path() {
///     let versions = tree.siblings(message.uuid).count();
///     println!("{:?} of {versions} versions: {:?}", message.sender, message.content);
/// }
/// for defect in tree.defects() {
///     eprintln!("the conversation is damaged: {defect}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ConversationTree {
    messages: Vec<ChatMessage>,
    places: HashMap<MessageUuid, usize>,
    /// The place of each message's parent; `None` for a root.
    parents: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
    current: Option<usize>,
    defects: Vec<Defect>,
}

/// Something about the messages of a conversation that makes them no tree.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Defect {
    /// Another message has the same identifier and came before; it is the one in the tree.
    Duplicate {
        /// The message that is not in the tree.
        message: Box<ChatMessage>,
    },
    /// The parent of a message is not there, for example because it was deleted, or because only
    /// the current branch was asked for. The message is a root.
    MissingParent {
        /// The message.
        message: MessageUuid,
        /// The parent it names.
        parent: MessageUuid,
    },
    /// Messages that are each other's parents.
    Cycle {
        /// The members, each the child of the one before; the first, a root in the tree, is a
        /// child of the last.
        messages: Vec<MessageUuid>,
    },
    /// The current leaf of the conversation is not among its messages.
    MissingLeaf {
        /// The leaf it names.
        leaf: MessageUuid,
    },
}

impl std::fmt::Display for Defect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Duplicate { message } => {
                write!(f, "there are several messages `{}`", message.uuid)
            }
            Self::MissingParent { message, parent } => {
                write!(
                    f,
                    "the parent `{parent}` of the message `{message}` is not there"
                )
            }
            Self::Cycle { messages } => {
                write!(f, "{} messages are each other's parents:", messages.len())?;
                messages
                    .iter()
                    .try_for_each(|message| write!(f, " `{message}`"))
            }
            Self::MissingLeaf { leaf } => {
                write!(f, "the current leaf `{leaf}` is not among the messages")
            }
        }
    }
}

impl MessageUuid {
    /// The place before the first message: the parent of a conversation's first messages.
    pub const ROOT: Self = Self::new(specwright_runtime::uuid::uuid!(
        "00000000-0000-4000-8000-000000000000"
    ));
}

impl From<Conversation> for ConversationTree {
    fn from(conversation: Conversation) -> Self {
        let messages = conversation.chat_messages.unwrap_or_default();
        Self::new(messages, conversation.current_leaf_message_uuid)
    }
}

impl Conversations {
    /// Retrieves all branches of a conversation as a tree, its messages in content blocks.
    ///
    /// `GET /api/organizations/{org_uuid}/chat_conversations/{id}?tree=True&rendering_mode=messages`
    ///
    /// # Errors
    /// Those of [`retrieve`](Self::retrieve). Messages that are no tree are not an error but
    /// [defects](ConversationTree::defects).
    pub async fn retrieve_tree(
        &self,
        conversation: ConversationUuid,
    ) -> Result<Response<ConversationTree>, Error> {
        let request = self
            .retrieve(conversation)
            .tree(TreeMode::True)
            .rendering_mode(RenderingMode::Messages);
        Ok(request.await?.map(ConversationTree::from))
    }
}
