//! The crates of the product and their files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Item, Meta};

/// The crates that every tool is built on.
const SHARED: [&str; 2] = ["core", "core/net"];

/// The repository's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A text file of the repository, by its path from the root.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names in a folder of the repository, in order.
pub fn folder(path: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.unwrap_or_else(|error| panic!("{path}: {error}")).file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

/// The tools: every package of the workspace's table of members whose folder ends in `-init`.
pub fn tools() -> Vec<String> {
    let members = read("Cargo.toml");
    let members = members.split_once("members = [").and_then(|(_, rest)| rest.split_once(']'));
    let (members, _) = members.unwrap_or_else(|| panic!("Cargo.toml has no table of members"));
    let names = members.split(',').map(|member| member.trim().trim_matches('"'));
    names.filter(|name| name.ends_with("-init")).map(str::to_owned).collect()
}

/// One crate of the product.
#[derive(Debug)]
pub struct Crate {
    /// Its folder, from the repository's root.
    pub name: String,
    /// Its files below `src`, by the path of their module.
    pub sources: BTreeMap<Vec<String>, Source>,
}

/// One file.
#[derive(Debug)]
pub struct Source {
    /// From the repository's root.
    pub path: String,
    /// Its items, without those that are compiled for tests alone.
    pub items: Vec<Item>,
    /// The number of its lines, without its tests.
    pub lines: usize,
}

impl Crate {
    /// All crates of the product: the shared ones, and every tool.
    pub fn all() -> Vec<Self> {
        SHARED.iter().map(|name| (*name).to_owned()).chain(tools()).map(Self::of).collect()
    }

    /// The crate in a folder of the repository.
    pub fn of(name: String) -> Self {
        let mut files = BTreeMap::new();
        collect(&format!("{name}/src"), &[], &mut files);
        Self::of_files(name, files)
    }

    /// A crate of these files, each by the path of its module with slashes and its text.
    pub fn of_texts(files: &[(&str, &str)]) -> Self {
        let module =
            |path: &str| path.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let files = files.iter().map(|(path, text)| (module(path), parse((*path).to_owned(), text)));
        Self::of_files("made up".to_owned(), files.collect())
    }

    fn of_files(name: String, sources: BTreeMap<Vec<String>, (Source, Vec<String>)>) -> Self {
        // A file that only tests compile is declared by its parent, so it is known once all files are read.
        let hidden: Vec<Vec<String>> = sources
            .iter()
            .flat_map(|(module, (_, tests))| tests.iter().map(|name| child(module, name)))
            .collect();
        let product = |module: &Vec<String>| !hidden.iter().any(|hidden| module.starts_with(hidden));
        let sources = sources.into_iter().filter(|(module, _)| product(module));
        Self { name, sources: sources.map(|(module, (source, _))| (module, source)).collect() }
    }
}

fn child(module: &[String], name: &str) -> Vec<String> {
    [module, &[name.to_owned()]].concat()
}

/// Reads every file of a folder, with the names of the modules that it declares for tests.
fn collect(path: &str, module: &[String], sources: &mut BTreeMap<Vec<String>, (Source, Vec<String>)>) {
    for name in folder(path) {
        let path = format!("{path}/{name}");
        let Some(stem) = name.strip_suffix(".rs") else {
            if root().join(&path).is_dir() {
                collect(&path, &child(module, &name), sources);
            }
            continue;
        };
        // The binary's own file is three lines over the library; a file of tests beside its subject ends in `_tests`.
        if (module.is_empty() && stem == "main") || stem.ends_with("_tests") {
            continue;
        }
        let here = if module.is_empty() && stem == "lib" { Vec::new() } else { child(module, stem) };
        let text = read(&path);
        sources.insert(here, parse(path, &text));
    }
}

fn parse(path: String, text: &str) -> (Source, Vec<String>) {
    let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let (tests, items): (Vec<Item>, Vec<Item>) = file.items.into_iter().partition(is_for_tests);
    let length = |item: &Item| {
        let span = syn::spanned::Spanned::span(item);
        span.end().line - span.start().line + 1
    };
    let lines = text.lines().count() - tests.iter().map(length).sum::<usize>();
    let names = tests.iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_none() => Some(module.ident.to_string()),
        _ => None,
    });
    let names = names.collect();
    (Source { path, items, lines }, names)
}

fn is_for_tests(item: &Item) -> bool {
    let attributes: &[Attribute] = match item {
        Item::Mod(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        _ => &[],
    };
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

/// Returns true if a file of this name is source code.
pub fn is_rust(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "rs")
}
