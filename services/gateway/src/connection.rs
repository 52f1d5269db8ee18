//! Lists as connections: pages of at most 100, forwards and backwards, with cursors that are bound
//! to the position at which the list was read.

use async_graphql::{
    OutputType, SimpleObject,
    connection::{Connection, CursorType, Edge},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::ErrorCode;
use tonic::Status;
use wire::weft::common::v1::{self as common, as_of::Known};

use crate::{
    call,
    scalars::{Count, Position},
};

#[cfg(test)]
mod tests;

/// How many items a page has when nobody says.
const PAGE: u64 = 50;

/// How many items a page has at most.
pub(crate) const PAGE_MAX: u64 = 100;

/// A list of things of one type.
pub(crate) type List<T> = Connection<Cursor, T, Totals>;

/// What a connection says of the whole list.
#[derive(SimpleObject, Debug)]
pub(crate) struct Totals {
    /// How many items there are on all pages together.
    total_count: Count,
    /// The position of the log that the list reflects.
    position: Position,
}

/// The place of an item in a list as it was at a position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cursor {
    position: u64,
    offset: u64,
}

/// A text is not a cursor.
#[derive(Debug)]
pub(crate) struct MalformedCursor;

impl std::fmt::Display for MalformedCursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("is not a cursor that was given out here")
    }
}

impl CursorType for Cursor {
    type Error = MalformedCursor;

    fn decode_cursor(text: &str) -> Result<Cursor, MalformedCursor> {
        let read = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
            let (position, offset) = text.split_once(':')?;
            Some(Cursor { position: position.parse().ok()?, offset: offset.parse().ok()? })
        };
        read().ok_or(MalformedCursor)
    }

    fn encode_cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}", self.position, self.offset))
    }
}

/// The arguments of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Paging {
    /// Where it begins, and how many it has at most.
    side: Side,
    after: Option<Cursor>,
    before: Option<Cursor>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    First(u64),
    Last(u64),
}

impl Paging {
    /// Reads the arguments of a connection.
    ///
    /// # Errors
    ///
    /// Says which argument is malformed, or that both ends are asked for.
    pub(crate) fn of(
        first: Option<i32>,
        after: Option<&str>,
        last: Option<i32>,
        before: Option<&str>,
    ) -> Result<Paging, Status> {
        let side = match (first, last) {
            (None, None) => Side::First(PAGE),
            (Some(first), None) => Side::First(size("first", first)?),
            (None, Some(last)) => Side::Last(size("last", last)?),
            (Some(_), Some(_)) => {
                let message = "ask for the first items or for the last ones, not for both";
                return Err(wire::status(ErrorCode::Invalid, "PAGE_AMBIGUOUS", None, message));
            }
        };
        Ok(Paging { side, after: cursor("after", after)?, before: cursor("before", before)? })
    }

    /// The position at which the list was read that these arguments go on with; `None` for a new
    /// list.
    pub(crate) fn position(&self) -> Option<u64> {
        self.after.or(self.before).map(|cursor| cursor.position)
    }

    /// The moment to list, held at the position of the cursors unless the caller says what counts
    /// as known: so that pages fit together whatever is recorded between them.
    pub(crate) fn pin(&self, mut as_of: common::AsOf) -> common::AsOf {
        if as_of.known.is_none() {
            as_of.known = self.position().map(Known::KnownPosition);
        }
        as_of
    }

    /// The least position to read at, for lists that know no moment: never before the cursors.
    pub(crate) fn least(&self, min_position: u64) -> u64 {
        self.position().unwrap_or(0).max(min_position)
    }

    /// The page as (offset of the first item, number of items), in a list of `total` items.
    fn window(&self, total: u64) -> (u64, u64) {
        let start = self.after.map_or(0, |after| after.offset.saturating_add(1)).min(total);
        let end = self.before.map_or(total, |before| before.offset.min(total)).max(start);
        match self.side {
            Side::First(first) => (start, first.min(end - start)),
            Side::Last(last) => {
                let length = last.min(end - start);
                (end - length, length)
            }
        }
    }
}

/// How many items are asked for; more than the most is the most.
fn size(name: &str, value: i32) -> Result<u64, Status> {
    let size = u64::try_from(value).map_err(|_| {
        let message = format!("{name} is negative");
        wire::status(ErrorCode::Invalid, "PAGE_NEGATIVE", Some(name), &message)
    })?;
    Ok(size.min(PAGE_MAX))
}

fn cursor(name: &str, text: Option<&str>) -> Result<Option<Cursor>, Status> {
    text.map(Cursor::decode_cursor).transpose().map_err(|error| {
        let message = format!("{name} {error}");
        wire::status(ErrorCode::Invalid, "CURSOR_MALFORMED", Some(name), &message)
    })
}

/// What a connection adds to the complexity of an operation.
pub(crate) fn cost(first: Option<i32>, last: Option<i32>, content: usize) -> usize {
    let asked = first.or(last).and_then(|size| u64::try_from(size).ok()).unwrap_or(PAGE);
    let items = usize::try_from(asked.min(PAGE_MAX)).unwrap_or(usize::MAX);
    call::COST.saturating_add(items.saturating_mul(content))
}

/// Reads a page: `list` calls the service, `node` turns each item into what clients see.
///
/// It is called twice when the last items of a list of unknown length are asked for.
///
/// # Errors
///
/// Those of the service and of `node`.
pub(crate) async fn page<T, N, F>(
    paging: Paging,
    list: impl Fn(common::PageRequest) -> F + Send + Sync,
    node: impl Fn(T) -> Result<N, Status> + Send,
) -> Result<List<N>, Status>
where
    T: Send,
    N: OutputType,
    F: Future<Output = Result<(Vec<T>, Option<common::PageInfo>), Status>> + Send,
{
    // The end of the list need not be known to go forwards.
    let total = match (paging.side, paging.before) {
        (Side::First(_), _) | (Side::Last(_), Some(_)) => u64::MAX,
        (Side::Last(_), None) => {
            let (_, info) = list(request(0, 1)).await?;
            info.ok_or_else(|| call::lacking("page"))?.total
        }
    };
    let (start, length) = paging.window(total);
    let (mut items, info) = list(request(start, length)).await?;
    let info = info.ok_or_else(|| call::lacking("page"))?;
    items.truncate(usize::try_from(length).unwrap_or(usize::MAX));
    connection(paging, start, items, (info.total, info.position), node)
}

/// Takes a page of what is there already, read at `position`.
///
/// # Errors
///
/// Those of `node`.
pub(crate) fn slice<T: Clone, N: OutputType>(
    paging: Paging,
    items: &[T],
    position: u64,
    node: impl Fn(T) -> Result<N, Status>,
) -> Result<List<N>, Status> {
    let total = u64::try_from(items.len()).unwrap_or(u64::MAX);
    let (start, length) = paging.window(total);
    let index = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    let page = items.iter().skip(index(start)).take(index(length)).cloned().collect();
    connection(paging, start, page, (total, position), node)
}

/// What is asked of a service; it takes no size of 0, and whoever asks for none gets none.
fn request(skip: u64, length: u64) -> common::PageRequest {
    let page_size = u32::try_from(length.clamp(1, PAGE_MAX)).unwrap_or(1);
    common::PageRequest { page_size, page_token: String::new(), skip }
}

fn connection<T, N: OutputType>(
    paging: Paging,
    start: u64,
    items: Vec<T>,
    (total, read_at): (u64, u64),
    node: impl Fn(T) -> Result<N, Status>,
) -> Result<List<N>, Status> {
    let position = paging.position().unwrap_or(read_at);
    let end = start + u64::try_from(items.len()).unwrap_or(u64::MAX);
    let totals = Totals { total_count: Count(total), position: Position(read_at) };
    let mut list = Connection::with_additional_fields(0 < start && 0 < total, end < total, totals);
    for (offset, item) in (start..).zip(items) {
        list.edges.push(Edge::new(Cursor { position, offset }, node(item)?));
    }
    Ok(list)
}
