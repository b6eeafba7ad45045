//! Whether the examples of an OpenAPI document keep to their own schemas, and values where it has none.
//!
//! Checked are `example` and `examples` of schemas, of JSON media types, of parameters and of
//! headers. Formats are not asserted. A schema that the validator cannot use is passed over here:
//! what is wrong with it, the reader tells.

mod collect;
mod draft;
mod sample;

use std::collections::BTreeMap;

use jsonschema::paths::LocationSegment;
use jsonschema::{Draft, Registry, Retrieve, Uri, ValidationError, Validator};
use serde_json::{Value, json};

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::origin::Origin;
use crate::plan::Examples;
use crate::source::Sources;
use collect::{Example, collect};
use draft::{document_uri, schema_uri};

pub use sample::Sampler;

/// Errors that are told for one example.
const MAX_ERRORS: usize = 3;

/// Messages longer than this many bytes show the example itself only by its place.
const MAX_MESSAGE: usize = 160;

/// Tells every example that breaks its own schema, as severe as `policy` says.
pub fn check(sources: &Sources, policy: Examples, diagnostics: &mut Diagnostics) {
    if policy == Examples::Ignore {
        return;
    }
    let examples = collect(sources);
    if examples.is_empty() {
        return;
    }
    let documents: Vec<_> = sources
        .files()
        .map(|file| (document_uri(file), draft::document(sources, file)))
        .collect();
    let mut builder = Registry::new()
        .draft(Draft::Draft202012)
        .retriever(Anything);
    for (uri, document) in &documents {
        match builder.add(uri, document) {
            Ok(next) => builder = next,
            Err(_) => return,
        }
    }
    // A document that cannot be indexed at all is one the reader has much to say about.
    let Ok(registry) = builder.prepare() else {
        return;
    };
    let checker = Checker {
        registry: &registry,
        policy,
    };
    checker.check(&examples, diagnostics);
}

/// What stands in for a document that is not among the sources: a schema that allows everything.
struct Anything;

impl Retrieve for Anything {
    fn retrieve(
        &self,
        _uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Ok(json!({}))
    }
}

struct Checker<'a> {
    registry: &'a Registry<'a>,
    policy: Examples,
}

/// A value, and the example it is or is the text of.
type Case<'a> = (&'a Example<'a>, &'a Value);

impl Checker<'_> {
    fn check(&self, examples: &[Example<'_>], diagnostics: &mut Diagnostics) {
        let written: Vec<Case<'_>> = examples
            .iter()
            .map(|example| (example, example.node.value()))
            .collect();
        let mut findings = self.findings(&written);
        // OpenAPI allows to write an example as it is sent: as the text of a value.
        let broken = written.iter().enumerate();
        let broken = broken.filter(|(at, _)| findings.contains_key(at));
        let texts: Vec<(usize, Value)> = broken
            .filter_map(|(at, (_, value))| Some((at, serde_json::from_str(value.as_str()?).ok()?)))
            .collect();
        let read: Vec<Case<'_>> = texts
            .iter()
            .filter_map(|(at, value)| Some((examples.get(*at)?, value)))
            .collect();
        let broken = self.findings(&read);
        for (index, (at, _)) in texts.iter().enumerate() {
            if !broken.contains_key(&index) {
                findings.remove(at);
            }
        }
        for finding in findings.into_values().flatten() {
            diagnostics.push(finding);
        }
    }

    /// What is wrong with the values, by their places among the cases. For the validator, all their
    /// schemas are one, which has a place for each: what they share is compiled once.
    fn findings(&self, cases: &[Case<'_>]) -> BTreeMap<usize, Vec<Diagnostic>> {
        let mut findings: BTreeMap<usize, Vec<Diagnostic>> = BTreeMap::new();
        let Some(validator) = validator(self.registry, cases) else {
            // One that cannot be used must not take the others with it.
            if let (true, middle) = (cases.len() > 1, cases.len() / 2) {
                let (first, second) = cases.split_at(middle);
                findings = self.findings(first);
                let second = self.findings(second).into_iter();
                findings.extend(second.map(|(at, found)| (at + middle, found)));
            }
            return findings;
        };
        let values: Value = cases.iter().map(|(_, value)| (*value).clone()).collect();
        for error in validator.iter_errors(&values) {
            let Some(LocationSegment::Index(at)) = error.instance_path().iter().next() else {
                continue;
            };
            let Some((example, _)) = cases.get(at) else {
                continue;
            };
            let found = findings.entry(at).or_default();
            if found.len() < MAX_ERRORS {
                found.push(finding(example, &error, self.policy));
            }
        }
        findings
    }
}

/// A validator for an array with the value of each case in its place.
fn validator(registry: &Registry<'_>, cases: &[Case<'_>]) -> Option<Validator> {
    let schemas = cases
        .iter()
        .map(|(example, _)| json!({ "$ref": schema_uri(&example.schema) }));
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_registry(registry)
        .should_validate_formats(false)
        .offline()
        .build(&json!({ "prefixItems": schemas.collect::<Value>() }))
        .ok()
}

fn finding(example: &Example<'_>, error: &ValidationError<'_>, policy: Examples) -> Diagnostic {
    let place = error
        .instance_path()
        .iter()
        // The place of the case.
        .skip(1)
        .fold(
            example.node.origin().clone(),
            |place, segment| match segment {
                LocationSegment::Property(name) => place.key(&name),
                LocationSegment::Index(index) => place.index(index),
            },
        );
    let mut reason = error.to_string();
    if reason.len() > MAX_MESSAGE {
        reason = error.masked_with("this").to_string();
    }
    let message = format!("the example breaks its own schema: {reason}");
    let make: fn(_, &Origin, _) -> _ = match policy {
        Examples::Deny => Diagnostic::error,
        Examples::Warn | Examples::Ignore => Diagnostic::warning,
    };
    let finding = make(codes::BROKEN_EXAMPLE, &place, message);
    let finding = finding.related(&example.schema, "the schema");
    match policy {
        Examples::Deny => finding.help("correct the example or the schema"),
        Examples::Warn | Examples::Ignore => finding.action("the example is documented as it is"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Severity;

    fn findings(text: &str) -> Vec<String> {
        let mut diagnostics = Diagnostics::default();
        let sources = Sources::from_text("t.yaml", text.to_owned(), &mut diagnostics).unwrap();
        check(&sources, Examples::Deny, &mut diagnostics);
        assert!(
            diagnostics
                .iter()
                .all(|one| one.severity == Severity::Error)
        );
        diagnostics.iter().map(|one| one.origin.pointer()).collect()
    }

    #[test]
    fn examples_of_schemas() {
        let text = "
components:
  schemas:
    A:
      type: object
      required: [n]
      properties:
        n: { type: integer, example: no, maximum: 5 }
        example: { type: string, examples: [a, 1] }
        child: { $ref: '#/components/schemas/A' }
      example: { n: 1, child: { n: 7 } }
      examples: [{ n: 1 }, {}]
";
        let expected = ["/n/example", "/example/examples/1"]
            .map(|rest| format!("/components/schemas/A/properties{rest}"));
        let mut expected = expected.to_vec();
        expected.insert(0, "/components/schemas/A/examples/1".to_owned());
        expected.insert(0, "/components/schemas/A/example/child/n".to_owned());
        let mut found = findings(text);
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn examples_of_media_types_parameters_and_components() {
        let text = "
paths:
  /a:
    get:
      parameters:
        - { name: p, in: query, schema: { type: integer }, example: x }
        - name: q
          in: query
          schema: { type: integer }
          examples: { good: { value: 1 }, bad: { value: y }, ref: { $ref: '#/components/examples/E' } }
      responses:
        '200':
          content:
            application/json: { schema: { type: array }, example: {} }
            application/problem+json: { schema: { type: array }, example: '[1]' }
            application/xml: { schema: { type: array }, example: <a/> }
components:
  examples: { E: { value: z } }
";
        assert_eq!(
            findings(text),
            [
                "/paths/~1a/get/parameters/0/example",
                "/paths/~1a/get/parameters/1/examples/bad/value",
                "/components/examples/E/value",
                "/paths/~1a/get/responses/200/content/application~1json/example",
            ]
        );
    }

    #[test]
    fn schemas_of_openapi_3_0_and_what_only_one_direction_has() {
        let text = "
components:
  schemas:
    A:
      type: object
      required: [id, name]
      properties:
        id: { type: string, readOnly: true }
        name: { type: string, nullable: true }
        kind: { type: string, nullable: true, enum: [x] }
        other: { nullable: true, allOf: [{ $ref: '#/components/schemas/B' }] }
        n: { type: integer, minimum: 0, exclusiveMinimum: true }
        gone: { $ref: 'https://example.com/x.json' }
        missing: { $ref: '#/nowhere' }
        file: { type: file }
      example: { name: null, kind: null, other: null, n: 1, gone: 1, missing: 2, file: 3 }
    B: { type: object, example: { a: 1 } }
    C: { type: integer, minimum: 0, exclusiveMinimum: true, example: 0 }
";
        assert_eq!(findings(text), ["/components/schemas/C/example"]);
    }
}
