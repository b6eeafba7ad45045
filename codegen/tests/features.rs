//! Cargo features for resources: what stands behind them, and the manifest they are kept in.

mod run;

use std::path::Path;

use specwright::diff::{Level, Version, diff};
use specwright::source::Sources;
use specwright::write::single;
use specwright::{Build, BuildError, Input, generate, model};

const DOCUMENT: &str = "\
openapi: 3.1.0
info: { title: Bookshop, version: '1' }
servers: [{ url: 'https://bookshop.example' }]
paths:
  /books:
    get:
      operationId: listBooks
      tags: [Books]
      responses:
        '200':
          description: Books.
          content: { application/json: { schema: { $ref: '#/components/schemas/Book' } } }
  /books/{id}/reviews:
    get:
      operationId: listReviews
      x-specwright-resource: books.reviews
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses:
        '200':
          description: Reviews.
          content: { application/json: { schema: { $ref: '#/components/schemas/Review' } } }
  /films:
    get:
      operationId: listFilms
      tags: [Films]
      responses:
        '200':
          description: Films.
          content: { application/json: { schema: { $ref: '#/components/schemas/Film' } } }
  /orders:
    get:
      operationId: listOrders
      tags: [Orders]
      responses:
        '200':
          description: Orders.
          content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } }
webhooks:
  sold:
    post:
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Sale' } } } }
      responses: { '200': { description: Seen. } }
components:
  schemas:
    Book: { type: object, properties: { author: { $ref: '#/components/schemas/Person' }, price: { $ref: '#/components/schemas/Price' } } }
    Review: { type: object, properties: { text: { type: string } } }
    Film: { type: object, properties: { director: { $ref: '#/components/schemas/Person' }, price: { $ref: '#/components/schemas/Price' } } }
    Order: { type: object, properties: { price: { $ref: '#/components/schemas/Price' } } }
    Sale: { type: object, properties: { order: { $ref: '#/components/schemas/Order' } } }
    Person: { type: object, properties: { name: { type: string } } }
    Price: { type: object, properties: { cents: { type: integer } } }
";

const PLAN: &str = "\
[[api]]
name = 'bookshop'
document = 'bookshop.yaml'
output = 'src/bookshop'
features = 'shop'
";

/// The document with features whose names begin with a text.
fn input(prefix: Option<&str>) -> Input {
    let mut input = Input::text("bookshop.yaml", DOCUMENT);
    input.options.features = prefix.map(str::to_owned);
    input
}

/// What is generated, as it is compiled with some features: without the items whose condition does
/// not hold.
fn compiled(features: &[&str]) -> String {
    let outcome = generate(&input(Some("")));
    let text = single(&outcome.modules.unwrap(), "").unwrap();
    let mut file = syn::parse_file(&text).unwrap();
    retain(&mut file.items, features);
    prettyplease::unparse(&file)
}

fn retain(items: &mut Vec<syn::Item>, features: &[&str]) {
    items.retain(|item| match item {
        syn::Item::Mod(it) => holds(&it.attrs, features),
        syn::Item::Use(it) => holds(&it.attrs, features),
        _ => true,
    });
    for item in items {
        if let syn::Item::Mod(it) = item
            && let Some((_, items)) = &mut it.content
        {
            retain(items, features);
        }
    }
}

fn holds(attributes: &[syn::Attribute], features: &[&str]) -> bool {
    let mut conditions = attributes.iter().filter(|it| it.path().is_ident("cfg"));
    conditions.all(|condition| {
        let condition = condition.meta.require_list().unwrap().tokens.to_string();
        features
            .iter()
            .any(|name| condition.contains(&format!("{name:?}")))
    })
}

#[test]
fn each_feature_has_what_its_resource_needs_and_nothing_else() {
    let types = ["Book", "Review", "Film", "Order", "Sale", "Person", "Price"];
    let cases: [(&[&str], &[&str]); 6] = [
        (&["books"], &["Book", "Review", "Person", "Price"]),
        (&["films"], &["Film", "Person", "Price"]),
        (&["orders"], &["Order", "Price"]),
        (&["webhooks"], &["Order", "Sale", "Price"]),
        (
            &["books", "orders"],
            &["Book", "Review", "Order", "Person", "Price"],
        ),
        (&[], &["Price"]),
    ];
    for (features, expected) in cases {
        let text = compiled(features);
        let has = |name: &&str| text.contains(&format!("pub struct {name} {{"));
        let found: Vec<&str> = types.into_iter().filter(has).collect();
        assert_eq!(found, expected, "{features:?}");
        for (resource, client) in [("books", "Books"), ("films", "Films"), ("orders", "Orders")] {
            let leads = text.contains(&format!("pub fn {resource}(&self) -> {client} {{"));
            assert_eq!(
                leads,
                features.contains(&resource),
                "{features:?}: {resource}"
            );
        }
        assert_eq!(
            text.contains("pub enum WebhookEvent"),
            features == ["webhooks"]
        );
    }
}

#[test]
fn users_can_name_the_same_with_all_features_as_without_any() {
    let version = |prefix| {
        let (input, mut sources) = (input(prefix), Sources::default());
        let api = model(&input, &mut sources, &mut Default::default()).unwrap();
        Version::of(&api, &input.options)
    };
    let changes = diff(&version(None), &version(Some("shop")));
    let told: Vec<_> = changes
        .iter()
        .map(|it| (it.level, it.item.as_str()))
        .collect();
    // Their documentation says which feature they need.
    let documented = ["Books", "Films", "Orders", "Reviews"].map(|it| (Level::Patch, it));
    assert_eq!(told, documented);
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let (status, _, told) = run::run(folder, arguments);
    (status, told)
}

fn project() -> (tempfile::TempDir, impl Fn(&str, &str), impl Fn() -> String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let write = move |name: &str, text: &str| std::fs::write(path.join(name), text).unwrap();
    let path = folder.path().join("Cargo.toml");
    let manifest = move || std::fs::read_to_string(&path).unwrap();
    write("bookshop.yaml", DOCUMENT);
    write("specwright.toml", PLAN);
    write(
        "Cargo.toml",
        "[package]\nname = 'shop'\n\n[features]\ndefault = ['shop-books']\n",
    );
    (folder, write, manifest)
}

#[test]
fn the_manifest_is_kept_in_step() {
    let (folder, write, manifest) = project();
    let (status, told) = run(folder.path(), &["check"]);
    assert_eq!(status, 1);
    assert!(told.contains("Cargo.toml:6 differs"), "{told}");
    assert_eq!(run(folder.path(), &["generate"]).0, 0);
    let expected = "\
[package]
name = 'shop'

[features]
default = ['shop-books']

# Features kept by specwright, of `bookshop`; what you add to one stays.
shop = [\"shop-books\", \"shop-films\", \"shop-orders\", \"shop-webhooks\"]
_shop = []
shop-books = [\"_shop\"]
shop-films = [\"_shop\"]
shop-orders = [\"_shop\"]
shop-webhooks = [\"_shop\"]
";
    assert_eq!(manifest(), expected);
    assert_eq!(run(folder.path(), &["check"]), (0, String::new()));

    let own = expected.replace(
        "shop-films = [\"_shop\"]",
        "shop-films = [\"_shop\", \"dep:film\"]",
    );
    write("Cargo.toml", &own);
    assert_eq!(run(folder.path(), &["check"]).0, 0, "an addition stays");

    write("bookshop.yaml", &DOCUMENT.replace("[Orders]", "[Sales]"));
    let (status, told) = run(folder.path(), &["check"]);
    assert_eq!(status, 1);
    assert!(
        told.contains("generated: shop = [\"shop-books\", \"shop-films\", \"shop-sales\""),
        "{told}"
    );
    assert_eq!(run(folder.path(), &["generate"]).0, 0);
    let text = manifest();
    assert!(
        text.contains("shop-films = [\"_shop\", \"dep:film\"]\n"),
        "{text}"
    );
    assert!(
        text.ends_with("shop-webhooks = [\"_shop\"]\n\nshop-orders = [\"_shop\"]\n"),
        "{text}"
    );
}

#[test]
fn a_crate_without_a_manifest_is_told() {
    let (folder, _, _) = project();
    std::fs::remove_file(folder.path().join("Cargo.toml")).unwrap();
    let (status, told) = run(folder.path(), &["generate"]);
    assert_eq!(status, 1);
    assert!(
        told.contains("error[SW0610]: there is no `Cargo.toml`"),
        "{told}"
    );
    assert!(told.contains("specwright.toml:5:1"), "{told}");
    assert!(!folder.path().join("src").exists(), "nothing is written");
}

#[test]
fn a_build_says_which_features_its_crate_has_to_declare() {
    let (folder, _, _) = project();
    let output = folder.path().join("bookshop.rs");
    let build = Build::new(folder.path().join("bookshop.yaml")).output(&output);
    // The crate that is built is the one of this test.
    let error = build.clone().features("").generate().unwrap_err();
    let BuildError::Features(lacking) = &error else {
        panic!("{error}");
    };
    assert!(lacking.contains("\nbooks = []\nfilms = []\n"), "{lacking}");
    assert!(!output.exists());
    assert!(build.generate().is_ok());
    assert!(
        !std::fs::read_to_string(output)
            .unwrap()
            .contains("cfg(feature")
    );
}
