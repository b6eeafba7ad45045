//! Links between messages, and what is wrong with them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{ConversationTree, Defect};
use crate::claude_ai::{ChatMessage, MessageUuid};

impl ConversationTree {
    /// The tree of these messages, in the order they were written, with the leaf that is shown.
    /// Takes time in proportion to their number.
    pub fn new(
        messages: impl IntoIterator<Item = ChatMessage>,
        current_leaf: Option<MessageUuid>,
    ) -> Self {
        let mut tree = Self {
            messages: Vec::new(),
            places: HashMap::new(),
            parents: Vec::new(),
            children: Vec::new(),
            roots: Vec::new(),
            current: None,
            defects: Vec::new(),
        };
        for message in messages {
            tree.add(message);
        }
        tree.parents = (tree.messages.iter())
            .map(|message| parent_of(message, &tree.places, &mut tree.defects))
            .collect();
        tree.break_cycles();
        tree.link_children();
        tree.current = match current_leaf {
            Some(leaf) => tree.places.get(&leaf).copied().or_else(|| {
                tree.defects.push(Defect::MissingLeaf { leaf });
                tree.newest_leaf()
            }),
            None => tree.newest_leaf(),
        };
        tree
    }

    fn add(&mut self, message: ChatMessage) {
        match self.places.entry(message.uuid) {
            Entry::Vacant(place) => {
                place.insert(self.messages.len());
                self.messages.push(message);
            }
            Entry::Occupied(_) => {
                let message = Box::new(message);
                self.defects.push(Defect::Duplicate { message });
            }
        }
    }

    /// Makes the first member of each cycle a root.
    fn break_cycles(&mut self) {
        // The walk upwards that saw a message: 0 for none.
        let mut seen = vec![0; self.parents.len()];
        for start in 0..self.parents.len() {
            let walk = start + 1;
            let mut place = Some(start);
            while let Some(here) = place {
                match seen.get_mut(here) {
                    Some(by) if *by == 0 => *by = walk,
                    Some(by) if *by == walk => {
                        self.break_cycle(here);
                        break;
                    }
                    _ => break,
                }
                place = self.parent_place(here);
            }
        }
    }

    fn break_cycle(&mut self, member: usize) {
        let mut members = vec![member];
        let mut place = self.parent_place(member);
        while let Some(here) = place.filter(|here| *here != member) {
            members.push(here);
            place = self.parent_place(here);
        }
        // From parent to child, beginning with the one that comes first in the reply.
        members.reverse();
        let first = members.iter().enumerate().min_by_key(|(_, place)| **place);
        let first = first.map_or(0, |(position, _)| position);
        members.rotate_left(first);
        if let Some(parent) = members.first().and_then(|root| self.parents.get_mut(*root)) {
            *parent = None;
        }
        let messages = members.iter().filter_map(|place| self.messages.get(*place));
        let messages = messages.map(|message| message.uuid).collect();
        self.defects.push(Defect::Cycle { messages });
    }

    fn link_children(&mut self) {
        self.children = vec![Vec::new(); self.messages.len()];
        for (place, parent) in self.parents.iter().enumerate() {
            match parent {
                Some(parent) => {
                    if let Some(children) = self.children.get_mut(*parent) {
                        children.push(place);
                    }
                }
                None => self.roots.push(place),
            }
        }
    }

    /// The message without children that was written last.
    fn newest_leaf(&self) -> Option<usize> {
        self.children.iter().rposition(Vec::is_empty)
    }
}

fn parent_of(
    message: &ChatMessage,
    places: &HashMap<MessageUuid, usize>,
    defects: &mut Vec<Defect>,
) -> Option<usize> {
    let parent = message
        .parent_message_uuid
        .filter(|parent| *parent != MessageUuid::ROOT)?;
    let place = places.get(&parent).copied();
    if place.is_none() {
        let message = message.uuid;
        defects.push(Defect::MissingParent { message, parent });
    }
    place
}
