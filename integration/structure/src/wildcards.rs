//! Arms that take whatever is left of an enumeration, so that a new variant would compile and do nothing.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{ExprMatch, Item, ItemImpl, Pat, Token, Type};

use crate::sources::{Crate, Source};

/// The lines of a crate's `match`es over `Change`, or over an enumeration that is declared with it, which have an arm for
/// whatever is left.
pub fn wildcards(of: &Crate) -> Vec<String> {
    let changes = of.sources.iter().filter(|(module, _)| module.first().is_some_and(|room| room == "change"));
    let kinds: BTreeSet<String> = changes.flat_map(|(_, source)| enumerations(source)).collect();
    of.sources.values().flat_map(|source| in_source(source, &kinds)).collect()
}

fn enumerations(source: &Source) -> Vec<String> {
    let name = |item: &Item| match item {
        Item::Enum(item) => Some(item.ident.to_string()),
        _ => None,
    };
    source.items.iter().filter_map(name).collect()
}

fn in_source(source: &Source, kinds: &BTreeSet<String>) -> Vec<String> {
    let mut matches = Matches { kinds, own: None, lines: Vec::new() };
    for item in &source.items {
        matches.visit_item(item);
    }
    matches.lines.into_iter().map(|line| format!("{}:{line}", source.path)).collect()
}

struct Matches<'a> {
    kinds: &'a BTreeSet<String>,
    /// The type that `Self` stands for here.
    own: Option<String>,
    lines: Vec<usize>,
}

impl<'a> Visit<'a> for Matches<'_> {
    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        self.own = match &*item.self_ty {
            Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        visit::visit_item_impl(self, item);
        self.own = None;
    }

    fn visit_expr_match(&mut self, expression: &'a ExprMatch) {
        let patterns: Vec<&Pat> = expression.arms.iter().map(|arm| &arm.pat).collect();
        // The compiler asks for the variants that an arm with a condition leaves.
        for arm in expression.arms.iter().filter(|arm| arm.guard.is_none()) {
            if patterns.iter().any(|pattern| self.takes_the_rest(&arm.pat, pattern)) {
                self.lines.push(arm.pat.span().start().line);
            }
        }
        visit::visit_expr_match(self, expression);
    }
}

impl Matches<'_> {
    /// Returns true if a pattern accepts any value in a place where another arm has a variant.
    fn takes_the_rest(&self, pattern: &Pat, other: &Pat) -> bool {
        let pairs = |one: &Elements, other: &Elements| {
            one.len() == other.len()
                && one.iter().zip(other).any(|(one, other)| self.takes_the_rest(one, other))
        };
        match (pattern, other) {
            (Pat::Or(or), other) => or.cases.iter().any(|case| self.takes_the_rest(case, other)),
            (pattern, Pat::Or(or)) => or.cases.iter().any(|case| self.takes_the_rest(pattern, case)),
            (Pat::Tuple(one), Pat::Tuple(other)) => pairs(&one.elems, &other.elems),
            (Pat::TupleStruct(one), Pat::TupleStruct(other)) if one.path == other.path => {
                pairs(&one.elems, &other.elems)
            }
            (Pat::Reference(one), Pat::Reference(other)) => self.takes_the_rest(&one.pat, &other.pat),
            (Pat::Ident(one), other) if one.subpat.is_some() => {
                one.subpat.as_ref().is_some_and(|(_, pattern)| self.takes_the_rest(pattern, other))
            }
            (pattern, other) => is_any(pattern) && self.is_a_kind(other),
        }
    }

    /// Returns true if a pattern is a variant of one of the enumerations: the last but one name of its path.
    fn is_a_kind(&self, pattern: &Pat) -> bool {
        let path = match pattern {
            Pat::TupleStruct(pattern) => &pattern.path,
            Pat::Struct(pattern) => &pattern.path,
            Pat::Path(pattern) => &pattern.path,
            Pat::Reference(pattern) => return self.is_a_kind(&pattern.pat),
            _ => return false,
        };
        let of = path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string());
        let of = of.map(|name| if name == "Self" { self.own.clone().unwrap_or_default() } else { name });
        of.is_some_and(|name| self.kinds.contains(&name))
    }
}

type Elements = Punctuated<Pat, Token![,]>;

/// Returns true if a pattern accepts any value. A name in capitals is a constant.
fn is_any(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) => true,
        Pat::Ident(name) => {
            name.ident.to_string().starts_with(|first: char| first.is_lowercase() || first == '_')
        }
        Pat::Paren(pattern) => is_any(&pattern.pat),
        Pat::Reference(pattern) => is_any(&pattern.pat),
        _ => false,
    }
}
