//! Figures go to standard output, everything else to standard error.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this package does"
)]

use std::fmt::Display;

/// Prints a line of figures, or about them.
pub(crate) fn say(line: impl Display) {
    println!("{line}");
}

/// Prints how far the work is.
pub(crate) fn note(line: impl Display) {
    eprintln!("{line}");
}

/// Says before the figures that they are none.
pub(crate) fn warn_of_quick(quick: bool) {
    if quick {
        say("--quick: this only tries out the program; the figures mean nothing\n");
    }
}
