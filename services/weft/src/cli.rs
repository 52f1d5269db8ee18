//! The command line: one file per command, all of them clients of the public API but for the
//! operator's own, which work on the folder of data.
//!
//! Results go to standard output, everything else to standard error; the exit code is 0 only when
//! the command did what it was asked.

mod attendance_csv;
mod certificate;
mod client;
mod count;
mod demo;
mod erase;
mod failure;
mod founding;
mod history;
mod import;
mod moment;
mod out;
mod rebuild;
mod serve;
mod structure;
mod structure_format;
mod token;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;

/// How a shell knows that a command failed. Wrong arguments are 2, as clap has it.
const FAILED: u8 = 1;

/// The collaboration record of a social-impact network.
///
/// Weft records every action as an event that nobody changes afterwards, and tells from that record
/// what the network's structure was at any date.
#[derive(Parser, Debug)]
#[command(name = "weft", version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  weft demo                                     a server with a real history in it, to try
  weft serve --data record                      a server on the folder `record`
  export WEFT_TOKEN=$(weft token --data record --operator)
  weft import attendance list.csv --network \"Old City\"
  weft structure --network \"Old City\" --as-of 1936-05-01";

#[derive(Subcommand, Debug)]
enum Command {
    Serve(serve::Args),
    Demo(demo::Args),
    Token(token::Args),
    #[command(subcommand)]
    Import(import::Import),
    Structure(Box<structure::Args>),
    History(history::Args),
    Erase(erase::Args),
    Rebuild(rebuild::Args),
    Count(Box<count::Args>),
    Certificate(certificate::Args),
}

/// Does what the command line asks for, and says how it went.
pub(crate) fn run(cli: Cli) -> ExitCode {
    match carry_out(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has read enough of it.
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            out::notice(format_args!("error: {failure}"));
            ExitCode::from(FAILED)
        }
    }
}

fn carry_out(command: Command) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::said(format!("the process cannot start its threads: {error}")))?;
    match command {
        Command::Serve(args) => runtime.block_on(serve::run(args)),
        Command::Demo(args) => runtime.block_on(demo::run(args)),
        Command::Token(args) => token::run(&args),
        Command::Import(import::Import::Attendance(args)) => runtime.block_on(import::run(args)),
        Command::Structure(args) => runtime.block_on(structure::run(*args)),
        Command::History(args) => runtime.block_on(history::run(args)),
        Command::Erase(args) => runtime.block_on(erase::run(args)),
        Command::Rebuild(args) => rebuild::run(&args),
        Command::Count(args) => count::run(&args),
        Command::Certificate(args) => runtime.block_on(certificate::run(args)),
    }
}
