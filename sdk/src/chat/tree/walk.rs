//! Ways through the tree.

use super::{ConversationTree, Defect};
use crate::claude_ai::{ChatMessage, MessageUuid};

impl ConversationTree {
    /// What makes the messages no tree; empty when they are one.
    pub fn defects(&self) -> &[Defect] {
        &self.defects
    }

    /// The number of messages.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// All messages, in the order they were written.
    pub fn messages(&self) -> &[ChatMessage] {
        &self.messages
    }

    /// The message with this identifier.
    pub fn get(&self, message: MessageUuid) -> Option<&ChatMessage> {
        self.messages.get(self.place(message)?)
    }

    /// The first messages: one, unless the first message was edited or the data has
    /// [defects](Self::defects).
    pub fn roots(&self) -> impl Iterator<Item = &ChatMessage> + Clone {
        self.at(&self.roots)
    }

    /// The message before this one; `None` for a root and for a message that is not there.
    pub fn parent(&self, message: MessageUuid) -> Option<&ChatMessage> {
        self.messages.get(self.parent_place(self.place(message)?)?)
    }

    /// The messages that follow this one, a branch each. None for a leaf and for a message that
    /// is not there. Of [`MessageUuid::ROOT`] they are the [roots](Self::roots).
    pub fn children(&self, message: MessageUuid) -> impl Iterator<Item = &ChatMessage> + Clone {
        let children = match self.place(message) {
            Some(place) => self.children.get(place),
            None => (message == MessageUuid::ROOT).then_some(&self.roots),
        };
        self.at(children.map_or(&[], Vec::as_slice))
    }

    /// The versions of a message: all children of its parent, itself among them.
    pub fn siblings(&self, message: MessageUuid) -> impl Iterator<Item = &ChatMessage> + Clone {
        let siblings = self
            .place(message)
            .map(|place| match self.parent_place(place) {
                Some(parent) => self.children.get(parent),
                None => Some(&self.roots),
            });
        self.at(siblings.flatten().map_or(&[], Vec::as_slice))
    }

    /// The ends of all branches, in the order they were written.
    pub fn leaves(&self) -> impl Iterator<Item = &ChatMessage> + Clone {
        let childless = self.messages.iter().zip(&self.children);
        childless.filter_map(|(message, children)| children.is_empty().then_some(message))
    }

    /// The messages from the root to this one, both included; empty for a message that is not
    /// there.
    pub fn path(&self, message: MessageUuid) -> Vec<&ChatMessage> {
        self.path_to_place(self.place(message))
    }

    /// The end of the branch that is shown: the current leaf of the conversation. Where it names
    /// none, or one that is not there, the leaf that was written last.
    pub fn current_leaf(&self) -> Option<&ChatMessage> {
        self.messages.get(self.current?)
    }

    /// The branch that is shown, from the root to the [current leaf](Self::current_leaf).
    pub fn current_path(&self) -> Vec<&ChatMessage> {
        self.path_to_place(self.current)
    }

    /// The end of the branch that goes on from this message, by the version written last at each
    /// fork; the message itself when nothing follows it.
    pub fn newest_leaf_after(&self, message: MessageUuid) -> Option<&ChatMessage> {
        let mut place = self.place(message)?;
        while let Some(child) = self
            .children
            .get(place)
            .and_then(|children| children.last())
        {
            place = *child;
        }
        self.messages.get(place)
    }

    /// Every message once, parents before children, branch by branch, each with the number of
    /// messages before it on its path.
    pub fn walk(&self) -> Walk<'_> {
        Walk {
            tree: self,
            waiting: self.roots.iter().rev().map(|root| (0, *root)).collect(),
        }
    }

    /// The parent of the next message of the conversation: the
    /// [current leaf](Self::current_leaf), or [`MessageUuid::ROOT`] while there are no messages.
    pub fn parent_to_answer(&self) -> MessageUuid {
        self.current_leaf()
            .map_or(MessageUuid::ROOT, |leaf| leaf.uuid)
    }

    /// The parent of a new version of a message: what a prompt that replaces it answers to. `None`
    /// when the message is not there. A parent that is named but missing is given as it is named.
    pub fn parent_to_edit(&self, message: MessageUuid) -> Option<MessageUuid> {
        let parent = self.get(message)?.parent_message_uuid;
        Some(parent.unwrap_or(MessageUuid::ROOT))
    }

    pub(super) fn parent_place(&self, place: usize) -> Option<usize> {
        self.parents.get(place).copied().flatten()
    }

    fn place(&self, message: MessageUuid) -> Option<usize> {
        self.places.get(&message).copied()
    }

    fn at<'a>(&'a self, places: &'a [usize]) -> impl Iterator<Item = &'a ChatMessage> + Clone {
        places.iter().filter_map(|place| self.messages.get(*place))
    }

    fn path_to_place(&self, mut place: Option<usize>) -> Vec<&ChatMessage> {
        let mut path = Vec::new();
        while let Some(here) = place {
            path.extend(self.messages.get(here));
            place = self.parent_place(here);
        }
        path.reverse();
        path
    }
}

/// All messages of a tree, parents before children; see [`ConversationTree::walk`].
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    tree: &'a ConversationTree,
    waiting: Vec<(usize, usize)>,
}

impl<'a> Iterator for Walk<'a> {
    type Item = (usize, &'a ChatMessage);

    fn next(&mut self) -> Option<Self::Item> {
        let (depth, place) = self.waiting.pop()?;
        let children = self.tree.children.get(place).into_iter().flatten();
        self.waiting
            .extend(children.rev().map(|child| (depth + 1, *child)));
        Some((depth, self.tree.messages.get(place)?))
    }
}
