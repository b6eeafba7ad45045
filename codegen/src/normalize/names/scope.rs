//! A set of names in which each is given once.

use std::collections::HashSet;

/// What a taken name gets appended before it gets a number.
#[derive(Clone, Copy)]
enum Kind {
    Types,
    Values,
}

/// Names given so far. Two names are the same when their letters are, whatever their case and
/// underscores.
pub(super) struct Scope {
    taken: HashSet<String>,
    reserved: HashSet<String>,
    kind: Kind,
}

impl Scope {
    /// A scope of types or variants in which `reserved` are not given.
    pub(super) fn types(reserved: &[&str]) -> Self {
        Self::new(reserved, Kind::Types)
    }

    /// A scope of fields, arguments or methods in which `reserved` are not given.
    pub(super) fn values(reserved: &[&str]) -> Self {
        Self::new(reserved, Kind::Values)
    }

    fn new(reserved: &[&str], kind: Kind) -> Self {
        Self {
            taken: HashSet::new(),
            reserved: reserved.iter().map(|name| key(name)).collect(),
            kind,
        }
    }

    /// Whether `name` would be given as it is.
    pub(super) fn is_free(&self, name: &str) -> bool {
        let key = key(name);
        !self.taken.contains(&key) && !self.reserved.contains(&key)
    }

    /// Gives `name`, or the nearest name that is free.
    pub(super) fn claim(&mut self, name: &str) -> String {
        let mut wanted = name.to_owned();
        if self.reserved.contains(&key(name)) {
            wanted = match (self.kind, name) {
                (Kind::Types, "Unknown" | "Self") => format!("{name}Value"),
                (Kind::Types, _) => format!("{name}Model"),
                (Kind::Values, _) => format!("{name}_"),
            };
        }
        let mut candidate = wanted.clone();
        let mut number = 2;
        while !self.taken.insert(key(&candidate)) {
            candidate = match self.kind {
                Kind::Types => format!("{wanted}{number}"),
                Kind::Values => format!("{wanted}_{number}"),
            };
            number += 1;
        }
        candidate
    }
}

fn key(name: &str) -> String {
    name.chars()
        .filter(|c| *c != '_')
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_given_once() {
        let mut scope = Scope::types(&["Error"]);
        assert_eq!(scope.claim("Message"), "Message");
        assert_eq!(scope.claim("message"), "message2");
        assert_eq!(scope.claim("Error"), "ErrorModel");
        assert!(!scope.is_free("MESSAGE"));
        assert!(!scope.is_free("Error"));
    }
}
