//! What a caller by name gives, and how it becomes typed arguments.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Kind, Operation};
use crate::encoding::Base64;
use crate::error::Error;
use crate::multipart::Upload;
use crate::record::{Pick, noun};

/// Inputs of a call by name: JSON values, and files that need not be in memory.
///
/// ```
/// use serde_json::json;
/// use specwright_runtime::automation::Inputs;
/// use specwright_runtime::multipart::Upload;
///
/// let inputs = Inputs::from(json!({"title": "Harvest", "expires_in_seconds": 3600}))
///     .file("file", Upload::bytes("tree,kg").file_name("harvest.csv"));
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Inputs {
    values: Value,
    files: BTreeMap<String, Vec<Upload>>,
}

impl From<Value> for Inputs {
    /// An object of the inputs by their names; `null` is no inputs.
    fn from(values: Value) -> Self {
        let files = BTreeMap::new();
        Self { values, files }
    }
}

impl From<Map<String, Value>> for Inputs {
    fn from(values: Map<String, Value>) -> Self {
        Self::from(Value::Object(values))
    }
}

impl Inputs {
    /// Adds a file to an input, in place of a JSON value.
    pub fn file(mut self, name: impl Into<String>, file: Upload) -> Self {
        self.files.entry(name.into()).or_default().push(file);
        self
    }

    /// Takes these to be the inputs of an operation. Generated code does this.
    ///
    /// # Errors
    /// There is no such operation, or it has no input of a name that is given.
    pub fn of(self, operations: &'static [Operation], handle: &str) -> Result<Given, CallError> {
        let mut named = operations.iter().filter(|known| known.handle == handle);
        let Some(operation) = named.find(|known| known.kind != Kind::Trigger) else {
            let trigger = operations.iter().any(|known| known.handle == handle);
            let operation = handle.to_owned();
            return Err(if trigger {
                CallError::Trigger { operation }
            } else {
                CallError::UnknownOperation { operation }
            });
        };
        let mut values = match self.values {
            Value::Object(values) => values,
            Value::Null => Map::new(),
            other => {
                let (operation, found) = (operation.handle, noun(&other));
                return Err(CallError::NotAnObject { operation, found });
            }
        };
        // What is `null` is not given.
        values.retain(|_, value| !value.is_null());
        let mut names = values.keys().chain(self.files.keys());
        if let Some(input) = names.find(|name| operation.inputs.iter().all(|it| it.name != **name))
        {
            let (operation, input) = (operation.handle, input.clone());
            return Err(CallError::UnknownInput { operation, input });
        }
        Ok(Given {
            operation,
            values,
            files: self.files,
        })
    }
}

/// The inputs of one operation, from which generated code takes the arguments of its method.
#[derive(Debug)]
pub struct Given {
    operation: &'static Operation,
    values: Map<String, Value>,
    files: BTreeMap<String, Vec<Upload>>,
}

impl Given {
    /// The operation.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The value of an input that must be given.
    ///
    /// # Errors
    /// It is not given, or of another type.
    pub fn required<T: FromInput>(&mut self, name: &'static str) -> Result<T, CallError> {
        let value = self.optional(name)?;
        value.ok_or(CallError::MissingInput {
            operation: self.operation.handle,
            input: name,
        })
    }

    /// The value of an input that may be given.
    ///
    /// # Errors
    /// It is of another type.
    pub fn optional<T: FromInput>(&mut self, name: &'static str) -> Result<Option<T>, CallError> {
        let value = match (self.files.remove(name), self.values.remove(name)) {
            (Some(files), _) => InputValue::Files(files),
            (None, Some(value)) => InputValue::Json(value),
            (None, None) => return Ok(None),
        };
        let found = match &value {
            InputValue::Json(value) => noun(value),
            InputValue::Files(_) => "a file",
        };
        match T::from_input(value) {
            Some(value) => Ok(Some(value)),
            None => Err(CallError::WrongType {
                operation: self.operation.handle,
                input: name,
                expected: T::EXPECTED,
                found,
            }),
        }
    }

    /// The error of an operation that is in the list and cannot be called: that of generated code
    /// whose list and methods differ.
    pub fn unknown(&self) -> CallError {
        CallError::UnknownOperation {
            operation: self.operation.handle.to_owned(),
        }
    }
}

/// What is given for an input.
#[derive(Debug)]
pub enum InputValue {
    /// JSON.
    Json(Value),
    /// Files, at least one.
    Files(Vec<Upload>),
}

/// What an input can become: everything a field of a record can be, and files.
pub trait FromInput: Sized {
    /// What is accepted, with an article.
    const EXPECTED: &'static str;

    /// The value as this type; `None` when it is of another one.
    fn from_input(value: InputValue) -> Option<Self>;
}

impl<T: Pick> FromInput for T {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_input(value: InputValue) -> Option<Self> {
        match value {
            InputValue::Json(value) => T::pick(&value),
            InputValue::Files(_) => None,
        }
    }
}

/// A member of a file in JSON; `None` when it is no `T`.
fn take<T: DeserializeOwned>(file: &mut Map<String, Value>, name: &str) -> Option<Option<T>> {
    let value = file.remove(name).unwrap_or_default();
    serde_json::from_value(value).ok()
}

impl FromInput for Upload {
    const EXPECTED: &'static str =
        "a file (an object with `text` or `base64`, and if wanted `name` and `content_type`)";

    fn from_input(value: InputValue) -> Option<Self> {
        let value = match value {
            InputValue::Json(value) => value,
            InputValue::Files(files) => {
                let [file] = <[Self; 1]>::try_from(files).ok()?;
                return Some(file);
            }
        };
        let Value::Object(mut file) = value else {
            return None;
        };
        let (text, bytes) = (take(&mut file, "text")?, take(&mut file, "base64")?);
        let mut upload = match (text, bytes) {
            (Some(text), None) => Self::bytes(String::into_bytes(text)),
            (None, Some(bytes)) => Self::bytes(Base64::into_inner(bytes)),
            _ => return None,
        };
        if let Some(name) = take::<String>(&mut file, "name")? {
            upload = upload.file_name(name);
        }
        if let Some(content_type) = take::<String>(&mut file, "content_type")? {
            upload = upload.content_type(content_type);
        }
        if !file.is_empty() {
            return None;
        }
        Some(upload)
    }
}

impl FromInput for Vec<Upload> {
    const EXPECTED: &'static str = "a list of files (objects with `text` or `base64`)";

    fn from_input(value: InputValue) -> Option<Self> {
        let items = match value {
            InputValue::Files(files) => return Some(files),
            InputValue::Json(Value::Array(items)) => items,
            InputValue::Json(_) => return None,
        };
        let items = items.into_iter().map(InputValue::Json);
        items.map(Upload::from_input).collect()
    }
}

/// Why an operation could not be called by name. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// The connector has no operation of this name.
    UnknownOperation {
        /// What was asked for.
        operation: String,
    },
    /// The name is that of a trigger, which is waited for.
    Trigger {
        /// The trigger.
        operation: String,
    },
    /// The inputs are no JSON object.
    NotAnObject {
        /// The operation.
        operation: &'static str,
        /// What they are, with an article.
        found: &'static str,
    },
    /// The operation has no input of this name.
    UnknownInput {
        /// The operation.
        operation: &'static str,
        /// What was given.
        input: String,
    },
    /// An input that must be given is not.
    MissingInput {
        /// The operation.
        operation: &'static str,
        /// The input.
        input: &'static str,
    },
    /// An input is of another type.
    WrongType {
        /// The operation.
        operation: &'static str,
        /// The input.
        input: &'static str,
        /// What it should be, with an article.
        expected: &'static str,
        /// What it is, with an article. The value itself may be personal.
        found: &'static str,
    },
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOperation { operation } => {
                write!(
                    f,
                    "there is no operation `{operation}`; `OPERATIONS` lists all"
                )
            }
            Self::Trigger { operation } => {
                write!(
                    f,
                    "`{operation}` is a trigger: it is waited for, not called"
                )
            }
            Self::NotAnObject { operation, found } => write!(
                f,
                "the inputs of `{operation}` are {found}, not an object of inputs by their names"
            ),
            Self::UnknownInput { operation, input } => {
                write!(f, "`{operation}` has no input `{input}`")
            }
            Self::MissingInput { operation, input } => {
                write!(f, "input `{input}` of `{operation}` is missing")
            }
            Self::WrongType {
                operation,
                input,
                expected,
                found,
            } => write!(
                f,
                "input `{input}` of `{operation}`: expected {expected}, found {found}"
            ),
        }
    }
}

impl std::error::Error for CallError {}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        Self::invalid_request(error.to_string())
    }
}
