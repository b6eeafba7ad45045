//! What the fuzz targets check, over random inputs that are rich in what matters.

#[path = "../fuzz/checks/mod.rs"]
mod checks;

use proptest::prelude::*;

/// Pieces of YAML and JSON.
const PIECES: &[&str] = &[
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    "\r\n",
    "\t",
    " ",
    "- ",
    "? ",
    ": ",
    ":",
    "a: ",
    "b: ",
    "'",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    "{}",
    "[]",
    "|\n",
    ">-\n",
    "&a ",
    "*a",
    "<<: *a",
    "!!str ",
    "# x",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "null",
    "true",
    "1",
    "-1",
    "1e9",
    "0x1F",
    ".inf",
    "1e999",
    "18446744073709551616",
    "\\u",
    "\"\\ud83d\"",
    "\\",
    "\u{feff}",
    "\u{0}",
    "é",
    "\u{2028}",
    "\"a\": 1",
    "\"a\": 1,",
    "$ref",
    "'#/a'",
    "$id: x",
    "$anchor: x",
    "mapping: ",
];

/// Lines of OpenAPI documents.
const LINES: &[&str] = &[
    "openapi: 3.1.0\n",
    "openapi: 3.0.0\n",
    "swagger: '2.0'\n",
    "info: { title: A, version: '1' }\n",
    "paths:\n",
    "  /a:\n",
    "  /a/{id}:\n",
    "    get:\n",
    "    post:\n",
    "      operationId: a\n",
    "      tags: [a]\n",
    "      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]\n",
    "      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } }\n",
    "      responses:\n",
    "        '200': { description: A, content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } }\n",
    "        default: { description: A, content: { text/event-stream: {} } }\n",
    "components:\n",
    "  schemas:\n",
    "    A:\n",
    "    B: { $ref: '#/components/schemas/A' }\n",
    "      type: object\n",
    "      type: [string, 'null']\n",
    "      properties: { a: { $ref: '#/components/schemas/A' }, b: { enum: [x, 1] } }\n",
    "      allOf: [{ $ref: '#/components/schemas/B' }, { type: object }]\n",
    "      oneOf: [{ $ref: '#/components/schemas/A' }, { type: string }, {}]\n",
    "      additionalProperties: false\n",
    "      required: [a, c]\n",
    "      : \n",
    "      - x\n",
];

/// Texts made of these pieces, and of anything.
fn rich(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(pieces).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..most).prop_map(|pieces| pieces.concat())
}

/// Each case generates code: the fuzz targets are for many of them.
const GENERATED: u32 = 48;

proptest! {
    #[test]
    fn any_text_is_read_or_refused_at_a_place(input in rich(PIECES, 30)) {
        checks::reader::check(&input);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(GENERATED))]

    #[test]
    fn any_text_gives_rust_or_an_error(input in rich(LINES, 25)) {
        checks::text::check(&input);
    }

    #[test]
    fn any_nearly_right_document_gives_rust_or_an_error(
        input in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        checks::structured::check(&input);
    }
}
