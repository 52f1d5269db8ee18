//! The one binary: `weft serve`, `weft demo`, and the tools of those who use a server.

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    cli::run(cli::Cli::parse())
}
