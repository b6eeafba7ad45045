//! The client of an API and its builder.

use proc_macro2::TokenStream;
use quote::quote;

use super::credential;
use super::docs::{self, Docs};
use super::draft::sample;
use super::expression::Expressions;
use super::{Context, Module, Place, Scope, ident, resource};
use crate::model::{
    Api, ClientParameter, Credential, CredentialKind, Location, Primitive, Shape, TypeId, TypeRef,
};

pub(crate) fn module(context: &Context<'_>) -> Module {
    let scope = Scope::new(context, Place::TopLevel);
    let client = client(&scope);
    let builder = builder(&scope);
    let items = quote! { #client #builder };
    Module {
        path: vec!["client".to_owned()],
        docs: format!("The client of the {}, and its builder.", title(context.api)),
        undocumented: false,
        public: false,
        gate: None,
        tokens: scope.file(&items),
    }
}

/// The title of the document in a sentence.
pub(crate) fn title(api: &Api) -> String {
    let title = super::markdown::sanitize(api.title.trim()).join(" ");
    if title.is_empty() {
        "API".to_owned()
    } else {
        title
    }
}

/// The address requests go to when the caller gives none.
fn base_url(api: &Api) -> Option<&str> {
    api.base_url
        .as_deref()
        .filter(|url| url.starts_with("http://") || url.starts_with("https://"))
}

/// Parameters that the caller has to give before a client can be built.
fn required(api: &Api) -> impl Iterator<Item = &ClientParameter> {
    api.client_parameters.iter().filter(|parameter| {
        parameter.required && parameter.default.is_none() && !parameter.generated_uuid
    })
}

/// Whether anything is read from the environment.
pub(crate) fn reads_env(api: &Api) -> bool {
    api.base_url_env.is_some()
        || api.headers_env.is_some()
        || api
            .credentials
            .iter()
            .any(|credential| credential.env.is_some())
        || api
            .client_parameters
            .iter()
            .any(|parameter| parameter.env.is_some())
}

fn client(scope: &Scope<'_>) -> TokenStream {
    let api = scope.context.api;
    let runtime_client = client_type(scope, "Client");
    let docs = Docs::new(
        None,
        &format!(
            "A client of the {}.\n\nCloning is cheap: all clones share connections, credentials and settings.",
            title(api)
        ),
    )
    .tokens();
    let new = new(scope);
    let from_env = reads_env(api).then(|| from_env(scope));
    let builder = builder_methods(scope);
    // Where there are features, each resource adds its own.
    let resources = resource::children(scope.context, &[])
        .filter(|_| api.features.is_none())
        .map(|child| {
            let ty = scope.emitted("resources", &child.type_name);
            resource::accessor(scope.context, child, &ty, &quote!(self.inner))
        });
    let with = api
        .client_parameters
        .iter()
        .filter_map(|parameter| with_parameter(scope, parameter));
    quote! {
        #docs
        #[derive(Clone, Debug)]
        pub struct Client { inner: #runtime_client }

        impl Client {
            #new
            #builder
            #from_env
            #(#resources)*
            #(#with)*

            /// The client underneath, for requests that the document does not have.
            pub fn inner(&self) -> &#runtime_client { &self.inner }
        }
    }
}

/// A type of the runtime by its full path: ours has its name.
fn client_type(scope: &Scope<'_>, name: &str) -> TokenStream {
    let path = format!("{}::{name}", scope.context.options.runtime);
    syn::parse_str::<syn::Path>(&path)
        .map(|path| quote!(#path))
        .unwrap_or_default()
}

/// The argument of a base url, where the document has none.
fn base_url_argument(api: &Api) -> Option<TokenStream> {
    base_url(api)
        .is_none()
        .then(|| quote!(base_url: impl Into<String>))
}

fn new(scope: &Scope<'_>) -> TokenStream {
    let api = scope.context.api;
    let credential = api.credentials.first();
    let required: Vec<_> = required(api).collect();
    let arguments = base_url_argument(api)
        .into_iter()
        .chain(credential.map(|credential| credential::arguments(scope, credential)))
        .chain(required.iter().map(|parameter| {
            let (name, ty) = (ident(&parameter.name), value_type(scope, parameter));
            quote!(#name: #ty)
        }));
    let base = base_url(api).is_none().then(|| quote!(base_url));
    let credentials = credential.map(credential::forward);
    let parameters = required.iter().map(|parameter| {
        let name = ident(&parameter.name);
        quote!(.#name(#name))
    });
    let error = scope.runtime("Error");
    let arguments: Vec<_> = arguments.collect();
    let docs = docs::line(if arguments.is_empty() {
        "A client with the default settings."
    } else {
        "A client with these values and the default settings otherwise."
    });
    quote! {
        #docs
        ///
        /// # Errors
        /// A value that cannot be sent, such as an empty credential.
        pub fn new(#(#arguments),*) -> Result<Self, #error> {
            Self::builder(#base)#credentials #(#parameters)*.build()
        }
    }
}

/// What examples and tests authenticate with.
pub(super) const USER: &str = "user";
/// What examples and tests authenticate with.
pub(super) const SECRET: &str = "secret";

/// The client of an example.
pub(crate) fn example(context: &Context<'_>, expressions: &Expressions<'_>) -> TokenStream {
    let api = context.api;
    let base = base_url(api)
        .is_none()
        .then(|| quote!("https://api.example.com"));
    if reads_env(api) {
        return quote!(Client::from_env(#base)?);
    }
    let credential = api.credentials.first().map(secrets).into_iter().flatten();
    let parameters = required(api).map(|parameter| given(context, expressions, parameter).1);
    let arguments = base.into_iter().chain(credential).chain(parameters);
    quote!(Client::new(#(#arguments),*)?)
}

/// The client of a program, which takes from the environment what only its user knows; `prefix`
/// begins the names of the variables.
pub(super) fn of_program(context: &Context<'_>, prefix: &str) -> TokenStream {
    let api = context.api;
    let variable = |name: &str| {
        let variable = format!("{prefix}_{}", name.to_uppercase());
        let message = format!("set {variable}");
        quote!(std::env::var(#variable).map_err(|_| #message)?)
    };
    let base = base_url(api).is_none().then(|| variable("base_url"));
    if reads_env(api) {
        return quote!(Client::from_env(#base)?);
    }
    let credential = api.credentials.first().map(|credential| {
        let secrets = secrets(credential);
        let user = (secrets.len() > 1).then(|| variable("user"));
        let secret = if secrets.len() > 1 {
            "password"
        } else {
            &credential.name
        };
        user.into_iter().chain([variable(secret)])
    });
    let expressions = Expressions::new(context);
    let parameters = required(api).map(|parameter| given(context, &expressions, parameter).1);
    let arguments = base
        .into_iter()
        .chain(credential.into_iter().flatten())
        .chain(parameters);
    quote!(Client::new(#(#arguments),*)?)
}

/// The arguments of a credential's setter in examples and tests.
fn secrets(credential: &Credential) -> Vec<TokenStream> {
    let both = CredentialKind::Basic {
        user: None,
        password: None,
    };
    let user = (credential.kind == both).then(|| quote!(#USER));
    user.into_iter().chain([quote!(#SECRET)]).collect()
}

/// The value of a parameter of the client in examples and tests: as text, and as an argument.
fn given(
    context: &Context<'_>,
    expressions: &Expressions<'_>,
    parameter: &ClientParameter,
) -> (String, TokenStream) {
    let scope = Scope::new(context, Place::TopLevel);
    let value = sample(context, &parameter.ty, &parameter.name);
    let text = value.as_str().unwrap_or("value").to_owned();
    match kind(&scope, parameter) {
        Kind::List => (text.clone(), quote!([#text])),
        Kind::Plain => {
            let argument = expressions.value(&parameter.ty, &value, true);
            let plain = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (
                plain,
                argument.unwrap_or_else(|| quote!(Default::default())),
            )
        }
        Kind::Secret | Kind::Text | Kind::Enum(_) => (text.clone(), quote!(#text)),
    }
}

/// A parameter of the client whose value is known in tests.
pub(super) struct BoundValue<'a> {
    pub(super) parameter: &'a ClientParameter,
    /// Its value on the wire.
    pub(super) text: String,
    /// The argument of its setter, unless it has a default.
    argument: Option<TokenStream>,
}

/// The parameters of the client that are sent by the client of the tests.
pub(super) fn bound_values<'a>(context: &'a Context<'_>) -> Vec<BoundValue<'a>> {
    let expressions = Expressions::new(context);
    let parameters = context.api.client_parameters.iter();
    let bound = parameters.filter_map(|parameter| {
        let needed = parameter.required || parameter.location == Location::Path;
        let (text, argument) = match &parameter.default {
            Some(default) => (default.clone(), None),
            None if parameter.generated_uuid || !needed => return None,
            None => {
                let (text, argument) = given(context, &expressions, parameter);
                (text, Some(argument))
            }
        };
        Some(BoundValue {
            parameter,
            text,
            argument,
        })
    });
    bound.collect()
}

/// A client of the server at the address `url`, which tries nothing twice.
pub(super) fn of_tests(context: &Context<'_>, url: &TokenStream) -> TokenStream {
    let api = context.api;
    let (base, base_url) = match base_url(api) {
        Some(_) => (None, Some(quote!(.base_url(#url)))),
        None => (Some(url), None),
    };
    let credential = api.credentials.first().map(|credential| {
        let (name, secrets) = (ident(&credential.name), secrets(credential));
        quote!(.#name(#(#secrets),*))
    });
    let bound = bound_values(context).into_iter().filter_map(|bound| {
        let (name, argument) = (ident(&bound.parameter.name), bound.argument?);
        Some(quote!(.#name(#argument)))
    });
    quote!(Client::builder(#base)#base_url #credential #(#bound)* .max_retries(0).build())
}

fn from_env(scope: &Scope<'_>) -> TokenStream {
    let api = scope.context.api;
    let error = scope.runtime("Error");
    let (argument, base) = (
        base_url_argument(api),
        base_url(api).is_none().then(|| quote!(base_url)),
    );
    let variables = Docs::new(None, &variables(api)).tokens();
    quote! {
        /// A client with what the environment says:
        ///
        #variables
        ///
        /// # Errors
        /// A variable that is needed is not set, or its value cannot be sent.
        pub fn from_env(#argument) -> Result<Self, #error> { Self::builder_from_env(#base).build() }
    }
}

/// The environment variables that are read, as a list.
fn variables(api: &Api) -> String {
    let mut lines = Vec::new();
    for credential in &api.credentials {
        if let Some(env) = &credential.env {
            lines.push(format!(
                "- `{env}`: [`{0}`](ClientBuilder::{0})",
                credential.name
            ));
        }
    }
    for parameter in &api.client_parameters {
        if let Some(env) = &parameter.env {
            lines.push(format!(
                "- `{env}`: [`{0}`](ClientBuilder::{0})",
                parameter.name
            ));
        }
    }
    if let Some(env) = &api.base_url_env {
        lines.push(format!("- `{env}`: [`base_url`](ClientBuilder::base_url)"));
    }
    if let Some(env) = &api.headers_env {
        lines.push(format!(
            "- `{env}`: headers for every request, one `Name: value` a line"
        ));
    }
    lines.join("\n")
}

fn builder_methods(scope: &Scope<'_>) -> TokenStream {
    let api = scope.context.api;
    let (argument, base) = (
        base_url_argument(api),
        base_url(api).is_none().then(|| quote!(base_url)),
    );
    let env = reads_env(api).then(|| {
        quote! {
            /// Settings that begin with what the environment says; see
            /// [`from_env`](Self::from_env).
            pub fn builder_from_env(#argument) -> ClientBuilder { ClientBuilder::new(#base).with_env() }
        }
    });
    quote! {
        /// Settings for a client.
        pub fn builder(#argument) -> ClientBuilder { ClientBuilder::new(#base) }

        #env
    }
}

/// The same client with another value of a parameter.
fn with_parameter(scope: &Scope<'_>, parameter: &ClientParameter) -> Option<TokenStream> {
    let method = match parameter.location {
        Location::Path => ident("with_param"),
        Location::Header => ident("with_header"),
        Location::Query => ident("with_query"),
        Location::Cookie | Location::Body => return None,
    };
    let (name, wire, ty) = (
        ident(&parameter.name),
        &parameter.wire,
        value_type(scope, parameter),
    );
    let value = text(scope, parameter);
    let with = scoping_method(scope.context, parameter);
    let mut docs = Docs::new(None, &format!("The same client with another `{wire}`."));
    if let Some(description) = &parameter.description {
        docs.markdown(description);
    }
    let docs = docs.tokens();
    Some(quote! {
        #docs
        #[must_use]
        pub fn #with(&self, #name: #ty) -> Self { Self { inner: self.inner.#method(#wire, #value) } }
    })
}

/// The method that gives the same client with another value: a part of the path reads like a place
/// to go to, `client.organization(id)`, unless a resource has the name.
fn scoping_method(context: &Context<'_>, parameter: &ClientParameter) -> proc_macro2::Ident {
    let name = parameter.name.as_str();
    let taken = resource::is_client_function(name)
        || resource::children(context, &[])
            .any(|child| resource::accessor_name(context, &child.path).as_deref() == Some(name));
    if parameter.location == Location::Path && !taken {
        ident(name)
    } else {
        ident(&format!("with_{name}"))
    }
}

/// What a caller may give for a parameter.
fn value_type(scope: &Scope<'_>, parameter: &ClientParameter) -> TokenStream {
    match kind(scope, parameter) {
        Kind::Secret => {
            let secret = scope.runtime("Secret");
            quote!(impl Into<#secret>)
        }
        Kind::Text => quote!(impl AsRef<str>),
        Kind::List => quote!(impl IntoIterator<Item = impl AsRef<str>>),
        Kind::Enum(id) => {
            let ty = scope.named(id);
            quote!(impl Into<#ty>)
        }
        Kind::Plain => scope.ty(scope.context.resolve(&parameter.ty).0),
    }
}

/// The value of a parameter as text.
fn text(scope: &Scope<'_>, parameter: &ClientParameter) -> TokenStream {
    let name = ident(&parameter.name);
    match kind(scope, parameter) {
        Kind::Secret => {
            let secret = scope.runtime("Secret");
            quote!(Into::<#secret>::into(#name).expose())
        }
        Kind::Text => quote!(#name.as_ref()),
        Kind::List => {
            quote!(#name.into_iter().map(|item| item.as_ref().to_owned()).collect::<Vec<_>>().join(","))
        }
        Kind::Enum(id) => {
            let ty = scope.named(id);
            quote!(Into::<#ty>::into(#name).as_str())
        }
        Kind::Plain
            if *scope.context.resolve(&parameter.ty).0
                == TypeRef::Primitive(Primitive::DateTime) =>
        {
            quote!(#name.to_rfc3339())
        }
        Kind::Plain => quote!(#name.to_string()),
    }
}

/// How a parameter of the client is given.
enum Kind {
    Secret,
    Text,
    List,
    Enum(TypeId),
    Plain,
}

fn kind(scope: &Scope<'_>, parameter: &ClientParameter) -> Kind {
    if parameter.secret {
        return Kind::Secret;
    }
    match scope.context.resolve(&parameter.ty).0 {
        TypeRef::Primitive(Primitive::Secret) => Kind::Secret,
        TypeRef::Primitive(
            Primitive::String | Primitive::Base64 | Primitive::Binary | Primitive::Timestamp,
        )
        | TypeRef::Tuple(_)
        | TypeRef::Map(_)
        | TypeRef::Any
        | TypeRef::Nullable(_) => Kind::Text,
        TypeRef::Primitive(_) => Kind::Plain,
        TypeRef::List(_) => Kind::List,
        TypeRef::Named(id) => match scope.context.api.types.get(*id).shape {
            Shape::OpenEnum(_) => Kind::Enum(*id),
            Shape::Newtype(_) => Kind::Plain,
            _ => Kind::Text,
        },
    }
}

fn builder(scope: &Scope<'_>) -> TokenStream {
    let api = scope.context.api;
    let runtime_builder = client_type(scope, "ClientBuilder");
    let macro_path = scope.runtime("client_builder_methods");
    let flags: Vec<_> = required(api).map(flag).collect();
    let new = builder_new(scope, &flags);
    let credentials = api
        .credentials
        .iter()
        .map(|credential| credential::setter(scope, credential));
    let parameters = api
        .client_parameters
        .iter()
        .map(|parameter| parameter_setter(scope, parameter));
    let env = reads_env(api).then(|| with_env(api));
    let route = super::routes::setter(scope);
    let build = build(scope);
    quote! {
        /// Settings for a [`Client`].
        #[derive(Debug)]
        #[must_use = "a builder does nothing until `build` is called"]
        pub struct ClientBuilder { inner: #runtime_builder, #(#flags: bool,)* }

        impl ClientBuilder {
            #new
            #env
            #(#credentials)*
            #(#parameters)*
            #route
            #build

            #macro_path!();
        }
    }
}

/// The field that says whether a required parameter was given.
fn flag(parameter: &ClientParameter) -> proc_macro2::Ident {
    ident(&format!("has_{}", parameter.name))
}

fn builder_new(scope: &Scope<'_>, flags: &[proc_macro2::Ident]) -> TokenStream {
    let api = scope.context.api;
    let runtime_builder = client_type(scope, "ClientBuilder");
    let argument = base_url_argument(api);
    let base_url = base_url(api).map_or_else(|| quote!(base_url), |url| quote!(#url));
    let credentials = (!api.credentials.is_empty()
        && api
            .operations
            .iter()
            .any(|operation| operation.authenticated))
    .then(|| {
        let hint = scope.runtime("CredentialHint");
        let hints = api.credentials.iter().map(|credential| {
            let (setter, env) = (&credential.name, option(credential.env.as_deref()));
            quote!(#hint { setter: #setter, env: #env })
        });
        quote!(.require_credentials(&[#(#hints),*]))
    });
    let paths = api
        .client_parameters
        .iter()
        .filter(|parameter| parameter.location == Location::Path);
    let hints: Vec<_> = paths
        .map(|parameter| {
            let hint = scope.runtime("ParamHint");
            let (wire, setter, env) = (
                &parameter.wire,
                &parameter.name,
                option(parameter.env.as_deref()),
            );
            quote!(#hint { param: #wire, setter: #setter, env: #env })
        })
        .collect();
    let hints = (!hints.is_empty()).then(|| quote!(.param_hints(&[#(#hints),*])));
    let headers = api
        .headers
        .iter()
        .map(|(name, value)| quote!(.header(#name, #value)));
    let defaults = api
        .client_parameters
        .iter()
        .filter_map(|parameter| default(scope, parameter));
    quote! {
        fn new(#argument) -> Self {
            let inner = #runtime_builder::new(#base_url)#credentials #hints #(#headers)* #(#defaults)*;
            Self { inner, #(#flags: false,)* }
        }
    }
}

fn option(text: Option<&str>) -> TokenStream {
    text.map_or_else(|| quote!(None), |text| quote!(Some(#text)))
}

/// The call that binds what a parameter is when the caller says nothing.
fn default(scope: &Scope<'_>, parameter: &ClientParameter) -> Option<TokenStream> {
    let value = match &parameter.default {
        Some(default) => quote!(#default),
        None if parameter.generated_uuid => {
            let uuid = scope.runtime("uuid::Uuid");
            quote!(#uuid::new_v4().to_string())
        }
        None => return None,
    };
    bind(parameter, &value)
}

/// The call on the builder underneath that binds a parameter to a text.
fn bind(parameter: &ClientParameter, value: &TokenStream) -> Option<TokenStream> {
    let wire = &parameter.wire;
    match parameter.location {
        Location::Path => Some(quote!(.param(#wire, #value))),
        Location::Header if parameter.secret => Some(quote!(.secret_header(#wire, #value))),
        Location::Header => Some(quote!(.header(#wire, #value))),
        Location::Query => Some(quote!(.query(#wire, #value))),
        Location::Cookie | Location::Body => None,
    }
}

fn parameter_setter(scope: &Scope<'_>, parameter: &ClientParameter) -> Option<TokenStream> {
    let value = text(scope, parameter);
    let bind = bind(parameter, &value)?;
    let (name, ty) = (ident(&parameter.name), value_type(scope, parameter));
    let mut docs = Docs::new(
        parameter.description.as_deref(),
        &format!("Sets `{}`.", parameter.wire),
    );
    docs.limits(
        &[],
        parameter
            .default
            .clone()
            .map(serde_json::Value::from)
            .as_ref(),
    );
    if parameter.generated_uuid {
        docs.text("A random UUID when it is not set.");
    }
    let docs = docs.tokens();
    let is_required = required(scope.context.api).any(|other| other.wire == parameter.wire);
    let flag = is_required.then(|| {
        let flag = flag(parameter);
        quote! { self.#flag = true; }
    });
    Some(quote! {
        #docs
        pub fn #name(mut self, #name: #ty) -> Self { self.inner = self.inner #bind; #flag self }
    })
}

/// Takes what the environment says; the first credential that is set counts.
fn with_env(api: &Api) -> TokenStream {
    let base_url = api.base_url_env.as_ref().map(|env| {
        quote! { if let Some(url) = variable(#env) { self.inner = self.inner.base_url(url); } }
    });
    let headers = api.headers_env.as_ref().map(|env| {
        quote! { if let Some(lines) = variable(#env) { self.inner = self.inner.header_lines(&lines); } }
    });
    let credentials = credential::from_env(api);
    let parameters = api.client_parameters.iter().filter_map(|parameter| {
        let env = parameter.env.as_ref()?;
        let bind = bind(parameter, &quote!(value))?;
        let flag = required(api)
            .any(|other| other.wire == parameter.wire)
            .then(|| {
                let flag = flag(parameter);
                quote! { self.#flag = true; }
            });
        Some(
            quote! { if let Some(value) = variable(#env) { self.inner = self.inner #bind; #flag } },
        )
    });
    quote! {
        fn with_env(mut self) -> Self {
            let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
            #base_url
            #headers
            #credentials
            #(#parameters)*
            self
        }
    }
}

fn build(scope: &Scope<'_>) -> TokenStream {
    let error = scope.runtime("Error");
    let checks = required(scope.context.api).map(|parameter| {
        let flag = flag(parameter);
        let message = match &parameter.env {
            Some(env) => format!(
                "`{}` is missing: call `{}(..)` or set {env}",
                parameter.wire, parameter.name
            ),
            None => format!(
                "`{}` is missing: call `{}(..)`",
                parameter.wire, parameter.name
            ),
        };
        quote! { if !self.#flag { self.inner = self.inner.invalid(#message); } }
    });
    let checks: Vec<_> = checks.collect();
    let mutable = (!checks.is_empty()).then(|| quote!(mut));
    quote! {
        /// Makes the client.
        ///
        /// # Errors
        /// Something that is needed was not given, or a value cannot be sent.
        pub fn build(#mutable self) -> Result<Client, #error> {
            #(#checks)*
            Ok(Client { inner: self.inner.build()? })
        }
    }
}
