//! The kinds of diagnostics. A code never changes its meaning.
//!
//! Numbers by what is being done: SW00 reading, SW01 references, SW02 schemas, SW03 operations,
//! SW04 names, SW05 connectors, SW06 the plan and what is written.

/// A kind of diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    /// `SW0101`.
    pub id: &'static str,
    /// What kind of thing it is, a few words.
    pub title: &'static str,
    /// What `specwright explain` prints.
    pub explanation: &'static str,
}

/// Declares the codes and [`ALL`], so that none can be forgotten there.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal, $explanation:literal;)*) => {
        $(
            $(#[$doc])*
            #[doc = concat!($id, ": ", $title, ".")]
            pub const $name: Code = Code { id: $id, title: $title, explanation: $explanation };
        )*
        /// Every code, by number.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

/// The code with this id, in any case: `sw0101`.
pub fn find(id: &str) -> Option<Code> {
    ALL.iter()
        .find(|code| code.id.eq_ignore_ascii_case(id))
        .copied()
}

// One entry: NAME = "id", "title", "explanation"; keep each group sorted by number.
codes! {
    UNREADABLE_FILE = "SW0001", "a file cannot be read",
        "The file does not exist, is not a regular file, may not be read, is not UTF-8 or is \
         larger than 256 MiB. Paths in a plan are relative to the plan, paths in a reference to \
         the file the reference is in.";
    SYNTAX = "SW0002", "the text is not YAML or JSON",
        "The file is read as JSON when it begins with a brace or a bracket, else as YAML 1.2. \
         Reading stopped at the place shown; nothing of the file is used.";
    DUPLICATE_KEY = "SW0003", "a member is given more than once",
        "An object names the same member twice. Both JSON and YAML leave open what that means, \
         and programs differ. The last one counts here.";
    ALIAS = "SW0004", "an alias cannot be expanded",
        "A YAML alias names an anchor inside which it stands, or the aliases of the document \
         expand to more values than a document can reasonably have. The alias is read as null.";
    WRONG_KIND = "SW0005", "a value is of the wrong kind",
        "The format asks for another kind of value in this place, a string instead of a number \
         for example. The value is left out and the rest is generated.";
    KEY_KIND = "SW0006", "a key is not a scalar",
        "A YAML mapping may have mappings or sequences as keys, a JSON object may not. The entry \
         is left out.";
    SEVERAL_DOCUMENTS = "SW0007", "the file holds several YAML documents",
        "A YAML file may hold several documents with `---` between them. Only the first is read.";
    INDENTATION = "SW0008", "lines are indented too little",
        "YAML asks that the lines which continue a quoted text, or what stands in braces and \
         brackets, are indented more than the key they belong to. Most programs read documents \
         that do otherwise, and so does this one; strict programs refuse them.";

    UNRESOLVED_REF = "SW0101", "a reference leads nowhere",
        "The file or the place in it that a `$ref` names does not exist. Only local files are \
         read, never the network: download a remote document and refer to the copy.";

    UNSUPPORTED_VERSION = "SW0102", "not an OpenAPI 3 document",
        "OpenAPI 3.0, 3.1 and 3.2 are read. Convert a Swagger 2.0 document once, with \
         `npx swagger2openapi` for example, and keep the result.";
    UNKNOWN_VERSION = "SW0103", "a version of OpenAPI that is not known here",
        "The document is read as OpenAPI 3.2. What is new since is not understood.";
    NOTHING_TO_GENERATE = "SW0104", "nothing to generate",
        "The document has no operation, no webhook and no schema that can be read.";
    RELATIVE_SERVER = "SW0105", "no absolute server url",
        "The servers of the document have urls relative to wherever the document lies, which says \
         nothing once it is a file. The caller of the client has to give the base url.";

    NOT_EXPRESSED = "SW0201", "a part of the document is not expressed in Rust",
        "JSON Schema can say more about a value than its type (`not`, `if`, alternatives of \
         required properties), and OpenAPI more about an operation than a client needs \
         (servers of one path). What is left out does not change what is sent.";
    TOO_DEEP = "SW0202", "schemas nest too deeply",
        "Schemas written inside one another go deeper than any reader could follow. The innermost \
         are any JSON. Move inner schemas to the components and refer to them.";
    UNKNOWN_TYPE = "SW0203", "a type that does not exist",
        "JSON Schema knows object, array, string, number, integer, boolean and null.";
    BAD_MAPPING = "SW0204", "a discriminator's mapping leads nowhere",
        "Each value of `discriminator.mapping` is the name of a component schema or a reference \
         to a schema. Values with this tag are kept as unknown ones.";

    BROKEN_EXAMPLE = "SW0261", "an example breaks its own schema",
        "The example of a schema, a JSON media type, a parameter or a header is not valid under \
         the schema it belongs to. One of the two is wrong, and readers believe the example. For \
         a plan this is an error unless `examples` is `warn` or `ignore` there. Formats are not \
         asserted, and members that are `readOnly` or `writeOnly` need not be there.";
    ALL_OF_CYCLE = "SW0271", "an `allOf` contains itself",
        "A schema lists itself, directly or through others, among the parts it is made from. The \
         part that leads back adds nothing and is left out.";
    ALL_OF_MIXED = "SW0272", "an `allOf` no one type can hold",
        "The parts of the `allOf` are of kinds that exclude each other, an object and a list for \
         example, or several unions at once. The value is any JSON in the generated code.";
    ALIAS_CYCLE = "SW0273", "a schema that contains itself without an object",
        "Following the references of the schema leads back to it without an object in between that \
         could end the cycle. The inner value is any JSON in the generated code.";
    DISCRIMINATOR_UNUSABLE = "SW0274", "a discriminator that does not discriminate",
        "A discriminator needs members that are objects, each with values of the property that no \
         other member has. Without that the member is told by its JSON kind, its constants and \
         its required properties.";

    OPERATION_ID = "SW0301", "no operationId of its own",
        "Operations are named after their operationId. Where it is missing, or another operation \
         has it already, the name is made from the method and the path, and changes with them.";
    UNSUPPORTED_METHOD = "SW0302", "an HTTP method that cannot be sent",
        "GET, PUT, POST, DELETE, OPTIONS, HEAD, PATCH and TRACE are. The operation is left out.";
    BAD_PARAMETER = "SW0303", "a parameter that cannot be used",
        "A parameter needs a `name`, an `in` that is path, query, header or cookie, and a style \
         that exists for that place.";
    PATH_PARAMETERS = "SW0304", "path parameters and path disagree",
        "Every `{name}` in a path needs a path parameter of that name, and the other way round. \
         Names are compared exactly, upper and lower case too.";
    UNUSABLE_BODY = "SW0305", "a request body that cannot be sent",
        "A multipart body needs an object schema whose properties are its parts. When no form of \
         a body can be used, the operation is generated without one.";
    BAD_RESPONSE = "SW0306", "a response that cannot be used",
        "Responses are listed by status: `200`, `4XX` or `default`.";
    BAD_SECURITY = "SW0307", "a security scheme that cannot be used",
        "API keys in headers, query and cookies, and the HTTP schemes bearer and basic, are \
         supported; OAuth 2 and OpenID Connect as bearer tokens the caller brings. For others, \
         set the header yourself or give the client a middleware.";
    BAD_EXTENSION = "SW0308", "an `x-specwright-*` extension that cannot be used",
        "The extension does not have the form that is documented for it. The document is read as \
         if it were not there.";

    PAGINATION_UNUSABLE = "SW0371", "paging that does not fit the operation",
        "The declared paging names a query parameter or a property of the reply that is not \
         there. The operation is generated, without `items()` and `pages()`.";

    RENAMED_TYPE = "SW0471", "a type was given another name",
        "The name is that of another type, or of an item that generated files import. Types keep \
         their names when nothing else claims them first; names in the document go before names \
         made from the context.";
    RENAMED_METHOD = "SW0472", "a method was given another name",
        "Two operations of one resource would have the same method name, or the name is that of a \
         resource below it.";

    CONNECTOR_UNKNOWN_KEY = "SW0501", "a key the connector format does not have",
        "The object has a member that the format does not know in this place. A member that looks \
         like a misspelling of one that is absent stops the generation: without it something else \
         would be sent. Any other is ignored. Names that begin with `x-` or `$` are yours to use.";
    CONNECTOR_MISSING_KEY = "SW0502", "a required key is missing",
        "The format asks for a member that is absent or null here.";
    CONNECTOR_HANDLE = "SW0503", "a handle is malformed",
        "Handles name services and resources in paths and in code: lower-case letters a-z, \
         digits, `_` and `-`, beginning with a letter.";
    CONNECTOR_DUPLICATE = "SW0504", "a name is used twice",
        "Two resources, operations, fields, placeholders or events have the same name, or names \
         that become the same identifier in Rust (`dueOn` and `due_on`).";
    CONNECTOR_NAME = "SW0505", "a name that is no identifier",
        "The name cannot be used in Rust as it stands. Where an identifier can be made from it, \
         that is done; a name without any letter is refused.";
    CONNECTOR_TYPE = "SW0506", "an unknown type",
        "Fields and placeholders are of type String, Integer, Float, Boolean, DateTime, Json (any \
         JSON) or Array (a JSON array); placeholders of `multipart` also of type File or Files.";
    CONNECTOR_SELECTOR = "SW0507", "a selector that selects nothing",
        "A selector is a list of steps from the root of a reply to a value: a string for the \
         member of an object, an integer from 0 for the element of an array.";
    CONNECTOR_PLACEHOLDER = "SW0508", "a placeholder and its declaration do not match",
        "Every `{{name}}` in a path or a body template is declared in `placeholders`, and what is \
         declared there is used. Only the placeholders of credentials, in `auth` and `headers`, \
         are not declared.";
    CONNECTOR_TEMPLATE = "SW0509", "a body template that is no JSON",
        "A body template has to be JSON when its placeholders are filled in: text within quotes, \
         any JSON value without. It is read once, when code is generated; no value can change \
         its structure later.";
    CONNECTOR_DEFAULT = "SW0510", "a default that does not fit",
        "The default of a placeholder has to be of the type of the placeholder, and is only of \
         use when the placeholder is not required.";
    CONNECTOR_METHOD = "SW0511", "an unknown HTTP method",
        "The method of an operation is GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS.";
    CONNECTOR_URL = "SW0512", "an address that cannot be used",
        "The address of a request is `baseURL`, the `endpoint` of the resource and the `path` of \
         the operation, one behind the other. The base is an absolute http address, the rest \
         begins with `/`, and a query may follow `?` as `name=value` pairs, where a value is \
         fixed or one placeholder.";
    CONNECTOR_AUTH = "SW0513", "authentication that cannot be used",
        "`auth.method` is `api_token` (`apiToken` with `token` and one of `headerName` and \
         `queryName`), `basic` (`username`, `password`), `bearer` (`token`) or `none`. The secret \
         itself is a placeholder like `{{apiKey}}`: it becomes a setter of the client builder.";
    CONNECTOR_HEADER = "SW0514", "a header that cannot be sent",
        "Service headers have fixed values, or hold one placeholder that the caller gives once for \
         the client. Names are HTTP tokens, values have no control characters.";
    CONNECTOR_EVENT = "SW0515", "a malformed webhook event",
        "An event is the handle of its resource, a dot and what happened: `messages.created`.";
    CONNECTOR_LIST = "SW0517", "a list or a kind that is not known",
        "`list` of an operation is `true`, `false` or says how its pages follow one another; `kind` \
         is `action` or `query`.";
    CONNECTOR_EMPTY = "SW0516", "nothing to call",
        "A resource without operations is generated as a client that can do nothing.";

    PLAN_UNKNOWN_KEY = "SW0601", "a key the plan does not have",
        "`specwright.toml` has a member that means nothing, so that a misspelling cannot pass \
         unseen. `specwright.schema.json` beside it lists all keys; editors complete from it.";
    PLAN_INVALID = "SW0602", "the plan cannot be followed",
        "A key of `specwright.toml` is missing, has a value of the wrong kind, or contradicts \
         another: names are unique snake_case Rust names, outputs do not lie in one another.";
    MALFORMED_OUTPUT = "SW0605", "the generated code is malformed",
        "The generator made something that is no Rust. That is a bug in specwright, whatever the \
         document says: please report it with the document.";
    UNKNOWN_DOCUMENT = "SW0606", "the document is of no known kind",
        "A document is OpenAPI when its root says `openapi`, and the service half of a connector \
         when it has `handle` and `service`; a connector needs `resources` beside it in the plan.";
    OVERLAY_INVALID = "SW0607", "an overlay that cannot be applied",
        "An overlay is a document with `overlay` (its version) and `actions`. An action has a \
         `target`, an RFC 9535 JSONPath into the document it changes, and one of `update` (merged \
         into what is selected), `copy` (a JSONPath to the one value that is merged) and \
         `remove: true`.";
    OVERLAY_UNUSED = "SW0608", "an overlay action that selects nothing",
        "The `target` of the action selects no value of the document. The document may have \
         changed since the overlay was written.";
    FILTER_UNUSED = "SW0609", "a filter that names nothing",
        "`only` in the plan names a tag, a path, an operation or a type that the document does \
         not have. Nothing is generated, so that a part of the API cannot go missing unseen.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_well_formed() {
        let mut ids: Vec<_> = ALL.iter().map(|code| code.id).collect();
        assert!(ids.iter().all(|id| id.len() == 6 && id.starts_with("SW")));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ALL.len());
        assert_eq!(find("sw0101"), Some(UNRESOLVED_REF));
        assert_eq!(find("SW9999"), None);
    }
}
