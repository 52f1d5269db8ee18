//! A fingerprint of everything that a view holds.

use std::fmt;

use rusqlite::{Connection, types::ValueRef};
use sha2::{Digest as _, Sha256};

use crate::checkpoint;

/// SHA-256 over every row of every table of a view, in an order that does not depend on how the
/// rows came to be there. Equal digests are equal views.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl fmt::Display for Digest {
    /// Writes 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// Hashes a view and counts its rows; the checkpoint is not part of it.
pub(crate) fn of(connection: &Connection) -> rusqlite::Result<(Digest, u64)> {
    let tables: Vec<String> = connection
        .prepare(
            "select name from sqlite_schema
             where type = 'table' and name not like 'sqlite\\_%' escape '\\' and name <> ?1
             order by name",
        )?
        .query_map([checkpoint::TABLE], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut hash = Sha256::new();
    let mut count = 0;
    for table in tables {
        text(&mut hash, &table);
        let quoted = table.replace('"', "\"\"");
        let columns: Vec<String> = connection
            .prepare(&format!("select * from \"{quoted}\""))?
            .column_names()
            .map(str::to_owned)
            .collect();
        for column in &columns {
            text(&mut hash, column);
        }
        let order: Vec<String> = (1..=columns.len()).map(|number| number.to_string()).collect();
        let order = order.join(", ");
        let mut statement =
            connection.prepare(&format!("select * from \"{quoted}\" order by {order}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            count += 1;
            for index in 0..columns.len() {
                value(&mut hash, row.get_ref(index)?);
            }
        }
    }
    Ok((Digest(hash.finalize().into()), count))
}

fn text(hash: &mut Sha256, text: &str) {
    value(hash, ValueRef::Text(text.as_bytes()));
}

/// Hashes a value so that no two sequences of values look alike.
fn value(hash: &mut Sha256, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => hash.update([0]),
        ValueRef::Integer(integer) => {
            hash.update([1]);
            hash.update(integer.to_le_bytes());
        }
        ValueRef::Real(real) => {
            hash.update([2]);
            hash.update(real.to_bits().to_le_bytes());
        }
        ValueRef::Text(bytes) => {
            hash.update([3]);
            hash.update(bytes.len().to_le_bytes());
            hash.update(bytes);
        }
        ValueRef::Blob(bytes) => {
            hash.update([4]);
            hash.update(bytes.len().to_le_bytes());
            hash.update(bytes);
        }
    }
}
