//! SIGKILL at random moments: what was acknowledged is there after the restart, nothing twice.
//!
//! Fifty rounds; more with `WEFT_KILL_ROUNDS=500 cargo test -p weft --test kill`.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::{
    collections::{HashMap, HashSet},
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use access::{Caller, Issuer};
use eventlog::{EventLog, Filter, Position};
use eventlog_sqlite::{Options, SqliteLog};
use host::{RandomIdentities, SystemClock};
use kernel::{Clock as _, CommandId, Identities as _, PersonId};
use tonic::{Request, transport::Channel};
use wire::weft::{
    assessment::v1::{
        GetStructureRequest, Layer, structure_service_client::StructureServiceClient,
    },
    common::v1 as common,
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

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Server {
        let mut process = Command::new(env!("CARGO_BIN_EXE_weft"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("ready ").expect("the ready line").to_owned();
        Server { process, address }
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn fresh() -> CommandId {
    CommandId::new(RandomIdentities.fresh())
}

#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
fn command(id: CommandId) -> Option<common::Command> {
    Some(common::Command { command_id: id.to_string(), ..common::Command::default() })
}

fn with<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request.set_timeout(Duration::from_secs(5));
    request
}

struct Tokens {
    operator: String,
    anna: String,
}

async fn channel(server: &Server) -> Channel {
    Channel::from_shared(server.address.clone()).unwrap().connect().await.unwrap()
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
    let channel = channel(server).await;
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

/// Reads the whole log without a server: every event once, every acknowledged command in its place.
async fn check(folder: &Path, known: &Known) -> u64 {
    let log: Arc<dyn EventLog> =
        Arc::new(SqliteLog::open(folder, Options::default(), Arc::new(SystemClock)).unwrap());
    let (mut after, mut events) = (Position(0), HashSet::new());
    let mut recorded: HashMap<CommandId, u64> = HashMap::new();
    let mut last_at = None;
    loop {
        let page = log.read_all(after, Filter::default(), 4_096).await.unwrap();
        if page.events.is_empty() {
            break;
        }
        for event in page.events {
            assert_eq!(event.position.0, after.0 + 1, "positions have no gap");
            assert!(events.insert(event.event_id), "{} is recorded twice", event.event_id);
            assert!(last_at <= Some(event.recorded_at), "time runs backwards");
            let command = event.metadata().unwrap().command_id;
            assert!(recorded.insert(command, event.position.0).is_none(), "{command} twice");
            (after, last_at) = (event.position, Some(event.recorded_at));
        }
    }
    for (command, position) in &known.acknowledged {
        assert_eq!(recorded.get(command), Some(position), "{command} was acknowledged");
    }
    after.0
}

#[expect(clippy::disallowed_methods, reason = "how long to test is the tester's to say")]
fn rounds() -> u32 {
    std::env::var("WEFT_KILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_once_after_the_server_was_killed_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder);
    let issuer = Issuer::open(folder).unwrap();
    let token = |caller| {
        issuer.issue(caller, SystemClock.now(), Duration::from_hours(1), RandomIdentities.fresh())
    };
    let operator = token(Caller::Operator);
    let mut people = PersonServiceClient::new(channel(&server).await);
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
    let anna = token(Caller::Person(founders[0]));
    let tokens = Arc::new(Tokens { operator, anna });
    let gatherings = set_up(&server, &tokens, [founders[0], founders[1]]).await;
    server.kill();
    let known = Arc::new(Mutex::new(Known::default()));

    for round in 0..rounds() {
        let server = Server::start(folder);
        let mut retry = std::mem::take(&mut known.lock().unwrap().unanswered);
        let mut clients = Vec::new();
        for gathering in &gatherings {
            let share = retry.split_off(retry.len() - retry.len().min(CLIENTS));
            let (channel, tokens) = (channel(&server).await, Arc::clone(&tokens));
            let known = Arc::clone(&known);
            clients.push(tokio::spawn(client(channel, tokens, gathering.clone(), known, share)));
        }
        known.lock().unwrap().unanswered.extend(retry);
        let life = u64::from(RandomIdentities.fresh().as_fields().0) % LIFE_MAX_MS;
        tokio::time::sleep(Duration::from_millis(life)).await;
        server.kill();
        for client in clients {
            client.await.unwrap();
        }
        let known = known.lock().unwrap();
        println!("round {round}: {} acknowledged", known.acknowledged.len());
    }

    let known = std::mem::take(&mut *known.lock().unwrap());
    let head = check(folder, &known).await;
    assert!(!known.acknowledged.is_empty(), "nothing was acknowledged, so nothing was tested");
    println!("{} commands acknowledged, {head} events", known.acknowledged.len());

    let server = Server::start(folder);
    see_everything(&server, &tokens, founders[0]).await;
    server.kill();
    let folder = folder.to_owned();
    let rebuilt = tokio::task::spawn_blocking(move || {
        weft::system::rebuild(&folder, None, &mut |_, _, _| {}).unwrap()
    });
    for view in rebuilt.await.unwrap() {
        assert_eq!(view.digest_before, Some(view.digest_after), "{} differs", view.name);
    }
}

/// Asks every view, each of which answers only once it has seen everything recorded.
async fn see_everything(server: &Server, tokens: &Tokens, anna: PersonId) {
    let (channel, token) = (channel(server).await, &tokens.anna);
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
