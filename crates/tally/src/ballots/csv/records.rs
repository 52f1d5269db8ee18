//! The lines of a list, split into cells.

use std::borrow::Cow;

use super::CsvFault;

/// What may separate cells; the one that the first line has most of does.
const DELIMITERS: [char; 3] = [',', ';', '\t'];

/// Reads lines one after the other.
#[derive(Debug)]
pub(super) struct Records<'a> {
    rest: &'a str,
    delimiter: char,
    /// The line that the last record began on, from 1.
    line: usize,
    /// The line that the next record begins on.
    next_line: usize,
}

impl<'a> Records<'a> {
    /// Begins before the first line, and finds out what separates cells.
    pub(super) fn of(text: &'a str) -> Records<'a> {
        let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let first = rest.trim_start().lines().next().unwrap_or("");
        let mut delimiter = DELIMITERS[0];
        for other in DELIMITERS {
            if count(first, delimiter) < count(first, other) {
                delimiter = other;
            }
        }
        Records { rest, delimiter, line: 1, next_line: 1 }
    }

    /// What separates cells.
    pub(super) fn delimiter(&self) -> char {
        self.delimiter
    }

    /// The line that the last record began on, from 1.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Goes back to a line, for what is said of it later.
    pub(super) fn set_line(&mut self, line: usize) {
        self.line = line;
    }

    /// Reads the next line that is not empty into `cells`, without white space around them; tells
    /// whether there was one.
    ///
    /// # Errors
    ///
    /// Says what is wrong with quotes.
    pub(super) fn next(&mut self, cells: &mut Vec<Cow<'a, str>>) -> Result<bool, CsvFault> {
        cells.clear();
        while let Some(end) = self.rest.find(|it| it != '\r' && it != '\n') {
            self.next_line += newlines(&self.rest[..end]);
            self.rest = &self.rest[end..];
            self.line = self.next_line;
            let (line, _) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
            // A line of delimiters alone, even of tabs, is a ballot without marks.
            if line.trim_matches([' ', '\r']).is_empty() {
                self.rest = &self.rest[line.len()..];
                continue;
            }
            self.record(cells)?;
            return Ok(true);
        }
        Ok(false)
    }

    fn record(&mut self, cells: &mut Vec<Cow<'a, str>>) -> Result<(), CsvFault> {
        loop {
            let unpadded = self.rest.trim_start_matches(' ');
            let ended = if let Some(quoted) = unpadded.strip_prefix('"') {
                self.rest = quoted;
                cells.push(self.quoted()?);
                let behind = self.rest.trim_start_matches([' ', '\r']);
                match behind.chars().next() {
                    None => self.rest = behind,
                    Some('\n') => self.rest = behind,
                    Some(it) if it == self.delimiter => self.rest = behind,
                    Some(_) => return Err(CsvFault::AfterQuote),
                }
                self.rest.strip_prefix(self.delimiter)
            } else {
                let end = self.rest.find([self.delimiter, '\n']);
                let (cell, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                cells.push(Cow::Borrowed(cell.trim()));
                self.rest = rest;
                rest.strip_prefix(self.delimiter)
            };
            match ended {
                Some(rest) => self.rest = rest,
                None => return Ok(()),
            }
        }
    }

    /// Reads to the closing quote.
    fn quoted(&mut self) -> Result<Cow<'a, str>, CsvFault> {
        let mut cell = Cow::Borrowed("");
        loop {
            let end = self.rest.find('"').ok_or(CsvFault::QuoteOpen)?;
            let (text, rest) = (&self.rest[..end], &self.rest[end + 1..]);
            self.next_line += newlines(text);
            self.rest = rest;
            if cell.is_empty() && !rest.starts_with('"') {
                return Ok(Cow::Borrowed(text.trim()));
            }
            cell.to_mut().push_str(text);
            let Some(rest) = rest.strip_prefix('"') else {
                return Ok(Cow::Owned(cell.trim().to_owned()));
            };
            cell.to_mut().push('"');
            self.rest = rest;
        }
    }
}

fn count(text: &str, character: char) -> usize {
    text.chars().filter(|it| *it == character).count()
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}
