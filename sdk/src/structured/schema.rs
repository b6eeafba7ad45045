//! A schema in both its forms: as it is, and as it is sent.

use std::fmt;

use jsonschema::Validator;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::adapt::{SchemaError, adapt};
use super::output::{OutputError, Parsed, parse};
use super::prepare::prepare;
use crate::platform::{JsonOutputFormat, Message};

/// A schema as it is, with which answers are checked, and as the API takes it.
///
/// ```
/// use claude_typed::structured::Schema;
/// use serde_json::json;
///
/// #[derive(schemars::JsonSchema)]
/// struct Dice {
///     #[schemars(range(min = 1, max = 6))]
///     eyes: u8,
/// }
///
/// let schema = Schema::of::<Dice>()?;
/// assert_eq!(schema.adapted()["additionalProperties"], false);
/// assert!(schema.check(&json!({"eyes": 5})).is_ok());
/// let wrong = schema.check(&json!({"eyes": 7})).unwrap_err();
/// assert_eq!(wrong.to_string(), "`/eyes`: 7 is greater than the maximum of 6");
/// # Ok::<(), claude_typed::structured::SchemaError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Schema {
    original: Value,
    adapted: Map<String, Value>,
    validator: Validator,
}

impl Schema {
    /// The schema of a type.
    ///
    /// # Errors
    /// The API takes no schema that says what this one says; the error says which part is wrong.
    pub fn of<T: JsonSchema>() -> Result<Self, SchemaError> {
        Self::from_value(original_of::<T>())
    }

    /// A JSON Schema that no type has.
    ///
    /// # Errors
    /// As of [`of`](Self::of), or it is no JSON Schema.
    pub fn from_value(schema: Value) -> Result<Self, SchemaError> {
        let validator = validator(&schema)?;
        let Value::Object(adapted) = adapt(&prepare(&schema))? else {
            return Err(SchemaError::new("", "it is no object"));
        };
        Ok(Self {
            original: schema,
            adapted,
            validator,
        })
    }

    /// The schema as it is.
    pub fn original(&self) -> &Value {
        &self.original
    }

    /// The schema as the API takes it; see [`adapt`].
    pub fn adapted(&self) -> &Map<String, Value> {
        &self.adapted
    }

    /// The `output_config.format` that asks for an answer of this schema.
    pub fn output_format(&self) -> JsonOutputFormat {
        JsonOutputFormat::new(self.adapted.clone())
    }

    /// Checks a value against the schema as it is.
    ///
    /// # Errors
    /// What about the value is wrong, and where.
    pub fn check(&self, value: &Value) -> Result<(), Violations> {
        check(&self.validator, value)
    }

    /// Reads the answer in a message: the first text, which has to be JSON of this schema.
    ///
    /// # Errors
    /// The model refused, was cut off or is not done, or its answer is not what the schema and the
    /// type say. The error has the message.
    pub fn parse<T: DeserializeOwned>(&self, message: Message) -> Result<Parsed<T>, OutputError> {
        parse(self, message)
    }
}

/// The schema of a type, for reading it.
pub(crate) fn original_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    settings.into_generator().into_root_schema_for::<T>().into()
}

/// What checks values against a schema.
pub(crate) fn validator(schema: &Value) -> Result<Validator, SchemaError> {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(schema).map_err(|error| {
        let path = error.instance_path().to_string();
        SchemaError::new(&path, format!("it is no JSON Schema: {error}"))
    })
}

/// Checks a value.
pub(crate) fn check(validator: &Validator, value: &Value) -> Result<(), Violations> {
    let found = validator.iter_errors(value).map(|error| Violation {
        path: error.instance_path().to_string(),
        message: shortened(error.to_string()),
    });
    let found: Vec<Violation> = found.collect();
    match found.is_empty() {
        true => Ok(()),
        false => Err(Violations(found)),
    }
}

/// Values are quoted in messages, and can be long.
fn shortened(mut message: String) -> String {
    const LONGEST: usize = 300;
    if let Some((end, _)) = message.char_indices().nth(LONGEST) {
        message.truncate(end);
        message.push('…');
    }
    message
}

/// Something about a value that its schema does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Where in the value, as a JSON pointer; empty for all of it.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, message } = self;
        match path.as_str() {
            "" => f.write_str(message),
            path => write!(f, "`{path}`: {message}"),
        }
    }
}

/// All that is wrong with a value, at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// One by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 5;
        for (index, violation) in self.0.iter().take(SHOWN).enumerate() {
            let separator = if index > 0 { "; " } else { "" };
            write!(f, "{separator}{violation}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl std::error::Error for Violations {}
