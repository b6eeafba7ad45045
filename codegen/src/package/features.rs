//! The cargo features of the resources of a new crate.

use super::manifest::RUNTIME_FEATURES;
use crate::model::Api;

/// Which features the resources have.
pub(super) enum ResourceFeatures {
    /// None: there is nothing to choose among.
    None,
    /// `books`, and `full` for all.
    Plain,
    /// `shop-books`, and `shop` for all: a resource has the name of a feature that every crate has.
    Prefixed(String),
}

impl ResourceFeatures {
    /// Those of the crate `library`.
    pub(super) fn of(api: &Api, library: &str) -> Self {
        let Some(features) = &api.features else {
            return Self::None;
        };
        // The first one enables the others.
        let of_resources = features.resources.len() + usize::from(features.webhooks.is_some());
        let mut names = features.list.iter().map(|feature| feature.name.as_str());
        if of_resources < 2 {
            Self::None
        } else if names.any(|name| RUNTIME_FEATURES.contains(&name) || name == "default") {
            Self::Prefixed(library.to_owned())
        } else {
            Self::Plain
        }
    }

    /// The feature that enables all of them.
    pub(super) fn all(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Plain => Some("full"),
            Self::Prefixed(prefix) => Some(prefix),
        }
    }
}
