//! Other methods and paths that an operation is served at (`x-specwright-routes`).

use super::extensions::{self, invalid};
use super::paths::Path;
use crate::diagnostics::Diagnostics;
use crate::model::{HttpMethod, Route};
use crate::normalize::names::snake;
use crate::source::Node;

/// The routes of an operation of this method and path.
pub(super) fn read(
    operation: &Node<'_>,
    method: HttpMethod,
    path: &Path,
    diagnostics: &mut Diagnostics,
) -> Vec<Route> {
    let Some(list) = operation.get(extensions::ROUTES) else {
        return Vec::new();
    };
    if !list.is_array() {
        list.warn_kind("a list", diagnostics);
        return Vec::new();
    }
    list.items()
        .filter_map(|item| match route(&item, method, path, diagnostics) {
            Ok(route) => Some(route),
            Err(problem) => {
                invalid(&item, problem, diagnostics);
                None
            }
        })
        .collect()
}

fn route(
    node: &Node<'_>,
    method: HttpMethod,
    path: &Path,
    diagnostics: &mut Diagnostics,
) -> Result<Route, String> {
    let name = node.string("name", diagnostics).map(snake);
    let name = name
        .filter(|name| !name.is_empty())
        .ok_or("a route needs a `name`")?;
    let method = match node.string("method", diagnostics) {
        None => method,
        Some(text) => {
            HttpMethod::named(text).ok_or_else(|| format!("`{text}` is no HTTP method"))?
        }
    };
    let template = node.string("path", diagnostics).unwrap_or(&path.template);
    if !template.starts_with('/') {
        return Err(format!("the path `{template}` does not begin with `/`"));
    }
    let mut parts = template.split('{').skip(1);
    let unknown = parts.find_map(|part| {
        let name = part.split('}').next().unwrap_or_default();
        (!path.names.iter().any(|known| known == name)).then_some(name)
    });
    if let Some(unknown) = unknown {
        return Err(format!("the operation has no path parameter `{unknown}`"));
    }
    Ok(Route {
        name,
        method,
        path: template.to_owned(),
        description: node
            .string("description", diagnostics)
            .map(|text| text.trim().to_owned()),
    })
}
