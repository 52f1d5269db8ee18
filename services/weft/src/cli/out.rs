//! The one place that writes to the terminal: results to standard output, the rest to standard
//! error.

use std::{
    fmt,
    io::{self, BufWriter, IsTerminal as _, Write as _},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;

/// How long standard output waits for more before it is written, in bytes.
const BUFFER_BYTES: usize = 1 << 16;

/// Writes a line of the result.
///
/// # Errors
///
/// Fails when standard output is closed or full.
pub(crate) fn line(text: impl fmt::Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(Failure::Output)
}

/// Tells something that is no part of the result.
pub(crate) fn notice(text: impl fmt::Display) {
    // When not even standard error can be written, nobody is left to be told.
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// Tells how far long work has come where no progress bar can be seen.
pub(crate) fn notice_unless_terminal(text: impl fmt::Display) {
    if !io::stderr().is_terminal() {
        notice(text);
    }
}

/// Asks for a line of input on a terminal; `None` when standard input has ended.
///
/// # Errors
///
/// Fails when standard input cannot be read.
pub(crate) fn ask(question: impl fmt::Display) -> io::Result<Option<String>> {
    let mut err = io::stderr().lock();
    write!(err, "{question} ").and_then(|()| err.flush())?;
    let mut answer = String::new();
    let bytes = io::stdin().read_line(&mut answer)?;
    Ok((bytes > 0).then(|| answer.trim().to_owned()))
}

/// Tells whether somebody sits at the other end of standard input.
pub(crate) fn has_terminal_input() -> bool {
    io::stdin().is_terminal()
}

/// Standard output for long results: written in large pieces.
#[derive(Debug)]
pub(crate) struct Results {
    out: BufWriter<io::Stdout>,
}

impl Results {
    /// Begins a result.
    pub(crate) fn begin() -> Results {
        Results { out: BufWriter::with_capacity(BUFFER_BYTES, io::stdout()) }
    }

    /// Writes text as it is.
    ///
    /// # Errors
    ///
    /// Fails when standard output is closed or full.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes()).map_err(Failure::Output)
    }

    /// Hands over everything that was written so far.
    ///
    /// # Errors
    ///
    /// Fails when standard output is closed or full.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(Failure::Output)
    }
}

/// Shows how far long work has come, when standard error is a terminal; otherwise shows nothing.
pub(crate) fn progress(what: &str, total: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style).with_message(what.to_owned())
}
