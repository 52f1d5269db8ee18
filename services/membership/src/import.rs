//! Attendance lists made elsewhere, entered later with their true dates (C-57).
//!
//! Within imports into one network a person is known by name and a gathering by its start and
//! title. Everything is checked before anything is recorded, and every command id is derived from
//! what it is about, so that an import which was interrupted, or made twice, records the rest or
//! nothing.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use eventlog::{CommandContext, Fingerprint, Position, Receipt};
use events::{AttendanceMode, AttendanceSource, FieldVisibility};
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, future::BoxFuture, stream};
use jiff::Timestamp;
use kernel::{
    Capacity, CommandId, ErrorCode, GatheringId, NetworkId, PersonId, Personal, Rejection,
};
use vault::{Vault, VaultError};

use crate::{
    commands::{Commands, Refused, refused},
    gathering::{Attendance, Gathering, GatheringCommand, Word},
    network::{Founding, Network, NetworkCommand},
    person::{Person, PersonCommand},
};

/// How many rows one import may have.
pub const ROWS_MAX: usize = 1_000_000;

/// How many commands are under way at once; well below what the log queues, so that others get in.
const AT_ONCE: usize = 256;

/// One row of an attendance list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Where it stands in the list, for error messages.
    pub line: u64,
    /// When the gathering started; midnight UTC when only the date is known.
    pub starts_at: Timestamp,
    /// What the gathering is called.
    pub gathering: String,
    /// How the person took part.
    pub mode: AttendanceMode,
    /// What the person is called.
    pub person: String,
}

/// What an import left behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Imported {
    /// The network.
    pub network: NetworkId,
    /// Where to read on to see it.
    pub position: Position,
    /// How many rows there were.
    pub rows: usize,
    /// How many attendances were recorded.
    pub attendances: usize,
    /// How many persons became known.
    pub persons: usize,
    /// How many gatherings were entered.
    pub gatherings: usize,
    /// Whether the network was founded.
    pub founded: bool,
}

/// Why a list was not imported. Nothing of it was recorded.
#[derive(Debug, thiserror::Error)]
pub enum ImportRejection {
    /// A gathering has not taken place yet.
    #[error("line {line}: {starts_at} lies in the future; nobody has attended yet")]
    InFuture {
        /// Where.
        line: u64,
        /// When.
        starts_at: Timestamp,
    },
    /// The same person at the same gathering twice.
    #[error("line {line}: the same person stands at the same gathering on line {first} already")]
    DuplicateRow {
        /// Where.
        line: u64,
        /// Where for the first time.
        first: u64,
    },
    /// The person is recorded there in another mode.
    #[error(
        "line {line}: this person is recorded at this gathering in another mode; \
         correct that attendance, or leave the line out"
    )]
    ModeDiffers {
        /// Where.
        line: u64,
    },
    /// The list is too long.
    #[error("the list has more than {ROWS_MAX} rows; import it in parts")]
    TooManyRows,
    /// The vault failed.
    #[error("the vault could not be used")]
    Vault(#[from] VaultError),
    /// A worker thread died.
    #[error("an import stopped unexpectedly")]
    Worker(#[from] tokio::task::JoinError),
}

/// Imports a list into the network called `name`, which is founded if it is not there.
///
/// # Errors
///
/// Says which line is at fault; or what failed on the way, after which the import can be repeated.
pub async fn import_attendance(
    commands: &Commands,
    vault: &Arc<Vault>,
    (name, name_visibility): (String, FieldVisibility),
    rows: Vec<Row>,
    context: &CommandContext,
) -> Result<Imported, Refused> {
    let network = NetworkId::named(&name);
    let context =
        CommandContext { capacity: Capacity::Import, network_id: Some(network), ..context.clone() };
    commands.changeable(network).await?;
    check(commands, vault, network, &rows).await?;

    let mut imported = Imported {
        network,
        position: Position(0),
        rows: rows.len(),
        attendances: 0,
        persons: 0,
        gatherings: 0,
        founded: false,
    };
    if commands.load::<Network>(network.uuid()).await? == Network::Unfounded {
        let (founding, founders) = (Founding::ByImport, BTreeSet::new());
        let purpose = String::new();
        let command = NetworkCommand::FoundNetwork { founding, name, purpose, founders };
        let context = derived(&context, network.uuid(), "found");
        let receipt = commands.execute::<Network>(network.uuid(), &command, &context).await?;
        imported.founded = 0 < receipt.events;
        imported.position = receipt.position;
    }

    let persons = identify(vault, network, &rows).await?;
    let known = persons.values().copied().collect::<BTreeSet<_>>();
    let names: HashMap<PersonId, &str> =
        persons.iter().map(|(name, person)| (*person, name.as_str())).collect();
    let mut registering = Vec::new();
    for person in known {
        let name = names[&person];
        registering.push(register(commands, person, name, name_visibility, &context).boxed());
    }
    let registered = all(registering).await?;
    imported.persons = imported.count(registered);

    let mut lists: BTreeMap<GatheringId, Vec<&Row>> = BTreeMap::new();
    for row in &rows {
        lists.entry(gathering_id(network, row)).or_default().push(row);
    }
    let mut planning = Vec::new();
    for (gathering, list) in lists {
        planning.push(plan(commands, gathering, list, &context).boxed());
    }
    let mut recording = Vec::new();
    for (planned, entered) in all(planning).await? {
        imported.gatherings += imported.count([planned]);
        for row in entered.list {
            let person = persons[&row.person];
            // Also what a correction says stands: a list does not overrule it.
            if !entered.attendance.contains_key(&person) {
                recording.push(record(commands, entered.gathering, person, row, &context).boxed());
            }
        }
    }
    let recorded = all(recording).await?;
    imported.attendances = imported.count(recorded);
    Ok(imported)
}

impl Imported {
    /// Counts the receipts that recorded something, and remembers how far to read to see them.
    fn count(&mut self, receipts: impl IntoIterator<Item = Option<Receipt>>) -> usize {
        let mut recorded = 0;
        for receipt in receipts.into_iter().flatten() {
            self.position = self.position.max(receipt.position);
            recorded += usize::from(0 < receipt.events);
        }
        recorded
    }
}

/// Finds what is wrong with the list as a whole, before anything is recorded.
async fn check(
    commands: &Commands,
    vault: &Arc<Vault>,
    network: NetworkId,
    rows: &[Row],
) -> Result<(), Refused> {
    if ROWS_MAX < rows.len() {
        return Err(refused(ImportRejection::TooManyRows));
    }
    let now = commands.now();
    let mut seen: HashMap<(GatheringId, &str), u64> = HashMap::new();
    for row in rows {
        let Row { line, starts_at, .. } = *row;
        if now < starts_at {
            return Err(refused(ImportRejection::InFuture { line, starts_at }));
        }
        if let Some(first) = seen.insert((gathering_id(network, row), &row.person), line) {
            return Err(refused(ImportRejection::DuplicateRow { line, first }));
        }
    }
    let mut recorded: HashMap<GatheringId, Gathering> = HashMap::new();
    for gathering in seen.into_keys().map(|(gathering, _)| gathering).collect::<BTreeSet<_>>() {
        recorded.insert(gathering, commands.load::<Gathering>(gathering.uuid()).await?);
    }
    for row in rows {
        let gathering = gathering_id(network, row);
        if let Some(Gathering::Planned { attendance, .. }) = recorded.get(&gathering)
            && !attendance.is_empty()
            && let Some(person) = vault.lookup(network.uuid(), &row.person).map_err(from_vault)?
            && let Some(recorded) = attendance.get(&person)
            // What a correction says stands; a list does not overrule it.
            && recorded.word == Word::Recorded
            && recorded.mode != Some(row.mode)
        {
            return Err(refused(ImportRejection::ModeDiffers { line: row.line }));
        }
    }
    Ok(())
}

/// The persons of a list, by name; persons who were not known get a random id and a key.
async fn identify(
    vault: &Arc<Vault>,
    network: NetworkId,
    rows: &[Row],
) -> Result<HashMap<String, PersonId>, Refused> {
    let names: BTreeSet<String> = rows.iter().map(|row| row.person.clone()).collect();
    let vault = Arc::clone(vault);
    let identify = move || {
        let texts: Vec<&str> = names.iter().map(String::as_str).collect();
        let persons = vault.identify(network.uuid(), &texts)?;
        Ok::<_, VaultError>(names.into_iter().zip(persons).collect())
    };
    let identified = tokio::task::spawn_blocking(identify).await;
    identified.map_err(|error| refused(ImportRejection::from(error)))?.map_err(from_vault)
}

async fn register(
    commands: &Commands,
    person: PersonId,
    name: &str,
    name_visibility: FieldVisibility,
    context: &CommandContext,
) -> Result<Option<Receipt>, Refused> {
    if commands.load::<Person>(person.uuid()).await? != Person::Unregistered {
        return Ok(None);
    }
    let name = Personal::open(person, name.to_owned());
    let command = PersonCommand::RegisterPerson { person, name, name_visibility };
    let context = derived(context, person.uuid(), "register");
    commands.execute::<Person>(person.uuid(), &command, &context).await.map(Some)
}

/// A gathering that is there, and what is to be recorded of it.
struct Entered<'a> {
    gathering: GatheringId,
    /// What was recorded before this import.
    attendance: BTreeMap<PersonId, Attendance>,
    list: Vec<&'a Row>,
}

/// Makes sure that a gathering is there; the answer to planning it, if it was not.
async fn plan<'a>(
    commands: &Commands,
    gathering: GatheringId,
    list: Vec<&'a Row>,
    context: &CommandContext,
) -> Result<(Option<Receipt>, Entered<'a>), Refused> {
    let (planned, attendance) = match commands.load::<Gathering>(gathering.uuid()).await? {
        Gathering::Planned { attendance, .. } => (None, attendance),
        Gathering::Unplanned => {
            (Some(enter(commands, gathering, list[0], context).await?), BTreeMap::new())
        }
    };
    Ok((planned, Entered { gathering, attendance, list }))
}

/// Enters a gathering as a row says, with its true date.
async fn enter(
    commands: &Commands,
    gathering: GatheringId,
    row: &Row,
    context: &CommandContext,
) -> Result<Receipt, Refused> {
    let command = GatheringCommand::PlanGathering {
        network: context.network_id.unwrap_or_else(|| NetworkId::named("")),
        title: row.gathering.clone(),
        starts_at: row.starts_at,
    };
    let context = CommandContext {
        effective_at: Some(row.starts_at),
        ..derived(context, gathering.uuid(), "plan")
    };
    commands.execute::<Gathering>(gathering.uuid(), &command, &context).await
}

async fn record(
    commands: &Commands,
    gathering: GatheringId,
    person: PersonId,
    row: &Row,
    context: &CommandContext,
) -> Result<Option<Receipt>, Refused> {
    let context = derived(context, gathering.uuid(), &format!("attendance/{person}"));
    let how = (row.mode, AttendanceSource::Import);
    commands.record_attendance(gathering, person, how, (row.starts_at, &context)).await.map(Some)
}

/// Carries out many commands, [`AT_ONCE`] at a time; stops at the first that fails.
async fn all<T>(commands: Vec<BoxFuture<'_, Result<T, Refused>>>) -> Result<Vec<T>, Refused> {
    stream::iter(commands).buffer_unordered(AT_ONCE).try_collect().await
}

fn gathering_id(network: NetworkId, row: &Row) -> GatheringId {
    GatheringId::imported(network, &row.starts_at.to_string(), &row.gathering)
}

/// The context of a command whose id follows from what it is about.
fn derived(context: &CommandContext, about: uuid::Uuid, what: &str) -> CommandContext {
    let command_id = CommandId::derived(about, &format!("import/{what}"));
    // Whatever asks for it, it is the same thing that is asked for.
    CommandContext { command_id, fingerprint: Fingerprint(0), ..context.clone() }
}

fn from_vault(error: VaultError) -> Refused {
    refused(ImportRejection::Vault(error))
}

impl Rejection for ImportRejection {
    fn code(&self) -> ErrorCode {
        match self {
            ImportRejection::InFuture { .. }
            | ImportRejection::DuplicateRow { .. }
            | ImportRejection::TooManyRows => ErrorCode::Invalid,
            ImportRejection::ModeDiffers { .. } => ErrorCode::AlreadyExists,
            ImportRejection::Vault(_) | ImportRejection::Worker(_) => ErrorCode::Internal,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            ImportRejection::InFuture { .. } => "GATHERING_NOT_BEGUN",
            ImportRejection::DuplicateRow { .. } => "DUPLICATE_ROW",
            ImportRejection::ModeDiffers { .. } => "ATTENDANCE_DIFFERS",
            ImportRejection::TooManyRows => "LIST_TOO_LONG",
            ImportRejection::Vault(_) => "VAULT_FAILED",
            ImportRejection::Worker(_) => "IMPORT_STOPPED",
        }
    }
}
