//! `weft token`: a bearer token from the built-in issuer.

use std::{path::PathBuf, time::Duration};

use access::{Caller, Issuer};
use host::{RandomIdentities, SystemClock};
use jiff::{Span, SpanRelativeTo};
use kernel::{Clock as _, Identities as _, PersonId};

use super::{Failure, out};

#[cfg(test)]
mod tests;

/// The longest life of a token.
const LIFETIME_MAX: Duration = Duration::from_hours(24 * 366);

/// Prints a bearer token from the built-in issuer, for development and a single machine.
///
/// Whoever can read the folder of data can act as anybody. It works while a server runs on it.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  export WEFT_TOKEN=$(weft token --data record --operator)
  weft token --data record --person 0f4c2f6e-8d0b-4c59-9c0a-3f1a3c1f2b11 --lifetime 7d")]
#[command(group = clap::ArgGroup::new("caller").required(true))]
pub(crate) struct Args {
    /// The server's folder of data.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// A token for whoever runs the installation.
    #[arg(long, group = "caller")]
    operator: bool,
    /// A token for the person of this id.
    #[arg(long, value_name = "ID", group = "caller", value_parser = person)]
    person: Option<PersonId>,
    /// How long it is good, for example 30m, 12h or 7d; a year at most.
    #[arg(long, value_name = "TIME", default_value = "12h", value_parser = lifetime)]
    lifetime: Duration,
}

/// Issues the token and prints it.
///
/// # Errors
///
/// Says why the folder or its key cannot be used.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if !args.data.is_dir() {
        return Err(Failure::said(format!(
            "there is no folder {}; `weft serve --data {0}` makes it",
            args.data.display()
        )));
    }
    let issuer =
        Issuer::open(&args.data).map_err(|error| Failure::caused("no token was made", &error))?;
    let caller = args.person.map_or(Caller::Operator, Caller::Person);
    out::line(issuer.issue(caller, SystemClock.now(), args.lifetime, RandomIdentities.fresh()))
}

/// Reads a person's id.
///
/// # Errors
///
/// Says that it is none.
pub(crate) fn person(text: &str) -> Result<PersonId, String> {
    PersonId::parse(text.trim())
        .map_err(|_| "a person's id is a UUID, as `weft history` prints it".to_owned())
}

fn lifetime(text: &str) -> Result<Duration, String> {
    let wrong = || "write it as 30m, 12h or 7d; a second at least, a year at most".to_owned();
    let span = text.trim().parse::<Span>().map_err(|_| wrong())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    let duration = Duration::try_from(duration).map_err(|_| wrong())?;
    if duration < Duration::from_secs(1) || duration > LIFETIME_MAX {
        return Err(wrong());
    }
    Ok(duration)
}
