//! What `diff` says of planted changes: each is told, with its level, and nothing else is.

use specwright::Input;
use specwright::diff::{Change, Level, Version, diff};
use specwright::model;

const BASE: &str = "
openapi: 3.1.0
info: { title: Pets, version: '1' }
servers: [{ url: 'https://pets.example.com' }]
paths:
  /pets:
    get:
      operationId: listPets
      tags: [pets]
      summary: List pets.
      parameters:
        - { name: kind, in: query, schema: { type: string }, description: Only these. }
        - { name: size, in: query, schema: { type: integer } }
      responses:
        '200':
          description: Pets.
          content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Pet' } } } }
    post:
      operationId: createPet
      tags: [pets]
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: '#/components/schemas/NewPet' } } }
      responses:
        '201':
          description: The pet.
          content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } }
  /pets/{id}:
    get:
      operationId: getPet
      tags: [pets]
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses:
        '200':
          description: The pet.
          content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } }
    delete:
      operationId: deletePet
      tags: [pets]
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { '204': { description: Gone. } }
components:
  schemas:
    Pet:
      type: object
      description: A pet.
      required: [id, name, kind]
      properties:
        id: { type: string, description: Its id. }
        name: { type: string }
        kind: { $ref: '#/components/schemas/Kind' }
        age: { type: integer }
        born: { type: string, format: date }
        parent: { $ref: '#/components/schemas/Pet' }
        food: { $ref: '#/components/schemas/Food' }
    NewPet:
      type: object
      required: [name]
      properties:
        name: { type: string }
        note: { type: string }
        tag: { type: string }
    Kind:
      type: string
      enum: [cat, dog]
    Food:
      oneOf: [{ $ref: '#/components/schemas/Dry' }, { $ref: '#/components/schemas/Wet' }]
      discriminator: { propertyName: type, mapping: { dry: '#/components/schemas/Dry', wet: '#/components/schemas/Wet' } }
    Dry: { type: object, required: [type], properties: { type: { type: string }, grams: { type: integer } } }
    Wet: { type: object, required: [type], properties: { type: { type: string }, cans: { type: integer } } }
";

fn version(document: &str) -> Version {
    let input = Input::text("pets.yaml", document);
    let (mut sources, mut diagnostics) = Default::default();
    let api = model(&input, &mut sources, &mut diagnostics);
    let found: Vec<_> = diagnostics.iter().map(|it| &it.message).collect();
    assert!(!diagnostics.has_errors(), "{found:?}");
    Version::of(&api.expect("an API"), &input.options)
}

/// A change of the document: its name, what is replaced by what, and what users are told.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [(Level, &'static str, &'static str)],
);

use Level::{Major, Minor, Patch};

const PET: &str = "        age: { type: integer }\n";
const NEW_PET: &str = "        note: { type: string }\n";

const CASES: &[Case] = &[
    (
        "a field that replies may have",
        &[(
            PET,
            "        age: { type: integer }\n        weight: { type: number }\n",
        )],
        &[(Minor, "Pet.weight", "is new: `Option<f64>`")],
    ),
    (
        "a field that replies always have",
        &[
            (
                PET,
                "        age: { type: integer }\n        weight: { type: number }\n",
            ),
            ("[id, name, kind]", "[id, name, kind, weight]"),
        ],
        &[(Minor, "Pet.weight", "is new: `f64`")],
    ),
    (
        "a field is gone",
        &[(PET, "")],
        &[(Major, "Pet.age", "is gone: `Option<i64>`")],
    ),
    (
        "a field becomes required in replies",
        &[("[id, name, kind]", "[id, name, kind, age]")],
        &[(Major, "Pet.age", "was `Option<i64>`, is `i64`")],
    ),
    (
        "a field becomes optional in replies",
        &[("[id, name, kind]", "[id, kind]")],
        &[(Major, "Pet.name", "was `String`, is `Option<String>`")],
    ),
    (
        "a field may be null",
        &[(
            "id: { type: string, description: Its id. }",
            "id: { type: [string, 'null'], description: Its id. }",
        )],
        &[(Major, "Pet.id", "was `String`, is `Option<String>`")],
    ),
    (
        "a narrower integer",
        &[(PET, "        age: { type: integer, format: int32 }\n")],
        &[(Major, "Pet.age", "was `Option<i64>`, is `Option<i32>`")],
    ),
    (
        "another type",
        &[(PET, "        age: { type: string }\n")],
        &[(Major, "Pet.age", "was `Option<i64>`, is `Option<String>`")],
    ),
    (
        "a list instead of one",
        &[(
            PET,
            "        age: { type: array, items: { type: integer } }\n",
        )],
        &[(Major, "Pet.age", "was `Option<i64>`, is `Option<Vec<i64>>`")],
    ),
    (
        "a format",
        &[(
            "born: { type: string, format: date }",
            "born: { type: string }",
        )],
        &[(
            Major,
            "Pet.born",
            "was `Option<NaiveDate>`, is `Option<String>`",
        )],
    ),
    (
        "a field has another name",
        &[("        age:", "        years:")],
        &[
            (Major, "Pet.age", "is gone"),
            (Minor, "Pet.years", "is new"),
        ],
    ),
    (
        "a field is written otherwise",
        &[("        age:", "        Age:")],
        &[(Patch, "Pet.age", "was `age` on the wire, is `Age`")],
    ),
    (
        "a field is deprecated",
        &[(PET, "        age: { type: integer, deprecated: true }\n")],
        &[(Minor, "Pet.age", "is deprecated")],
    ),
    (
        "a description",
        &[("description: Its id.", "description: Its identifier.")],
        &[(Patch, "Pet.id", "is documented otherwise")],
    ),
    (
        "a field that may be sent",
        &[(
            NEW_PET,
            "        note: { type: string }\n        color: { type: string }\n",
        )],
        &[
            (Minor, "NewPet.color", "is new"),
            (Minor, "NewPet::color", "is new"),
        ],
    ),
    (
        "a field that must be sent",
        &[
            (
                NEW_PET,
                "        note: { type: string }\n        color: { type: string }\n",
            ),
            (
                "required: [name]\n      properties:\n        name: { type: string }\n        note",
                "required: [name, color]\n      properties:\n        name: { type: string }\n        note",
            ),
        ],
        &[
            (
                Major,
                "NewPet::new",
                "is `fn new(name: impl Into<String>, color: impl Into<String>)",
            ),
            (Minor, "NewPet.color", "is new: `String`"),
        ],
    ),
    (
        "a field that no longer must be sent",
        &[(
            "required: [name]\n      properties:\n        name: { type: string }\n        note",
            "properties:\n        name: { type: string }\n        note",
        )],
        &[
            (Major, "NewPet.name", "was `String`, is `Option<String>`"),
            (Major, "NewPet::new", "is `fn new() -> Self`"),
            (Minor, "NewPet: Default", "is new"),
            (Minor, "NewPet::name", "is new"),
        ],
    ),
    (
        "a field is not sent any more",
        &[(NEW_PET, "")],
        &[
            (Major, "NewPet.note", "is gone"),
            (Major, "NewPet::note", "is gone"),
        ],
    ),
    (
        "a known value",
        &[("enum: [cat, dog]", "enum: [cat, dog, bird]")],
        &[(Minor, "Kind::Bird", "is new")],
    ),
    (
        "a value is gone",
        &[("enum: [cat, dog]", "enum: [cat]")],
        &[(Major, "Kind::Dog", "is gone")],
    ),
    (
        "a value has another name",
        &[("enum: [cat, dog]", "enum: [cat, hound]")],
        &[
            (Major, "Kind::Dog", "is gone"),
            (Minor, "Kind::Hound", "is new"),
        ],
    ),
    (
        "a value is written otherwise",
        &[("enum: [cat, dog]", "enum: [cat, DOG]")],
        &[(Patch, "Kind::Dog", "was `dog` on the wire, is `DOG`")],
    ),
    (
        "an enum becomes plain text",
        &[(
            "    Kind:\n      type: string\n      enum: [cat, dog]\n",
            "    Kind:\n      type: string\n",
        )],
        &[
            (Major, "Kind", "was `enum`, is `String`"),
            (Major, "Kind::Cat", "is gone"),
            (Major, "Kind::Dog", "is gone"),
            (Major, "Kind::Unknown", "is gone"),
            (Major, "Kind: Clone", "is gone"),
            (Major, "Kind: Debug", "is gone"),
            (Major, "Kind: Eq", "is gone"),
            (Major, "Kind: Hash", "is gone"),
            (Major, "Kind: PartialEq", "is gone"),
            (Major, "Kind: impl_open_enum!", "is gone"),
        ],
    ),
    (
        "a member of a union",
        &[
            (
                "        food: { $ref: '#/components/schemas/Food' }\n",
                "        food: { $ref: '#/components/schemas/Food' }\n        fresh: { $ref: '#/components/schemas/Raw' }\n",
            ),
            (
                "{ $ref: '#/components/schemas/Wet' }]",
                "{ $ref: '#/components/schemas/Wet' }, { $ref: '#/components/schemas/Raw' }]",
            ),
            (
                "wet: '#/components/schemas/Wet' }",
                "wet: '#/components/schemas/Wet', raw: '#/components/schemas/Raw' }",
            ),
            (
                "    Dry: {",
                "    Raw: { type: object, required: [type], properties: { type: { type: string } } }\n    Dry: {",
            ),
        ],
        &[
            (Minor, "Food::Raw", "is new"),
            (Minor, "Food::as_raw", "is new"),
            (Minor, "Pet.fresh", "is new"),
            (Minor, "Raw", "is new"),
        ],
    ),
    (
        "an operation is gone",
        &[(
            "    delete:\n      operationId: deletePet\n      tags: [pets]\n      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]\n      responses: { '204': { description: Gone. } }\n",
            "",
        )],
        &[(Major, "Pets::delete", "is gone")],
    ),
    (
        "an operation is new",
        &[(
            "    delete:\n",
            "    head:\n      operationId: checkPet\n      tags: [pets]\n      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]\n      responses: { '204': { description: There. } }\n    delete:\n",
        )],
        &[(Minor, "Pets::check", "is new")],
    ),
    (
        "an operation has another name",
        &[("operationId: deletePet", "operationId: removePet")],
        &[
            (Major, "Pets::delete", "is gone"),
            (Minor, "Pets::remove", "is new"),
        ],
    ),
    (
        "an operation is deprecated",
        &[(
            "operationId: deletePet\n",
            "operationId: deletePet\n      deprecated: true\n",
        )],
        &[(Minor, "Pets::delete", "is deprecated")],
    ),
    (
        "an operation has another path",
        &[("  /pets/{id}:", "  /v2/pets/{id}:")],
        &[
            (
                Patch,
                "Pets::delete",
                "is `delete(\"deletePet\", \"/v2/pets/{id}\").unauthenticated()`",
            ),
            (Patch, "Pets::get", "/v2/pets/{id}"),
        ],
    ),
    (
        "a query parameter that may be given",
        &[(
            "        - { name: size,",
            "        - { name: color, in: query, schema: { type: string } }\n        - { name: size,",
        )],
        &[(Minor, "ListPets::color", "is new")],
    ),
    (
        "a query parameter that must be given",
        &[(
            "        - { name: size,",
            "        - { name: color, in: query, required: true, schema: { type: string } }\n        - { name: size,",
        )],
        &[(
            Major,
            "Pets::list",
            "fn list(&self, color: impl AsRef<str>)",
        )],
    ),
    (
        "a query parameter is gone",
        &[(
            "        - { name: size, in: query, schema: { type: integer } }\n",
            "",
        )],
        &[(Major, "ListPets::size", "is gone")],
    ),
    (
        "a query parameter has another type",
        &[(
            "name: size, in: query, schema: { type: integer }",
            "name: size, in: query, schema: { type: string }",
        )],
        &[(Major, "ListPets::size", "size: impl AsRef<str>")],
    ),
    (
        "another answer",
        &[(
            "        '201':\n          description: The pet.\n          content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } }\n",
            "        '204': { description: Made. }\n",
        )],
        &[(Major, "Pets::create", "-> Request<Pet>`, is `")],
    ),
];

fn edited(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(BASE.to_owned(), |document, (old, new)| {
        assert!(document.contains(old), "the document has no {old:?}");
        document.replacen(old, new, 1)
    })
}

fn told(change: &Change, (level, item, message): &(Level, &str, &str)) -> bool {
    change.level == *level && change.item == *item && change.message.contains(message)
}

#[test]
fn planted_changes_are_told_and_nothing_else() {
    let base = version(BASE);
    let mut wrong = Vec::new();
    for (name, edits, expected) in CASES {
        let changes = diff(&base, &version(&edited(edits)));
        // Documentation that follows from a change, such as a link, is no news.
        let news: Vec<_> = changes
            .iter()
            .filter(|it| !it.message.contains("documented otherwise") || expected.len() == 1)
            .collect();
        let missing = expected
            .iter()
            .filter(|one| !news.iter().any(|it| told(it, one)));
        let surplus = news
            .iter()
            .filter(|it| !expected.iter().any(|one| told(it, one)));
        let (missing, surplus): (Vec<_>, Vec<_>) = (missing.collect(), surplus.collect());
        if !missing.is_empty() || !surplus.is_empty() {
            wrong.push(format!(
                "{name}:\n  missing {missing:?}\n  surplus {surplus:#?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(CASES.len() >= 30);
}

#[test]
fn the_same_document_changes_nothing() {
    assert_eq!(diff(&version(BASE), &version(BASE)), []);
}
