//! The dependencies between the files of a crate, by every path in its code: imports, expressions, types, macros.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, UseTree, Visibility};

use crate::sources::{Crate, Source};

/// A module, by its path in the crate.
type Module = Vec<String>;

/// One file names another one of its crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The module that names the other one.
    pub from: Module,
    /// The module that declares what is named. A name that another module re-exports is followed to its declaration.
    pub to: Module,
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |module: &Module| if module.is_empty() { "lib".to_owned() } else { module.join("/") };
        write!(f, "{} needs {}", shown(&self.from), shown(&self.to))
    }
}

/// Every import between two files of a crate.
pub fn imports(of: &Crate) -> BTreeSet<Import> {
    let modules = Modules { sources: &of.sources, exports: of.sources.iter().map(exports).collect() };
    let mut found = BTreeSet::new();
    for (from, source) in &of.sources {
        for path in paths(source) {
            if let Some(to) = modules.resolve(from, &path, 0).filter(|to| to != from) {
                found.insert(Import { from: from.clone(), to });
            }
        }
    }
    found
}

/// The re-exports of a module: the name outside, and the path that it stands for.
type Exports = BTreeMap<String, Vec<String>>;

struct Modules<'a> {
    sources: &'a BTreeMap<Module, Source>,
    exports: BTreeMap<Module, Exports>,
}

impl Modules<'_> {
    /// The module in which a path of the module `from` ends, when it is a path within the crate.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Option<Module> {
        let (first, mut rest) = path.split_first()?;
        let mut module = match first.as_str() {
            "crate" => Vec::new(),
            "self" => from.to_vec(),
            "super" => from.split_last()?.1.to_vec(),
            name => {
                let child = [from, &[name.to_owned()]].concat();
                self.sources.contains_key(&child).then_some(child)?
            }
        };
        while let Some((name, after)) = rest.split_first() {
            let child = [&module[..], std::slice::from_ref(name)].concat();
            if name == "super" {
                module.pop();
            } else if self.sources.contains_key(&child) {
                module = child;
            } else {
                break;
            }
            rest = after;
        }
        let passed_on = rest.first().and_then(|name| self.exports.get(&module)?.get(name));
        // As deep as any name is passed on; a name that stands for itself ends here.
        match passed_on.filter(|_| depth < 8) {
            Some(path) => self.resolve(&module, path, depth + 1).or(Some(module)),
            None => Some(module),
        }
    }
}

fn exports((module, source): (&Module, &Source)) -> (Module, Exports) {
    let mut exports = Exports::new();
    for item in &source.items {
        if let Item::Use(item) = item
            && !matches!(item.vis, Visibility::Inherited)
        {
            flatten(&item.tree, &mut Vec::new(), &mut |path, name| {
                exports.insert(name.to_owned(), path.to_vec());
            });
        }
    }
    (module.clone(), exports)
}

/// Every path in a file.
fn paths(source: &Source) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for item in &source.items {
        match item {
            Item::Use(item) => {
                flatten(&item.tree, &mut Vec::new(), &mut |path, _| {
                    found.insert(path.to_vec());
                });
            }

            item => in_tokens(item.to_token_stream(), &mut found),
        }
    }
    found
}

/// Each path of an import, and the name that it has afterwards.
fn flatten(tree: &UseTree, path: &mut Vec<String>, each: &mut dyn FnMut(&[String], &str)) {
    match tree {
        UseTree::Path(tree) => {
            path.push(tree.ident.to_string());
            flatten(&tree.tree, path, each);
            path.pop();
        }
        UseTree::Group(tree) => {
            for tree in &tree.items {
                flatten(tree, path, each);
            }
        }
        UseTree::Name(tree) if tree.ident == "self" => {
            let name = path.last().cloned().unwrap_or_default();
            each(path, &name);
        }
        UseTree::Name(tree) => with(path, &tree.ident, &tree.ident, each),
        UseTree::Rename(tree) => with(path, &tree.ident, &tree.rename, each),
        UseTree::Glob(_) => each(path, "*"),
    }
}

fn with(path: &mut Vec<String>, last: &syn::Ident, name: &syn::Ident, each: &mut dyn FnMut(&[String], &str)) {
    path.push(last.to_string());
    each(path, &name.to_string());
    path.pop();
}

/// Every `a::b` in code, in whatever it is nested; macros, which are only parsed when they are expanded, included.
fn in_tokens(tokens: TokenStream, found: &mut BTreeSet<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    let mut keep = |path: &mut Vec<String>| {
        if path.len() > 1 {
            found.insert(std::mem::take(path));
        }
        path.clear();
    };
    let mut groups = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                if colons != 2 {
                    keep(&mut path);
                }
                path.push(name.to_string());
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            other => {
                keep(&mut path);
                colons = 0;
                if let TokenTree::Group(group) = other {
                    groups.push(group.stream());
                }
            }
        }
    }
    keep(&mut path);
    for group in groups {
        in_tokens(group, found);
    }
}
