//! 100,000 ranked ballots counted by instant run-off and by Scottish STV, beside other programs.
//!
//! What is measured is the count once the ballots are read: of ours, from the profile in memory to
//! the full result with all rounds and transfers; of the others, from their own ballots in memory
//! to their winners. Reading our file is told besides. The others run one after the other, each in a
//! process of its own, on the same file in the same run.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;
use tally::{
    Count, Profile, TieRule,
    ballots::{Reading, blt},
    irv, stv_meek, stv_scottish,
    tie::LotSeed,
};
use tokio::time::Instant;

use crate::{
    Common, Failure,
    figures::{median_of, ms, verdict, whole},
    history::SplitMix,
    out,
};

/// How long a count of 100,000 ballots may take once they are read.
const TAKES_MAX: Duration = Duration::from_millis(10);

/// How many ballots that bar is about.
const BAR_BALLOTS: usize = 100_000;

/// How many ballots there are when only trying out.
const QUICK_BALLOTS: usize = 2_000;

/// How often ours is counted in a round: it takes so little that one count says little.
const COUNTS_A_ROUND: usize = 10;

/// The program that counts with the others.
const SCRIPT: &str = include_str!("count/peers.py");

/// The others, the rule of ours that each is measured beside, and how theirs differs.
const PEERS: [(&str, &str, &str); 6] = [
    ("pyrankvote", "irv", ""),
    ("votekit", "irv", ""),
    ("pref_voting", "irv", ""),
    ("pyrankvote", "stv-scottish", " (a quota that is not whole, nothing cut off)"),
    ("votekit", "stv-scottish", " (nothing cut off)"),
    ("pref_voting", "stv-scottish", ""),
];

/// How long one of the others may take, with the making of its ballots.
const PEER_WAIT_MAX: Duration = Duration::from_mins(1);

/// How often it is asked whether one has ended.
const PEER_POLL: Duration = Duration::from_millis(50);

/// What to measure.
#[derive(clap::Args, Clone, Debug)]
#[group(id = "count")]
pub(crate) struct Args {
    /// How many ballots each profile has.
    #[arg(long, default_value_t = BAR_BALLOTS,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=10_000_000))]
    ballots: usize,
    /// How many candidates stand.
    #[arg(long, default_value_t = 15,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(2..=1_000))]
    candidates: usize,
    /// How many seats STV fills.
    #[arg(long, default_value_t = 4,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1_000))]
    seats: usize,
    /// A Python in which pyrankvote, votekit or `pref_voting` can be imported, to count the same
    /// ballots.
    #[arg(long, value_name = "PATH")]
    peer_python: Option<PathBuf>,
    /// A BLT file to count instead of made ballots.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// How voters come to their rankings.
#[derive(Clone, Copy, Debug)]
enum Electorate {
    /// Every ranking is as likely, ended anywhere: hardly two ballots are the same.
    Impartial,
    /// Rankings near a common one are more likely (Mallows, by repeated insertion), and most ballots
    /// rank a few.
    Mallows,
}

/// A rule, and how it counts a profile.
type Rule = (&'static str, fn(&Profile, usize, &TieRule) -> Count);

const RULES: [Rule; 3] = [
    ("irv", |profile, _, rule| irv::count(profile, rule)),
    ("stv-scottish", stv_scottish::count),
    ("stv-meek", stv_meek::count),
];

/// Measures and prints.
pub(crate) fn run(args: &Args, common: &Common) -> Result<(), Failure> {
    out::warn_of_quick(common.quick);
    let count = if common.quick { QUICK_BALLOTS } else { args.ballots };
    let folder = common.temporary()?;
    let script = folder.path().join("peers.py");
    fs::write(&script, SCRIPT)?;
    if let Some(file) = &args.file {
        return measure(args, common, &file.display().to_string(), file, &script);
    }
    for (name, electorate) in
        [("impartial", Electorate::Impartial), ("mallows", Electorate::Mallows)]
    {
        let file = folder.path().join(format!("{name}.blt"));
        fs::write(&file, made(electorate, count, args))?;
        measure(args, common, &format!("{name}, ended early"), &file, &script)?;
    }
    Ok(())
}

/// Ballots as a BLT file, one a line.
fn made(electorate: Electorate, count: usize, args: &Args) -> String {
    let mut random = SplitMix::new(2026);
    let mut text = format!("{} {}\n", args.candidates, args.seats);
    for _ in 0..count {
        let mut ranked = Vec::with_capacity(args.candidates);
        for candidate in 0..args.candidates {
            let back = match electorate {
                Electorate::Impartial => random.index(candidate + 1),
                // Each step back from its place in the common ranking has a chance of a half.
                Electorate::Mallows => {
                    let steps = random.number().trailing_ones();
                    candidate.min(usize::try_from(steps).unwrap_or(usize::MAX))
                }
            };
            ranked.insert(candidate - back, candidate);
        }
        let length = match electorate {
            Electorate::Impartial => 1 + random.index(args.candidates),
            Electorate::Mallows => 1 + random.index(args.candidates.min(6)),
        };
        text.push('1');
        for candidate in &ranked[..length] {
            // Writing to a string does not fail.
            let _written = write!(text, " {}", candidate + 1);
        }
        text.push_str(" 0\n");
    }
    text.push_str("0\n");
    for candidate in 0..args.candidates {
        let _written = writeln!(text, "\"candidate {candidate}\"");
    }
    text
}

fn measure(
    args: &Args,
    common: &Common,
    name: &str,
    file: &Path,
    script: &Path,
) -> Result<(), Failure> {
    let text = fs::read_to_string(file)?;
    let begun = Instant::now();
    let election = blt::read(&text, Reading::STRICT)?;
    let read = begun.elapsed();
    let seats = if args.file.is_some() { election.seats } else { args.seats };
    let profile = election.profile;
    out::say(format_args!(
        "\n{name}: {} ballots, {} of them distinct, {} candidates, {seats} seats; reading {} ms",
        profile.total(),
        profile.distinct(),
        profile.candidates().len(),
        ms(read)
    ));
    let rule = TieRule::Lot(LotSeed([0; 32]));
    let mut ours = Vec::new();
    for (name, count) in RULES {
        let seats = if name == "irv" { 1 } else { seats };
        let rounds = usize::try_from(common.rounds()).unwrap_or(1) * COUNTS_A_ROUND;
        let mut taken = Vec::new();
        let mut result = None;
        for _ in 0..rounds {
            let begun = Instant::now();
            let counted = std::hint::black_box(count(&profile, seats, &rule));
            taken.push(begun.elapsed());
            result = Some(counted);
        }
        let Some(result) = result else { continue };
        let median = median_of(&taken);
        let worst = taken.iter().max().copied().unwrap_or_default();
        let winners: Vec<String> =
            result.winners.iter().map(|it| profile.name(*it).to_owned()).collect();
        // Meek's method is told for information.
        let bar = if name == "stv-meek" || profile.distinct() == 0 {
            String::new()
        } else {
            let ratio = TAKES_MAX.as_secs_f64() / median.as_secs_f64();
            let bar = TAKES_MAX.as_millis();
            format!("; once read under {bar} ms: {}", verdict(ratio, 1.0))
        };
        out::say(format_args!(
            "  {name:<13} ours {:>9} ms (worst {} ms), {} rounds, {} ties{bar}",
            ms(median),
            ms(worst),
            result.rounds.len(),
            result.ties.len(),
        ));
        ours.push((name, median, winners));
    }
    let Some(python) = &args.peer_python else {
        out::say("  nothing else was counted with: --peer-python PATH names a Python");
        return Ok(());
    };
    peers(python, script, (file, seats), common, &ours)
}

/// Counts with the others and prints how much longer they take.
fn peers(
    python: &Path,
    script: &Path,
    (file, seats): (&Path, usize),
    common: &Common,
    ours: &[(&str, Duration, Vec<String>)],
) -> Result<(), Failure> {
    for (peer, rule, note) in PEERS {
        let Some((_, median, winners)) = ours.iter().find(|(name, _, _)| *name == rule) else {
            continue;
        };
        out::note(format_args!("counting with {peer} by {rule}"));
        let mut child = Command::new(python)
            .arg(script)
            .arg(file)
            .arg(seats.to_string())
            .arg(common.rounds().to_string())
            .args([peer, rule])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let begun = Instant::now();
        while child.try_wait()?.is_none() && begun.elapsed() < PEER_WAIT_MAX {
            thread::sleep(PEER_POLL);
        }
        // It may have ended just now, which is as well.
        drop(child.kill());
        let output = child.wait_with_output()?;
        let told = String::from_utf8_lossy(&output.stdout);
        let line = told.lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
        let outcome = match line {
            Some(line) => compared(&line, *median, winners),
            None => {
                format!("nothing within {} s, with what it needs to begin", PEER_WAIT_MAX.as_secs())
            }
        };
        out::say(format_args!("  {rule:<13} {peer}{note}: {outcome}"));
    }
    Ok(())
}

/// What a peer took beside ours, and whether it elects the same.
fn compared(line: &Value, ours: Duration, winners: &[String]) -> String {
    let Some(seconds) = line["seconds"].as_f64() else {
        return line["refused"].as_str().unwrap_or("no figure").to_owned();
    };
    let mut theirs: Vec<&str> =
        line["winners"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut winners: Vec<&str> = winners.iter().map(String::as_str).collect();
    theirs.sort_unstable();
    winners.sort_unstable();
    let agree = if theirs == winners { "the same winners" } else { "OTHER WINNERS" };
    let ratio = whole(seconds / ours.as_secs_f64());
    format!("{} ms, {ratio} x ours; {agree}", ms(Duration::from_secs_f64(seconds)))
}
