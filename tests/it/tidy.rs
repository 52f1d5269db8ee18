//! Checks the shape of the workspace itself.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Which packages of the workspace a package may depend on, in operation; tests may use more.
const EDGES: &[(&str, &[&str])] = &[
    ("crates/kernel", &[]),
    ("crates/netgraph", &[]),
    ("crates/tally", &[]),
    ("crates/events", &["kernel"]),
    ("crates/testkit", &["kernel"]),
    ("crates/vault", &["kernel"]),
    ("crates/wire", &["kernel"]),
    ("crates/host", &["kernel", "wire"]),
    // The conformance suite records real events.
    ("crates/eventlog", &["kernel", "events"]),
    ("crates/eventlog-sqlite", &["kernel", "eventlog"]),
    ("crates/projector", &["kernel", "eventlog"]),
    ("crates/roster", &["kernel", "events", "eventlog", "projector"]),
    ("crates/access", &["kernel", "eventlog", "wire", "roster"]),
    (
        "services/membership",
        &["kernel", "events", "eventlog", "projector", "roster", "access", "vault", "wire"],
    ),
    (
        "services/assessment",
        &["kernel", "events", "eventlog", "projector", "roster", "access", "netgraph", "wire"],
    ),
    (
        "services/governance",
        &["kernel", "events", "eventlog", "projector", "roster", "access", "tally", "wire"],
    ),
    ("services/history", &["kernel", "events", "eventlog", "access", "wire"]),
    ("services/gateway", &["kernel", "wire"]),
    (
        "services/weft",
        &[
            "kernel",
            "eventlog",
            "eventlog-sqlite",
            "projector",
            "roster",
            "tally",
            "access",
            "vault",
            "wire",
            "host",
            "membership",
            "governance",
            "assessment",
            "history",
            "gateway",
        ],
    ),
];

/// What may use everything: nothing depends on them.
const ABOVE_ALL: [&str; 2] = ["tests", "tests/bench"];

/// Hosts of registries; where packages come from is the builder's choice.
const REGISTRIES: [&str; 4] = ["crates.io", "registry.npmjs.org", "pypi.org", "proxy.golang.org"];

/// Files that may name a registry: the lock file says `registry+…` for every package.
const LOCKED: [&str; 2] = ["Cargo.lock", "package-lock.json"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Every file of the repository below a folder, without what is built or downloaded.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "node_modules", ".git", "__pycache__"].contains(&name.as_str()) {
                found.extend(files(&path));
            }
        } else {
            found.push(path);
        }
    }
    found
}

fn sources() -> Vec<PathBuf> {
    let folders = ["crates", "services", "tests"];
    let found = folders.iter().flat_map(|folder| files(&root().join(folder)));
    let found: Vec<PathBuf> =
        found.filter(|it| it.extension().is_some_and(|it| it == "rs")).collect();
    assert!(!found.is_empty());
    found
}

/// The folders of all packages, as `crates/kernel`.
fn packages() -> Vec<String> {
    let mut found = Vec::new();
    for path in files(&root()).iter().filter(|path| path.ends_with("Cargo.toml")) {
        let folder = path.parent().unwrap().strip_prefix(root()).unwrap();
        if !folder.as_os_str().is_empty() {
            found.push(folder.display().to_string());
        }
    }
    found
}

fn name_of(package: &str) -> &str {
    package.rsplit('/').next().unwrap()
}

/// The packages of the workspace in a section of a manifest.
fn depends(package: &str, section: &str) -> BTreeSet<String> {
    let manifest = read(&root().join(package).join("Cargo.toml"));
    let names: BTreeSet<String> =
        EDGES.iter().map(|(package, _)| name_of(package).to_owned()).collect();
    let mut found = BTreeSet::new();
    let mut current = String::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            line.trim_matches(['[', ']']).clone_into(&mut current);
        } else if let Some((key, _)) = line.split_once('=')
            && current == section
        {
            let name = key.split('.').next().unwrap().trim().trim_matches('"');
            found.extend(names.get(name).cloned());
        }
    }
    found
}

#[test]
fn every_package_stands_in_the_table_of_edges() {
    let known: BTreeSet<&str> =
        EDGES.iter().map(|(package, _)| *package).chain(ABOVE_ALL).collect();
    for package in packages() {
        assert!(known.contains(package.as_str()), "{package} has no row");
    }
}

#[test]
fn packages_depend_only_on_what_the_table_allows() {
    for (package, allowed) in EDGES {
        let mut unallowed = depends(package, "dependencies");
        for name in *allowed {
            unallowed.remove(*name);
        }
        assert!(unallowed.is_empty(), "{package} may not depend on {unallowed:?}");
    }
}

#[test]
fn services_do_not_know_each_other() {
    let is_service = |package: &str| package.starts_with("services/") && package != "services/weft";
    let services: BTreeSet<String> = EDGES
        .iter()
        .filter(|(package, _)| is_service(package))
        .map(|(package, _)| name_of(package).to_owned())
        .collect();
    for (package, _) in EDGES.iter().filter(|(package, _)| is_service(package)) {
        for section in ["dependencies", "dev-dependencies"] {
            let known: Vec<String> =
                depends(package, section).intersection(&services).cloned().collect();
            assert!(known.is_empty(), "{package} knows {known:?}");
        }
    }
}

#[test]
fn testkit_is_for_tests() {
    for (package, _) in EDGES {
        assert!(!depends(package, "dependencies").contains("testkit"), "{package} needs testkit");
    }
}

#[test]
fn every_package_inherits_the_lints() {
    for package in packages() {
        let manifest = read(&root().join(&package).join("Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{package} has lints of its own");
    }
}

#[test]
fn every_source_file_says_what_it_is_for() {
    for path in sources() {
        let text = read(&path);
        // A crate's attributes for the compiler may come first.
        let first = text.lines().find(|line| !line.is_empty() && !line.starts_with("#!["));
        assert!(first.is_some_and(|line| line.starts_with("//! ")), "{}", path.display());
    }
}

#[test]
fn modules_are_named_by_their_files() {
    for path in sources() {
        assert!(!path.ends_with("mod.rs"), "{}", path.display());
    }
}

#[test]
fn every_story_is_declared() {
    let folder = root().join("tests/it");
    let main = read(&folder.join("main.rs"));
    let mut stories = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().is_some_and(|it| it == "rs") && name != "main" {
            assert!(main.contains(&format!("\nmod {name};\n")), "{name} is never told");
            stories += 1;
        }
    }
    assert!(10 <= stories, "{stories} stories");
}

#[test]
fn no_file_says_where_packages_come_from() {
    let own = Path::new("tests/it/tidy.rs");
    for path in files(&root()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if LOCKED.contains(&name.as_str()) || path.ends_with(own) {
            continue;
        }
        // What is not text names nothing.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for registry in REGISTRIES {
            assert!(!text.contains(registry), "{} names {registry}", path.display());
        }
    }
}
