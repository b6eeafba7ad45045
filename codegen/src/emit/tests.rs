//! A fragment of a document in, Rust out.

use crate::emit::Module;
use crate::{Input, generate};

/// The modules of a document with these parts.
fn modules(document: &str) -> Vec<Module> {
    let text = format!("openapi: 3.1.0\ninfo: {{ title: Test API, version: '1' }}\n{document}");
    let outcome = generate(&Input::text("test.yaml", text));
    let found: Vec<_> = outcome
        .diagnostics
        .iter()
        .map(|found| &found.message)
        .collect();
    outcome.modules.unwrap_or_else(|| panic!("{found:?}"))
}

/// The text of a module, formatted.
fn module(modules: &[Module], path: &[&str]) -> String {
    let module = modules.iter().find(|module| module.path == path);
    let module = module.unwrap_or_else(|| panic!("no {path:?}"));
    prettyplease::unparse(&syn::parse2(module.tokens.clone()).unwrap())
}

/// Items of `types/shared.rs` of a document with these schemas, that is sent and received as they
/// say: `Sent` is the body of an operation, `Received` its answer.
fn types(schemas: &str) -> String {
    let document = format!(
        "
paths:
  /things:
    post:
      operationId: makeThing
      tags: [things]
      requestBody:
        required: true
        content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Sent' }} }} }}
      responses:
        '200':
          description: The thing.
          content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Received' }} }} }}
components:
  schemas:
{schemas}"
    );
    module(&modules(&document), &["types", "things"])
}

const NOTHING_SENT: &str = "    Sent: { type: object }\n";
const NOTHING_RECEIVED: &str = "    Received: { type: object }\n";

/// Asserts that `text` has all of `expected`, formatted as Rust items, and shows both if not.
#[track_caller]
fn has(text: &str, expected: &str) {
    let expected = prettyplease::unparse(&syn::parse_str(expected).unwrap());
    assert!(
        text.contains(expected.trim_end()),
        "expected\n{expected}\nin\n{text}"
    );
}

#[test]
fn pages_by_number_and_address() {
    let document = "
paths:
  /books:
    get:
      operationId: listBooks
      parameters:
        - { name: page, in: query, schema: { type: integer, default: 1 } }
        - { name: per_page, in: query, schema: { type: integer } }
      responses:
        '200':
          content:
            application/json:
              schema:
                type: object
                required: [total_count]
                properties:
                  books: { type: array, items: { type: string } }
                  total_count: { type: integer }
                  meta: { type: object, required: [page], properties: { page: { type: integer } } }
  /loans:
    get:
      operationId: listLoans
      responses:
        '200':
          content:
            application/json:
              schema:
                type: object
                required: [data, links]
                properties:
                  data: { type: array, items: { type: string } }
                  links: { type: object, properties: { next: { type: string } } }
";
    let modules = modules(document);
    let all: Vec<_> = modules.iter().map(|it| it.tokens.to_string()).collect();
    let all = all.join("\n").split_whitespace().collect::<String>();
    for expected in [
        r#".paginate(Pagination::numbered("page",Some(1)))"#,
        "impl_list_request!(ListBooks,ListBooksResponse);",
        "impl_page!(ListBooksResponse,books,String,page=>Next::Page(Counts::new()\
         .number(page.meta.as_ref().and_then(|page|Some(page.page)))\
         .total(Some(page.total_count))));",
        ".paginate(Pagination::Url)",
        "impl_page!(ListLoansResponse,data,String,page=>Next::Url(page.links.next.clone()));",
    ] {
        assert!(all.contains(expected), "{expected}\nin\n{all}");
    }
}

#[test]
fn what_is_received_is_read_tolerantly() {
    let text = types(&format!(
        "{NOTHING_SENT}
    Received:
      description: A thing.
      type: object
      required: [id, type, at]
      properties:
        id: {{ type: string, description: Its id., maxLength: 5 }}
        type: {{ const: thing }}
        at: {{ type: [string, 'null'], format: date-time }}
        size: {{ type: integer, format: uint64, default: 3 }}
      additionalProperties: true
"
    ));
    has(
        &text,
        r#"
        /// A thing.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct Received {
            /// Its id. At most 5 characters.
            pub id: String,
            pub at: Option<DateTime<Utc>>,
            /// Defaults to `3`.
            pub size: Option<u64>,
            /// Members that the document does not name; they are kept and sent back.
            pub extra: Map<String, Value>,
        }"#,
    );
    has(
        &text,
        r#"
        impl<'de> Object<'de> for Received {
            fn read<A: MapAccess<'de>>(__map: A) -> Result<Self, A::Error> {
                let mut id = Required(None);
                let mut at = None;
                let mut size = None;
                let mut extra: Map<String, Value> = Map::new();
                let __read = object::read(
                    __map,
                    &["id", "type", "at", "size"],
                    &mut [&mut id, &mut IgnoredAny, &mut at, &mut size],
                    &mut extra,
                );
                match (__read, id) {
                    (Ok(()), Required(Some(id))) => Ok(Self { id, at, size, extra }),
                    (Err(error), ..) => Err(error),
                    _ => Err(object::missing()),
                }
            }
        }"#,
    );
    assert!(
        !text.contains("pub fn new"),
        "nobody builds what is only received"
    );
}

#[test]
fn what_is_sent_tells_absent_from_null() {
    let text = types(&format!(
        "{NOTHING_RECEIVED}
    Sent:
      type: object
      required: [name, parent]
      properties:
        name: {{ type: string }}
        parent: {{ type: [string, 'null'] }}
        labels: {{ type: array, items: {{ type: string }} }}
        nextId: {{ type: [integer, 'null'] }}
"
    ));
    has(
        &text,
        r#"
        impl Sent {
            /// With what is required; the rest can be chained.
            pub fn new(name: impl Into<String>, parent: impl Into<Option<String>>) -> Self {
                Self {
                    name: name.into(),
                    parent: parent.into(),
                    labels: None,
                    next_id: Maybe::Absent,
                }
            }
            /// Sets [`labels`](Self#structfield.labels).
            #[must_use]
            pub fn labels(mut self, labels: impl IntoIterator<Item = impl Into<String>>) -> Self {
                self.labels = Some(labels.into_iter().map(Into::into).collect());
                self
            }
            /// Sets [`next_id`](Self#structfield.next_id).
            #[must_use]
            #[inline]
            pub fn next_id(mut self, next_id: i64) -> Self {
                self.next_id = Maybe::Value(next_id);
                self
            }
            /// Sends `null` as [`next_id`](Self#structfield.next_id).
            #[must_use]
            #[inline]
            pub fn null_next_id(mut self) -> Self {
                self.next_id = Maybe::Null;
                self
            }
        }"#,
    );
    assert!(
        text.contains("#[serde(rename = \"nextId\", skip_serializing_if = \"Maybe::is_absent\")]")
    );
    assert!(
        text.contains("#[derive(Clone, Debug, PartialEq, Serialize)]"),
        "nobody reads what is only sent:\n{text}"
    );
    assert!(
        text.contains("    pub parent: Option<String>,"),
        "null is written:\n{text}"
    );
}

#[test]
fn a_constant_is_written_and_is_no_field() {
    let text = types(&format!(
        "{NOTHING_RECEIVED}
    Sent:
      type: object
      required: [name, kind]
      properties: {{ kind: {{ const: note }}, name: {{ type: string }} }}
"
    ));
    has(&text, "pub struct Sent { pub name: String, }");
    has(
        &text,
        r#"
        impl Serialize for Sent {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Members::new(serializer)
                    .member("kind", "note")
                    .member("name", &self.name)
                    .end()
            }
        }"#,
    );
}

#[test]
fn enums_keep_what_they_do_not_know() {
    let text = types(&format!(
        "{NOTHING_SENT}    Received: {{ enum: [end_turn, '2'] }}\n"
    ));
    has(
        &text,
        r#"
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Received {
            EndTurn,
            /// `2`
            V2,
            /// A value that the document does not know.
            Unknown(String),
        }"#,
    );
    has(
        &text,
        r#"impl_open_enum!(Received { EndTurn = "end_turn", V2 = "2" });"#,
    );
}

#[test]
fn unions_are_told_by_their_tag() {
    let text = types(&format!(
        "{NOTHING_SENT}
    Received: {{ oneOf: [{{ $ref: '#/components/schemas/Cat' }}, {{ $ref: '#/components/schemas/Dog' }}] }}
    Cat: {{ type: object, required: [kind], properties: {{ kind: {{ const: cat }} }} }}
    Dog: {{ type: object, properties: {{ kind: {{ const: dog }}, name: {{ type: string }} }} }}
"
    ));
    has(
        &text,
        r#"
        impl<'de> Tagged<'de> for Received {
            const TAG: &'static str = "kind";
            fn variant<A: MapAccess<'de>>(tag: Option<&str>, body: A) -> Result<Self, A::Error> {
                let member = match tag {
                    Some("cat") => Self::Cat(Object::read(body)?),
                    Some("dog") | None => Self::Dog(Object::read(body)?),
                    _ => Self::Unknown(union::unknown(tag, Self::TAG, body)?),
                };
                Ok(member)
            }
        }"#,
    );
}

#[test]
fn a_variant_says_what_its_type_begins_with_unless_it_has_words_of_its_own() {
    let text = types(&format!(
        "{NOTHING_SENT}
    Received:
      oneOf:
        - {{ $ref: '#/components/schemas/Cat' }}
        - {{ type: string, description: Just a name. }}
        - {{ type: integer }}
    Cat:
      description: \"A cat\\nat home.\\n\\nIt has no kind.\"
      type: object
      required: [name]
      properties: {{ name: {{ type: string, description: Its name. }} }}
"
    ));
    has(
        &text,
        r#"pub enum Received {
            /// A cat
            /// at home.
            Cat(Cat),
            /// Just a name.
            Text(String),
            Integer(i64),
            /// A member that the document does not know.
            Unknown(Value),
        }"#,
    );
}

#[test]
fn unions_without_a_tag_are_told_by_kind_and_keys() {
    let text = types(&format!(
        "{NOTHING_SENT}
    Received:
      oneOf:
        - {{ type: string }}
        - {{ type: array, items: {{ type: integer }} }}
        - {{ title: Small, type: object, required: [id], properties: {{ id: {{ type: string }} }} }}
        - {{ title: Large, type: object, required: [id, url], properties: {{ id: {{ type: string }}, url: {{ type: string }} }} }}
"
    ));
    let large = text
        .find(r#"json::has_keys(&value, &["id", "url"])"#)
        .unwrap();
    let small = text.find(r#"json::has_keys(&value, &["id"])"#).unwrap();
    assert!(large < small, "those that ask for more come first:\n{text}");
    assert!(
        text.contains("Kind::String => Self::Text(json::from_value(value)?),"),
        "{text}"
    );
    assert!(text.contains("_ => Self::Unknown(value),"), "{text}");
}

#[test]
fn objects_that_demand_the_same_are_told_by_the_members_they_name() {
    let text = types(&format!(
        "{NOTHING_SENT}
    Received:
      anyOf:
        - {{ title: Circle, type: object, properties: {{ id: {{ type: string }}, radius: {{ type: integer }} }} }}
        - {{ title: Square, type: object, required: [id], properties: {{ id: {{ type: string }}, side: {{ type: integer }} }} }}
        - {{ type: object, additionalProperties: {{ type: string }} }}
"
    ));
    has(
        &text,
        r#"
        impl<'de> Deserialize<'de> for Received {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = Value::deserialize(deserializer)?;
                let member = match json::kind(&value) {
                    Kind::Object => {
                        let order = json::by_fit(&value, [&["side"], &["radius"]]);
                        let member = order.into_iter().find_map(|index| match index {
                            0 if json::has_keys(&value, &["id"]) => json::to(&value).map(Self::Square),
                            1 => json::to(&value).map(Self::Circle),
                            _ => None,
                        });
                        if let Some(member) = member {
                            member
                        } else if let Some(inner) = json::to(&value) {
                            Self::Map(inner)
                        } else {
                            Self::Unknown(value)
                        }
                    }
                    _ => Self::Unknown(value),
                };
                Ok(member)
            }
        }"#,
    );
}

#[test]
fn forms_are_made_of_parts() {
    let document = "
paths:
  /files:
    post:
      operationId: uploadFile
      tags: [files]
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [file, purpose]
              properties:
                file: { type: string, format: binary }
                purpose: { const: vision }
                notes: { type: array, items: { type: string } }
                options: { type: object, properties: { a: { type: integer } } }
      responses: { '204': { description: Stored. } }
";
    let modules = modules(document);
    let text = module(&modules, &["types", "files"]);
    assert!(text.contains("pub file: Upload,"), "{text}");
    assert!(
        text.contains(
            r#"        let mut form = Form::new();
        form = form.part("file", self.file);
        form = form.text("purpose", "vision");
        if let Some(value) = self.notes {
            for value in value {
                form = form.text("notes", value);
            }
        }
        if let Some(value) = self.options {
            form = form.json("options", &value);
        }
        form"#
        ),
        "{text}"
    );
    let text = module(&modules, &["resources", "files"]);
    assert!(text.contains("Request<(), format::Empty>"), "{text}");
    assert!(text.contains(".multipart_body(body.into_form())"), "{text}");
}

#[test]
fn paged_operations_have_requests_to_refine() {
    let document = "
paths:
  /orgs/{org}/things:
    get:
      operationId: listThings
      tags: [things]
      summary: List things
      parameters:
        - { name: org, in: path, required: true, schema: { type: string } }
        - { name: after_id, in: query, schema: { type: string } }
        - { name: sort, in: query, required: true, schema: { enum: [asc, desc] } }
      responses:
        '200':
          description: A page.
          content:
            application/json:
              schema:
                title: ThingPage
                type: object
                required: [data]
                properties:
                  data: { type: array, items: { type: string } }
                  last_id: { type: string }
                  has_more: { type: boolean }
        '404': { description: No such thing. }
";
    let modules = modules(document);
    let text = module(&modules, &["resources", "things"]);
    has(
        &text,
        r#"
        static LIST: Operation = Operation::get("listThings", "/orgs/{org}/things")
            .unauthenticated();"#,
    );
    assert!(text.contains("/// - `404`: No such thing."), "{text}");
    assert!(text.contains("impl_list_request!(ListThings, "), "{text}");
    assert!(
        text.contains(
            r#"        let sort: ListThingsSort = sort.into();
        ListThings {
            request: Request::new(&self.client, &LIST)
                .path_param("org", org.as_ref())
                .query_param("sort", QueryStyle::FormExplode, sort)
                .paginate(Pagination::Cursor {
                    after: "after_id",
                    before: "",
                }),
        }"#
        ),
        "{text}"
    );
    let types = module(&modules, &["types", "things"]);
    assert!(types.contains("last: self.last_id.clone(),"), "{types}");
    assert!(types.contains("more: self.has_more,"), "{types}");
}

#[test]
fn several_successes_are_an_enum_by_status() {
    let document = "
paths:
  /jobs:
    post:
      operationId: startJob
      tags: [jobs]
      responses:
        '200': { description: Done., content: { application/json: { schema: { type: string } } } }
        '202': { description: Accepted., content: { application/json: { schema: { type: integer } } } }
";
    let text = module(&modules(document), &["resources", "jobs"]);
    has(
        &text,
        r#"
        impl FromStatus for StartJobReply {
            fn from_status(status: StatusCode, reply: Reply) -> Result<Self, Error> {
                match status.as_u16() {
                    200 => Ok(Self::Ok(reply.json()?)),
                    202 => Ok(Self::Accepted(reply.json()?)),
                    _ => Err(reply.decode_error("the document has no success of this status")),
                }
            }
        }"#,
    );
    assert!(
        text.contains("Request<StartJobReply, format::ByStatus>"),
        "{text}"
    );
}

#[test]
fn a_client_asks_for_what_its_api_needs() {
    let document = "
servers: [{ url: https://api.example.com }]
security: [{ login: [] }]
paths:
  /orgs/{org}/ping:
    get:
      operationId: ping
      tags: [ping]
      parameters: [{ $ref: '#/components/parameters/Org' }]
      responses: { '204': { description: Alive. } }
components:
  parameters:
    Org:
      { name: org, in: path, required: true, schema: { type: string }, x-specwright-client: { name: organization, env: ORG, required: true } }
  securitySchemes:
    login: { type: http, scheme: basic }
";
    let text = module(&modules(document), &["client"]);
    assert!(text.contains("user: impl Into<String>,"), "{text}");
    assert!(
        text.contains("Self::builder().login(user, password).organization(organization).build()"),
        "{text}"
    );
    assert!(
        text.contains(".invalid(\"`org` is missing: call `organization(..)` or set ORG\");"),
        "{text}"
    );
    assert!(
        text.contains("pub fn organization(&self, organization: impl AsRef<str>) -> Self"),
        "{text}"
    );
}

#[test]
fn examples_are_typed_and_shown_as_doc_tests_only_under_a_known_path() {
    let document = "
paths:
  /notes:
    post:
      operationId: makeNote
      tags: [notes]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [text]
              properties: { text: { type: string }, meta: {}, at: { type: [string, 'null'], format: date } }
            example: { text: Hi, meta: { a: 1 }, at: null }
      responses: { '201': { description: Made., content: { application/json: { schema: { type: string } } } } }
";
    let text = module(&modules(document), &["resources", "notes"]);
    assert!(text.contains("/// ```ignore"), "{text}");
    assert!(
        text.contains(r#"/// let body = MakeNoteRequest::new("Hi").meta(serde_json::json!({ "a": 1 })).null_at();"#),
        "{text}"
    );
}

#[test]
fn names_that_are_keywords_or_not_ascii_make_valid_code() {
    let text = types(&format!(
        "{NOTHING_RECEIVED}
    Sent:
      type: object
      required: [self, type, größe]
      properties: {{ self: {{ type: string }}, type: {{ type: string }}, größe: {{ type: integer }}, new: {{ type: string }}, default: {{ type: string }}, add: {{ type: string }} }}
"
    ));
    for field in [
        "pub self_: String",
        "pub r#type: String",
        "pub größe: i64",
        "pub fn with_default(mut self",
        "#[allow(clippy::should_implement_trait, reason = \"the document's name\")]",
    ] {
        assert!(text.contains(field), "{field} in\n{text}");
    }
}

#[test]
fn identifiers_are_types_of_their_own() {
    let text = types(
        "    Sent: { type: object, required: [id], properties: { id: { $ref: '#/components/schemas/ThingId' }, shelf: { $ref: '#/components/schemas/ShelfUuid' } } }
    ThingId: { type: string, description: A thing., x-specwright-newtype: true }
    ShelfUuid: { type: string, format: uuid, x-specwright-newtype: true }
    Received: { type: object }
",
    );
    for expected in [
        "pub struct ThingId(String);",
        "impl_text_newtype!(ThingId);",
        "pub struct ShelfUuid(Uuid);",
        "impl_uuid_newtype!(ShelfUuid);",
        // Not `impl Into<…>`: any text would do.
        "pub fn new(id: ThingId) -> Self",
        "pub fn shelf(mut self, shelf: ShelfUuid) -> Self",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    let number = types(
        "    Sent: { type: integer, x-specwright-newtype: true }\n    Received: { type: object }\n",
    );
    assert!(!number.contains("newtype"), "{number}");
}

#[test]
fn other_routes_are_a_table() {
    let document = "
paths:
  /shelves/{shelf}/books:
    parameters: [{ name: shelf, in: path, required: true, schema: { type: string } }]
    get:
      operationId: listBooks
      tags: [books]
      x-specwright-latency: fast
      x-specwright-routes:
        - { name: old books, path: '/s/{shelf}', description: Before 2020. }
        - { name: searched, method: post }
        - { name: nowhere, path: '/s/{room}' }
        - { path: /nameless }
      responses: { '204': { description: None. } }
";
    let modules = modules(document);
    let text = module(&modules, &["routes"]);
    for expected in [
        "pub static OLD_BOOKS: Operation = Operation::get(\"listBooks\", \"/s/{shelf}\")",
        "pub static SEARCHED: Operation",
        "pub static ALL: &[&Operation] = &[&OLD_BOOKS, &SEARCHED];",
        "Before 2020.",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    assert!(
        !text.contains("room") && !text.contains("nameless"),
        "{text}"
    );
    let client = module(&modules, &["client"]);
    assert!(
        client.contains("pub fn route(mut self, route: &'static Operation) -> Self"),
        "{client}"
    );
}
