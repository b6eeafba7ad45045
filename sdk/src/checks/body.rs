//! What the checks read of a body: a few members, while the rest is passed by. A member of another
//! kind than the document has is for the server to judge.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use specwright_runtime::object::{self, Key, Object};

/// What decides how long a reply may take.
#[derive(Default)]
pub(super) struct Size {
    pub(super) model: String,
    pub(super) max_tokens: u64,
    pub(super) stream: Option<bool>,
}

/// The requests of a batch.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) requests: Items<BatchItem>,
}

#[derive(Default)]
pub(super) struct BatchItem {
    pub(super) params: Removed,
}

/// What API version 2026-10-21 no longer takes.
#[derive(Default)]
pub(super) struct Removed {
    pub(super) temperature: Option<IgnoredAny>,
    pub(super) top_p: Option<IgnoredAny>,
    pub(super) top_k: Option<IgnoredAny>,
    pub(super) messages: Items<Turn>,
}

#[derive(Default)]
pub(super) struct Turn {
    pub(super) role: String,
    pub(super) content: Items<Block>,
}

#[derive(Default)]
pub(super) struct Block {
    pub(super) r#type: String,
    pub(super) citations: Items<IgnoredAny>,
    pub(super) content: Items<Block>,
}

/// Reads an object of the members named; one that does not come is as `Default` has it.
macro_rules! impl_deserialize {
    ($name:ident { $($wire:literal: $field:ident),* $(,)? }) => {
        impl<'de> Object<'de> for $name {
            fn read<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
                let mut body = Self::default();
                while let Some(key) = map.next_key::<Key<'de>>()? {
                    match &*key {
                        $($wire => body.$field = map.next_value()?,)*
                        _ => object::skip(&mut map)?,
                    }
                }
                Ok(body)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                object::deserialize(deserializer)
            }
        }
    };
}

impl_deserialize!(Size { "model": model, "max_tokens": max_tokens, "stream": stream });
impl_deserialize!(Batch { "requests": requests });
impl_deserialize!(BatchItem { "params": params });
impl_deserialize!(Removed {
    "temperature": temperature,
    "top_p": top_p,
    "top_k": top_k,
    "messages": messages,
});
impl_deserialize!(Turn { "role": role, "content": content });
impl_deserialize!(Block { "type": r#type, "citations": citations, "content": content });

/// The items of a list; anything else has none.
pub(super) struct Items<T>(pub(super) Vec<T>);

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemsVisitor(PhantomData))
    }
}

struct ItemsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ItemsVisitor<T> {
    type Value = Items<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Items<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Items(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Items<T>, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Items::default())
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<Items<T>, E> {
        Ok(Items::default())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Items<T>, E> {
        Ok(Items::default())
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Items<T>, E> {
        Ok(Items::default())
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Items<T>, E> {
        Ok(Items::default())
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Items<T>, E> {
        Ok(Items::default())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Items<T>, E> {
        Ok(Items::default())
    }
}
