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
    /// What `specwright explain` prints, Markdown: what it means, what is done about it, what to do
    /// and, where that helps, a wrong and a right example.
    pub explanation: &'static str,
}

/// Declares the codes and [`ALL`], so that none can be forgotten there.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal;)*) => {
        $(
            $(#[$doc])*
            #[doc = concat!($id, ": ", $title, ".")]
            pub const $name: Code = Code {
                id: $id,
                title: $title,
                explanation: include_str!(concat!("explain/", $id, ".md")),
            };
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

// One entry: NAME = "id", "title"; sorted by number. The explanation is a file in `explain/`.
codes! {
    UNREADABLE_FILE = "SW0001", "a file cannot be read";
    SYNTAX = "SW0002", "the text is not YAML or JSON";
    DUPLICATE_KEY = "SW0003", "a member is given more than once";
    ALIAS = "SW0004", "an alias cannot be expanded";
    WRONG_KIND = "SW0005", "a value is of the wrong kind";
    KEY_KIND = "SW0006", "a key is not a scalar";
    SEVERAL_DOCUMENTS = "SW0007", "the file holds several YAML documents";
    INDENTATION = "SW0008", "lines are indented too little";

    UNRESOLVED_REF = "SW0101", "a reference leads nowhere";
    UNSUPPORTED_VERSION = "SW0102", "not an OpenAPI 3 document";
    UNKNOWN_VERSION = "SW0103", "a version of OpenAPI that is not known here";
    NOTHING_TO_GENERATE = "SW0104", "nothing to generate";
    RELATIVE_SERVER = "SW0105", "no absolute server url";

    NOT_EXPRESSED = "SW0201", "a part of the document is not expressed in Rust";
    TOO_DEEP = "SW0202", "schemas nest too deeply";
    UNKNOWN_TYPE = "SW0203", "a type that does not exist";
    BAD_MAPPING = "SW0204", "a discriminator's mapping leads nowhere";
    BROKEN_EXAMPLE = "SW0261", "an example breaks its own schema";
    ALL_OF_CYCLE = "SW0271", "an `allOf` contains itself";
    ALL_OF_MIXED = "SW0272", "an `allOf` no one type can hold";
    ALIAS_CYCLE = "SW0273", "a schema that contains itself without an object";
    DISCRIMINATOR_UNUSABLE = "SW0274", "a discriminator that does not discriminate";

    OPERATION_ID = "SW0301", "no operationId of its own";
    UNSUPPORTED_METHOD = "SW0302", "an HTTP method that cannot be sent";
    BAD_PARAMETER = "SW0303", "a parameter that cannot be used";
    PATH_PARAMETERS = "SW0304", "path parameters and path disagree";
    UNUSABLE_BODY = "SW0305", "a request body that cannot be sent";
    BAD_RESPONSE = "SW0306", "a response that cannot be used";
    BAD_SECURITY = "SW0307", "a security scheme that cannot be used";
    BAD_EXTENSION = "SW0308", "an `x-specwright-*` extension that cannot be used";
    PAGINATION_UNUSABLE = "SW0371", "paging that does not fit the operation";

    RENAMED_TYPE = "SW0471", "a type was given another name";
    RENAMED_METHOD = "SW0472", "a method was given another name";

    CONNECTOR_UNKNOWN_KEY = "SW0501", "a key the connector format does not have";
    CONNECTOR_MISSING_KEY = "SW0502", "a required key is missing";
    CONNECTOR_HANDLE = "SW0503", "a handle is malformed";
    CONNECTOR_DUPLICATE = "SW0504", "a name is used twice";
    CONNECTOR_NAME = "SW0505", "a name that is no identifier";
    CONNECTOR_TYPE = "SW0506", "an unknown type";
    CONNECTOR_SELECTOR = "SW0507", "a selector that selects nothing";
    CONNECTOR_PLACEHOLDER = "SW0508", "a placeholder and its declaration do not match";
    CONNECTOR_TEMPLATE = "SW0509", "a body template that is no JSON";
    CONNECTOR_DEFAULT = "SW0510", "a default that does not fit";
    CONNECTOR_METHOD = "SW0511", "an unknown HTTP method";
    CONNECTOR_URL = "SW0512", "an address that cannot be used";
    CONNECTOR_AUTH = "SW0513", "authentication that cannot be used";
    CONNECTOR_HEADER = "SW0514", "a header that cannot be sent";
    CONNECTOR_EVENT = "SW0515", "a malformed webhook event";
    CONNECTOR_EMPTY = "SW0516", "nothing to call";
    CONNECTOR_LIST = "SW0517", "a list or a kind that is not known";

    PLAN_UNKNOWN_KEY = "SW0601", "a key the plan does not have";
    PLAN_INVALID = "SW0602", "the plan cannot be followed";
    MALFORMED_OUTPUT = "SW0605", "the generated code is malformed";
    UNKNOWN_DOCUMENT = "SW0606", "the document is of no known kind";
    OVERLAY_INVALID = "SW0607", "an overlay that cannot be applied";
    OVERLAY_UNUSED = "SW0608", "an overlay action that selects nothing";
    FILTER_UNUSED = "SW0609", "a filter that names nothing";
    MANIFEST = "SW0610", "a Cargo.toml that features cannot be kept in";
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
        assert!(ALL.iter().map(|code| code.id).eq(ids), "sorted by number");
        assert_eq!(find("sw0101"), Some(UNRESOLVED_REF));
        assert_eq!(find("SW9999"), None);
    }

    #[test]
    fn every_explanation_says_what_is_done_and_what_to_do() {
        for code in ALL {
            let text = code.explanation;
            let at = |what| {
                text.find(what)
                    .unwrap_or_else(|| panic!("{}: {what}", code.id))
            };
            let (done, to_do) = (at("\n\nWhat is done: "), at("\n\nWhat to do: "));
            assert!(0 < done && done < to_do, "{}", code.id);
            assert_eq!(
                text.contains("\nWrong:\n"),
                text.contains("\nRight:\n"),
                "{}",
                code.id
            );
            assert!(
                text.lines().all(|line| line.chars().count() <= 80),
                "{}",
                code.id
            );
        }
    }
}
