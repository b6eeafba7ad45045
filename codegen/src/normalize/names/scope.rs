//! A set of names in which each is given once.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// What a taken name gets appended before it gets a number.
#[derive(Clone, Copy)]
enum Kind {
    Types,
    Values,
}

/// Names given so far. Two names are the same when their letters are, whatever their case and
/// underscores.
pub(super) struct Scope {
    /// Each with the number to try when it is asked for again.
    taken: HashMap<String, usize>,
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
            taken: HashMap::new(),
            reserved: reserved.iter().map(|name| key(name)).collect(),
            kind,
        }
    }

    /// Whether `name` would be given as it is.
    pub(super) fn is_free(&self, name: &str) -> bool {
        let key = key(name);
        !self.taken.contains_key(&key) && !self.reserved.contains(&key)
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
        let asked = key(&wanted);
        let Some(next) = self.taken.get(&asked).copied() else {
            self.taken.insert(asked, 2);
            return wanted;
        };
        let mut number = next;
        loop {
            let candidate = match self.kind {
                Kind::Types => format!("{wanted}{number}"),
                Kind::Values => format!("{wanted}_{number}"),
            };
            number += 1;
            if let Entry::Vacant(free) = self.taken.entry(key(&candidate)) {
                free.insert(2);
                self.taken.insert(asked, number);
                return candidate;
            }
        }
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
        assert_eq!(scope.claim("Message3"), "Message3");
        assert_eq!(scope.claim("Message"), "Message4");
        assert_eq!(scope.claim("Error"), "ErrorModel");
        assert!(!scope.is_free("MESSAGE"));
        assert!(!scope.is_free("Error"));
    }
}
