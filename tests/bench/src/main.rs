//! Programs that print figures: `cargo run --release -p bench -- PROGRAM`; `help` lists them.
//!
//! Each program measures its limit in the same run on the same cores, and prints the ratio: the
//! figures of two machines, or of two days, say nothing beside each other. Start with
//! `commands.rs`, `rebuild.rs` or `as_of.rs`; what they are measured against is in `limits.rs`, the
//! events they use in `history.rs`. Nothing here tests anything; nothing else depends on it.

mod as_of;
mod ballots;
mod closed_loop;
mod commands;
mod count;
mod figures;
mod history;
mod limits;
mod out;
mod rebuild;
mod scene;
mod server;

use std::{error::Error, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use tempfile::TempDir;

// As in the binary that is measured; what it is measured against has it too.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Whatever keeps a program from its figures.
type Failure = Box<dyn Error + Send + Sync>;

/// Prints figures, each beside its limit, measured in the same run.
#[derive(Parser, Debug)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    program: Program,
    #[command(flatten)]
    common: Common,
}

/// What every program can be told.
#[derive(clap::Args, Clone, Debug)]
struct Common {
    /// How often everything is measured; medians are printed.
    #[arg(long, global = true, default_value_t = 3,
        value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Tries out the program with very little work. The figures mean nothing.
    #[arg(long, global = true)]
    quick: bool,
    /// Where temporary folders are made; the disk there is what is measured. The system's folder
    /// for temporary files when it is not given.
    #[arg(long, global = true, value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
enum Program {
    /// Durable commands over gRPC, against group commit and echo paid one after the other.
    Commands(commands::Args),
    /// The structure view made again from the log, against scanning and decoding its rows.
    Rebuild(rebuild::Args),
    /// The network as of random moments, against folding the history again.
    AsOf(as_of::Args),
    /// 100,000 ranked ballots counted, beside other programs.
    Count(count::Args),
    /// Everybody votes at once: on one decision, against the same ballots over many.
    Ballots(ballots::Args),
    /// Serves until standard input ends; what `commands` starts as processes of its own.
    #[command(hide = true)]
    Serve(server::Args),
}

impl Common {
    /// How many rounds there are: one when only trying out.
    fn rounds(&self) -> u32 {
        if self.quick { 1 } else { self.rounds }
    }

    /// A folder that goes when the program is done with it.
    fn temporary(&self) -> Result<TempDir, Failure> {
        let mut builder = tempfile::Builder::new();
        let builder = builder.prefix("weft-bench-");
        Ok(match &self.folder {
            Some(folder) => builder.tempdir_in(folder)?,
            None => builder.tempdir()?,
        })
    }
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            out::note(format_args!("error: {}", chain(error.as_ref())));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let common = &cli.common;
    match cli.program {
        Program::Commands(args) => runtime.block_on(commands::run(&args, common)),
        Program::Rebuild(args) => runtime.block_on(rebuild::run(&args, common)),
        Program::AsOf(args) => runtime.block_on(as_of::run(&args, common)),
        Program::Count(args) => count::run(&args, common),
        Program::Ballots(args) => runtime.block_on(ballots::run(&args, common)),
        Program::Serve(args) => runtime.block_on(server::run(args)),
    }
}

/// An error with what caused it, on one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
