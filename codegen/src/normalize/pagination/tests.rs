//! Which operations are paged, and how.

use crate::diagnostics::Diagnostics;
use crate::diagnostics::codes::PAGINATION_UNUSABLE;
use crate::model::{Counts, PageStyle, Pagination};
use crate::source::Sources;
use crate::{Input, model};

/// The paging of `GET /rows` with these query parameters (`page=0` has a default) and this reply;
/// more members of the operation may follow.
fn paging(query: &[&str], reply: &str, more: &str) -> (Option<Pagination>, usize) {
    let parameter = |text: &&str| {
        let (name, default) = text.split_once('=').unwrap_or((text, ""));
        let default = match default {
            "" => String::new(),
            default => format!(", default: {default}"),
        };
        format!("{{name: '{name}', in: query, schema: {{type: integer{default}}}}}")
    };
    let parameters: Vec<_> = query.iter().map(parameter).collect();
    let document = format!(
        "
openapi: 3.1.0
info: {{title: T, version: '1'}}
components: {{schemas: {{Rows: {{type: array, items: {{type: string}}}}}}}}
paths:
  /rows:
    get:
      operationId: listRows
      parameters: [{}]
      responses: {{'200': {{content: {{application/json: {{schema: {reply}}}}}}}}}
      {more}",
        parameters.join(", ")
    );
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let input = Input::text("rows.yaml", document);
    let api = model(&input, &mut sources, &mut diagnostics).expect("an API");
    let told = diagnostics.iter();
    let told = told.filter(|told| told.code.id == PAGINATION_UNUSABLE.id);
    (api.operations[0].pagination.clone(), told.count())
}

fn recognised(query: &[&str], reply: &str) -> Option<PageStyle> {
    let (pagination, told) = paging(query, reply, "");
    assert_eq!(told, 0);
    pagination.map(|pagination| pagination.style)
}

const LIST: &str = "{$ref: '#/components/schemas/Rows'}";

/// An object with a list and these properties.
fn object(properties: &str) -> String {
    format!("{{type: object, properties: {{rows: {LIST}, {properties}}}}}")
}

#[test]
fn numbered_pages_are_recognised_where_all_is_said() {
    let page = |first, counts| {
        Some(PageStyle::Page {
            page: "page".to_owned(),
            first,
            counts,
        })
    };
    let none = Counts::default;
    let number = |text: &str| Some(text.to_owned());
    assert_eq!(
        recognised(&["page=1", "per_page=30"], LIST),
        page(Some(1), none())
    );
    assert_eq!(recognised(&["page=0", "size"], LIST), page(Some(0), none()));
    let meta = object(
        "meta: {type: object, properties: {page: {type: integer}, totalPages: {type: integer}}}",
    );
    let counts = Counts {
        number: number("meta.page"),
        pages: number("meta.totalPages"),
        ..none()
    };
    assert_eq!(recognised(&["page", "limit"], &meta), page(None, counts));
    let total = object("total_count: {type: number}, has_more: {type: boolean}");
    let counts = Counts {
        total: number("total_count"),
        more: number("has_more"),
        ..none()
    };
    assert_eq!(
        recognised(&["page=1", "per_page"], &total),
        page(Some(1), counts)
    );
}

#[test]
fn what_may_be_something_else_is_not_recognised() {
    let total = object("total_count: {type: string}");
    for (query, reply) in [
        // Whether the first page is 0 or 1.
        (vec!["page", "per_page"], LIST),
        (vec!["page=7", "per_page"], LIST),
        // One list, without pages unless they are asked for.
        (vec!["page=1"], LIST),
        (vec!["page=1", "per_page=0"], LIST),
        (vec!["page", "per_page"], &total),
        // Two ways at once.
        (vec!["page=1", "per_page", "after"], LIST),
        // No list, or two.
        (
            vec!["page=1", "per_page"],
            "{type: object, properties: {a: {type: string}}}",
        ),
        (
            vec!["page=1", "per_page"],
            &object(&format!("others: {LIST}")),
        ),
        // Tokens, as far as anyone can tell.
        (vec![], &object("next: {type: string}")),
        (
            vec![],
            &object("links: {type: object, properties: {next: {type: integer}}}"),
        ),
    ] {
        assert_eq!(recognised(&query, reply), None, "{query:?} {reply}");
    }
}

#[test]
fn addresses_are_recognised_by_their_names() {
    for (reply, next) in [
        (
            "links: {type: object, properties: {next: {type: [string, 'null']}}}",
            "links.next",
        ),
        (
            "_links: {type: object, properties: {next: {type: object, properties: {href: {type: \
             string}}}}}",
            "_links.next.href",
        ),
        ("nextLink: {type: string}", "nextLink"),
        (
            "meta: {type: object, properties: {next_page_url: {type: string}}}",
            "meta.next_page_url",
        ),
    ] {
        let next = next.to_owned();
        let style = recognised(&["page=1", "per_page"], &object(reply));
        assert_eq!(style, Some(PageStyle::Url { next }));
    }
}

#[test]
fn what_is_declared_must_be_there() {
    let reply = object("next: {type: string}, count: {type: integer}");
    let declared = |says: &str| {
        let declaration = format!("x-specwright-pagination: {{items: rows, {says}}}");
        paging(&["p"], &reply, &declaration)
    };
    assert!(declared("style: url, next: next").0.is_some());
    assert!(declared("style: page, page: p, total: count").0.is_some());
    for wrong in [
        "style: url, next: count",
        "style: url, next: links.next",
        "style: page, page: q",
        "style: page, page: p, total: next",
        "style: page, page: p, more: count",
        "style: page, page: p, pages: meta.pages",
    ] {
        assert_eq!(declared(wrong), (None, 1), "{wrong}");
    }
}

#[test]
fn one_reply_is_read_in_one_way() {
    let document = format!(
        "
openapi: 3.1.0
info: {{title: T, version: '1'}}
components: {{schemas: {{Page: {}}}}}
paths:
  /a: {{get: {{operationId: a, parameters: [{{name: offset, in: query, schema: {{type: integer}}}}, {{name: limit, in: query, schema: {{type: integer}}}}], responses: &page {{'200': {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/Page'}}}}}}}}}}}}}}
  /b: {{get: {{operationId: b, responses: *page}}}}",
        object("nextLink: {type: string}").replace(LIST, "{type: array, items: {type: string}}")
    );
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let input = Input::text("rows.yaml", document);
    let api = model(&input, &mut sources, &mut diagnostics).expect("an API");
    let is_paged = |index: usize| api.operations[index].pagination.is_some();
    assert_eq!((is_paged(0), is_paged(1)), (true, false));
}
