//! Which rank a column is, by its name.

/// Words that make a number a rank.
const WORDS: [&str; 7] = ["rank", "ranking", "ranked", "choice", "preference", "pref", "vote"];

/// What may stand between such a word and its number.
const BETWEEN: [&str; 3] = ["number", "no", "nr"];

/// What makes a number an ordinal one.
const ORDINAL_ENDINGS: [&str; 4] = ["st", "nd", "rd", "th"];

/// Ordinal numbers as words, from the first.
const ORDINALS: [&str; 10] =
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/// A word or a number in a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Piece<'a> {
    Word(&'a str),
    Number(u32),
    /// A number that is written as an ordinal one.
    Ordinal(u32),
}

/// The rank that a column of this name holds; `None` when it is no column of ranks.
pub(super) fn rank_number(name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    let pieces = pieces(&name);
    if let [Piece::Number(rank) | Piece::Ordinal(rank)] = pieces[..] {
        return Some(rank);
    }
    if let [Piece::Word("r"), Piece::Number(rank)] = pieces[..] {
        return Some(rank);
    }
    let is_rank = |piece: Piece<'_>| matches!(piece, Piece::Word(it) if WORDS.contains(&it));
    let behind = pieces.windows(2).find_map(|pair| match (pair[0], pair[1]) {
        (word, Piece::Number(rank)) if is_rank(word) => Some(rank),
        _ => None,
    });
    let before = pieces.windows(2).find_map(|pair| match (pair[0], pair[1]) {
        (Piece::Ordinal(rank), word) if is_rank(word) => Some(rank),
        _ => None,
    });
    behind.or(before)
}

fn pieces(name: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let of_kind = |it: char| {
            it.is_ascii_digit() == first.is_ascii_digit()
                && it.is_alphanumeric() == first.is_alphanumeric()
        };
        let end = rest.find(|it| !of_kind(it)).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        if first.is_ascii_digit() {
            // A number that is too long is no rank.
            pieces.push(piece.parse().map_or(Piece::Word(piece), Piece::Number));
        } else if first.is_alphanumeric() {
            match (pieces.last(), ORDINALS.iter().position(|it| *it == piece)) {
                (Some(Piece::Number(number)), None) if ORDINAL_ENDINGS.contains(&piece) => {
                    let number = *number;
                    pieces.pop();
                    pieces.push(Piece::Ordinal(number));
                }
                (_, Some(index)) => {
                    pieces.push(Piece::Ordinal(u32::try_from(index + 1).unwrap_or(0)));
                }
                (_, None) if BETWEEN.contains(&piece) => {}
                (_, None) => pieces.push(Piece::Word(piece)),
            }
        }
    }
    pieces
}
