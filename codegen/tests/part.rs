//! The part of a document that is asked for: operations, and types beside them.

mod run;

use specwright::plan::Filter;
use specwright::{Build, BuildError};

use run::run;

const DOCUMENT: &str = "\
openapi: 3.1.0
info: { title: Bookshop, version: '1' }
servers: [{ url: 'https://bookshop.example' }]
paths:
  /books:
    get:
      operationId: listBooks
      tags: [books]
      responses:
        '200':
          description: Books.
          content:
            application/json:
              schema: { type: array, items: { $ref: '#/components/schemas/Book' } }
  /orders:
    post:
      operationId: order
      tags: [orders]
      requestBody:
        content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } }
      responses: { '204': { description: Ordered. } }
components:
  schemas:
    Book: { type: object, properties: { title: { type: string } } }
    Order: { type: object, properties: { isbn: { type: string } } }
    OrderEvent: { type: object, properties: { order: { $ref: '#/components/schemas/Order' } } }
    StockEvent: { type: object, properties: { shelf: { $ref: '#/components/schemas/Shelf' } } }
    Shelf: { type: string, enum: [upper, lower] }
    Unused: { type: object, properties: { nothing: { type: string } } }
";

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What is generated of the document, in one file.
fn generated(only: Filter) -> Result<syn::File, BuildError> {
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("bookshop.yaml");
    std::fs::write(&document, DOCUMENT).unwrap();
    let output = folder.path().join("bookshop.rs");
    Build::new(document).only(only).output(&output).generate()?;
    Ok(syn::parse_file(&std::fs::read_to_string(output).unwrap()).unwrap())
}

/// The types of a file, by name, with the traits they derive.
fn types(items: &[syn::Item], found: &mut Vec<(String, String)>) {
    let derives = |attributes: &[syn::Attribute]| {
        let mut derives = attributes.iter().filter(|it| it.path().is_ident("derive"));
        derives.next().map_or(String::new(), |derive| {
            let list = derive.meta.require_list().unwrap();
            list.tokens.to_string()
        })
    };
    for item in items {
        match item {
            syn::Item::Struct(item) => found.push((item.ident.to_string(), derives(&item.attrs))),
            syn::Item::Enum(item) => found.push((item.ident.to_string(), derives(&item.attrs))),
            syn::Item::Mod(module) => {
                if let Some((_, items)) = &module.content {
                    types(items, found);
                }
            }
            _ => {}
        }
    }
}

fn of_document(file: &syn::File) -> Vec<(String, String)> {
    const KNOWN: &[&str] = &[
        "Book",
        "Order",
        "OrderEvent",
        "StockEvent",
        "Shelf",
        "Unused",
    ];
    let mut found = Vec::new();
    types(&file.items, &mut found);
    found.retain(|(name, _)| KNOWN.contains(&name.as_str()));
    found.sort();
    found
}

#[test]
fn types_are_added_to_the_operations_with_what_they_need() {
    let file = generated(Filter {
        tags: names(&["books"]),
        types: names(&["StockEvent", "Book"]),
        ..Filter::default()
    });
    let found = of_document(&file.unwrap());
    let shown: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(shown, ["Book", "Shelf", "StockEvent"]);
    let derives = |name: &str| {
        let found = found.iter().find(|(known, _)| known == name).unwrap();
        (
            found.1.contains("Serialize"),
            found.1.contains("Deserialize"),
        )
    };
    assert_eq!(
        derives("StockEvent"),
        (true, true),
        "whoever asks for it uses it either way"
    );
    assert!(found[0].1.contains("Deserialize"), "a book is received");
    assert!(
        !found[0].1.replace("Deserialize", "").contains("Serialize"),
        "and not sent"
    );
}

#[test]
fn types_alone_are_generated_without_any_operation() {
    let file = generated(Filter {
        types: names(&["Order*"]),
        ..Filter::default()
    });
    let file = file.unwrap();
    let found: Vec<_> = of_document(&file)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(found, ["Order", "OrderEvent"]);
}

#[test]
fn a_type_that_is_not_there_is_told_with_the_nearest_name() {
    let error = generated(Filter {
        types: names(&["StockEvnt"]),
        ..Filter::default()
    });
    let text = error.err().unwrap().to_string();
    assert!(
        text.contains("error[SW0609]: the document has no type `StockEvnt`"),
        "{text}"
    );
    assert!(text.contains("did you mean `StockEvent`?"), "{text}");
}

#[test]
fn the_command_lowers_a_part() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bookshop.yaml"), DOCUMENT).unwrap();
    let lowered = |options: &[&str]| {
        let arguments = [&["lower", "bookshop.yaml"], options].concat();
        let (_, lowered, told) = run(folder.path(), &arguments);
        let document = serde_json::from_str::<serde_json::Value>(&lowered);
        (document.ok(), told)
    };
    let members = |document: &serde_json::Value| {
        let object = document.as_object().unwrap();
        object.keys().cloned().collect::<Vec<_>>()
    };
    let (document, _) = lowered(&["--operation", "order", "--type", "Stock*", "--type", "Book"]);
    let document = document.unwrap();
    assert_eq!(members(&document["paths"]), ["/orders"]);
    let mut schemas = members(&document["components"]["schemas"]);
    schemas.sort();
    assert_eq!(
        schemas,
        ["Book", "Order", "StockEvent"],
        "an enum is a string"
    );

    let (document, told) = lowered(&["--path", "/book"]);
    assert!(
        document.is_none() && told.contains("did you mean `/books`?"),
        "{told}"
    );
}
