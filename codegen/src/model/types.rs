//! Types: what schemas and connector fields become.

use serde_json::Value;

use crate::origin::Origin;

/// Index of a type in [`Types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(u32);

impl TypeId {
    /// Place in tables with an entry for each type.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Every type of an API, by id.
#[derive(Clone, Debug, Default)]
pub struct Types {
    defs: Vec<TypeDef>,
}

impl Types {
    /// Adds a type and returns its id.
    pub fn add(&mut self, def: TypeDef) -> TypeId {
        let id = TypeId(u32::try_from(self.defs.len()).unwrap_or(u32::MAX));
        self.defs.push(def);
        id
    }

    /// The type with this id. Ids come only from [`Types::add`] of the same table.
    #[expect(
        clippy::indexing_slicing,
        reason = "ids are made by `add` alone and nothing is removed"
    )]
    pub fn get(&self, id: TypeId) -> &TypeDef {
        &self.defs[id.0 as usize]
    }

    /// The type with this id, to change it.
    #[expect(
        clippy::indexing_slicing,
        reason = "ids are made by `add` alone and nothing is removed"
    )]
    pub fn get_mut(&mut self, id: TypeId) -> &mut TypeDef {
        &mut self.defs[id.0 as usize]
    }

    /// All ids, in the order in which the types were added.
    pub fn ids(&self) -> impl Iterator<Item = TypeId> + use<> {
        (0..u32::try_from(self.defs.len()).unwrap_or(u32::MAX)).map(TypeId)
    }

    /// All types with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, &TypeDef)> {
        self.ids().zip(&self.defs)
    }

    /// Number of types.
    pub fn len(&self) -> usize {
        self.defs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.defs.is_empty()
    }

    /// Follows aliases: what `ty` is once its name is looked through.
    pub fn resolve<'a>(&'a self, ty: &'a TypeRef) -> &'a TypeRef {
        let mut ty = ty;
        // An alias chain is at most as long as the table; a longer one is a cycle.
        for _ in 0..=self.defs.len() {
            match ty {
                TypeRef::Named(id) => match &self.get(*id).shape {
                    Shape::Alias(target) => ty = target,
                    _ => return ty,
                },
                _ => return ty,
            }
        }
        ty
    }
}

/// A type with a name of its own in the generated code.
#[derive(Clone, Debug)]
pub struct TypeDef {
    /// Name in the document, when it has one there (component name), else a hint from the
    /// context (`CreateMessageRequestMetadata`).
    pub source_name: String,
    /// Whether the document itself names it: such names are claimed before hints.
    pub named: bool,
    /// Rust name, set by the names pass; empty before.
    pub name: String,
    /// File group it is written to (`x-specwright-module`), set or completed by the modules pass.
    pub module: Option<String>,
    /// Place of its group in [`Features::groups`](super::Features), set by the features pass;
    /// `None` when it is always compiled.
    pub group: Option<usize>,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// What it is.
    pub shape: Shape,
    /// Examples in the document.
    pub examples: Vec<Value>,
    /// Whether it is asked for by name: it is there even when nothing uses it.
    pub wanted: bool,
    /// Which directions it travels in, set by the reach pass.
    pub usage: Usage,
    /// Where the document says it.
    pub origin: Origin,
}

impl TypeDef {
    /// A type as a front end first sees it.
    pub fn new(source_name: impl Into<String>, named: bool, shape: Shape, origin: Origin) -> Self {
        Self {
            source_name: source_name.into(),
            named,
            name: String::new(),
            module: None,
            group: None,
            description: None,
            deprecated: false,
            shape,
            examples: Vec::new(),
            wanted: false,
            usage: Usage::default(),
            origin,
        }
    }
}

/// Which directions a type travels in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Part of a request.
    pub sent: bool,
    /// Part of a reply, an error or an event.
    pub received: bool,
}

/// What a type is.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A struct.
    Object(Object),
    /// A string enum that accepts values the document does not know.
    OpenEnum(OpenEnum),
    /// One of several types.
    Union(Union),
    /// All of several types at once. Gone after the `all_of` pass.
    AllOf(AllOf),
    /// The typed events of a stream.
    Events(Events),
    /// A struct whose values are picked from a reply by selectors (connectors).
    Record(Record),
    /// A string that is a type of its own: an identifier that cannot stand for another one.
    Newtype(Primitive),
    /// Another name for a type.
    Alias(TypeRef),
}

/// A use of a type.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeRef {
    /// A type with a name.
    Named(TypeId),
    /// A scalar.
    Primitive(Primitive),
    /// `Vec<T>`.
    List(Box<TypeRef>),
    /// `(A, B)`: a list with a type for each place, of 2 to [`MAX_TUPLE`](Self::MAX_TUPLE) places.
    Tuple(Vec<TypeRef>),
    /// `BTreeMap<String, T>`.
    Map(Box<TypeRef>),
    /// `Option<T>`: the value may be `null`.
    Nullable(Box<TypeRef>),
    /// Any JSON.
    Any,
}

impl TypeRef {
    /// Places of the largest tuple: the standard library compares and prints no larger ones.
    pub const MAX_TUPLE: usize = 12;

    /// The same type, nullable once.
    #[must_use]
    pub fn nullable(self) -> Self {
        match self {
            Self::Nullable(_) => self,
            other => Self::Nullable(Box::new(other)),
        }
    }

    /// The type without an outer `Nullable`, and whether there was one.
    pub fn split_nullable(&self) -> (&Self, bool) {
        match self {
            Self::Nullable(inner) => (inner, true),
            other => (other, false),
        }
    }

    /// Calls `visit` for each named type this use mentions.
    pub fn for_each_named(&self, visit: &mut impl FnMut(TypeId)) {
        match self {
            Self::Named(id) => visit(*id),
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => {
                inner.for_each_named(visit)
            }
            Self::Tuple(places) => places.iter().for_each(|it| it.for_each_named(visit)),
            Self::Primitive(_) | Self::Any => {}
        }
    }
}

/// Scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Primitive {
    /// `String`.
    String,
    /// `bool`.
    Bool,
    /// `i32`.
    Int32,
    /// `i64`.
    Int64,
    /// `u32`.
    Uint32,
    /// `u64`.
    Uint64,
    /// `f64`.
    Double,
    /// `f32`.
    Float,
    /// `chrono::DateTime<Utc>`, RFC 3339.
    DateTime,
    /// `chrono::NaiveDate`.
    Date,
    /// `uuid::Uuid`.
    Uuid,
    /// Bytes as base64 text inside JSON (`format: byte`).
    Base64,
    /// Raw bytes: a file part or a whole body (`format: binary`).
    Binary,
    /// A string that is never printed.
    Secret,
    /// `record::Timestamp`: a date or an instant, sent exactly as it is given (arguments of
    /// connector operations; replies have [`DateTime`](Self::DateTime)).
    Timestamp,
    /// `multipart::Upload`: a file to send (arguments of connector operations).
    Upload,
}

/// A struct.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// Its fields, in the document's order.
    pub fields: Vec<Field>,
    /// What happens to members the document does not name.
    pub extra: Extra,
}

/// Members of an object that the document does not name.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Extra {
    /// Ignored when read.
    #[default]
    Ignored,
    /// Kept and sent back, with this value type.
    Kept(TypeRef),
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name on the wire.
    pub wire: String,
    /// Rust name (no `r#`), set by the names pass; empty before.
    pub name: String,
    /// Its type; nullability is an outer [`TypeRef::Nullable`].
    pub ty: TypeRef,
    /// Whether the document requires it.
    pub required: bool,
    /// The one value it can have (`const`): not a public field.
    pub constant: Option<Value>,
    /// Default the document states.
    pub default: Option<Value>,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Limits and formats worth a line in the docs (`1 to 64 characters`), in the document's terms.
    pub constraints: Vec<String>,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// Only in replies.
    pub read_only: bool,
    /// Only in requests.
    pub write_only: bool,
    /// Set by the SDK alone (`x-specwright-internal`): not a public field and not sent unless the
    /// operation sets it.
    pub internal: bool,
    /// Whether a `Box` breaks a cycle here, set by the recursion pass.
    pub boxed: bool,
    /// Where the document says it.
    pub origin: Origin,
}

impl Field {
    /// A plain field as a front end first sees it.
    pub fn new(wire: impl Into<String>, ty: TypeRef, required: bool, origin: Origin) -> Self {
        Self {
            wire: wire.into(),
            name: String::new(),
            ty,
            required,
            constant: None,
            default: None,
            description: None,
            constraints: Vec::new(),
            deprecated: false,
            read_only: false,
            write_only: false,
            internal: false,
            boxed: false,
            origin,
        }
    }
}

/// A string enum; values the document does not know are kept.
#[derive(Clone, Debug, Default)]
pub struct OpenEnum {
    /// Its known values, in the document's order.
    pub values: Vec<EnumValue>,
}

/// A known value of an [`OpenEnum`].
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// Value on the wire.
    pub wire: String,
    /// Variant name, set by the names pass; empty before.
    pub name: String,
    /// Description, Markdown.
    pub description: Option<String>,
}

/// One of several types.
#[derive(Clone, Debug)]
pub struct Union {
    /// Its members, in the document's order.
    pub variants: Vec<Variant>,
    /// How the member is told.
    pub tagging: Tagging,
}

/// How the member of a union is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// As the document gave it: a discriminator if it names one; the unions pass decides.
    Undecided {
        /// `discriminator.propertyName`.
        property: Option<String>,
    },
    /// By the string value of this property.
    Property(String),
    /// By JSON kind, required keys and constants.
    Shape,
}

/// A member of a union.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Variant name, set by the names pass; before, a hint (title, mapping key) or empty.
    pub name: String,
    /// Values of the tag that choose it; several mapping keys may lead to one type.
    pub tags: Vec<String>,
    /// Chosen when the tag is absent (its tag property is optional).
    pub default: bool,
    /// Its type.
    pub ty: TypeRef,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Whether a `Box` breaks a cycle here, set by the recursion pass.
    pub boxed: bool,
    /// Where the document says it.
    pub origin: Origin,
}

/// All of several types at once.
#[derive(Clone, Debug)]
pub struct AllOf {
    /// The parts, in the document's order; properties beside `allOf` are the last part.
    pub parts: Vec<TypeRef>,
}

/// The typed events of a stream.
#[derive(Clone, Debug)]
pub struct Events {
    /// The events the document names.
    pub events: Vec<EventDef>,
}

/// An event of a stream.
#[derive(Clone, Debug)]
pub struct EventDef {
    /// Event name on the wire; for data-only streams without names, empty: the only event.
    pub wire: String,
    /// Variant name, set by the names pass; before, a hint or empty.
    pub name: String,
    /// Type of the payload; `None` when it carries nothing of interest.
    pub payload: Option<TypeRef>,
    /// Whether a stream has many of it, so that reading it should cost little.
    pub frequent: bool,
    /// Whether a `Box` keeps the event small, set by the frequent pass.
    pub boxed: bool,
    /// Description, Markdown.
    pub description: Option<String>,
}

/// A struct picked from a reply by selectors.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Its fields.
    pub fields: Vec<RecordField>,
}

/// A field of a [`Record`].
#[derive(Clone, Debug)]
pub struct RecordField {
    /// Name in the document.
    pub wire: String,
    /// Rust name, set by the names pass; empty before.
    pub name: String,
    /// Its type. A missing or null value is `None`, so fields are always optional.
    pub ty: TypeRef,
    /// Steps from the root of the reply.
    pub selector: Vec<Selector>,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Where the document says it.
    pub origin: Origin,
}

/// A step of a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// A member of an object.
    Key(String),
    /// An element of an array.
    Index(usize),
}
