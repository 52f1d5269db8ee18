//! What is said about bundles.

use clap::Subcommand as _;

use super::*;

fn difference(path: &str, stated: &str, computed: &str) -> Difference {
    let text = str::to_owned;
    Difference { path: text(path), stated: text(stated), computed: text(computed) }
}

#[test]
fn every_place_that_differs_is_told() {
    let found = [
        difference("/figures/options/0/units", "4", "3"),
        difference("/outcome", "{\"adopted\":{}}", ""),
    ];
    let expected = "this certificate is not valid; 2 differences:\
                    \n  /figures/options/0/units: states 4, computed 3\
                    \n  /outcome: states {\"adopted\":{}}, computed nothing";
    assert_eq!(told(&found), expected);
    assert!(told(&found[..1]).contains("; 1 difference:\n"));
}

#[test]
fn the_help_says_that_a_bundle_is_checked_as_it_was_handed_out() {
    let mut command = WithBundle::augment_subcommands(clap::Command::new("certificate"));
    let verify = command.find_subcommand_mut("verify").unwrap();
    let help = verify.render_long_help().to_string();
    let said = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("as it was handed out, byte for byte"), "{said}");
}

#[test]
fn a_file_that_is_no_bundle_or_not_there_fails() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.json");
    fs::write(&file, "{\"format\": \"weft-certificate/1\"}\n").unwrap();
    let refused = verified(&file).unwrap_err().to_string();
    assert!(refused.starts_with("this certificate is not valid; 1 difference:"), "{refused}");
    let unread = rankings(&file).unwrap_err().to_string();
    assert_eq!(unread, refused, "what is not valid has no rankings");
    let missing = verified(&folder.path().join("nothing.json")).unwrap_err().to_string();
    assert!(missing.contains("nothing.json cannot be read"), "{missing}");
}
