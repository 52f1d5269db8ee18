//! SIGKILL at random moments: what was acknowledged is there after the restart, nothing twice.
//!
//! Fifty rounds of recording, and twenty of deciding; more with
//! `WEFT_KILL_ROUNDS=500 cargo test -p weft --test kill`.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "kill/governance.rs"]
mod governance;
#[path = "real/server.rs"]
mod real;
#[path = "real/town.rs"]
mod town;

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use access::Caller;
use eventlog::{EventLog, Filter, Position, Recorded};
use eventlog_sqlite::{Options, SqliteLog};
use host::{RandomIdentities, SystemClock};
use kernel::{CommandId, Identities as _, PersonId};
use real::{Server, command, fresh, printed, token, with};
use tonic::transport::Channel;
use wire::weft::{
    assessment::v1::{
        GetStructureRequest, Layer, structure_service_client::StructureServiceClient,
    },
    membership::v1::{
        AttendanceMode, AttendanceSource, FoundNetworkRequest, GetNetworkRequest, GetPersonRequest,
        JoinAsFounderRequest, ListGatheringsRequest, ListMembersRequest, ListTiesRequest,
        PlanGatheringRequest, RecordAttendanceRequest, RegisterPersonRequest,
        gathering_service_client::GatheringServiceClient, get_network_request,
        membership_service_client::MembershipServiceClient,
        network_service_client::NetworkServiceClient, person_service_client::PersonServiceClient,
        tie_service_client::TieServiceClient,
    },
};

/// How many rounds there are when nobody says.
const ROUNDS: u32 = 50;

/// How many clients send commands at once.
const CLIENTS: usize = 8;

/// The longest time before the server is killed.
const LIFE_MAX_MS: u64 = 250;

/// A command that was sent: a person to be registered, then to have been at the gathering.
#[derive(Clone, Debug)]
struct Sent {
    register: CommandId,
    attend: CommandId,
    gathering: String,
}

/// What the clients know: what was acknowledged, and what they sent without an answer.
#[derive(Default)]
struct Known {
    acknowledged: HashMap<CommandId, u64>,
    unanswered: Vec<Sent>,
}

struct Tokens {
    operator: String,
    anna: String,
}

/// Sends one person's registration and attendance; the positions that were acknowledged.
async fn send(channel: &Channel, tokens: &Tokens, sent: &Sent) -> Result<[u64; 2], tonic::Status> {
    let mut people = PersonServiceClient::new(channel.clone());
    let mut gatherings = GatheringServiceClient::new(channel.clone());
    let name = format!("Person {}", sent.register);
    let register = RegisterPersonRequest {
        command: command(sent.register),
        name,
        ..RegisterPersonRequest::default()
    };
    let registered = people.register_person(with(&tokens.operator, register)).await?.into_inner();
    let attend = RecordAttendanceRequest {
        command: command(sent.attend),
        gathering_id: sent.gathering.clone(),
        person_id: registered.person_id,
        mode: AttendanceMode::InPerson.into(),
        source: AttendanceSource::Host.into(),
    };
    let attended = gatherings.record_attendance(with(&tokens.anna, attend)).await?.into_inner();
    Ok([registered.receipt.unwrap().position, attended.receipt.unwrap().position])
}

async fn client(
    channel: Channel,
    tokens: Arc<Tokens>,
    gathering: String,
    known: Arc<Mutex<Known>>,
    retry: Vec<Sent>,
) {
    let mut retry = retry.into_iter();
    loop {
        let sent = retry.next().unwrap_or_else(|| Sent {
            register: fresh(),
            attend: fresh(),
            gathering: gathering.clone(),
        });
        // Noted before it is sent: the answer may never come.
        known.lock().unwrap().unanswered.push(sent.clone());
        let Ok([registered, attended]) = send(&channel, &tokens, &sent).await else {
            known.lock().unwrap().unanswered.extend(retry);
            return;
        };
        let mut known = known.lock().unwrap();
        known.unanswered.retain(|other| other.register != sent.register);
        for (id, position) in [(sent.register, registered), (sent.attend, attended)] {
            let before = known.acknowledged.insert(id, position);
            assert!(before.is_none_or(|before| before == position), "two answers to {id}");
        }
    }
}

/// A network of two founders, and one gathering for each client.
async fn set_up(server: &Server, tokens: &Tokens, people: [PersonId; 2]) -> Vec<String> {
    let channel = server.connect().await;
    let mut networks = NetworkServiceClient::new(channel.clone());
    let found = FoundNetworkRequest {
        command: command(fresh()),
        name: "Old City".to_owned(),
        purpose: String::new(),
        founder_ids: people.map(|person| person.to_string()).to_vec(),
    };
    let founded = networks.found_network(with(&tokens.operator, found)).await.unwrap();
    let network_id = founded.into_inner().network_id;
    let join = JoinAsFounderRequest { command: command(fresh()), network_id: network_id.clone() };
    networks.join_as_founder(with(&tokens.anna, join)).await.unwrap();
    let mut gatherings = Vec::new();
    for number in 0..CLIENTS {
        let plan = PlanGatheringRequest {
            command: command(fresh()),
            network_id: network_id.clone(),
            title: format!("Gathering {number}"),
            starts_at: Some(wire::read::timestamp("2026-01-01T00:00:00Z".parse().unwrap())),
        };
        let mut client = GatheringServiceClient::new(channel.clone());
        let planned = client.plan_gathering(with(&tokens.anna, plan)).await.unwrap();
        gatherings.push(planned.into_inner().gathering_id);
    }
    gatherings
}

/// Reads the whole log without a server: every event once, positions and times in order.
async fn recorded(folder: &Path) -> Vec<Recorded> {
    let log: Arc<dyn EventLog> =
        Arc::new(SqliteLog::open(folder, Options::default(), Arc::new(SystemClock)).unwrap());
    let (mut after, mut events) = (Position(0), HashSet::new());
    let (mut last_at, mut all) = (None, Vec::new());
    loop {
        let page = log.read_all(after, Filter::default(), 4_096).await.unwrap();
        if page.events.is_empty() {
            return all;
        }
        for event in page.events {
            assert_eq!(event.position.0, after.0 + 1, "positions have no gap");
            assert!(events.insert(event.event_id), "{} is recorded twice", event.event_id);
            assert!(last_at <= Some(event.recorded_at), "time runs backwards");
            (after, last_at) = (event.position, Some(event.recorded_at));
            all.push(event);
        }
    }
}

/// Every command of these, each of which records one event, is in the log once and in its place.
async fn check(folder: &Path, known: &Known) -> u64 {
    let mut places: HashMap<CommandId, u64> = HashMap::new();
    let events = recorded(folder).await;
    for event in &events {
        let command = event.metadata().unwrap().command_id;
        assert!(places.insert(command, event.position.0).is_none(), "{command} twice");
    }
    for (command, position) in &known.acknowledged {
        assert_eq!(places.get(command), Some(position), "{command} was acknowledged");
    }
    events.last().map_or(0, |event| event.position.0)
}

/// Makes every view again from the log and compares it with what the server had made of it.
async fn rebuilt_alike(folder: &Path) {
    let folder = folder.to_owned();
    let rebuilt = tokio::task::spawn_blocking(move || {
        weft::system::rebuild(&folder, None, &mut |_, _, _| {}).unwrap()
    });
    for view in rebuilt.await.unwrap() {
        assert_eq!(view.digest_before, Some(view.digest_after), "{} differs", view.name);
    }
}

/// Nothing that the server printed tells of a panic.
fn no_panic(output: &Path) {
    for file in printed(output) {
        let said = fs::read_to_string(file).unwrap();
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[expect(clippy::disallowed_methods, reason = "how long to test is the tester's to say")]
fn rounds(unless_said: u32) -> u32 {
    std::env::var("WEFT_KILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(unless_said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_once_after_the_server_was_killed_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let output = tempfile::tempdir().unwrap();
    let start = || Server::start(folder, output.path(), |_| ());
    let server = start();
    let operator = token(folder, Caller::Operator);
    let mut people = PersonServiceClient::new(server.connect().await);
    let mut founders = Vec::new();
    for name in ["Anna", "Ben"] {
        let register = RegisterPersonRequest {
            command: command(fresh()),
            name: name.to_owned(),
            ..RegisterPersonRequest::default()
        };
        let registered = people.register_person(with(&operator, register)).await.unwrap();
        founders.push(PersonId::parse(&registered.into_inner().person_id).unwrap());
    }
    let anna = token(folder, Caller::Person(founders[0]));
    let tokens = Arc::new(Tokens { operator, anna });
    let gatherings = set_up(&server, &tokens, [founders[0], founders[1]]).await;
    drop(server);
    let known = Arc::new(Mutex::new(Known::default()));

    for round in 0..rounds(ROUNDS) {
        let server = start();
        let mut retry = std::mem::take(&mut known.lock().unwrap().unanswered);
        let mut clients = Vec::new();
        for gathering in &gatherings {
            let share = retry.split_off(retry.len() - retry.len().min(CLIENTS));
            let (channel, tokens) = (server.connect().await, Arc::clone(&tokens));
            let known = Arc::clone(&known);
            clients.push(tokio::spawn(client(channel, tokens, gathering.clone(), known, share)));
        }
        known.lock().unwrap().unanswered.extend(retry);
        let life = u64::from(RandomIdentities.fresh().as_fields().0) % LIFE_MAX_MS;
        tokio::time::sleep(Duration::from_millis(life)).await;
        drop(server);
        for client in clients {
            client.await.unwrap();
        }
        no_panic(output.path());
        let known = known.lock().unwrap();
        println!("round {round}: {} acknowledged", known.acknowledged.len());
    }

    let known = std::mem::take(&mut *known.lock().unwrap());
    let head = check(folder, &known).await;
    assert!(!known.acknowledged.is_empty(), "nothing was acknowledged, so nothing was tested");
    println!("{} commands acknowledged, {head} events", known.acknowledged.len());

    let server = start();
    see_everything(&server, &tokens, founders[0]).await;
    server.stop();
    rebuilt_alike(folder).await;
}

/// Asks every view, each of which answers only once it has seen everything recorded.
async fn see_everything(server: &Server, tokens: &Tokens, anna: PersonId) {
    let (channel, token) = (server.connect().await, &tokens.anna);
    let network_id = kernel::NetworkId::named("Old City").to_string();
    let by = Some(get_network_request::By::NetworkId(network_id.clone()));
    let network = GetNetworkRequest { by, min_position: 0 };
    let person = GetPersonRequest { person_id: anna.to_string(), min_position: 0 };
    let members =
        ListMembersRequest { network_id: network_id.clone(), ..ListMembersRequest::default() };
    let ties = ListTiesRequest { network_id: network_id.clone(), ..ListTiesRequest::default() };
    let gatherings = ListGatheringsRequest {
        network_id: network_id.clone(),
        ..ListGatheringsRequest::default()
    };
    let layer = Layer::CoAttendance.into();
    let structure = GetStructureRequest { network_id, layer, ..GetStructureRequest::default() };
    NetworkServiceClient::new(channel.clone()).get_network(with(token, network)).await.unwrap();
    PersonServiceClient::new(channel.clone()).get_person(with(token, person)).await.unwrap();
    MembershipServiceClient::new(channel.clone()).list_members(with(token, members)).await.unwrap();
    // Who lists ties is also looked up among the stewards of organisations.
    TieServiceClient::new(channel.clone()).list_ties(with(token, ties)).await.unwrap();
    let mut client = GatheringServiceClient::new(channel.clone());
    client.list_gatherings(with(token, gatherings)).await.unwrap();
    StructureServiceClient::new(channel).get_structure(with(token, structure)).await.unwrap();
}
