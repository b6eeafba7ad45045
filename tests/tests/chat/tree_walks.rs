//! Random conversations: branches, edits, deleted parents, cycles, identifiers used twice. Every
//! walk is checked against the links as they were given.

use std::collections::{BTreeMap, BTreeSet};

use claude_typed::chat::{ConversationTree, Defect};
use claude_typed::claude_ai::{ChatMessage, MessageUuid};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

/// Parents by message, in the order of writing; `None` for the root. Numbers above
/// [`MISSING`] are messages that are not there.
type Links = Vec<(u128, Option<u128>)>;

const MISSING: u128 = 1_000;

fn id(number: u128) -> MessageUuid {
    Uuid::from_u128(number).into()
}

fn number(message: &ChatMessage) -> u128 {
    message.uuid.as_uuid().as_u128()
}

fn numbers<'a>(messages: impl IntoIterator<Item = &'a ChatMessage>) -> Vec<u128> {
    messages.into_iter().map(number).collect()
}

fn build(links: &Links, leaf: Option<u128>) -> ConversationTree {
    let message = |(number, parent): &(u128, Option<u128>)| -> ChatMessage {
        let parent = parent.map_or(MessageUuid::ROOT, id);
        serde_json::from_value(json!({"uuid": id(*number), "parent_message_uuid": parent})).unwrap()
    };
    ConversationTree::new(links.iter().map(message), leaf.map(id))
}

/// Any links at all: to earlier messages, to later ones, to itself, to none that is there; some
/// messages twice.
fn anything() -> impl Strategy<Value = Links> {
    (1..40_u128).prop_flat_map(|count| {
        let parent = prop_oneof![
            1 => Just(None),
            6 => (1..=count).prop_map(Some),
            1 => (MISSING..MISSING + 3).prop_map(Some),
        ];
        prop::collection::vec((1..=count, parent), 1..50)
    })
}

/// What happens to a conversation.
#[derive(Clone, Debug)]
enum Step {
    /// A message after another one.
    Answer(prop::sample::Index),
    /// Another version of a message.
    Edit(prop::sample::Index),
    /// A message is deleted; what follows it stays.
    Delete(prop::sample::Index),
    /// A message is made the child of one that comes after it.
    Entangle(prop::sample::Index, prop::sample::Index),
}

fn session() -> impl Strategy<Value = Links> {
    let index = any::<prop::sample::Index>;
    let step = prop_oneof![
        8 => index().prop_map(Step::Answer),
        3 => index().prop_map(Step::Edit),
        1 => index().prop_map(Step::Delete),
        1 => (index(), index()).prop_map(|(one, other)| Step::Entangle(one, other)),
    ];
    prop::collection::vec(step, 0..60).prop_map(|steps| {
        let mut links: Links = vec![(1, None)];
        for (next, step) in (2..).zip(steps) {
            match step {
                _ if links.is_empty() => links.push((next, None)),
                Step::Answer(at) => links.push((next, Some(at.get(&links).0))),
                Step::Edit(at) => links.push((next, at.get(&links).1)),
                Step::Delete(at) => {
                    links.remove(at.index(links.len()));
                }
                Step::Entangle(one, other) => {
                    let parent = other.get(&links).0;
                    let one = one.index(links.len());
                    links[one].1 = Some(parent);
                }
            }
        }
        links
    })
}

/// The links the tree is to have, and what is wrong with those given, found the slow way.
struct Expected {
    parents: BTreeMap<u128, Option<u128>>,
    order: Vec<u128>,
    duplicates: usize,
    missing: BTreeSet<(u128, u128)>,
    cycles: BTreeSet<BTreeSet<u128>>,
}

fn expected(links: &Links) -> Expected {
    let mut parents: BTreeMap<u128, Option<u128>> = BTreeMap::new();
    let mut order = Vec::new();
    for (number, parent) in links {
        if !parents.contains_key(number) {
            parents.insert(*number, *parent);
            order.push(*number);
        }
    }
    let there: BTreeSet<u128> = order.iter().copied().collect();
    let mut missing = BTreeSet::new();
    for (number, parent) in &mut parents {
        if let Some(gone) = parent.filter(|parent| !there.contains(parent)) {
            missing.insert((*number, gone));
            *parent = None;
        }
    }
    let mut cycles = BTreeSet::new();
    for start in &order {
        // After as many steps as there are messages one is on the cycle, if there is one.
        let mut at = Some(*start);
        for _ in 0..order.len() {
            at = at.and_then(|at| parents[&at]);
        }
        if let Some(first) = at {
            let mut members = BTreeSet::new();
            let mut at = first;
            while members.insert(at) {
                at = parents[&at].unwrap();
            }
            cycles.insert(members);
        }
    }
    for members in &cycles {
        let root = order
            .iter()
            .find(|number| members.contains(number))
            .unwrap();
        parents.insert(*root, None);
    }
    let duplicates = links.len() - order.len();
    Expected {
        parents,
        order,
        duplicates,
        missing,
        cycles,
    }
}

fn check_defects(tree: &ConversationTree, expected: &Expected) -> Result<(), TestCaseError> {
    let mut duplicates = 0;
    let mut missing = BTreeSet::new();
    let mut cycles = BTreeSet::new();
    for defect in tree.defects() {
        match defect {
            Defect::Duplicate { .. } => duplicates += 1,
            Defect::MissingParent { message, parent } => {
                let numbers = [message, parent].map(|id| id.as_uuid().as_u128());
                prop_assert!(missing.insert((numbers[0], numbers[1])));
            }
            Defect::Cycle { messages } => {
                let members: BTreeSet<_> =
                    messages.iter().map(|id| id.as_uuid().as_u128()).collect();
                prop_assert_eq!(members.len(), messages.len());
                for pair in messages.windows(2) {
                    prop_assert_eq!(
                        tree.get(pair[1]).unwrap().parent_message_uuid,
                        Some(pair[0])
                    );
                }
                let root = tree.get(messages[0]).unwrap();
                prop_assert_eq!(root.parent_message_uuid, messages.last().copied());
                prop_assert!(tree.parent(messages[0]).is_none());
                prop_assert!(cycles.insert(members));
            }
            other => prop_assert!(false, "{other}"),
        }
    }
    prop_assert_eq!(duplicates, expected.duplicates);
    prop_assert_eq!(&missing, &expected.missing);
    prop_assert_eq!(&cycles, &expected.cycles);
    Ok(())
}

fn check_walks(tree: &ConversationTree, expected: &Expected) -> Result<(), TestCaseError> {
    prop_assert_eq!(&numbers(tree.messages()), &expected.order);
    let children = |parent: Option<u128>| -> Vec<u128> {
        let order = expected.order.iter().copied();
        order
            .filter(|number| expected.parents[number] == parent)
            .collect()
    };
    prop_assert_eq!(numbers(tree.roots()), children(None));
    prop_assert_eq!(numbers(tree.children(MessageUuid::ROOT)), children(None));
    let mut leaves = Vec::new();
    for number in &expected.order {
        let parent = expected.parents[number];
        prop_assert_eq!(numbers(tree.parent(id(*number))), Vec::from_iter(parent));
        prop_assert_eq!(numbers(tree.children(id(*number))), children(Some(*number)));
        prop_assert_eq!(numbers(tree.siblings(id(*number))), children(parent));
        let mut path = vec![*number];
        while let Some(above) = expected.parents[path.last().unwrap()] {
            path.push(above);
        }
        path.reverse();
        prop_assert_eq!(&numbers(tree.path(id(*number))), &path);
        let newest = tree.newest_leaf_after(id(*number)).unwrap();
        prop_assert!(tree.path(newest.uuid).starts_with(&tree.path(id(*number))));
        prop_assert_eq!(tree.children(newest.uuid).count(), 0);
        if children(Some(*number)).is_empty() {
            leaves.push(*number);
        }
    }
    prop_assert_eq!(numbers(tree.leaves()), leaves);
    let mut seen = BTreeSet::new();
    for (depth, message) in tree.walk() {
        prop_assert!(
            tree.parent(message.uuid)
                .is_none_or(|parent| seen.contains(&parent.uuid))
        );
        prop_assert_eq!(depth + 1, tree.path(message.uuid).len());
        prop_assert!(seen.insert(message.uuid));
    }
    prop_assert_eq!(seen.len(), tree.len());
    Ok(())
}

fn check_leaf(links: &Links, expected: &Expected) -> Result<(), TestCaseError> {
    for leaf in links
        .iter()
        .map(|(number, _)| *number)
        .take(5)
        .chain([MISSING])
    {
        let tree = build(links, Some(leaf));
        let there = expected.parents.contains_key(&leaf);
        let told = tree
            .defects()
            .contains(&Defect::MissingLeaf { leaf: id(leaf) });
        prop_assert_eq!(told, !there);
        let current = match there {
            true => Some(leaf),
            false => tree.leaves().last().map(number),
        };
        prop_assert_eq!(tree.current_leaf().map(number), current);
        let parent = current.map_or(MessageUuid::ROOT, id);
        prop_assert_eq!(tree.parent_to_answer(), parent);
        prop_assert_eq!(
            tree.current_path().last().map(|message| number(message)),
            current
        );
    }
    Ok(())
}

fn check(links: &Links) -> Result<(), TestCaseError> {
    let expected = expected(links);
    let tree = build(links, None);
    check_defects(&tree, &expected)?;
    check_walks(&tree, &expected)?;
    check_leaf(links, &expected)
}

proptest! {
    #[test]
    fn whatever_the_links_are(links in anything()) {
        check(&links)?;
    }

    #[test]
    fn whatever_happens_to_a_conversation(links in session()) {
        check(&links)?;
    }
}
