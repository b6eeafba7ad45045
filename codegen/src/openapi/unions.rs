//! `oneOf`, `anyOf` and lists of types into unions.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::naming::joined;
use super::{Address, Reader, address, extensions, pointers, upgrade};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Shape, Tagging, TypeId, TypeRef, Union, Variant};
use crate::source::Node;

/// Unions without a name inside one another whose members count as members of the outermost.
const MAX_FLATTENED: usize = 8;

/// What tells the members of a union apart.
#[derive(Default)]
struct Discriminator<'a> {
    property: Option<String>,
    /// By target: the tags that lead to it.
    tags: HashMap<Address, Vec<String>>,
    /// Targets in the order of the mapping.
    targets: Vec<Node<'a>>,
    /// Where values go whose tag is absent.
    default: Option<Address>,
}

impl<'a> Reader<'a, '_> {
    /// The shape of a union; `node` is the schema it belongs to.
    pub(super) fn union(&mut self, node: &Node<'a>, members: &Node<'a>, name: &str) -> Shape {
        let discriminator = self.discriminator(node);
        let mut flat = Vec::new();
        self.flatten(members, &mut flat, 0);
        let mut members: Vec<_> = flat
            .into_iter()
            .filter(|member| !upgrade::is_null(member.value()))
            .collect();
        if discriminator.property.is_none() {
            match members.as_slice() {
                [] => return Shape::Alias(TypeRef::Any),
                [only] if upgrade::says_what(only.value()) => return self.nested(only, name),
                _ => {}
            }
        }
        self.add_mapped(&mut members, &discriminator);
        let mut variants = Vec::with_capacity(members.len());
        for (index, member) in members.iter().enumerate() {
            variants.push(self.variant(node, member, index, name, &discriminator));
        }
        let tagging = Tagging::Undecided {
            property: discriminator.property,
        };
        Shape::Union(Union {
            variants: unite(variants),
            tagging,
        })
    }

    /// A schema whose `type` is a list: one member for each type.
    pub(super) fn union_of_kinds(&mut self, kinds: &[&str], node: &Node<'a>, name: &str) -> Shape {
        let mut variants = Vec::with_capacity(kinds.len());
        for kind in kinds {
            let ty = match self.of_kind(kind, node, name) {
                Shape::Alias(ty) => ty,
                shape => self.anonymous(node, &joined(name, kind), shape),
            };
            variants.push(plain_variant(ty, node));
        }
        Shape::Union(Union {
            variants,
            tagging: Tagging::Undecided { property: None },
        })
    }

    fn flatten(&self, members: &Node<'a>, flat: &mut Vec<Node<'a>>, depth: usize) {
        for member in members.items() {
            match inner_union(&member).filter(|_| depth < MAX_FLATTENED) {
                Some(inner) => self.flatten(&inner, flat, depth + 1),
                None => flat.push(member),
            }
        }
    }

    /// Targets of the mapping that are not among the members are members, too.
    fn add_mapped(&self, members: &mut Vec<Node<'a>>, discriminator: &Discriminator<'a>) {
        if discriminator.targets.is_empty() {
            return;
        }
        let known: HashSet<Address> = members.iter().map(|member| self.target(member)).collect();
        members.extend(
            discriminator
                .targets
                .iter()
                .filter(|target| !known.contains(&address(target)))
                .cloned(),
        );
    }

    /// What a member stands for: the end of its reference, itself if it is none.
    fn target(&self, member: &Node<'a>) -> Address {
        let reference = member.value().get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|reference| self.sources.resolve(member, reference).ok());
        target.as_ref().map_or_else(|| address(member), address)
    }

    fn variant(
        &mut self,
        node: &Node<'a>,
        member: &Node<'a>,
        index: usize,
        name: &str,
        discriminator: &Discriminator<'a>,
    ) -> Variant {
        let target = self.target(member);
        let tags = discriminator.tags.get(&target).cloned().unwrap_or_default();
        let title = self.text(member, "title");
        let hint = variant_hint(member.value(), tags.first(), title.as_deref(), index, name);
        let ty = match self.member_kind(node, member) {
            Some(kind) => self.scalar(kind, node),
            None => self.member_type(member, &hint),
        };
        let given = self.text(member, extensions::NAME);
        Variant {
            name: given
                .or_else(|| tags.first().cloned())
                .or(title)
                .unwrap_or_default(),
            tags,
            default: discriminator.default == Some(target),
            ty,
            description: self.text(member, "description"),
            boxed: false,
            origin: member.origin().clone(),
        }
    }

    /// The type of a member; that it may be null is said by the union.
    fn member_type(&mut self, member: &Node<'a>, hint: &str) -> TypeRef {
        // Targets of a mapping are not references: they are the schemas themselves.
        let ty = match pointers::component_name(self.sources, member).filter(|_| member.is_object())
        {
            Some(name) => self.reserve(member, &name, true).ty(),
            None => self.schema(member, hint),
        };
        match ty {
            TypeRef::Nullable(inner) => *inner,
            ty => ty,
        }
    }

    /// `type: string, anyOf: [{format: ipv4}, {enum: [any]}]`: a member that only limits the value
    /// is of the kind that stands beside the union.
    fn member_kind(&self, node: &Node<'a>, member: &Node<'a>) -> Option<&'a str> {
        let limits = !upgrade::says_what(member.value()) && member.is_object();
        let scalar = |kind: &&str| matches!(*kind, "string" | "integer" | "number" | "boolean");
        upgrade::kinds(node.value())
            .names
            .first()
            .copied()
            .filter(scalar)
            .filter(|_| limits)
    }

    fn discriminator(&mut self, node: &Node<'a>) -> Discriminator<'a> {
        let mut read = Discriminator::default();
        let Some(discriminator) = node.get("discriminator") else {
            return read;
        };
        // A bare property name is how Swagger 2 wrote it.
        read.property = match discriminator.as_str() {
            Some(name) => Some(name.to_owned()),
            None => self.text(&discriminator, "propertyName"),
        };
        if read.property.is_none() {
            return read;
        }
        let mapping = discriminator.get("mapping").filter(Node::is_object);
        for (tag, target) in mapping.iter().flat_map(Node::entries) {
            if let Some(schema) = self.mapped(&target) {
                let tags = read.tags.entry(address(&schema)).or_default();
                if tags.is_empty() {
                    read.targets.push(schema);
                }
                tags.push(tag.to_owned());
            }
        }
        let default = discriminator.get("defaultMapping");
        read.default = default
            .and_then(|target| self.mapped(&target))
            .map(|schema| address(&schema));
        read
    }

    /// The schema a mapping names, by reference or by component name.
    fn mapped(&mut self, target: &Node<'a>) -> Option<Node<'a>> {
        let Some(name) = target.as_str() else {
            target.warn_kind("a reference or the name of a schema", self.diagnostics);
            return None;
        };
        let components = self
            .root
            .get("components")
            .and_then(|components| components.get("schemas"));
        if let Some(schema) = components.and_then(|schemas| schemas.get(name)) {
            return Some(schema);
        }
        match self.sources.resolve(target, name) {
            Ok(schema) => Some(schema),
            Err(error) => {
                let message = format!("the mapping leads nowhere: {error}");
                self.diagnostics.push(
                    Diagnostic::warning(codes::BAD_MAPPING, target.origin(), message)
                        .action("this tag is not told apart from unknown ones"),
                );
                None
            }
        }
    }

    /// Tells of a discriminator that has no union to discriminate.
    pub(super) fn note_base(&mut self, node: &Node<'a>) {
        if let Some(discriminator) = node.get("discriminator") {
            self.note_ignored(
                &discriminator,
                "a discriminator without `oneOf` or `anyOf`: the type has the properties written here and does not \
                 know the schemas that extend it",
            );
        }
    }
}

/// A union without a name and without a discriminator, as a member of another.
fn inner_union<'a>(member: &Node<'a>) -> Option<Node<'a>> {
    let schema = member.value().as_object()?;
    let said = [
        "$ref",
        "properties",
        "allOf",
        "discriminator",
        "type",
        "enum",
        "const",
        "items",
    ];
    if said.iter().any(|key| schema.contains_key(*key)) {
        return None;
    }
    match (member.get("oneOf"), member.get("anyOf")) {
        (Some(union), None) | (None, Some(union)) => Some(union).filter(Node::is_array),
        _ => None,
    }
}

/// A hint for what a member without a name defines.
fn variant_hint(
    member: &Value,
    tag: Option<&String>,
    title: Option<&str>,
    index: usize,
    name: &str,
) -> String {
    if let Some(said) = tag
        .map(String::as_str)
        .or(title)
        .or_else(|| fixed_property(member))
    {
        return joined(name, said);
    }
    let kinds = upgrade::kinds(member);
    match kinds.names.as_slice() {
        // A list's elements are named after the union itself.
        ["array"] => name.to_owned(),
        _ if member.get("items").is_some() => name.to_owned(),
        ["string"] => joined(name, "Value"),
        _ if index == 0 => joined(name, "Object"),
        _ => joined(name, &format!("Object{}", index + 1)),
    }
}

/// The value of the first property that can have only one.
fn fixed_property(member: &Value) -> Option<&str> {
    let properties = member.get("properties")?.as_object()?;
    properties.values().find_map(|property| {
        let only = match property
            .get("enum")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
        {
            Some([only]) => Some(only),
            _ => None,
        };
        property.get("const").or(only)?.as_str()
    })
}

fn plain_variant(ty: TypeRef, node: &Node<'_>) -> Variant {
    Variant {
        name: String::new(),
        tags: Vec::new(),
        default: false,
        ty,
        description: None,
        boxed: false,
        origin: node.origin().clone(),
    }
}

/// A schema listed twice is one member.
fn unite(variants: Vec<Variant>) -> Vec<Variant> {
    let mut places: HashMap<TypeId, usize> = HashMap::new();
    let mut united: Vec<Variant> = Vec::with_capacity(variants.len());
    for variant in variants {
        let known = match variant.ty {
            TypeRef::Named(id) => Some(*places.entry(id).or_insert(united.len())),
            _ => None,
        };
        match known.and_then(|place| united.get_mut(place)) {
            Some(known) => known.default |= variant.default,
            None => united.push(variant),
        }
    }
    united
}
