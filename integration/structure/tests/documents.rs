//! The excerpts of code in the documents equal the code, and every list of tools equals the workspace's.

use structure::{Crate, folder, read, tools};

/// The blocks of code in this language, each as its lines without what is in front of all of them.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    document.split(&open).skip(1).filter_map(|rest| Some(unindented(rest.split_once("\n```")?.0))).collect()
}

fn unindented(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_code_in_adding_a_backend_is_that_of_the_toy() {
    let toy = unindented(&read("core/tests/process/toy.rs"));
    let blocks = blocks(&read("docs/adding-a-backend.md"), "rust");
    assert!(blocks.len() >= 9, "{}", blocks.len());
    for block in blocks {
        assert!(toy.contains(&block), "not in core/tests/process/toy.rs:\n{block}");
    }
}

#[test]
fn every_file_that_the_architecture_names_is_there() {
    let page = read("docs/architecture.md");
    let named = page.split('`').skip(1).step_by(2);
    let paths = named.filter(|name| name.starts_with("core/") && structure::is_rust(name));
    let missing: Vec<_> = paths.filter(|path| !structure::root().join(path).is_file()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for room in ["spec", "validate", "desired", "observed", "plan", "apply", "wire", "error"] {
        assert!(page.contains(&format!("`{room}`")), "{room}");
    }
}

/// Tools are listed where a file format leaves no choice; each such list is complete.
#[test]
fn every_list_of_tools_is_the_workspaces() {
    let tools = tools();
    for place in [
        ".github/ISSUE_TEMPLATE/fault.yml",
        ".pre-commit-hooks.yaml",
        "fuzz/Cargo.toml",
        "README.md",
        "compose.yaml",
    ] {
        let text = read(place);
        let missing: Vec<_> = tools.iter().filter(|tool| !text.contains(*tool)).collect();
        assert!(missing.is_empty(), "{place} does not name {missing:?}");
    }
    let benches = folder("integration/bench");
    let (suites, examples) = (read("integration/test.sh"), folder("examples"));
    for tool in &tools {
        let server = tool.trim_end_matches("-init");
        assert!(benches.contains(&format!("{server}.sh")), "no benchmark of {tool}");
        assert!(examples.contains(tool), "no examples of {tool}");
        assert!(folder("docs/schema").contains(&format!("{tool}.json")), "no JSON Schema of {tool}");
        let table = read("examples/README.md");
        for example in folder(&format!("examples/{tool}")) {
            assert!(
                table.contains(&format!("({tool}/{example})")),
                "examples/README.md lacks {tool}/{example}"
            );
        }
        let suite = if server == "pg" { "postgres" } else { server };
        assert!(suites.contains(&format!("\n{suite}() {{")), "no suite of {tool}");
    }
}

/// `policy` knows the variables of every tool's server, although a tool itself refuses only those of its own.
#[test]
fn policy_knows_the_variables_of_every_tool() {
    let rules = read("core/src/policy/rules.rs");
    for one in Crate::all() {
        let lib = read(&format!("{}/src/lib.rs", one.name));
        let Some((_, rest)) = lib.split_once("const CREDENTIAL_VARIABLES") else { continue };
        let (list, _) = rest.split_once(';').unwrap_or_default();
        for variable in list.split('"').skip(1).step_by(2) {
            assert!(rules.contains(&format!("\"{variable}\"")), "{}: {variable}", one.name);
        }
    }
}
