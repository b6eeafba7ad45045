//! Declared paging against the operation it is declared for.

use super::reply::Reply;
use super::{is_number, query};
use crate::model::{Counts, Operation, PageStyle, Pagination, Primitive, Types};

/// What is wrong with the paging that the document declares for an operation.
pub(super) fn check(
    types: &Types,
    operation: &Operation,
    pagination: &Pagination,
) -> Result<(), String> {
    let reply = Reply::of(types, operation)
        .ok_or_else(|| "pages need a reply that is a JSON list or an object with one".to_owned())?;
    let mut properties: Vec<&String> = pagination.items.iter().collect();
    let mut parameters: Vec<&String> = pagination.limit.iter().collect();
    match &pagination.style {
        PageStyle::Cursor {
            after,
            before,
            first,
            last,
            more,
        } => {
            parameters.push(after);
            parameters.extend(before);
            properties.push(last);
            properties.extend(first.iter().chain(more));
        }
        PageStyle::Token { token, next } => {
            parameters.push(token);
            properties.push(next);
        }
        PageStyle::TokenAt { token, .. } => parameters.push(token),
        PageStyle::Offset { offset, .. } => parameters.push(offset),
        PageStyle::Page { page, counts, .. } => {
            parameters.push(page);
            check_counts(&reply, counts)?;
        }
        PageStyle::Url { next } => {
            if reply.has(next) && !reply.is(next, |it| it == Primitive::String) {
                return Err(format!(
                    "`{next}`, the address of the next page, is no string"
                ));
            }
            properties.push(next);
        }
        PageStyle::Link | PageStyle::Recognised => {}
    }
    if let Some(missing) = parameters
        .into_iter()
        .find(|name| query(operation, &[name.as_str()]).is_none())
    {
        return Err(format!(
            "the paging names `{missing}`, which is no query parameter of this operation"
        ));
    }
    match properties.into_iter().find(|name| !reply.has(name)) {
        Some(missing) => Err(format!(
            "the paging names `{missing}`, which is no property of the reply"
        )),
        None => Ok(()),
    }
}

fn check_counts(reply: &Reply<'_>, counts: &Counts) -> Result<(), String> {
    let numbers = [&counts.number, &counts.pages, &counts.total];
    let numbers = numbers.into_iter().flatten().map(|path| (path, "number"));
    let flags = counts.more.iter().map(|path| (path, "boolean"));
    for (path, kind) in numbers.chain(flags) {
        if !reply.has(path) {
            return Err(format!(
                "the paging names `{path}`, which is no property of the reply"
            ));
        }
        let is_flag = kind == "boolean";
        if !reply.is(path, |it| {
            if is_flag {
                it == Primitive::Bool
            } else {
                is_number(it)
            }
        }) {
            return Err(format!("`{path}`, which the paging names, is no {kind}"));
        }
    }
    Ok(())
}
