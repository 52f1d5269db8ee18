//! `weft rebuild`: makes views again from the log.

use std::path::PathBuf;

use weft::system::{self, RebuiltView};

use super::{Failure, out};

/// What a folder of data is known by; opening another folder would make one there.
const LOG_FILE: &str = "log.sqlite";

/// Makes the views again from the log, and says whether they are what they were.
///
/// Works on the folder of data while no server uses it. A view that cannot be rebuilt stays as it
/// was.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  weft rebuild --data record
  weft rebuild --data record --view structure")]
pub(crate) struct Args {
    /// The folder of data.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The one view to rebuild; all of them when it is not given.
    #[arg(long, value_name = "NAME")]
    view: Option<String>,
}

/// Rebuilds, showing progress.
///
/// # Errors
///
/// Names the views when there is none of that name, or says why one could not be rebuilt.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if let Some(view) = &args.view
        && !system::VIEWS.contains(&view.as_str())
    {
        let views = system::VIEWS.join(", ");
        return Err(Failure::said(format!("there is no view {view:?}; the views are {views}")));
    }
    if !args.data.join(LOG_FILE).is_file() {
        let data = args.data.display();
        return Err(Failure::said(format!("{data} is no folder of data: it has no {LOG_FILE}")));
    }
    let mut bar = None::<(String, indicatif::ProgressBar)>;
    let mut show = |view: &str, done: u64, head: u64| {
        if bar.as_ref().is_none_or(|(name, _)| name != view) {
            if let Some((_, finished)) = bar.take() {
                finished.finish_and_clear();
            }
            out::notice_unless_terminal(format_args!("rebuilding {view}: {head} positions"));
            bar = Some((view.to_owned(), out::progress(view, head)));
        }
        if let Some((_, bar)) = &bar {
            bar.set_length(head);
            bar.set_position(done);
        }
    };
    let rebuilt = system::rebuild(&args.data, args.view.as_deref(), &mut show);
    if let Some((_, bar)) = bar {
        bar.finish_and_clear();
    }
    let rebuilt = rebuilt.map_err(|error| {
        Failure::caused(&format!("the views in {} cannot be rebuilt", args.data.display()), &error)
    })?;
    rebuilt.iter().try_for_each(|view| out::line(said(view)))
}

/// Says what became of one view.
fn said(view: &RebuiltView) -> String {
    let outcome = match view.digest_before {
        Some(before) if before == view.digest_after => "identical to what was there",
        Some(_) => "different from what was there",
        None => "new; nothing was there",
    };
    format!("{}: {} events, {outcome} ({})", view.name, view.events, view.digest_after)
}
