//! Operations: those with parameters, a body and answers that progenitor has.

use serde_json::{Map, Value, json};

use super::names::{Names, operation_id};
use super::schemas::Schemas;
use super::{LeftOut, describe, parameters, responses};
use crate::model::{Api, Body, BodyContent, BodyForm, HttpMethod, Location, Operation};

/// The path items of an API.
pub(super) fn paths(api: &Api, schemas: &Schemas<'_>, left_out: &mut Vec<LeftOut>) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut ids = Names::default();
    for operation in &api.operations {
        let id = ids.unique(&operation_id(&operation.resource, &operation.name));
        let whole = |reason: &str| LeftOut {
            subject: id.clone(),
            part: "the operation".into(),
            reason: reason.to_owned(),
        };
        let item = paths
            .entry(operation.path.clone())
            .or_insert_with(|| json!({}));
        let Some(item) = item.as_object_mut() else {
            continue;
        };
        let method = operation.method.as_str().to_ascii_lowercase();
        if item.contains_key(&method) {
            left_out.push(whole("another operation has the same method and path"));
            continue;
        }
        match lower(api, operation, &id, schemas) {
            Ok((lowered, parts)) => {
                item.insert(method, lowered);
                left_out.extend(parts);
            }
            Err(reason) => left_out.push(whole(&reason)),
        }
    }
    paths.retain(|_, item| item.as_object().is_some_and(|item| !item.is_empty()));
    Value::Object(paths)
}

/// An operation and what of it is not expressed; otherwise the reason why it is not there at all.
fn lower(
    api: &Api,
    operation: &Operation,
    id: &str,
    schemas: &Schemas<'_>,
) -> Result<(Value, Vec<LeftOut>), String> {
    if matches!(operation.method, HttpMethod::Options | HttpMethod::Trace) {
        return Err(format!(
            "progenitor has no {} requests",
            operation.method.as_str()
        ));
    }
    let mut left_out = Vec::new();
    let mut leave_out = |part: String, reason: &str| {
        left_out.push(LeftOut {
            subject: id.to_owned(),
            part,
            reason: reason.to_owned(),
        });
    };
    let parameters = parameters(api, operation, schemas, &mut leave_out)?;
    let body = operation
        .body
        .as_ref()
        .map(|body| request_body(body, schemas, &mut leave_out))
        .transpose()?;
    let responses = responses::lower(operation, schemas)?;
    for (part, reason) in responses.left_out {
        leave_out(part, reason);
    }
    let mut lowered = Map::new();
    lowered.insert("operationId".into(), id.into());
    lowered.insert("tags".into(), json!([operation.resource.join(".")]));
    if let Some(summary) = &operation.summary {
        lowered.insert("summary".into(), summary.as_str().into());
    }
    describe(&mut lowered, operation.description.as_deref());
    if operation.deprecated {
        lowered.insert("deprecated".into(), true.into());
    }
    if !operation.authenticated {
        lowered.insert("security".into(), json!([]));
    }
    lowered.insert("parameters".into(), Value::Array(parameters));
    if let Some(body) = body {
        lowered.insert("requestBody".into(), body);
    }
    lowered.insert("responses".into(), responses.value);
    Ok((Value::Object(lowered), left_out))
}

fn parameters(
    api: &Api,
    operation: &Operation,
    schemas: &Schemas<'_>,
    leave_out: &mut impl FnMut(String, &str),
) -> Result<Vec<Value>, String> {
    let mut names = Names::default();
    let mut lowered = Vec::new();
    let mut given = parameters::of_operation(api, operation);
    let in_path = |parameter: &parameters::Given<'_>| parameter.location == Location::Path;
    given.retain(|parameter| {
        !in_path(parameter)
            || parameters::names_in_path(&operation.path).any(|name| name == parameter.wire)
    });
    for name in parameters::names_in_path(&operation.path) {
        if !given
            .iter()
            .any(|parameter| in_path(parameter) && parameter.wire == name)
        {
            return Err(format!("nothing says what `{name}` in its path is"));
        }
    }
    // Where two have the same name in Rust, the one that must be given stays.
    given.sort_by_key(|parameter| !(in_path(parameter) || parameter.required));
    for parameter in &given {
        let part = format!("parameter `{}`", parameter.wire);
        match parameters::lower(parameter, schemas, &mut names) {
            Ok(parameters::Lowered { value, note }) => {
                lowered.push(value);
                if let Some(note) = note {
                    leave_out(part, note);
                }
            }
            Err(reason) if parameter.required || in_path(parameter) => {
                return Err(format!("{part} is required: {reason}"));
            }
            Err(reason) => leave_out(part, reason),
        }
    }
    Ok(lowered)
}

/// The body in the first form that progenitor has.
fn request_body(
    body: &Body,
    schemas: &Schemas<'_>,
    leave_out: &mut impl FnMut(String, &str),
) -> Result<Value, String> {
    let mut kept: Option<Value> = None;
    let mut reasons = Vec::new();
    for form in &body.forms {
        let part = format!("body `{}`", form.media_type);
        match content(form, schemas) {
            Ok(_) if kept.is_some() => leave_out(part, "progenitor has one form of a body"),
            Ok(content) => kept = Some(content),
            Err(reason) => {
                reasons.push(format!("{part}: {reason}"));
                leave_out(part, reason);
            }
        }
    }
    let Some(content) = kept else {
        return Err(reasons.join("; "));
    };
    if !body.required {
        leave_out(
            "that the body is optional".into(),
            "progenitor always sends a body",
        );
    }
    let mut lowered = Map::new();
    describe(&mut lowered, body.description.as_deref());
    lowered.insert("required".into(), true.into());
    lowered.insert("content".into(), content);
    Ok(Value::Object(lowered))
}

fn content(form: &BodyForm, schemas: &Schemas<'_>) -> Result<Value, &'static str> {
    let media_type = form.media_type.split(';').next().unwrap_or_default().trim();
    let schema = match (&form.content, media_type) {
        (BodyContent::Json(ty), "application/json") => schemas.schema(ty),
        (BodyContent::Json(_), _) => {
            return Err("progenitor has no other JSON than application/json");
        }
        (BodyContent::Form(ty), _) if schemas.is_flat(ty) => schemas.schema(ty),
        (BodyContent::Form(_), _) => return Err("progenitor has only flat forms"),
        (BodyContent::Text, "text/plain" | "text/x-markdown") => json!({ "type": "string" }),
        (BodyContent::Bytes, "application/octet-stream") => {
            json!({ "type": "string", "format": "binary" })
        }
        (BodyContent::Text | BodyContent::Bytes, _) => {
            return Err("progenitor does not know this media type");
        }
        (BodyContent::Multipart(_) | BodyContent::Parts(_), _) => {
            return Err("progenitor has no multipart bodies");
        }
        (BodyContent::Template(_), _) => return Err("it is built from a template"),
    };
    Ok(json!({ media_type: { "schema": schema } }))
}
