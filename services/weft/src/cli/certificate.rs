//! `weft certificate`: everything needed to recount a decision, and the recount.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use governance::certificate::{self, Bundle, Difference};
use kernel::{DecisionId, Rejection as _};
use serde_json::Value;
use wire::weft::governance::v1::{CertificateFormat, GetCertificateRequest};

use super::{
    Failure,
    client::{Server, ServerArgs},
    out,
};

#[cfg(test)]
mod tests;

/// The name that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Prints everything that a decision was counted from, as JSON; `verify` counts it again.
///
/// The bundle holds the roll, the rules, the ballots or what was in the box, the votes that were
/// lent, the objections without their texts, and what the count came to. Nothing in it is personal
/// but random ids, and it stays the same for ever.
///
/// Where ballots are rankings, `--format blt` prints those that counted for `weft count` and other
/// election software, and `blt` takes them out of a bundle: identical ballots together with their
/// weight, abstentions and blank ballots left out. The title names the decision and the rule.
#[derive(clap::Args, Debug)]
#[command(subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  weft certificate --decision 0f4c2f6e-8d0b-4c59-9c0a-3f1a3c1f2b11 > bundle.json
  weft certificate verify bundle.json           without a server
  weft certificate blt bundle.json > ballots.blt
  weft count --rule stv-scottish ballots.blt")]
pub(crate) struct Args {
    /// The decision's id.
    #[arg(long, value_name = "ID", required = true, value_parser = decision)]
    decision: Option<DecisionId>,
    /// What to print: the whole bundle, or the rankings that counted.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    #[command(flatten)]
    server: ServerArgs,
    #[command(subcommand)]
    bundle: Option<WithBundle>,
}

/// A form of a certificate.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum Format {
    Json,
    Blt,
}

/// What to do with a bundle.
#[derive(clap::Subcommand, Debug)]
enum WithBundle {
    /// Counts a bundle again, without a server: says `valid`, or exactly what differs.
    ///
    /// The file has to be as it was handed out, byte for byte: one that a tool has pretty-printed,
    /// or given other line ends or another encoding, is refused.
    Verify {
        /// The file; `-` is standard input.
        #[arg(value_name = "FILE")]
        bundle: PathBuf,
    },
    /// Prints the rankings in a bundle as a BLT file, without a server, once it is found valid.
    Blt {
        /// The file; `-` is standard input.
        #[arg(value_name = "FILE")]
        bundle: PathBuf,
    },
}

/// Prints a bundle or its rankings, or checks one.
///
/// # Errors
///
/// Says why there is none, or what in it differs from the recount.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    match (args.bundle, args.decision) {
        (Some(WithBundle::Verify { bundle }), _) => out::line(summary(&verified(&bundle)?)),
        (Some(WithBundle::Blt { bundle }), _) => {
            let mut results = out::Results::begin();
            results.text(&rankings(&bundle)?)?;
            results.flush()
        }
        (None, Some(decision)) => print(decision, args.format, &args.server).await,
        (None, None) => Err(Failure::said("name a decision with --decision ID")),
    }
}

async fn print(decision: DecisionId, format: Format, server: &ServerArgs) -> Result<(), Failure> {
    let server = Server::connect(server).await?;
    let format = match format {
        Format::Json => CertificateFormat::Json,
        Format::Blt => CertificateFormat::Blt,
    };
    let (decision_id, format) = (decision.to_string(), format.into());
    let request = GetCertificateRequest { decision_id, min_position: 0, format };
    let answer = server.decisions().get_certificate(request).await.map_err(Failure::of)?;
    let bundle = String::from_utf8(answer.into_inner().bundle)
        .map_err(|_| Failure::said("the server answered with a certificate that is no text"))?;
    let mut results = out::Results::begin();
    results.text(&bundle)?;
    results.flush()
}

/// Reads a bundle and counts it again.
fn verified(file: &Path) -> Result<Bundle, Failure> {
    let json = read(file).map_err(|error| {
        Failure::said(format!("the bundle {} cannot be read: {error}", file.display()))
    })?;
    certificate::verify_json(&json).map_err(|differences| Failure::said(told(&differences)))
}

/// The rankings of a bundle as a BLT file.
fn rankings(file: &Path) -> Result<String, Failure> {
    verified(file)?.blt().map_err(|no| Failure::said(format!("{no} ({})", no.reason())))
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    if file != Path::new(STANDARD_INPUT) {
        return fs::read(file);
    }
    let mut json = Vec::new();
    io::stdin().lock().read_to_end(&mut json)?;
    Ok(json)
}

/// What a bundle says that was found to be right.
fn summary(bundle: &Bundle) -> String {
    let figures = &bundle.figures;
    let needed = figures.quorum_units.map_or_else(String::new, |units| format!(", {units} needed"));
    // How many of a constituency took part, and that they were too few, is told only where the
    // certificate tells it: without numbers it says only whether all had enough.
    let constituencies = figures.constituencies.iter().map(|it| {
        let name = it.constituency.as_ref().map_or("all others", |name| name.0.as_str());
        let present = match (it.present_units, it.quorate) {
            (Some(units), true) => format!("{units}, enough"),
            (Some(units), false) => format!("{units}, too few"),
            (None, true) => "enough".to_owned(),
            (None, false) => "not told".to_owned(),
        };
        format!("    {name}: {present}; {} of {} needed\n", it.quorum_units, it.roll_units)
    });
    let constituencies = constituencies.collect::<String>();
    // A recount finds what was reported to be counted rightly; whether it was voted so is told there.
    let elsewhere = bundle.elsewhere.as_ref().map_or_else(String::new, |held| {
        format!(
            "\n  elsewhere  the ballots are as reported from {}; compare them with what was\n             \
             published there, sha-256 {}",
            held.address, held.sha256
        )
    });
    format!(
        "valid\n  outcome    {}\n  roll       {} votes, sha-256 {}\n  present    {}{needed}\n\
         {constituencies}  algorithm  {}\n  bundle     sha-256 {}{elsewhere}",
        outcome(bundle),
        figures.roll_units,
        bundle.roll_hash,
        figures.present_units,
        bundle.algorithm,
        bundle.bundle_hash,
    )
}

/// The outcome in words, with the keys of the options that it names.
pub(crate) fn outcome(bundle: &Bundle) -> String {
    let outcome = serde_json::to_value(&bundle.outcome).unwrap_or_default();
    let Some((name, of)) = outcome.as_object().and_then(|it| it.iter().next()) else {
        return outcome.to_string();
    };
    let keys = of.as_object().into_iter().flat_map(|fields| fields.values());
    let keys = keys.filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    let keys: Vec<&str> = keys.collect();
    let name = name.replace('_', " ");
    if keys.is_empty() { name } else { format!("{name}: {}", keys.join(", ")) }
}

/// What differs, one place a line.
fn told(differences: &[Difference]) -> String {
    let count = match differences.len() {
        1 => "1 difference".to_owned(),
        certificate::DIFFERENCES_MAX => format!("{} differences or more", differences.len()),
        more => format!("{more} differences"),
    };
    let lines = differences.iter().map(|difference| format!("\n  {difference}"));
    format!("this certificate is not valid; {count}:{}", lines.collect::<String>())
}

fn decision(text: &str) -> Result<DecisionId, String> {
    DecisionId::parse(text.trim())
        .map_err(|_| "a decision's id is a UUID, as `weft history` prints it".to_owned())
}
