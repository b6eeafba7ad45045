//! Conversations one can read, as trees.

use claude_typed::chat::{ConversationTree, Defect};
use claude_typed::claude_ai::{ChatMessage, Conversation, MessageUuid};
use serde_json::{Value, json};
use specwright_tests::socket::{Answer, Server};
use uuid::Uuid;

use crate::support::{CONVERSATION, client};

fn id(number: u128) -> MessageUuid {
    Uuid::from_u128(number).into()
}

fn row(number: u128, parent: Option<MessageUuid>) -> Value {
    json!({"uuid": id(number), "parent_message_uuid": parent, "sender": "human"})
}

fn message(number: u128, parent: Option<MessageUuid>) -> ChatMessage {
    serde_json::from_value(row(number, parent)).unwrap()
}

fn ids<'a>(messages: impl IntoIterator<Item = &'a ChatMessage>) -> Vec<u128> {
    let messages = messages.into_iter();
    messages
        .map(|message| message.uuid.as_uuid().as_u128())
        .collect()
}

/// A question (1) and its answer (2), a second question (3) in two versions (3, 5), the second of
/// them answered twice (6, 7).
fn branches() -> Vec<ChatMessage> {
    [
        (1, None),
        (2, Some(1)),
        (3, Some(2)),
        (4, Some(3)),
        (5, Some(2)),
        (6, Some(5)),
        (7, Some(5)),
    ]
    .map(|(number, parent)| message(number, Some(parent.map_or(MessageUuid::ROOT, id))))
    .into()
}

#[test]
fn branches_paths_and_siblings() {
    let tree = ConversationTree::new(branches(), Some(id(4)));
    assert_eq!(tree.defects(), []);
    assert_eq!(tree.len(), 7);
    assert_eq!(ids(tree.roots()), [1]);
    assert_eq!(ids(tree.children(MessageUuid::ROOT)), [1]);
    assert_eq!(ids(tree.children(id(2))), [3, 5]);
    assert_eq!(ids(tree.children(id(7))), [0; 0]);
    assert_eq!(ids(tree.parent(id(5))), [2]);
    assert_eq!(ids(tree.siblings(id(6))), [6, 7]);
    assert_eq!(ids(tree.siblings(id(1))), [1]);
    assert_eq!(ids(tree.leaves()), [4, 6, 7]);
    assert_eq!(ids(tree.path(id(7))), [1, 2, 5, 7]);
    assert_eq!(ids(tree.current_path()), [1, 2, 3, 4]);
    assert_eq!(ids(tree.newest_leaf_after(id(2))), [7]);
    let walk: Vec<_> = tree.walk().collect();
    assert_eq!(
        ids(walk.iter().map(|(_, message)| *message)),
        [1, 2, 3, 4, 5, 6, 7]
    );
    let depths: Vec<usize> = walk.iter().map(|(depth, _)| *depth).collect();
    assert_eq!(depths, [0, 1, 2, 3, 2, 3, 3]);
}

#[test]
fn the_parent_of_what_comes_next() {
    let tree = ConversationTree::new(branches(), Some(id(4)));
    assert_eq!(tree.parent_to_answer(), id(4));
    assert_eq!(tree.parent_to_edit(id(5)), Some(id(2)));
    assert_eq!(tree.parent_to_edit(id(1)), Some(MessageUuid::ROOT));
    assert_eq!(tree.parent_to_edit(id(9)), None);
    let empty = ConversationTree::new([], None);
    assert!(empty.is_empty() && empty.current_leaf().is_none());
    assert_eq!(empty.parent_to_answer(), MessageUuid::ROOT);
    // Without a leaf it goes on where something was written last.
    let tree = ConversationTree::new(branches(), None);
    assert_eq!(tree.parent_to_answer(), id(7));
}

#[test]
fn what_is_not_there_leads_nowhere() {
    let tree = ConversationTree::new(branches(), None);
    assert!(tree.get(id(9)).is_none() && tree.parent(id(9)).is_none());
    assert!(tree.path(id(9)).is_empty());
    assert_eq!(
        tree.children(id(9)).count() + tree.siblings(id(9)).count(),
        0
    );
    assert!(tree.newest_leaf_after(id(9)).is_none());
}

#[test]
fn damage_is_told_and_nothing_is_lost() {
    let messages = [
        message(1, None),
        message(2, Some(id(1))),
        // Its parent was deleted.
        message(3, Some(id(99))),
        // Three that lead into each other, and one below them.
        message(4, Some(id(6))),
        message(5, Some(id(4))),
        message(6, Some(id(5))),
        message(7, Some(id(5))),
        // Its own parent.
        message(8, Some(id(8))),
        // The second of that name.
        message(2, Some(id(3))),
    ];
    let again = message(2, Some(id(3)));
    let tree = ConversationTree::new(messages, Some(id(98)));
    assert_eq!(
        tree.defects(),
        [
            Defect::Duplicate {
                message: Box::new(again)
            },
            Defect::MissingParent {
                message: id(3),
                parent: id(99)
            },
            Defect::Cycle {
                messages: vec![id(4), id(5), id(6)]
            },
            Defect::Cycle {
                messages: vec![id(8)]
            },
            Defect::MissingLeaf { leaf: id(98) },
        ]
    );
    let told = tree.defects()[1].to_string();
    assert!(
        told.contains(&id(3).to_string()) && told.contains(&id(99).to_string()),
        "{told}"
    );
    assert_eq!(ids(tree.roots()), [1, 3, 4, 8]);
    assert_eq!(ids(tree.path(id(6))), [4, 5, 6]);
    assert_eq!(ids(tree.path(id(7))), [4, 5, 7]);
    assert_eq!(tree.walk().count(), 8);
    assert_eq!(ids(tree.current_leaf()), [8]);
    assert_eq!(tree.parent_to_edit(id(3)), Some(id(99)));
}

#[test]
fn a_deep_conversation_is_walked_without_recursion() {
    let messages = (1..=100_000).map(|number| message(number, Some(id(number - 1))));
    let mut messages: Vec<_> = messages.collect();
    messages[0].parent_message_uuid = None;
    let tree = ConversationTree::new(messages, None);
    assert_eq!(tree.defects(), []);
    assert_eq!(tree.current_path().len(), 100_000);
    assert_eq!(tree.walk().last().unwrap().0, 99_999);
}

#[tokio::test]
async fn a_tree_is_one_request_away() {
    let leaf = id(2);
    let body = json!({
        "uuid": CONVERSATION,
        "current_leaf_message_uuid": leaf,
        "chat_messages": [row(1, Some(MessageUuid::ROOT)), row(2, Some(id(1)))],
    });
    let server = Server::start([Answer::json(200, &body).header("request-id", "req_tree")]).await;
    let tree = client(&server)
        .conversations()
        .retrieve_tree(CONVERSATION)
        .await
        .unwrap();
    assert_eq!(tree.request_id(), Some("req_tree"));
    assert_eq!(ids(tree.current_path()), [1, 2]);
    let target = &server.received()[0].target;
    assert!(
        target.ends_with("?tree=True&rendering_mode=messages"),
        "{target}"
    );
    let conversation: Conversation = serde_json::from_value(body).unwrap();
    assert_eq!(
        ConversationTree::from(conversation).parent_to_answer(),
        leaf
    );
}
