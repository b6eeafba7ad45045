//! `specwright new`, from outside: what it writes, where, and what it leaves alone. That the crates
//! compile and their tests pass, `new_crates` of the workspace's tests shows.

mod run;

use std::fs;
use std::path::{Path, PathBuf};

const DOCUMENT: &str = "\
openapi: 3.1.0
info:
  title: Corner Shop
  version: '2'
  description: Books and more.
  license: { name: MIT }
servers: [{ url: 'https://shop.example.com' }]
security: [{ key: [] }]
paths:
  /books:
    get:
      operationId: listBooks
      tags: [Books]
      summary: All books.
      parameters: [{ name: limit, in: query, schema: { type: integer } }]
      responses:
        '200':
          description: Books.
          content:
            application/json:
              schema: { type: array, items: { $ref: 'types/book.yaml' } }
              example: [{ id: b-1, title: Dune, shelf: 4 }]
        '401':
          description: Who are you?
          content:
            application/json:
              schema: { type: object, required: [reason], properties: { reason: { type: string } } }
    post:
      operationId: addBook
      tags: [Books]
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: 'types/book.yaml' } } }
      responses: { '201': { description: Added. } }
  /orders:
    get:
      operationId: listOrders
      tags: [Orders]
      responses: { '204': { description: None yet. } }
components:
  securitySchemes: { key: { type: apiKey, in: header, name: x-key } }
";

const BOOK: &str = "\
type: object
required: [id, title]
properties:
  id: { type: string, readOnly: true }
  title: { type: string }
example: { title: Dune }
";

const OVERLAY: &str = "\
overlay: 1.0.0
info: { title: Names, version: '1' }
actions:
  - { target: $.info, update: { title: Book Shop } }
";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("api/shop.yaml", DOCUMENT);
        folder.write("api/types/book.yaml", BOOK);
        folder.write("names.yaml", OVERLAY);
        folder
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs the command in the folder `below`; its status and what it says.
    fn run(&self, below: &str, arguments: &[&str]) -> (Option<i32>, String) {
        let (status, _, said) = run::run(&self.at(below), arguments);
        (Some(status), said)
    }

    fn made(&self, arguments: &[&str]) -> String {
        let all = [&["new", "shop", "--document", "api/shop.yaml"], arguments].concat();
        let (status, said) = self.run("", &all);
        assert_eq!(status, Some(0), "{said}");
        said
    }

    /// What lies below a folder, hidden files included, sorted.
    fn names(&self, below: &str) -> Vec<String> {
        let entries = fs::read_dir(self.at(below)).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

#[test]
fn a_crate_has_all_that_one_has_and_stays_what_the_document_says() {
    let folder = Folder::new();
    folder.made(&[]);
    let expected = [
        ".gitignore",
        "Cargo.toml",
        "README.md",
        "examples",
        "spec",
        "src",
        "tests",
    ];
    assert_eq!(folder.names("shop"), expected);
    assert_eq!(folder.names(""), ["api", "names.yaml", "shop"]);
    assert_eq!(
        folder.names("shop/tests/wire"),
        ["books.rs", "loopback.rs", "main.rs", "orders.rs"]
    );
    assert_eq!(folder.read("shop/spec/shop.yaml"), DOCUMENT);
    assert_eq!(folder.read("shop/spec/types/book.yaml"), BOOK);

    let manifest = folder.read("shop/Cargo.toml");
    assert!(
        manifest.contains("name = \"corner-shop\"\nversion = \"0.1.0\""),
        "{manifest}"
    );
    assert!(manifest.contains("license = \"MIT\""), "{manifest}");
    let runtime = format!(
        "specwright-runtime = {{ version = \"{}\"",
        env!("CARGO_PKG_VERSION")
    );
    assert!(manifest.contains(&runtime), "{manifest}");
    assert!(
        folder
            .read("shop/README.md")
            .contains("use corner_shop::Client;")
    );
    assert!(
        folder
            .read("shop/examples/books_list.rs")
            .contains("CORNER_SHOP_KEY")
    );

    for command in ["check", "generate", "check"] {
        let (status, said) = folder.run("shop", &[command]);
        assert_eq!(status, Some(0), "{said}");
        let unchanged = command == "check" || said.contains("corner_shop: 0 written, 0 removed");
        assert!(unchanged, "{said}");
    }
}

#[test]
fn resources_have_features_that_take_no_name_of_another() {
    let folder = Folder::new();
    folder.made(&[]);
    let manifest = folder.read("shop/Cargo.toml");
    for expected in [
        "default = [\"full\", \"rustls\", \"gzip\", \"brotli\", \"zstd\", \"exact-floats\"]\n",
        "full = [\"books\", \"orders\"]\nbooks = []\norders = []\n",
        "[[example]]\nname = \"books_list\"\nrequired-features = [\"full\"]\n",
        "[[test]]\nname = \"wire\"\nrequired-features = [\"full\"]\n",
    ] {
        assert!(manifest.contains(expected), "{expected} in\n{manifest}");
    }
    let readme = folder.read("shop/README.md");
    assert!(readme.contains("| `full` | yes |"), "{readme}");

    let traced = DOCUMENT.replace("tags: [Orders]", "tags: [Tracing]");
    folder.write("api/traced.yaml", &traced);
    let arguments = ["new", "traced", "--document", "api/traced.yaml"];
    assert_eq!(folder.run("", &arguments).0, Some(0));
    let manifest = folder.read("traced/Cargo.toml");
    for expected in [
        "default = [\"corner_shop\", \"rustls\"",
        "\ntracing = [\"specwright-runtime/tracing\"]\n",
        "\ncorner_shop-tracing = [\"_corner_shop\"]\n",
    ] {
        assert!(manifest.contains(expected), "{expected} in\n{manifest}");
    }
    assert_eq!(folder.run("traced", &["check"]).0, Some(0));
}

#[test]
fn tests_ask_for_what_the_document_says() {
    let folder = Folder::new();
    folder.made(&[]);
    let tests = folder.read("shop/tests/wire/books.rs");
    for expected in [
        // The example, without the member that the schema does not have.
        r#"[{ "id": "b-1", "title": "Dune" }]"#,
        r#"request.is("GET", "/books");"#,
        r#"request.has_query(&[("limit", "1")]);"#,
        r#"request.has_header("x-key", "secret");"#,
        // Of what is read only, nothing is sent.
        r###"request.has_json(&loopback::json(r#"{ "title": "Dune" }"#));"###,
        "for status in [401]",
        r#"{ "reason": "reason" }"#,
    ] {
        assert!(tests.contains(expected), "{expected} in\n{tests}");
    }
    let count = tests.matches("#[tokio::test]").count();
    assert_eq!(count, 3, "list, its refusal, add: {tests}");
}

#[test]
fn names_overlays_filters_and_serde() {
    let folder = Folder::new();
    folder.made(&[
        "--overlay",
        "names.yaml",
        "--tag",
        "Books",
        "--serde",
        "used",
    ]);
    let manifest = folder.read("shop/Cargo.toml");
    assert!(manifest.contains("name = \"book-shop\""), "{manifest}");
    let plan = folder.read("shop/spec/specwright.toml");
    assert!(plan.contains("overlays = [\"names.yaml\"]"), "{plan}");
    assert!(plan.contains("[api.only]\ntags = [\"Books\"]"), "{plan}");
    assert!(!plan.contains("serde"), "{plan}");
    assert_eq!(
        folder.names("shop/tests/wire"),
        ["books.rs", "loopback.rs", "main.rs"]
    );
    assert_eq!(folder.run("shop", &["check"]).0, Some(0));

    let (status, said) = folder.run(
        "",
        &[
            "new",
            "other",
            "--document",
            "api/shop.yaml",
            "--name",
            "fn",
        ],
    );
    assert_eq!(status, Some(2));
    assert!(
        said.contains("the crate cannot have this name: `fn`"),
        "{said}"
    );
    folder.run(
        "",
        &[
            "new",
            "other",
            "--document",
            "api/shop.yaml",
            "--name",
            "Shop_2",
        ],
    );
    assert!(
        folder
            .read("other/Cargo.toml")
            .contains("name = \"Shop_2\"")
    );
    assert!(
        folder
            .read("other/README.md")
            .contains("use shop_2::Client;")
    );
}

#[test]
fn the_runtime_by_path_is_found_from_the_crate() {
    let folder = Folder::new();
    folder.write("runtime/Cargo.toml", "");
    folder.made(&["--runtime", "runtime"]);
    assert!(
        folder
            .read("shop/Cargo.toml")
            .contains("{ path = \"../runtime\",")
    );
    let (status, said) = folder.run(
        "",
        &[
            "new",
            "other",
            "--document",
            "api/shop.yaml",
            "--runtime",
            "api",
        ],
    );
    assert_eq!(status, Some(2));
    assert!(said.contains("there is no crate at `api`"), "{said}");
    assert!(!folder.at("other").exists());
}

#[test]
fn a_folder_with_files_is_taken_only_by_force_and_they_are_left_alone() {
    let folder = Folder::new();
    folder.write("shop/README.md", "mine\n");
    folder.write("shop/notes.txt", "mine\n");
    let new = ["new", "shop", "--document", "api/shop.yaml"];
    let (status, said) = folder.run("", &new);
    assert_eq!(status, Some(2));
    assert!(said.contains("`shop` is not empty"), "{said}");
    assert_eq!(folder.names("shop"), ["README.md", "notes.txt"]);

    let said = folder.made(&["--force"]);
    assert!(said.contains("kept shop/README.md"), "{said}");
    assert_eq!(folder.read("shop/README.md"), "mine\n");
    assert_eq!(folder.read("shop/notes.txt"), "mine\n");
    assert_eq!(folder.run("shop", &["check"]).0, Some(0));

    // What was generated is made anew.
    let root = folder.read("shop/src/api/mod.rs");
    folder.write(
        "shop/src/api/mod.rs",
        &root.replace("mod client", "mod other"),
    );
    folder.made(&["--force"]);
    assert_eq!(folder.read("shop/src/api/mod.rs"), root);
    assert_eq!(
        folder.names(""),
        ["api", "names.yaml", "shop"],
        "nothing is left beside"
    );
}

#[test]
fn an_empty_folder_is_taken_and_a_broken_document_leaves_nothing() {
    let folder = Folder::new();
    fs::create_dir(folder.at("shop")).unwrap();
    folder.write("broken.yaml", "openapi: 3.1.0\npaths: [\n");
    let (status, said) = folder.run("", &["new", "shop", "--document", "broken.yaml"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("error: nothing is written"), "{said}");
    assert_eq!(folder.names("shop"), [""; 0]);
    folder.made(&[]);
}

#[test]
fn broken_examples_are_told_and_hinder_nothing() {
    let folder = Folder::new();
    let broken = DOCUMENT.replace("title: Dune, shelf", "title: 3, shelf");
    folder.write("api/shop.yaml", &broken);
    let said = folder.made(&[]);
    assert!(said.contains("warning[SW0261]"), "{said}");
    assert!(said.contains("the crate is made all the same"), "{said}");
    assert_eq!(folder.run("shop", &["check"]).0, Some(0));
    let tests = folder.read("shop/tests/wire/books.rs");
    assert!(
        tests.contains(r#"[{ "title": "Dune" }]"#),
        "the schema's example instead: {tests}"
    );
}

#[test]
fn a_connector_becomes_a_crate_too() {
    let folder = Folder::new();
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/claude-connector");
    let (service, resources) = (spec.join("service.json"), spec.join("resources.json"));
    let (status, said) = folder.run(
        "",
        &[
            "new",
            "connector",
            "--document",
            service.to_str().unwrap(),
            "--resources",
            resources.to_str().unwrap(),
        ],
    );
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(folder.run("connector", &["check"]).0, Some(0));
    let plan = folder.read("connector/spec/specwright.toml");
    assert!(plan.contains("resources = \"resources.json\""), "{plan}");
    assert!(folder.at("connector/spec/connector.schema.json").exists());
    assert!(folder.at("connector/tests/wire/messages.rs").exists());
}

#[test]
fn versions_of_dependencies_are_those_of_the_workspace() {
    let folder = Folder::new();
    folder.made(&[]);
    let read = |text: &str| text.parse::<toml::Table>().unwrap();
    let made = read(&folder.read("shop/Cargo.toml"));
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let workspace = read(&fs::read_to_string(workspace).unwrap());
    let version = |value: &toml::Value| {
        let version = value.get("version").unwrap_or(value).as_str();
        version.unwrap().to_owned()
    };
    let known = &workspace["workspace"]["dependencies"];
    for table in ["dependencies", "dev-dependencies"] {
        for (name, value) in made[table].as_table().unwrap() {
            assert_eq!(version(value), version(&known[name.as_str()]), "{name}");
        }
    }
    let package = &workspace["workspace"]["package"];
    assert_eq!(made["package"]["rust-version"], package["rust-version"]);
    assert_eq!(made["package"]["edition"], package["edition"]);
}
