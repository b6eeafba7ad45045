//! Generated crates with cargo features, compiled: each feature alone brings what it needs, without
//! a warning, and nothing of the others.

use std::path::Path;

use specwright::manifest::{Section, update};
use specwright::write::{GeneratedFile, tree};
use specwright::{Input, generate};
use specwright_tests::krate::{Krate, errors};

/// Pages, tagged unions, enums, nested resources, typed errors and events, shared in several ways.
const DOCUMENT: &str = "
openapi: 3.1.0
info: { title: Bookshop, version: '1' }
servers: [{ url: 'https://bookshop.example' }]
paths:
  /books:
    get:
      operationId: listBooks
      tags: [Books]
      parameters: [{ name: limit, in: query, schema: { type: integer } }, { name: offset, in: query, schema: { type: integer } }]
      responses:
        '200': { description: Books., content: { application/json: { schema: { $ref: '#/components/schemas/BookPage' } } } }
        default: { $ref: '#/components/responses/Problem' }
  /books/{id}/reviews:
    post:
      operationId: createReview
      x-specwright-resource: books.reviews
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Review' } } } }
      responses:
        '204': { description: Reviewed. }
        default: { $ref: '#/components/responses/Problem' }
  /films:
    get:
      operationId: listFilms
      tags: [Films]
      parameters: [{ name: genre, in: query, schema: { $ref: '#/components/schemas/Genre' } }]
      responses:
        '200': { description: Films., content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Film' } } } } }
        default: { $ref: '#/components/responses/Problem' }
  /carts/{id}:
    put:
      operationId: putCart
      tags: [Carts]
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Item' } } } }
      responses:
        '200': { description: Cart., content: { application/json: { schema: { $ref: '#/components/schemas/Item' } } } }
        default: { $ref: '#/components/responses/Problem' }
  /orders:
    get:
      operationId: listOrders
      tags: [Orders]
      responses:
        '200': { description: Orders., content: { application/json: { schema: { $ref: '#/components/schemas/Item' } } } }
        default: { $ref: '#/components/responses/Problem' }
  /health: { get: { operationId: health, tags: [Health], responses: { '204': { description: Good. }, default: { $ref: '#/components/responses/Problem' } } } }
webhooks:
  sold: { post: { requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Sale' } } } }, responses: { '200': { description: Seen. } } } }
components:
  responses:
    Problem: { description: A problem., content: { application/json: { schema: { $ref: '#/components/schemas/Problem' } } } }
  schemas:
    Problem: { type: object, description: A problem., properties: { text: { type: string, description: Its text. } } }
    BookPage: { type: object, description: A page., required: [books], properties: { books: { type: array, description: Some., items: { $ref: '#/components/schemas/Book' } } } }
    Book: { type: object, description: A book., required: [type], properties: { type: { const: book }, price: { $ref: '#/components/schemas/Price' } } }
    Film: { type: object, description: A film., required: [type], properties: { type: { const: film }, genre: { $ref: '#/components/schemas/Genre' } } }
    Item: { description: An item., oneOf: [{ $ref: '#/components/schemas/Book' }, { $ref: '#/components/schemas/Film' }], discriminator: { propertyName: type, mapping: { book: '#/components/schemas/Book', film: '#/components/schemas/Film' } } }
    Genre: { type: string, description: A genre., enum: [drama, comedy] }
    Review: { type: object, description: A review., properties: { text: { type: string, description: Its text. } } }
    Sale: { type: object, description: A sale., properties: { item: { $ref: '#/components/schemas/Item' } } }
    Price: { type: object, description: A price., properties: { cents: { type: integer, description: Its amount. } } }
";

/// A crate with the module, and the features of its resources in its manifest.
struct Shop {
    krate: Krate,
    files: Vec<GeneratedFile>,
    manifest: String,
}

impl Shop {
    fn new() -> Self {
        let mut input = Input::text("bookshop.yaml", DOCUMENT);
        input.options.features = Some(String::new());
        let outcome = generate(&input);
        assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
        let section = Section {
            api: "bookshop",
            features: &outcome.features,
        };
        Self {
            krate: Krate::new(env!("CARGO_TARGET_TMPDIR"), "features"),
            files: tree(&outcome.modules.unwrap(), "// @generated by specwright").unwrap(),
            manifest: update("", &[section]).unwrap(),
        }
    }

    /// The errors of the compiler with these features, when the crate also does `uses`.
    fn errors(&self, features: &str, uses: &str) -> Vec<String> {
        let lints = "#![deny(warnings, missing_docs)]";
        let mut files = vec![GeneratedFile {
            path: "lib.rs".into(),
            text: format!("//! A bookshop.\n{lints}\n\npub mod api;\n{uses}"),
        }];
        files.extend(self.files.iter().map(|file| GeneratedFile {
            path: Path::new("api").join(&file.path),
            text: file.text.clone(),
        }));
        self.krate.write(&self.manifest, files).unwrap();
        let arguments = [
            "--message-format",
            "short",
            "--no-default-features",
            "--features",
            features,
        ];
        let output = self.krate.run("check", &arguments).unwrap();
        let errors = errors(&output);
        assert_eq!(output.status.success(), errors.is_empty(), "{output:?}");
        errors
    }
}

#[test]
fn each_feature_compiles_alone_and_brings_nothing_of_the_others() {
    let shop = Shop::new();
    let types = [
        "Book", "BookPage", "Film", "Item", "Genre", "Price", "Review", "Sale",
    ];
    let cases = [
        ("", ""),
        ("books", "Book BookPage Price Review"),
        ("films", "Film Genre"),
        ("carts", "Book Film Item Genre Price"),
        ("orders", "Book Film Item Genre Price"),
        ("health", ""),
        ("webhooks", "Book Film Item Genre Price Sale"),
        ("films,books", "Book BookPage Film Genre Price Review"),
        ("default", "Book BookPage Film Item Genre Price Review Sale"),
    ];
    for (features, brought) in cases {
        assert_eq!(shop.errors(features, ""), [""; 0], "{features}");
        let uses = types.map(|name| format!("pub use api::types::{name};\n"));
        let errors = shop.errors(features, &uses.concat());
        let missing = |name: &&str| errors.iter().any(|it| it.contains(&format!("::{name}`")));
        let found: Vec<&str> = types.into_iter().filter(|name| !missing(name)).collect();
        assert_eq!(
            found.join(" "),
            in_order(&types, brought),
            "{features}: {errors:?}"
        );
    }
}

/// The names that are in a list, in the order of `types`.
fn in_order(types: &[&str], list: &str) -> String {
    let listed = types
        .iter()
        .filter(|name| list.split(' ').any(|it| it == **name));
    listed.copied().collect::<Vec<_>>().join(" ")
}
