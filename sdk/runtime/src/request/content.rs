//! The body of a request as it stands, and members that are set in it.

use bytes::Bytes;
use http::HeaderValue;
use serde_json::Value;

use super::headers::JSON;
use crate::body::Body;
use crate::error::InvalidRequest;
use crate::splice;

/// The body as it stands.
#[derive(Clone)]
pub(crate) enum Content {
    None,
    Json(Bytes),
    /// In a box, as most bodies are JSON.
    Other(Box<OtherContent>),
}

/// A body that is not JSON.
#[derive(Clone)]
pub(crate) struct OtherContent {
    pub(crate) content_type: HeaderValue,
    pub(crate) body: Body,
}

impl Content {
    #[inline]
    pub(super) fn json(&self) -> Option<&[u8]> {
        match self {
            Self::Json(json) => Some(json),
            Self::None | Self::Other(_) => None,
        }
    }

    #[inline]
    pub(super) fn content_type(&self) -> Option<HeaderValue> {
        match self {
            Self::None => None,
            Self::Json(_) => Some(HeaderValue::from_static(JSON)),
            Self::Other(other) => Some(other.content_type.clone()),
        }
    }

    /// The body, if there is one.
    #[inline]
    pub(crate) fn body(&self) -> Option<Body> {
        match self {
            Self::None => None,
            Self::Json(json) => Some(json.clone().into()),
            Self::Other(other) => Some(other.body.clone()),
        }
    }

    /// Whether it can be sent again after a failed attempt.
    #[inline]
    pub(crate) fn is_replayable(&self) -> bool {
        match self {
            Self::None | Self::Json(_) => true,
            Self::Other(other) => other.body.is_replayable(),
        }
    }

    /// The length in bytes, when it is known.
    #[inline]
    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::None => Some(0),
            Self::Json(json) => Some(json.len() as u64),
            Self::Other(other) => other.body.len(),
        }
    }
    /// Sets members of a JSON body: those bound to the client where the body has none of that
    /// name, and those of the request.
    pub(super) fn with_fields(
        self,
        bound: &[(String, Value)],
        fields: &[(String, Value)],
    ) -> Result<Self, InvalidRequest> {
        let content = match self {
            Self::Json(json) if !bound.is_empty() => {
                let mut json = Vec::from(json);
                for (name, value) in bound {
                    splice::add_member(&mut json, name, value);
                }
                Self::Json(json.into())
            }
            content => content,
        };
        if fields.is_empty() {
            return Ok(content);
        }
        match content {
            Self::Json(json) => {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), value));
                with_members(json.into(), fields).map(Self::Json)
            }
            Self::None | Self::Other(_) => Err(not_an_object()),
        }
    }
}

/// Sets members of a JSON object.
pub(super) fn with_members<'a>(
    mut json: Vec<u8>,
    members: impl Iterator<Item = (&'a str, &'a Value)>,
) -> Result<Bytes, InvalidRequest> {
    for (name, value) in members {
        if !splice::set_member(&mut json, name, value) {
            return Err(not_an_object());
        }
    }
    Ok(json.into())
}

#[inline]
fn not_an_object() -> InvalidRequest {
    InvalidRequest::new("a body field was given, but the body is not a JSON object")
}
