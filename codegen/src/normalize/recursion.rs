//! Where a type contains itself by value, a `Box` breaks the cycle, and only there.

use std::collections::HashMap;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{Api, Shape, TypeId, TypeRef, Types};

pub(super) fn run(api: &mut Api, diagnostics: &mut Diagnostics) {
    cut_alias_cycles(&mut api.types, diagnostics);
    let mut states = HashMap::new();
    let mut back = Vec::new();
    for id in api.types.ids() {
        search(&api.types, id, &mut states, &mut back);
    }
    for (id, place) in back {
        match &mut api.types.get_mut(id).shape {
            Shape::Object(object) => {
                if let Some(field) = object.fields.get_mut(place) {
                    field.boxed = true;
                }
            }
            Shape::Union(union) => {
                if let Some(variant) = union.variants.get_mut(place) {
                    variant.boxed = true;
                }
            }
            _ => {}
        }
    }
}

/// `A = B`, `B = A` is no type at all.
fn cut_alias_cycles(types: &mut Types, diagnostics: &mut Diagnostics) {
    for id in types.ids() {
        let mut next = id;
        for _ in 0..=types.len() {
            match &types.get(next).shape {
                Shape::Alias(TypeRef::Named(target)) => next = *target,
                _ => break,
            }
            if next == id {
                let def = types.get_mut(id);
                def.shape = Shape::Alias(TypeRef::Any);
                diagnostics.push(
                    Diagnostic::warning(
                        codes::ALIAS_CYCLE,
                        &def.origin,
                        "this schema is only a reference to itself",
                    )
                    .action("it is any JSON in the generated code"),
                );
                break;
            }
        }
    }
}

/// How far the search is with a type; one it has not met is in no state.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    Done,
}

/// A frame of the depth-first search: a type and its edges still to follow.
struct Frame {
    id: TypeId,
    edges: std::vec::IntoIter<(usize, TypeId)>,
}

/// Depth first with a stack of its own, since documents nest as deep as they like; an edge to a
/// type that is still open closes a cycle.
fn search(
    types: &Types,
    root: TypeId,
    states: &mut HashMap<TypeId, State>,
    back: &mut Vec<(TypeId, usize)>,
) {
    if states.contains_key(&root) {
        return;
    }
    states.insert(root, State::Open);
    let mut stack = vec![Frame {
        id: root,
        edges: edges(types, root).into_iter(),
    }];
    while let Some(frame) = stack.last_mut() {
        let from = frame.id;
        let Some((place, to)) = frame.edges.next() else {
            states.insert(from, State::Done);
            stack.pop();
            continue;
        };
        match states.get(&to) {
            None => {
                states.insert(to, State::Open);
                stack.push(Frame {
                    id: to,
                    edges: edges(types, to).into_iter(),
                });
            }
            Some(State::Open) => back.push((from, place)),
            Some(State::Done) => {}
        }
    }
}

/// Types held by value, with the index of the field or variant that holds them. Lists and maps
/// are on the heap already.
fn edges(types: &Types, id: TypeId) -> Vec<(usize, TypeId)> {
    fn by_value(types: &Types, ty: &TypeRef) -> Option<TypeId> {
        match types.resolve(ty) {
            TypeRef::Named(id) => Some(*id),
            TypeRef::Nullable(inner) => by_value(types, inner),
            _ => None,
        }
    }
    match &types.get(id).shape {
        Shape::Object(object) => {
            let fields = object.fields.iter().enumerate();
            fields
                .filter_map(|(place, field)| Some((place, by_value(types, &field.ty)?)))
                .collect()
        }
        Shape::Union(union) => {
            let variants = union.variants.iter().enumerate();
            variants
                .filter_map(|(place, variant)| Some((place, by_value(types, &variant.ty)?)))
                .collect()
        }
        _ => Vec::new(),
    }
}
