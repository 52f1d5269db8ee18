//! `weft import attendance`: enters an attendance list made elsewhere.

use std::{fs::File, io, path::PathBuf, vec};

use clap::{Subcommand, ValueEnum};
use host::SystemClock;
use indicatif::ProgressBar;
use kernel::Clock as _;
use tonic::Code;
use wire::weft::membership::v1::{
    AttendanceMode, FieldVisibility, ImportAttendanceRequest, ImportAttendanceResponse,
    ImportHeader, ImportRow, ImportRows, import_attendance_request::Part,
};

use super::{
    Failure,
    attendance_csv::{self, AttendanceList, BadLines, Mode, Row},
    client::{Server, ServerArgs},
    out,
};

#[cfg(test)]
mod tests;

/// How many rows one message carries at most; the server takes no more.
const ROWS_MAX: usize = 1_000;

/// How many bytes of names one message carries at most, whatever their number: well under the
/// 4 MiB that a message may have.
const NAME_BYTES_MAX: usize = 1 << 20;

/// Enters lists that were made elsewhere.
#[derive(Subcommand, Debug)]
pub(crate) enum Import {
    Attendance(Args),
}

/// Enters an attendance list: who was at which gathering.
///
/// The list is a CSV file whose first line names the columns date, gathering, mode and person, in
/// any order; others are ignored. A date is written YYYY-MM-DD, a mode `in_person` or `online`. The
/// whole list is checked before anything is sent. The network is founded when it is not there.
/// A person is known by name, a gathering by date and name, so that importing a list again records
/// nothing twice, and an import that broke off can simply be repeated.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  weft import attendance list.csv --network \"Old City\"
  weft import attendance - --network \"Old City\" --skip-bad-lines < list.csv")]
pub(crate) struct Args {
    /// The list; - is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The network's name.
    #[arg(long, value_name = "NAME")]
    network: String,
    /// Who may read the names of the people whom this import makes known: the person alone, the
    /// members of the network, or everyone with a token.
    #[arg(long, value_name = "WHO", value_enum, default_value_t = Readers::Owner)]
    names_visible_to: Readers,
    /// Leaves out the lines that cannot be imported, and counts them.
    #[arg(long)]
    skip_bad_lines: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// Who may read a name.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub(crate) enum Readers {
    Owner,
    Network,
    Public,
}

impl Readers {
    fn visibility(self) -> FieldVisibility {
        match self {
            Readers::Owner => FieldVisibility::Owner,
            Readers::Network => FieldVisibility::Network,
            Readers::Public => FieldVisibility::Public,
        }
    }
}

/// Reads, checks and sends the list, and says what was recorded.
///
/// # Errors
///
/// Says what is wrong with the list, with the lines, or what the server refused.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let list = read(&args)?;
    if list.left_out.count > 0 {
        out::notice(format_args!("left out:\n{}", list.left_out));
    }
    let left_out = list.left_out.count;
    let server = Server::connect(&args.server).await?;
    let response = send(&server, &args.network, args.names_visible_to, list).await?;
    out::line(summary(&args.network, &response, left_out))
}

fn read(args: &Args) -> Result<AttendanceList, Failure> {
    let bad_lines = if args.skip_bad_lines { BadLines::Skip } else { BadLines::Refuse };
    let now = SystemClock.now();
    let (name, outcome) = if args.file.as_os_str() == "-" {
        ("standard input".to_owned(), attendance_csv::read(io::stdin().lock(), now, bad_lines))
    } else {
        let name = args.file.display().to_string();
        let file = File::open(&args.file)
            .map_err(|error| Failure::said(format!("{name} cannot be opened: {error}")))?;
        (name, attendance_csv::read(file, now, bad_lines))
    };
    outcome.map_err(|error| Failure::said(format!("{name}: {error}")))
}

/// Sends a list in one stream of messages.
///
/// # Errors
///
/// Says what the server refused, or that the connection broke.
pub(crate) async fn send(
    server: &Server,
    network: &str,
    readers: Readers,
    list: AttendanceList,
) -> Result<ImportAttendanceResponse, Failure> {
    let bar = out::progress("importing", list.rows.len() as u64);
    let header = ImportHeader {
        network_name: network.to_owned(),
        name_visibility: readers.visibility().into(),
    };
    let messages = Messages { header: Some(header), rows: list.rows.into_iter(), bar: bar.clone() };
    let outcome = server.gatherings().import_attendance(futures::stream::iter(messages)).await;
    bar.finish_and_clear();
    outcome.map(tonic::Response::into_inner).map_err(|status| match Failure::of(status) {
        Failure::ConnectionLost(why) => Failure::said(format!(
            "the connection to the server broke in the middle of the import: {why}\nwhat was \
             recorded stays; repeat the same import when the server is back, nothing is recorded \
             twice"
        )),
        Failure::Refused { message, reason, code, .. } if may_have_recorded(code) => {
            let next = "\nrepeating the same import is safe, nothing is recorded twice";
            Failure::Refused { message, reason, code, next }
        }
        failure @ (Failure::Said(_) | Failure::Output(_) | Failure::Refused { .. }) => failure,
    })
}

/// Tells whether an import that was refused like this may have recorded a part of the list.
fn may_have_recorded(code: Code) -> bool {
    !matches!(code, Code::Unauthenticated | Code::PermissionDenied | Code::InvalidArgument)
}

/// The messages of an import: the header, then the rows in groups.
struct Messages {
    header: Option<ImportHeader>,
    rows: vec::IntoIter<Row>,
    bar: ProgressBar,
}

impl Iterator for Messages {
    type Item = ImportAttendanceRequest;

    fn next(&mut self) -> Option<ImportAttendanceRequest> {
        if let Some(header) = self.header.take() {
            return Some(ImportAttendanceRequest { part: Some(Part::Header(header)) });
        }
        let (mut rows, mut name_bytes) = (Vec::new(), 0);
        while rows.len() < ROWS_MAX && name_bytes < NAME_BYTES_MAX {
            let Some(row) = self.rows.next() else { break };
            name_bytes += row.gathering.len() + row.person.len();
            rows.push(message(&row));
        }
        if rows.is_empty() {
            return None;
        }
        self.bar.inc(rows.len() as u64);
        Some(ImportAttendanceRequest { part: Some(Part::Rows(ImportRows { rows })) })
    }
}

fn message(row: &Row) -> ImportRow {
    let mode = match row.mode {
        Mode::InPerson => AttendanceMode::InPerson,
        Mode::Online => AttendanceMode::Online,
    };
    ImportRow {
        line: row.line,
        starts_at: Some(wire::read::timestamp(row.starts_at)),
        gathering: row.gathering.to_string(),
        mode: mode.into(),
        person: row.person.to_string(),
    }
}

/// Says what an import recorded.
fn summary(network: &str, response: &ImportAttendanceResponse, left_out: u64) -> String {
    let recorded_before = response.rows.saturating_sub(response.attendances_recorded);
    let mut lines = vec![format!(
        "{}: {} recorded, {recorded_before} recorded already",
        counted(response.rows, "row"),
        counted(response.attendances_recorded, "attendance"),
    )];
    if left_out > 0 {
        lines.push(format!("{} left out", counted(left_out, "bad line")));
    }
    let changed = [
        response.attendances_recorded,
        response.persons_registered,
        response.gatherings_planned,
        u64::from(response.network_founded),
    ];
    if changed == [0; 4] {
        lines.push(format!("nothing new was recorded in network {network:?}"));
    } else {
        lines.push(format!(
            "{} registered, {} planned",
            counted(response.persons_registered, "person"),
            counted(response.gatherings_planned, "gathering"),
        ));
        let founded = if response.network_founded { "was founded" } else { "was there already" };
        lines.push(format!("network {network:?} {founded} (id {})", response.network_id));
    }
    // Nothing was recorded, so there is nothing to wait for.
    if response.position > 0 {
        lines.push(format!("position {}", response.position));
    }
    lines.join("\n")
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
