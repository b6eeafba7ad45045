//! Declared paging is checked against the operation, undeclared paging recognised.

mod check;
mod recognise;
mod reply;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{
    Api, HttpMethod, Location, Operation, PageStyle, Parameter, Payload, Primitive, TypeId, TypeRef,
};

pub(super) fn run(api: &mut Api, diagnostics: &mut Diagnostics) {
    let mut recognised = Vec::new();
    for (index, operation) in api.operations.iter_mut().enumerate() {
        if let Some(pagination) = operation.pagination.take() {
            // A list of records shows what it has when it comes.
            let payload = operation
                .outcomes
                .success
                .first()
                .map(|outcome| &outcome.payload);
            if matches!(payload, Some(Payload::Records(_))) {
                operation.pagination = Some(pagination);
                continue;
            }
            match check::check(&api.types, operation, &pagination) {
                Ok(()) => operation.pagination = Some(pagination),
                Err(problem) => diagnostics.push(
                    Diagnostic::warning(codes::PAGINATION_UNUSABLE, &operation.origin, problem)
                        .action("the operation is generated without page streams"),
                ),
            }
        } else if operation.method == HttpMethod::Get {
            operation.pagination = recognise::recognise(&api.types, operation);
            recognised.push(index);
        }
    }
    one_way_each(api, &recognised);
}

/// A type that is a page says one thing about the next one. Where an operation was recognised to be
/// paged in another way than one before it with the same reply, it has no page streams.
fn one_way_each(api: &mut Api, recognised: &[usize]) {
    let mut said: BTreeMap<TypeId, (Option<String>, PageStyle)> = BTreeMap::new();
    let is_recognised = |index: &usize| recognised.binary_search(index).is_ok();
    let (declared, recognised): (Vec<_>, Vec<_>) =
        (0..api.operations.len()).partition(|index| !is_recognised(index));
    for index in declared.into_iter().chain(recognised) {
        let Some(operation) = api.operations.get_mut(index) else {
            continue;
        };
        let success = operation.outcomes.success.first();
        let Some(pagination) = &operation.pagination else {
            continue;
        };
        // What `Link` says is not in the reply.
        if pagination.style == PageStyle::Link {
            continue;
        }
        if let Some(Payload::Json(ty)) = success.map(|outcome| &outcome.payload)
            && let TypeRef::Named(id) = api.types.resolve(ty)
        {
            let says = (pagination.items.clone(), pagination.style.of_reply());
            if *said.entry(*id).or_insert_with(|| says.clone()) != says && is_recognised(&index) {
                operation.pagination = None;
            }
        }
    }
}

/// Names of the query parameter with the size of a page, best known first.
pub(crate) const LIMITS: [&str; 6] = [
    "limit",
    "page_size",
    "pageSize",
    "per_page",
    "max_results",
    "maxResults",
];

fn parameter<'a>(operation: &'a Operation, names: &[&str]) -> Option<&'a Parameter> {
    let mut parameters = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == Location::Query);
    parameters.find(|parameter| names.contains(&parameter.wire.as_str()))
}

fn query(operation: &Operation, names: &[&str]) -> Option<String> {
    parameter(operation, names).map(|parameter| parameter.wire.clone())
}

fn is_number(primitive: Primitive) -> bool {
    is_integer(primitive) || matches!(primitive, Primitive::Double | Primitive::Float)
}

fn is_integer(primitive: Primitive) -> bool {
    use Primitive::{Int32, Int64, Uint32, Uint64};
    matches!(primitive, Int32 | Int64 | Uint32 | Uint64)
}
