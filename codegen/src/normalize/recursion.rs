//! Where a type contains itself by value, a `Box` breaks the cycle, and only there.

use std::collections::{BTreeSet, HashMap, HashSet};

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

/// `A = B`, `B = A` is no type at all, and neither is `A = Vec<A>`: an alias has no place of its
/// own where a cycle could end.
fn cut_alias_cycles(types: &mut Types, diagnostics: &mut Diagnostics) {
    for id in types.ids() {
        let Shape::Alias(target) = types.get(id).shape.clone() else {
            continue;
        };
        let mut back = Vec::new();
        target.for_each_named(&mut |next| {
            if leads_to(types, next, id) {
                back.push(next);
            }
        });
        if back.is_empty() {
            continue;
        }
        let def = types.get_mut(id);
        def.shape = Shape::Alias(without(&target, &back));
        diagnostics.push(
            Diagnostic::warning(
                codes::ALIAS_CYCLE,
                &def.origin,
                "this schema contains itself without an object in between",
            )
            .action("the inner one is any JSON in the generated code"),
        );
    }
}

/// Whether following aliases alone leads from one type to the other.
fn leads_to(types: &Types, from: TypeId, goal: TypeId) -> bool {
    let (mut stack, mut seen) = (vec![from], HashSet::new());
    while let Some(id) = stack.pop() {
        if id == goal {
            return true;
        }
        if seen.insert(id)
            && let Shape::Alias(target) = &types.get(id).shape
        {
            target.for_each_named(&mut |next| stack.push(next));
        }
    }
    false
}

/// `ty` with any JSON in place of the types in `cut`.
fn without(ty: &TypeRef, cut: &[TypeId]) -> TypeRef {
    let inner = |ty: &TypeRef| Box::new(without(ty, cut));
    match ty {
        TypeRef::Named(id) if cut.contains(id) => TypeRef::Any,
        TypeRef::List(item) => TypeRef::List(inner(item)),
        TypeRef::Tuple(places) => {
            TypeRef::Tuple(places.iter().map(|place| without(place, cut)).collect())
        }
        TypeRef::Map(value) => TypeRef::Map(inner(value)),
        TypeRef::Nullable(value) => TypeRef::Nullable(inner(value)),
        other => other.clone(),
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
    let held = |(place, ty): (usize, &TypeRef)| {
        let held = by_value(types, ty).into_iter();
        held.map(move |id| (place, id))
    };
    match &types.get(id).shape {
        Shape::Object(object) => {
            let fields = object.fields.iter().map(|field| &field.ty);
            fields.enumerate().flat_map(held).collect()
        }
        Shape::Union(union) => {
            let variants = union.variants.iter().map(|variant| &variant.ty);
            variants.enumerate().flat_map(held).collect()
        }
        _ => Vec::new(),
    }
}

/// The types a `ty` holds without a pointer between.
fn by_value(types: &Types, ty: &TypeRef) -> BTreeSet<TypeId> {
    let (mut stack, mut seen) = (vec![ty], BTreeSet::new());
    while let Some(ty) = stack.pop() {
        match ty {
            TypeRef::Named(id) => {
                if seen.insert(*id)
                    && let Shape::Alias(target) = &types.get(*id).shape
                {
                    stack.push(target);
                }
            }
            TypeRef::Nullable(inner) => stack.push(inner),
            TypeRef::Tuple(places) => stack.extend(places),
            TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Primitive(_) | TypeRef::Any => {}
        }
    }
    seen.retain(|id| !matches!(types.get(*id).shape, Shape::Alias(_)));
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Extra, Field, Object, TypeDef};
    use crate::origin::Origin;

    #[test]
    fn a_list_of_itself_is_cut_and_told() {
        let mut api = Api::default();
        let shape = Shape::Alias(TypeRef::Any);
        let id = api
            .types
            .add(TypeDef::new("A", true, shape, Origin::default()));
        let list = TypeRef::List(Box::new(TypeRef::Named(id)));
        api.types.get_mut(id).shape = Shape::Alias(list);
        let mut diagnostics = Diagnostics::default();
        run(&mut api, &mut diagnostics);
        let any = TypeRef::List(Box::new(TypeRef::Any));
        assert!(matches!(&api.types.get(id).shape, Shape::Alias(target) if *target == any));
        assert_eq!(diagnostics.len(), 1);
    }

    #[test]
    fn only_the_edge_that_closes_a_cycle_is_boxed() {
        let mut api = Api::default();
        let object = |fields| {
            Shape::Object(Object {
                fields,
                extra: Extra::Ignored,
            })
        };
        let id = api.types.add(TypeDef::new(
            "Tree",
            true,
            object(vec![]),
            Origin::default(),
        ));
        let field = |wire, ty| Field::new(wire, ty, false, Origin::default());
        let itself = TypeRef::Named(id);
        let fields = vec![
            field("parent", itself.clone().nullable()),
            field("children", TypeRef::List(Box::new(itself))),
        ];
        api.types.get_mut(id).shape = object(fields);
        run(&mut api, &mut Diagnostics::default());
        let Shape::Object(object) = &api.types.get(id).shape else {
            panic!()
        };
        let boxed: Vec<bool> = object.fields.iter().map(|field| field.boxed).collect();
        assert_eq!(boxed, [true, false]);
    }
}
