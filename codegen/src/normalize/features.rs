//! Cargo features, when they are asked for: one for each top-level resource and one for the
//! webhooks, and for each type which of them need it.
//!
//! Types that every resource needs, or the client, or the caller asked for, are always there. The
//! others form groups: those that the same features need are written to the same files, so that one
//! condition stands in front of many types. Where many features need a group, they enable a feature
//! of its own instead of all standing in its condition. With a prefix, all enable a feature that
//! stands for the module, too.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::Diagnostics;
use crate::model::{Api, Feature, Features, Gate, TypeDef, TypeGroup, TypeId};
use crate::normalize::names::{claim, file_name};
use crate::normalize::reach::{self, closure};

/// Features in the condition of a group; more are put behind one of its own.
const FEATURES_OF_A_CONDITION: usize = 3;

pub(super) fn run(api: &mut Api, _diagnostics: &mut Diagnostics) {
    let Some(features) = api.features.take() else {
        return;
    };
    let mut naming = Naming::new(features.prefix);
    let mut parts = parts(api, &mut naming);
    let mut groups = Vec::new();
    for (users, ids) in by_users(api, &parts) {
        let defs: Vec<&TypeDef> = ids.iter().map(|id| api.types.get(*id)).collect();
        let first = defs.iter().find(|def| def.named).or(defs.first()).copied();
        let group = group(&mut naming, &parts, &users, first);
        if users.len() > FEATURES_OF_A_CONDITION {
            for user in users {
                if let Some(part) = parts.get_mut(user) {
                    part.enables.extend_from_slice(&group.gate.0);
                }
            }
        }
        for id in ids {
            api.types.get_mut(id).group = Some(groups.len());
        }
        groups.push(group);
    }
    let list = list(naming.all(), &parts);
    let (webhooks, resources): (Vec<_>, Vec<_>) =
        parts.into_iter().partition(|part| part.resource.is_none());
    let by_resource = |part: Part| Some((part.resource?, part.feature));
    api.features = Some(Features {
        prefix: naming.prefix,
        list,
        resources: resources.into_iter().filter_map(by_resource).collect(),
        webhooks: webhooks.into_iter().map(|part| part.feature).next(),
        groups,
    });
}

/// All features by name, after the one that enables all parts.
fn list(all: String, parts: &[Part]) -> Vec<Feature> {
    let own = parts
        .iter()
        .map(|part| (&part.feature, part.enables.clone()));
    let internal = parts.iter().flat_map(|part| &part.enables);
    let internal = internal.map(|name| (name, Vec::new()));
    let by_name: BTreeMap<&String, Vec<String>> = own.chain(internal).collect();
    let mut names: Vec<String> = parts.iter().map(|part| part.feature.clone()).collect();
    names.sort();
    let all = Feature {
        name: all,
        enables: names,
    };
    let others = by_name.into_iter().map(|(name, enables)| Feature {
        name: name.clone(),
        enables,
    });
    [all].into_iter().chain(others).collect()
}

/// What a feature stands for: a top-level resource, or the webhooks.
struct Part {
    /// Name of the resource; `None` for the webhooks.
    resource: Option<String>,
    /// Its name in file names.
    file: String,
    feature: String,
    /// The internal features that it enables.
    enables: Vec<String>,
    /// The types it mentions.
    roots: Vec<TypeId>,
}

fn parts(api: &Api, naming: &mut Naming) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (resource, roots) in reach::by_resource(api) {
        let file = file_name(resource);
        parts.push(Part {
            feature: naming.public(&file),
            enables: naming.any().into_iter().collect(),
            resource: Some(resource.to_owned()),
            file,
            roots,
        });
    }
    if !api.webhooks.is_empty() {
        let mut roots = Vec::new();
        for webhook in &api.webhooks {
            webhook.payload.for_each_named(&mut |id| roots.push(id));
        }
        let taken = parts.iter().any(|part| part.file == "webhooks");
        let file = if taken { "webhook_events" } else { "webhooks" }.to_owned();
        parts.push(Part {
            feature: naming.public(&file),
            enables: naming.any().into_iter().collect(),
            resource: None,
            file,
            roots,
        });
    }
    parts
}

/// The types that some parts need and others do not, by the parts (their places in the list) that
/// need them.
fn by_users(api: &Api, parts: &[Part]) -> BTreeMap<Vec<usize>, Vec<TypeId>> {
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); api.types.len()];
    for (part, Part { roots, .. }) in parts.iter().enumerate() {
        for id in closure(&api.types, roots.clone()) {
            if let Some(users) = users.get_mut(id.index()) {
                users.push(part);
            }
        }
    }
    let wanted = api.types.iter().filter(|(_, def)| def.wanted);
    let mut roots: Vec<TypeId> = wanted.map(|(id, _)| id).collect();
    for parameter in &api.client_parameters {
        parameter.ty.for_each_named(&mut |id| roots.push(id));
    }
    let always: BTreeSet<TypeId> = closure(&api.types, roots).into_iter().collect();
    let resources = parts.iter().filter(|part| part.resource.is_some()).count();
    let mut groups: BTreeMap<Vec<usize>, Vec<TypeId>> = BTreeMap::new();
    for (id, users) in api.types.ids().zip(users) {
        // The webhooks are the last part.
        let by_all = users.iter().filter(|part| **part < resources).count() == resources;
        if !users.is_empty() && !by_all && !always.contains(&id) {
            groups.entry(users).or_default().push(id);
        }
    }
    groups
}

/// The group of the types that `users` need, of which `first` is the first with a name.
fn group(
    naming: &mut Naming,
    parts: &[Part],
    users: &[usize],
    first: Option<&TypeDef>,
) -> TypeGroup {
    let users: Vec<&Part> = users.iter().filter_map(|user| parts.get(*user)).collect();
    if users.len() > FEATURES_OF_A_CONDITION {
        let first = first.map_or("", |def| &def.source_name);
        let name = format!("shared_{}", file_name(first));
        let gate = Gate(vec![naming.internal(&name)]);
        return TypeGroup { name, gate };
    }
    let files: Vec<&str> = users.iter().map(|part| part.file.as_str()).collect();
    TypeGroup {
        name: files.join("_and_"),
        gate: Gate(users.iter().map(|part| part.feature.clone()).collect()),
    }
}

/// Names of features, each given once.
struct Naming {
    prefix: String,
    taken: BTreeSet<String>,
}

impl Naming {
    fn new(prefix: String) -> Self {
        let mut naming = Self {
            prefix,
            taken: BTreeSet::from(["default".to_owned()]),
        };
        naming.taken.insert(naming.all());
        naming
    }

    /// The feature that enables all others.
    fn all(&self) -> String {
        if self.prefix.is_empty() {
            "full".to_owned()
        } else {
            self.prefix.clone()
        }
    }

    /// The feature that each of the others enables, for crates with other modules.
    fn any(&self) -> Option<String> {
        (!self.prefix.is_empty()).then(|| format!("_{}", self.prefix))
    }

    /// A feature for users, from a name in snake_case.
    fn public(&mut self, name: &str) -> String {
        let name = self.kebab(name);
        claim(&mut self.taken, &name)
    }

    /// A feature for other features alone.
    fn internal(&mut self, name: &str) -> String {
        let name = format!("_{}", self.kebab(name));
        claim(&mut self.taken, &name)
    }

    fn kebab(&self, name: &str) -> String {
        let name = name.trim_start_matches('_').replace('_', "-");
        if self.prefix.is_empty() {
            name
        } else {
            format!("{}-{name}", self.prefix)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Input, generate};

    /// Five resources that share a type, four that share another, two a third, and an event.
    const DOCUMENT: &str = "
openapi: 3.1.0
info: { title: Shop, version: '1' }
paths:
  /books: { get: { tags: [Books], operationId: listBooks, responses: { '200': { $ref: '#/components/responses/book' } } } }
  /films: { get: { tags: [Films], operationId: listFilms, responses: { '200': { $ref: '#/components/responses/book' } } } }
  /songs: { get: { tags: [Songs], operationId: listSongs, responses: { '200': { $ref: '#/components/responses/price' } } } }
  /games: { get: { tags: [Old Games], operationId: listGames, responses: { '200': { $ref: '#/components/responses/price' } } } }
  /shops: { get: { tags: [Webhooks], operationId: listShops, responses: { '200': { $ref: '#/components/responses/shop' } } } }
webhooks:
  sold: { post: { requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Sale' } } } }, responses: { '200': { description: . } } } }
components:
  responses:
    book: { description: ., content: { application/json: { schema: { $ref: '#/components/schemas/Book' } } } }
    price: { description: ., content: { application/json: { schema: { $ref: '#/components/schemas/Price' } } } }
    shop: { description: ., content: { application/json: { schema: { $ref: '#/components/schemas/Country' } } } }
  schemas:
    Book: { type: object, properties: { price: { $ref: '#/components/schemas/Price' }, country: { $ref: '#/components/schemas/Country' } } }
    Price: { type: object, properties: { country: { $ref: '#/components/schemas/Country' }, cents: { type: integer } } }
    Country: { type: object, properties: { code: { type: string } } }
    Sale: { type: object, properties: { at: { type: string } } }
";

    fn features(prefix: Option<&str>) -> Vec<(String, String)> {
        let mut input = Input::text("shop.yaml", DOCUMENT);
        input.options.features = prefix.map(str::to_owned);
        let outcome = generate(&input);
        assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
        let features = outcome.features.into_iter();
        features
            .map(|feature| (feature.name, feature.enables.join(" ")))
            .collect()
    }

    fn expected(features: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, enables): &(&str, &str)| ((*name).to_owned(), (*enables).to_owned());
        features.iter().map(owned).collect()
    }

    #[test]
    fn each_resource_has_a_feature_and_what_many_share_another() {
        let all = "books films old-games songs webhook-events webhooks";
        let list = expected(&[
            ("full", all),
            ("_shared-price", ""),
            ("books", "_shared-price"),
            ("films", "_shared-price"),
            ("old-games", "_shared-price"),
            ("songs", "_shared-price"),
            ("webhook-events", ""),
            ("webhooks", ""),
        ]);
        assert_eq!(features(Some("")), list);
        assert_eq!(features(None), []);
    }

    #[test]
    fn names_begin_with_the_prefix() {
        let list = features(Some("shop"));
        let names: Vec<_> = list.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "shop",
            "_shop",
            "_shop-shared-price",
            "shop-books",
            "shop-films",
            "shop-old-games",
            "shop-songs",
            "shop-webhook-events",
            "shop-webhooks",
        ];
        assert_eq!(names, expected);
        let enables = |name: &str| list.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
        assert_eq!(enables("shop-books"), Some("_shop _shop-shared-price"));
        assert_eq!(enables("shop-webhooks"), Some("_shop"));
    }
}
