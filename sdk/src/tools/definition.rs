//! Definitions of tools from the types of their inputs.

use std::future::Future;
use std::sync::Arc;

use jsonschema::Validator;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::client_tool::ClientTool;
use super::input::InputFault;
use super::output::IntoToolOutput;
use super::{InputError, decode};
use crate::platform::{CustomTool, Tool, ToolInputSchema, ToolUseBlock};
use crate::structured::{Schema, SchemaError, check, original_of, validator};

impl CustomTool {
    /// The definition of a tool whose input is an `I`. The description is the documentation of the
    /// type, and can be replaced. With the feature `structured`.
    ///
    /// ```
    /// use claude_typed::platform::CustomTool;
    ///
    /// /// Look up the weather in a city.
    /// #[derive(schemars::JsonSchema, serde::Deserialize)]
    /// struct GetWeather {
    ///     /// The city, and its country if it is not clear.
    ///     city: String,
    /// }
    ///
    /// let tool = CustomTool::of::<GetWeather>("get_weather")?.into_strict()?;
    /// assert_eq!(tool.description.as_deref(), Some("Look up the weather in a city."));
    /// # Ok::<(), claude_typed::structured::SchemaError>(())
    /// ```
    ///
    /// # Errors
    /// `I` is no object: it has to be a struct with named fields.
    pub fn of<I: JsonSchema>(name: impl Into<String>) -> Result<Self, SchemaError> {
        let mut schema = object(original_of::<I>())?;
        schema.remove("$schema");
        let description = schema.remove("description");
        let mut tool = Self::new(name, input_schema(schema)?);
        tool.description = description.and_then(|text| text.as_str().map(str::to_owned));
        Ok(tool)
    }

    /// The same tool with `strict`, and its schema [adapted](crate::structured::adapt()) to what
    /// the API takes then. Without it the API takes any schema, and guarantees nothing. With the
    /// feature `structured`.
    ///
    /// # Errors
    /// The API takes no schema that says what this one says.
    pub fn into_strict(mut self) -> Result<Self, SchemaError> {
        let schema = serde_json::to_value(&self.input_schema)
            .map_err(|error| SchemaError::new("", error.to_string()))?;
        let adapted = Schema::from_value(schema)?.adapted().clone();
        self.input_schema = input_schema(object(adapted.into())?)?;
        Ok(self.strict(true))
    }
}

fn object(schema: Value) -> Result<Map<String, Value>, SchemaError> {
    match schema {
        Value::Object(schema) if schema.get("type").is_some_and(|kind| kind == "object") => {
            Ok(schema)
        }
        _ => {
            let reason = "the input of a tool is an object; use a struct with named fields, and put anything else into a field of it";
            Err(SchemaError::new("", reason))
        }
    }
}

fn input_schema(schema: Map<String, Value>) -> Result<ToolInputSchema, SchemaError> {
    serde_json::from_value(schema.into())
        .map_err(|error| SchemaError::new("", format!("it is no schema of an input: {error}")))
}

/// The input of a tool that takes none.
///
/// With the feature `structured`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct NoInput {}

impl ClientTool {
    /// A tool whose input is an `I`: its definition is [`CustomTool::of`], and inputs are checked
    /// against all that the schema of `I` says before `run` gets them. With the feature
    /// `structured`.
    ///
    /// A definition that cannot be made is told when the tool is to be used.
    ///
    /// ```
    /// use claude_typed::tools::ClientTool;
    ///
    /// /// Look up the weather in a city.
    /// #[derive(schemars::JsonSchema, serde::Deserialize)]
    /// struct GetWeather {
    ///     city: String,
    ///     #[schemars(range(min = 1, max = 7))]
    ///     days: u8,
    /// }
    ///
    /// let tool = ClientTool::new("get_weather", |input: GetWeather| async move {
    ///     format!("{} sunny days in {}", input.days, input.city)
    /// })
    /// .strict();
    /// # assert!(tool.definition().is_ok());
    /// ```
    pub fn new<I, F, R>(name: impl Into<String>, run: F) -> Self
    where
        I: JsonSchema + DeserializeOwned + 'static,
        F: Fn(I) -> R + Send + Sync + 'static,
        R: Future<Output: IntoToolOutput> + Send + 'static,
    {
        let named = name.into();
        let made = CustomTool::of::<I>(&named).and_then(|definition| {
            let validator = validator(&original_of::<I>())?;
            Ok((Tool::Custom(definition), Arc::new(validator)))
        });
        let (definition, validator) = match made {
            Ok((definition, validator)) => (Ok(definition), Some(validator)),
            Err(error) => (Err(format!("the tool `{named}`: {error}")), None),
        };
        let decode = move |call: &ToolUseBlock| checked(validator.as_deref(), call);
        Self::decoding(definition, decode, run)
    }

    /// Changes the definition: its description, `eager_input_streaming`, examples, caching. Does
    /// nothing to tools that the platform defines. With the feature `structured`.
    ///
    /// ```
    /// use claude_typed::tools::{ClientTool, NoInput};
    ///
    /// let clock = ClientTool::new("clock", |_: NoInput| async { "12:00" })
    ///     .define(|tool| tool.description("Says what time it is.").eager_input_streaming(true));
    /// # assert!(clock.definition().is_ok());
    /// ```
    #[must_use]
    pub fn define(self, change: impl FnOnce(CustomTool) -> CustomTool) -> Self {
        self.redefine(|tool| Ok(change(tool)))
    }

    /// Makes the definition [strict](CustomTool::into_strict). Does nothing to tools that the
    /// platform defines. With the feature `structured`.
    #[must_use]
    pub fn strict(self) -> Self {
        self.redefine(CustomTool::into_strict)
    }

    fn redefine(
        mut self,
        change: impl FnOnce(CustomTool) -> Result<CustomTool, SchemaError>,
    ) -> Self {
        self.definition = match self.definition {
            Ok(Tool::Custom(tool)) => {
                let name = tool.name.clone();
                let tool = change(tool).map(Tool::Custom);
                tool.map_err(|error| format!("the tool `{name}`: {error}"))
            }
            other => other,
        };
        self
    }
}

/// Reads an input after it was checked against the schema.
fn checked<I: DeserializeOwned>(
    validator: Option<&Validator>,
    call: &ToolUseBlock,
) -> Result<I, InputError> {
    // Input that is no JSON is told by `decode`.
    if let (Some(validator), Value::Object(_)) = (validator, &call.input) {
        let valid = check(validator, &call.input);
        valid.map_err(|all| InputError::new(&call.name, InputFault::Violations(all)))?;
    }
    decode(&call.name, &call.input)
}
