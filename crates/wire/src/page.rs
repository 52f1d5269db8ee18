//! Lists in pages. A token remembers how far the reader is, what was asked, and what was known then.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use kernel::ErrorCode;
use tonic::Status;
use uuid::Uuid;

use crate::{status, weft::common::v1 as message};

#[cfg(test)]
mod tests;

/// How many items a page has when the caller does not say.
const SIZE: u32 = 50;

/// How many items a page has at most.
pub const SIZE_MAX: u32 = 100;

/// The scope of the hashes that bind a token to its request.
const TOKENS: Uuid = Uuid::from_u128(0x6b0d_36f1_92a5_4f0e_8c39_0a4e_5c1d_7e02);

/// The part of a list that is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// How many items come before the page.
    pub offset: u64,
    /// How many items the page has at most, 1 to [`SIZE_MAX`].
    pub limit: u32,
    /// The position at which the first page was read; `None` on the first page. Read the further
    /// pages as known there, so that nothing is skipped or repeated.
    pub known: Option<u64>,
    /// The hash of everything else in the request.
    bound_to: Uuid,
}

/// Reads which page is asked for; `request` is everything else that was asked, as text.
///
/// # Errors
///
/// Says that the token is malformed, or belongs to another request.
pub fn page(page: Option<&message::PageRequest>, request: &str) -> Result<Page, Status> {
    let bound_to = Uuid::new_v5(&TOKENS, request.as_bytes());
    let limit = match page.map_or(0, |page| page.page_size) {
        0 => SIZE,
        size => size.min(SIZE_MAX),
    };
    let Some(page) = page else { return Ok(Page { offset: 0, limit, known: None, bound_to }) };
    if page.page_token.is_empty() {
        return Ok(Page { offset: page.skip, limit, known: None, bound_to });
    }
    let (offset, known, token_of) = parse(&page.page_token).ok_or_else(|| {
        refused("PAGE_TOKEN_MALFORMED", "this is not a token that a page came with")
    })?;
    if token_of != bound_to {
        let message =
            "this token came with a page of another request; repeat the request as it was";
        return Err(refused("PAGE_TOKEN_OF_OTHER_REQUEST", message));
    }
    Ok(Page { offset, limit, known: Some(known), bound_to })
}

impl Page {
    /// Says how a list goes on after `returned` items of this page.
    ///
    /// `total` counts the items of all pages, `position` is where the list was read.
    pub fn info(&self, returned: usize, total: u64, position: u64) -> message::PageInfo {
        let end = self.offset + u64::try_from(returned).unwrap_or(u64::MAX);
        let known = self.known.unwrap_or(position);
        let next_page_token = if end < total && 0 < returned {
            BASE64.encode(format!("{end}.{known}.{}", self.bound_to.simple()))
        } else {
            String::new()
        };
        message::PageInfo { next_page_token, total, position }
    }
}

fn parse(token: &str) -> Option<(u64, u64, Uuid)> {
    let text = String::from_utf8(BASE64.decode(token).ok()?).ok()?;
    let mut parts = text.split('.');
    let parsed = (
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        Uuid::try_parse(parts.next()?).ok()?,
    );
    parts.next().is_none().then_some(parsed)
}

fn refused(reason: &str, message: &str) -> Status {
    status(ErrorCode::Invalid, reason, Some("page.page_token"), message)
}
