//! `DIAGNOSTICS.md`, the index of all kinds of findings.

use std::fmt::Write;
use std::path::Path;

use specwright::diagnostics::codes;

const ABOUT: &str = "\
# Diagnostics

Everything that can be wrong with a document, a connector, an overlay or a plan, by code. A code never
changes its meaning. `specwright explain CODE` prints what it means, what is done about it and what to
do. An *error* writes nothing; after a *warning* or a *note* the rest is generated. One run tells all.

## For programs

With `--format json` each finding is an object on a line of its own, on standard output:

| member | |
|---|---|
| `code` | as below |
| `level` | `error`, `warning` or `note` |
| `message` | what is wrong, one line |
| `file` | the file, as it was named |
| `line`, `column` | where it begins, from 1; columns are characters |
| `end_line`, `end_column` | behind the last character |
| `pointer` | the place in the file, an RFC 6901 JSON pointer |
| `action` | what is done about it, or null |
| `help` | what can be done about it, or null |
| `related` | another place that matters, or null: `message`, and the members of a place |

`check` tells a file that is not what the documents say in the same way, with `difference` (`missing`,
`changed`, `stale`, `foreign`), `file`, `line`, `expected` and `found`. The exit status is 0 when all is
well, 1 when a document has errors or code differs, 2 when the command could not do its work.

## Codes

Written by the test `diagnostics`, with `UPDATE_DIAGNOSTICS=1`. Each *example* is a document that has it
with what is told.

| code | | |
|---|---|---|
";

#[test]
fn the_index_lists_every_code() {
    let mut text = ABOUT.to_owned();
    for code in codes::ALL {
        let (id, title) = (code.id, code.title);
        writeln!(
            text,
            "| [{id}](src/diagnostics/explain/{id}.md) | {title} | [example](tests/diagnostics/{id}) |"
        )
        .unwrap();
    }
    crate::cases::expect(Path::new("DIAGNOSTICS.md"), &text);
}
