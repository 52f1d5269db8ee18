//! Builds a view again from the whole log, while nobody uses it.

use std::{
    fs::{self, File},
    path::Path,
    sync::Arc,
};

use eventlog::{EventLog, Position};
use tokio::sync::mpsc;

use crate::{
    Digest, Projection, ViewError,
    checkpoint::Checkpoint,
    digest,
    fold::{self, Fold, PREFETCH_MAX, Until, blocking},
    store::{self, BUILDING, Journal},
};

#[cfg(test)]
mod tests;

/// What a rebuild made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rebuilt {
    /// The view's name.
    pub view: &'static str,
    /// The position that it reflects.
    pub position: Position,
    /// How many events were folded.
    pub events: u64,
}

/// Builds the view of `P` in `folder` from the whole of `log`, and puts it in the place of the old
/// file once it is complete.
///
/// For the offline tool: no process may have the view open. `progress` is shown the position that
/// was read to and the log's head. When anything fails, the old file stays as it was.
///
/// # Errors
///
/// Returns the event that could not be folded, or why the log, the view or a file could not be read
/// or written.
pub async fn rebuild<P: Projection>(
    log: Arc<dyn EventLog>,
    folder: &Path,
    progress: &mut (dyn FnMut(Position, Position) + Send),
) -> Result<Rebuilt, ViewError> {
    let place = store::file_of(folder, P::NAME);
    let building = store::beside(&place, BUILDING);
    let (parent, path) = (folder.to_owned(), building.clone());
    let opened = blocking(move || {
        fs::create_dir_all(&parent).map_err(|error| ViewError::file(&parent, error))?;
        store::create::<P>(&path, Journal::Off)
    })
    .await?;

    // Nobody reads the file before it is whole, so it is one transaction: each page of it is written
    // when it leaves the cache, and not at every commit.
    let mut fold = Fold::new(opened, u64::MAX);
    let (sender, mut pages) = mpsc::channel(PREFETCH_MAX);
    let folding = tokio::task::spawn_blocking(move || {
        fold.run::<P>(&mut pages, &mut |_, _| {}).map(|()| fold)
    });
    let filter = fold::filter::<P>();
    let until = (Until::Level, progress);
    let fetched = fold::fetch(log.as_ref(), filter, Position(0), sender, until).await;
    let outcome = folding.await?;
    blocking(move || {
        let built = match (fetched, outcome) {
            (Ok(()), Ok(fold)) => finish::<P>(fold, &building, &place),
            (Err(error), _) => Err(error.into()),
            (Ok(()), Err(failed)) => Err(failed.of(P::NAME)),
        };
        if built.is_err() {
            store::remove(&building)?;
        }
        built
    })
    .await
}

/// Closes the finished file and swaps it in.
fn finish<P: Projection>(fold: Fold, building: &Path, place: &Path) -> Result<Rebuilt, ViewError> {
    let Fold { connection, checkpoint, events, .. } = fold;
    connection.close().map_err(|(_, error)| error)?;
    File::open(building)
        .and_then(|file| file.sync_all())
        .map_err(|error| ViewError::file(building, error))?;
    // The old file goes first, with what SQLite keeps beside it: a log of the old file must never
    // be found beside the new one. Killed between the two, the view is absent and made at opening.
    store::remove(place)?;
    fs::rename(building, place).map_err(|error| ViewError::file(place, error))?;
    Ok(Rebuilt { view: P::NAME, position: checkpoint.position, events })
}

/// Hashes what the file of `P` in `folder` holds; `None` when there is no file, or one made for
/// other tables.
///
/// # Errors
///
/// Returns why the file could not be read.
pub async fn digest_of<P: Projection>(folder: &Path) -> Result<Option<Digest>, ViewError> {
    let place = store::file_of(folder, P::NAME);
    blocking(move || {
        if !place.exists() {
            return Ok(None);
        }
        let connection = store::reader(&place)?;
        if Checkpoint::find::<P>(&connection)?.is_none() {
            return Ok(None);
        }
        Ok(Some(digest::of(&connection)?.0))
    })
    .await
}
