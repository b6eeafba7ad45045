//! Records: structs whose values are picked from a reply (connectors).

use proc_macro2::TokenStream;

use super::Scope;
use crate::model::{Api, Record, TypeDef, TypeId};

pub(crate) fn tokens(_api: &Api, _id: TypeId, _def: &TypeDef, _record: &Record, _scope: &Scope<'_>) -> TokenStream {
    TokenStream::new()
}
