//! Reads an attendance list, whole, before any of it is sent: what is wrong stands with its line.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    io::{self, Read},
    sync::Arc,
};

use csv::ByteRecord;
use jiff::Timestamp;

use super::moment;

#[cfg(test)]
mod tests;

/// The longest text that one field may hold, in bytes; the server takes no longer ones either.
const FIELD_BYTES_MAX: usize = 4_096;

/// The longest text in a column that nobody asked for, in bytes. More than that is a broken file.
const IGNORED_FIELD_BYTES_MAX: usize = 1 << 20;

/// The largest list that is read, in bytes; all of it is held in memory while it is checked.
const LIST_BYTES_MAX: usize = 1 << 30;

/// How many problems are told one by one; the others are counted.
const PROBLEMS_TOLD_MAX: usize = 10;

/// How much of a wrong text is shown, in characters.
const SHOWN_CHARS_MAX: usize = 40;

/// The columns that a list must have, in any order.
const COLUMNS: [&str; 4] = ["date", "gathering", "mode", "person"];

/// What happens to the lines that cannot be imported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BadLines {
    /// One of them refuses the whole list.
    Refuse,
    /// They are left out and counted.
    Skip,
}

/// How somebody took part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// In the same room.
    InPerson,
    /// From elsewhere.
    Online,
}

/// One attendance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    /// The line that the record begins on, from 1.
    pub(crate) line: u64,
    /// When the gathering started; midnight UTC when the list has the date alone.
    pub(crate) starts_at: Timestamp,
    /// What the gathering is called.
    pub(crate) gathering: Arc<str>,
    /// How the person took part.
    pub(crate) mode: Mode,
    /// The person's name.
    pub(crate) person: Arc<str>,
}

/// A list that was checked.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct AttendanceList {
    /// The attendances, in the order of the list.
    pub(crate) rows: Vec<Row>,
    /// What was left out; empty unless it was asked for.
    pub(crate) left_out: Problems,
}

/// The lines that cannot be imported.
#[derive(PartialEq, Eq, Default, Debug)]
pub(crate) struct Problems {
    /// The first of them.
    told: Vec<Problem>,
    /// How many there are.
    pub(crate) count: u64,
}

/// Why one line cannot be imported.
#[derive(PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {fault}")]
pub(crate) struct Problem {
    /// The line that the record begins on, from 1.
    line: u64,
    /// What is wrong with it.
    fault: Fault,
}

/// What can be wrong with a line.
#[derive(PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("has {found} fields where the header has {expected}; text with a comma needs quotes")]
    FieldCount { found: usize, expected: usize },
    #[error("is not UTF-8 text")]
    NotUtf8,
    #[error("the {column} has {bytes} bytes, more than {max}; is a quote missing?")]
    FieldTooLong { column: String, bytes: usize, max: usize },
    #[error("{shown} is not a date; write it as YYYY-MM-DD")]
    DateMalformed { shown: String },
    #[error("{shown} lies in the future; only what has taken place can be imported")]
    DateInFuture { shown: String },
    #[error("the gathering has no name")]
    GatheringEmpty,
    #[error("the person has no name")]
    PersonEmpty,
    #[error("{shown} is not a mode; write in_person or online")]
    ModeUnknown { shown: String },
    #[error("repeats line {line}: the same date, gathering and person")]
    Repeats { line: u64 },
}

/// Why a list cannot be imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListError {
    #[error("cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    #[error("is larger than {LIST_BYTES_MAX} bytes; import it in parts")]
    TooLarge,
    #[error("line 1: is UTF-16 text; save the list as UTF-8")]
    Utf16,
    #[error("line {line}: is not UTF-8 text; save the list as UTF-8")]
    HeaderNotUtf8 { line: u64 },
    #[error(
        "line {line}: the first line has to name the columns date, gathering, mode and person, \
         separated by commas; missing: {missing}"
    )]
    ColumnsMissing { line: u64, missing: String },
    #[error("line {line}: the column {column} is named twice")]
    ColumnTwice { line: u64, column: &'static str },
    #[error("line {line}: a quote is opened and never closed, so the rest cannot be read")]
    QuoteOpen { line: u64 },
    #[error("nothing was sent:\n{0}\n--skip-bad-lines imports the other lines")]
    BadLines(Problems),
}

impl fmt::Display for Problems {
    /// Writes the first problems, one a line, and how many more there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.told.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}  {problem}")?;
        }
        let more = self.count - self.told.len() as u64;
        if more > 0 { write!(f, "\n  and {more} more") } else { Ok(()) }
    }
}

impl Problems {
    fn add(&mut self, problem: Problem) {
        self.count += 1;
        if self.told.len() < PROBLEMS_TOLD_MAX {
            self.told.push(problem);
        }
    }
}

/// Reads and checks a whole list. `now` tells which dates lie in the future.
///
/// # Errors
///
/// Says what is wrong, and on which line.
pub(crate) fn read(
    source: impl Read,
    now: Timestamp,
    bad_lines: BadLines,
) -> Result<AttendanceList, ListError> {
    let mut bytes = Vec::new();
    let limit = LIST_BYTES_MAX as u64 + 1;
    source.take(limit).read_to_end(&mut bytes).map_err(ListError::Unreadable)?;
    if bytes.len() > LIST_BYTES_MAX {
        return Err(ListError::TooLarge);
    }
    check(&bytes, now, bad_lines)
}

fn check(bytes: &[u8], now: Timestamp, bad_lines: BadLines) -> Result<AttendanceList, ListError> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(ListError::Utf16);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut records = Records::over(bytes);
    let mut record = ByteRecord::new();
    let header = match records.next(&mut record)? {
        Some(line) => Header::read(&record, line)?,
        None => {
            return Err(ListError::ColumnsMissing { line: 1, missing: COLUMNS.join(", ") });
        }
    };
    let mut checked = Checked { now, ..Checked::default() };
    let mut problems = Problems::default();
    while let Some(line) = records.next(&mut record)? {
        if let Err(fault) = checked.add(&header, &record, line) {
            problems.add(Problem { line, fault });
        }
    }
    match bad_lines {
        BadLines::Refuse if problems.count > 0 => Err(ListError::BadLines(problems)),
        BadLines::Refuse | BadLines::Skip => {
            Ok(AttendanceList { rows: checked.rows, left_out: problems })
        }
    }
}

/// The records of a list, each with the line it begins on.
///
/// Lines are counted here, because a reader that stops at the carriage return of a line's end
/// counts the line feed after it to the next record.
struct Records<'a> {
    bytes: &'a [u8],
    reader: csv::Reader<&'a [u8]>,
    /// How far lines were counted, in bytes.
    counted: usize,
    /// The line at `counted`, from 1.
    line: u64,
}

impl<'a> Records<'a> {
    fn over(bytes: &'a [u8]) -> Records<'a> {
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        Records { bytes, reader, counted: 0, line: 1 }
    }

    /// Reads the next record and returns its line; `None` at the end.
    fn next(&mut self, record: &mut ByteRecord) -> Result<Option<u64>, ListError> {
        let more = self
            .reader
            .read_byte_record(record)
            .map_err(|error| ListError::Unreadable(error.into()))?;
        if !more {
            return Ok(None);
        }
        let offset = |position: &csv::Position| {
            usize::try_from(position.byte()).unwrap_or(usize::MAX).min(self.bytes.len())
        };
        let read_from = record.position().map_or(self.counted, offset);
        let blank = self.bytes[read_from..].iter().take_while(|byte| is_line_end(**byte)).count();
        let (begin, end) = (read_from + blank, offset(self.reader.position()));
        self.line += lines_ended(self.bytes, self.counted, begin);
        self.counted = begin;
        if end == self.bytes.len() && ends_within_quotes(&self.bytes[begin..end.max(begin)]) {
            return Err(ListError::QuoteOpen { line: self.line });
        }
        Ok(Some(self.line))
    }
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// Counts the lines that end in `bytes[from..to]`; CR, LF and CR LF each end one.
fn lines_ended(bytes: &[u8], from: usize, to: usize) -> u64 {
    let ends = |index: &usize| match bytes[*index] {
        b'\n' => true,
        b'\r' => bytes.get(index + 1) != Some(&b'\n'),
        _ => false,
    };
    (from..to).filter(ends).count() as u64
}

/// Tells whether a record stops in the middle of a quoted field.
fn ends_within_quotes(record: &[u8]) -> bool {
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Within {
        Start,
        Plain,
        Quotes,
        QuoteAfterQuotes,
    }
    let mut within = Within::Start;
    for byte in record {
        within = match (within, byte) {
            (Within::Start | Within::QuoteAfterQuotes, b'"') => Within::Quotes,
            (Within::Quotes, b'"') => Within::QuoteAfterQuotes,
            (Within::Quotes, _) => Within::Quotes,
            (Within::Start | Within::Plain | Within::QuoteAfterQuotes, b',' | b'\r' | b'\n') => {
                Within::Start
            }
            (Within::Start | Within::Plain | Within::QuoteAfterQuotes, _) => Within::Plain,
        };
    }
    within == Within::Quotes
}

/// Where each column stands.
struct Header {
    names: Vec<String>,
    date: usize,
    gathering: usize,
    mode: usize,
    person: usize,
}

impl Header {
    fn read(record: &ByteRecord, line: u64) -> Result<Header, ListError> {
        let names = record
            .iter()
            .map(|name| str::from_utf8(name).map(|name| name.trim().to_lowercase()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| ListError::HeaderNotUtf8 { line })?;
        let places = COLUMNS.map(|column| names.iter().position(|name| name == column));
        let [Some(date), Some(gathering), Some(mode), Some(person)] = places else {
            let missing = COLUMNS
                .iter()
                .zip(places)
                .filter(|(_, place)| place.is_none())
                .map(|(name, _)| *name);
            let missing = missing.collect::<Vec<_>>().join(", ");
            return Err(ListError::ColumnsMissing { line, missing });
        };
        for column in COLUMNS {
            if names.iter().filter(|name| *name == column).count() > 1 {
                return Err(ListError::ColumnTwice { line, column });
            }
        }
        Ok(Header { names, date, gathering, mode, person })
    }

    fn is_used(&self, index: usize) -> bool {
        [self.date, self.gathering, self.mode, self.person].contains(&index)
    }
}

/// What was found to be right so far.
#[derive(Default)]
struct Checked {
    now: Timestamp,
    rows: Vec<Row>,
    /// Every name once, however often it stands in the list.
    names: HashSet<Arc<str>>,
    /// Which line said first that somebody was somewhere.
    seen: HashMap<(Timestamp, Arc<str>, Arc<str>), u64>,
}

impl Checked {
    fn add(&mut self, header: &Header, record: &ByteRecord, line: u64) -> Result<(), Fault> {
        let (found, expected) = (record.len(), header.names.len());
        if found != expected {
            return Err(Fault::FieldCount { found, expected });
        }
        for (index, field) in record.iter().enumerate() {
            let max = if header.is_used(index) { FIELD_BYTES_MAX } else { IGNORED_FIELD_BYTES_MAX };
            if field.len() > max {
                let column = shortened(&header.names[index]);
                return Err(Fault::FieldTooLong { column, bytes: field.len(), max });
            }
            if str::from_utf8(field).is_err() {
                return Err(Fault::NotUtf8);
            }
        }
        let text = |index: usize| str::from_utf8(&record[index]).map_err(|_| Fault::NotUtf8);
        let starts_at = start(text(header.date)?.trim(), self.now)?;
        let gathering = self.name(text(header.gathering)?).ok_or(Fault::GatheringEmpty)?;
        let mode = mode(text(header.mode)?)?;
        let person = self.name(text(header.person)?).ok_or(Fault::PersonEmpty)?;
        let key = (starts_at, Arc::clone(&gathering), Arc::clone(&person));
        if let Some(first) = self.seen.get(&key) {
            return Err(Fault::Repeats { line: *first });
        }
        self.seen.insert(key, line);
        self.rows.push(Row { line, starts_at, gathering, mode, person });
        Ok(())
    }

    /// Takes a name, in which runs of white space count as one space; `None` when it is empty.
    fn name(&mut self, text: &str) -> Option<Arc<str>> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return None;
        }
        if let Some(known) = self.names.get(name.as_str()) {
            return Some(Arc::clone(known));
        }
        let name = Arc::<str>::from(name);
        self.names.insert(Arc::clone(&name));
        Some(name)
    }
}

fn start(text: &str, now: Timestamp) -> Result<Timestamp, Fault> {
    let starts_at =
        moment::date(text).and_then(moment::begin_of_day).or_else(|| moment::time(text));
    let starts_at = starts_at.ok_or_else(|| Fault::DateMalformed { shown: shown(text) })?;
    if starts_at > now {
        return Err(Fault::DateInFuture { shown: shown(text) });
    }
    Ok(starts_at)
}

fn mode(text: &str) -> Result<Mode, Fault> {
    match text.trim().to_lowercase().replace(['-', ' '], "_").as_str() {
        "in_person" => Ok(Mode::InPerson),
        "online" => Ok(Mode::Online),
        _ => Err(Fault::ModeUnknown { shown: shown(text.trim()) }),
    }
}

/// A text as it can be shown on a terminal: in quotes, escaped, and not too long.
fn shown(text: &str) -> String {
    format!("{:?}", shortened(text))
}

fn shortened(text: &str) -> String {
    let mut short = text.chars().take(SHOWN_CHARS_MAX).collect::<String>();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
