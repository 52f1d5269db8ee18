//! Tries to link a voter to a secret ballot, by everything that a server leaves behind: its log,
//! its files, what it prints, what it sends to a collector, and what it answers.
//!
//! One secret decision is held among twelve people who vote one after the other, each in a known
//! way, some over gRPC and some over GraphQL, on a server that logs as much as it can. Then every
//! attempt is a step of its own. What is not tried: comparing copies of the ballot file that were
//! taken while people voted, which the README says is possible.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "real/server.rs"]
mod real;
#[path = "real/town.rs"]
mod town;

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Body, extract::Request, response::Response};
use eventlog::{EventLog, Filter, Position, Recorded};
use eventlog_sqlite::{Options, SqliteLog};
use futures::StreamExt as _;
use host::SystemClock;
use kernel::{CommandId, DecisionId, PersonId};
use real::{Server, command, fresh, printed, with};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    time::{Instant, sleep, timeout},
};
use tonic::{Code, transport::Channel};
use town::Founded;
use wire::weft::{
    governance::v1::{
        self as g, decision_service_client::DecisionServiceClient,
        proposal_service_client::ProposalServiceClient,
    },
    history::v1::{StreamNetworkEventsRequest, history_service_client::HistoryServiceClient},
};

/// What can be voted for: words that stand nowhere else.
const OPTIONS: [&str; 3] = ["quince", "medlar", "sorbapple"];

/// Whom each of the twelve votes for, in the order in which they vote.
const BALLOTS: [usize; 12] = [0, 1, 1, 0, 2, 1, 0, 1, 2, 1, 0, 1];

/// How many voters a list of voters is shown for at least.
const SHOWN_MIN: usize = 3;

/// From which voter on ballots are cast over GraphQL.
const GRAPHQL_FROM: usize = 7;

/// What the operation that casts a ballot is called.
const OPERATION: &str = "MySecretVote";

/// What the operation is called that proves that operations are seen.
const CONTROL: &str = "AnOrdinaryQuestion";

/// The trace of a request that may be traced.
const CONTROL_TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The beginning of the trace ids that voters send; a number follows.
const VOTERS_TRACE: &str = "0af7651916cd43dd8448eb211c8031";

/// Before this much time is over nothing about casting ballots may be told to the collector.
const MINUTE: Duration = Duration::from_mins(1);

/// How often it is looked whether the decision is over, and how often at most.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS_MAX: u32 = 3_000;

/// How long a stream has to stay silent.
const SILENCE: Duration = Duration::from_millis(300);

/// The length of a piece of a key or of a cipher text, in bytes. No shorter than an id and something
/// beside it, and found in no other file by chance.
const PIECE_BYTES: usize = 24;

/// The length of a part of such a piece, in bytes; found elsewhere by no chance worth speaking of.
const PART_BYTES: usize = 8;

/// How many different bytes such a piece has at least.
const PIECE_VARIETY: usize = 18;

/// What was sent to the collector: when, to which service, and the message.
type Received = Arc<Mutex<Vec<(Instant, String, Vec<u8>)>>>;

/// Answers every export with an empty message, and keeps what it got; gives its address.
async fn collect(received: Received) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(move |request: Request| {
        let received = Arc::clone(&received);
        async move {
            let path = request.uri().path().to_owned();
            let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
            received.lock().unwrap().push((Instant::now(), path, body.to_vec()));
            // A message of no bytes, not compressed.
            let mut response = Response::new(Body::from(vec![0; 5]));
            let grpc = axum::http::HeaderValue::from_static("application/grpc");
            response.headers_mut().insert(axum::http::header::CONTENT_TYPE, grpc);
            response
        }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn occurrences(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).filter(|window| *window == part).count()
}

/// A trace id as it travels between processes.
fn raw_trace(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn trace_of_voter(voter: usize) -> String {
    format!("{VOTERS_TRACE}{voter:02x}")
}

/// A network and those who vote in it.
struct Town {
    network: String,
    network_name: String,
    operator: String,
    voters: Vec<(PersonId, String)>,
}

impl Town {
    /// Founds a network that recommends practices in secret, each vote over as soon as all have
    /// voted.
    async fn found(folder: &Path, channel: &Channel, name: &str, voters: usize) -> Town {
        let founded = town::found(folder, channel, name, voters).await;
        town::ratify(channel, &founded, Town::charter).await;
        let Founded { network, operator, founders } = founded;
        Town { network, network_name: name.to_owned(), operator, voters: founders }
    }

    fn charter(policies: Vec<g::DecisionPolicy>) -> Vec<g::charter_change::Change> {
        let other = i32::from(g::Subject::Other);
        let policy = policies.into_iter().find(|it| it.subjects.contains(&other)).unwrap();
        let choose = g::method::Choose { choices_min: 1, choices_max: 1, winners: 1 };
        let secret = g::DecisionPolicy {
            name: "trees".to_owned(),
            subjects: vec![g::Subject::PracticeRecommend.into()],
            method: Some(g::Method { method: Some(g::method::Method::Choose(choose)) }),
            sponsors_min: 0,
            discussion_hours_min: 0,
            requirements: Vec::new(),
            quorum: None,
            objections: None,
            secrecy: g::Secrecy::Secret.into(),
            results: g::ResultsShown::AfterClose.into(),
            ballot_change: g::BallotChange::Never.into(),
            reasons: g::Reasons::None.into(),
            delegation: None,
            leavers: g::Leavers::Keep.into(),
            extension: None,
            early_close: g::EarlyClose::AllVoted.into(),
            challenges: None,
            ..policy
        };
        vec![g::charter_change::Change::DefinePolicy(secret)]
    }

    /// Brings a matter to a decision that is open.
    async fn call(&self, channel: &Channel) -> DecisionId {
        let mut proposals = ProposalServiceClient::new(channel.clone());
        let first = &self.voters[0].1;
        let option = |key: &&str| g::DecisionOption {
            key: (*key).to_owned(),
            icon: g::Icon::Item.into(),
            label: (*key).to_owned(),
            candidate_id: String::new(),
        };
        let content = g::ProposalContent {
            title: "The tree in the yard".to_owned(),
            text: "We plant one.".to_owned(),
            subject: g::Subject::PracticeRecommend.into(),
            options: OPTIONS.iter().map(option).collect(),
            ..g::ProposalContent::default()
        };
        let draft = g::DraftProposalRequest {
            command: command(fresh()),
            network_id: self.network.clone(),
            content: Some(content),
        };
        let drafted = proposals.draft_proposal(with(first, draft)).await.unwrap();
        let proposal_id = drafted.into_inner().proposal_id;
        let id = || proposal_id.clone();
        let submit = g::SubmitProposalRequest { command: command(fresh()), proposal_id: id() };
        proposals.submit_proposal(with(first, submit)).await.unwrap();
        let discuss = g::OpenDiscussionRequest { command: command(fresh()), proposal_id: id() };
        proposals.open_discussion(with(first, discuss)).await.unwrap();
        let call = g::CallDecisionRequest {
            command: command(fresh()),
            proposal_id: id(),
            opens_at: None,
            voting_hours: 0,
        };
        let called = proposals.call_decision(with(first, call)).await.unwrap();
        DecisionId::parse(&called.into_inner().decision_id).unwrap()
    }

    /// Ends the voting, and waits until all is counted.
    async fn close(&self, channel: &Channel, decision: DecisionId) {
        let mut decisions = DecisionServiceClient::new(channel.clone());
        let decision_id = decision.to_string();
        let close = g::CloseDecisionRequest { command: command(fresh()), decision_id };
        decisions.close_decision(with(&self.voters[0].1, close)).await.unwrap();
        for _ in 0..LOOKS_MAX {
            let page = page(channel, &self.voters[0].1, decision).await;
            if page.phase() == g::DecisionPhase::Final {
                return;
            }
            sleep(LOOK).await;
        }
        unreachable!("the decision was not counted");
    }
}

async fn page(channel: &Channel, token: &str, decision: DecisionId) -> g::Decision {
    let mut decisions = DecisionServiceClient::new(channel.clone());
    let read = g::GetDecisionRequest { decision_id: decision.to_string(), min_position: 0 };
    let answer = decisions.get_decision(with(token, read)).await.unwrap();
    answer.into_inner().decision.unwrap()
}

fn ballot(decision: DecisionId, id: CommandId, option: usize) -> g::CastBallotRequest {
    let keys = vec![OPTIONS[option].to_owned()];
    let choice = g::choice::Choice::Options(g::choice::Keys { keys });
    g::CastBallotRequest {
        command: command(id),
        decision_id: decision.to_string(),
        choice: Some(g::Choice { choice: Some(choice) }),
        reason: String::new(),
    }
}

/// Asks over GraphQL, within a trace, on a connection of its own; gives the head and the body.
fn ask(server: &Server, token: &str, trace: &str, body: &Value) -> (String, Value) {
    let address = server.address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let body = body.to_string();
    write!(
        stream,
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         traceparent: 00-{trace}-b7ad6b7169203331-01\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), serde_json::from_str(body).unwrap())
}

/// Whether a response has the header with the id of its trace.
fn names_a_trace(head: &str) -> bool {
    head.lines().any(|line| line.starts_with("trace-id:"))
}

/// Votes; gives what the voter was answered, as text.
async fn vote(
    server: &Server,
    channel: &Channel,
    (town, voter): (&Town, usize),
    (decision, id): (DecisionId, CommandId),
) -> String {
    let (token, option) = (&town.voters[voter].1, BALLOTS[voter]);
    let trace = trace_of_voter(voter);
    if voter < GRAPHQL_FROM {
        let mut request = with(token, ballot(decision, id, option));
        let traceparent = format!("00-{trace}-b7ad6b7169203331-01").parse().unwrap();
        request.metadata_mut().insert("traceparent", traceparent);
        let mut decisions = DecisionServiceClient::new(channel.clone());
        let answer = decisions.cast_ballot(request).await.unwrap();
        assert!(!answer.metadata().contains_key("trace-id"), "{answer:?}");
        return format!("{answer:?}");
    }
    let query = format!(
        "mutation {OPERATION}($input: CastBallotInput!) {{ \
         castBallot(input: $input) {{ position decision {{ phase }} }} }}"
    );
    let node = global_id(server, town, voter);
    let choice = json!({ "options": [OPTIONS[option]] });
    let input = json!({ "commandId": id.to_string(), "decisionId": node, "choice": choice });
    let body =
        json!({ "query": query, "operationName": OPERATION, "variables": { "input": input } });
    let (head, answer) = ask(server, token, &trace, &body);
    assert!(answer["errors"].is_null(), "{answer}");
    assert!(!names_a_trace(&head), "{head}");
    format!("{head}\n{answer}")
}

/// The id of the network's only decision as GraphQL has it, found by an operation that may be seen.
fn global_id(server: &Server, town: &Town, voter: usize) -> String {
    let network = town.network_name.as_str();
    let query = format!(
        "query {CONTROL} {{ network(name: {network:?}) {{ decisions(first: 1) {{ nodes {{ id \
         }} }} }} }}"
    );
    let body = json!({ "query": query, "operationName": CONTROL });
    let (head, answer) = ask(server, &town.voters[voter].1, CONTROL_TRACE, &body);
    assert!(names_a_trace(&head), "{head}");
    let id = answer["data"]["network"]["decisions"]["nodes"][0]["id"].as_str();
    id.unwrap_or_else(|| unreachable!("{answer}")).to_owned()
}

/// Every file of a folder, as it is now.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

fn is_of_ballots(path: &Path) -> bool {
    path.file_name().unwrap().to_string_lossy().starts_with("ballots.sqlite")
}

/// What a member is answered who asks for all there is to see.
async fn seen_by(channel: &Channel, town: &Town, token: &str, decision: DecisionId) -> String {
    let mut decisions = DecisionServiceClient::new(channel.clone());
    let decision_id = || decision.to_string();
    let page = page(channel, token, decision).await;
    let list = g::ListBallotsRequest { decision_id: decision_id(), ..Default::default() };
    let refused = decisions.list_ballots(with(token, list)).await.unwrap_err();
    let ballots = (refused.code(), refused.message());
    let list =
        g::ListParticipationRequest { network_id: town.network.clone(), ..Default::default() };
    let participation = decisions.list_participation(with(token, list)).await.unwrap();
    let participation = participation.into_inner().participations;
    let read =
        g::GetConcentrationRequest { network_id: town.network.clone(), ..Default::default() };
    let concentration = decisions.get_concentration(with(token, read)).await.unwrap();
    let concentration = concentration.into_inner().concentrations;
    let mut certificates = Vec::new();
    for format in [g::CertificateFormat::Json, g::CertificateFormat::Blt] {
        let (decision_id, format) = (decision_id(), format.into());
        let read = g::GetCertificateRequest { decision_id, format, ..Default::default() };
        certificates.push(match decisions.get_certificate(with(token, read)).await {
            Ok(answer) => String::from_utf8(answer.into_inner().bundle).unwrap(),
            Err(status) => format!("{:?}", status.code()),
        });
    }
    let events = history(channel, town, token).await;
    format!(
        "{page:#?}\n{ballots:#?}\n{participation:#?}\n{concentration:#?}\n{}\n{events:#?}",
        certificates.join("\n")
    )
}

/// The events of the network as somebody may read them.
async fn history(channel: &Channel, town: &Town, token: &str) -> Vec<String> {
    let mut history = HistoryServiceClient::new(channel.clone());
    let network_id = town.network.clone();
    let read = StreamNetworkEventsRequest { network_id, after_position: 0, follow: false };
    let mut stream = history.stream_network_events(with(token, read)).await.unwrap().into_inner();
    let mut events = Vec::new();
    while let Some(answer) = stream.next().await {
        if let Some(event) = answer.unwrap().event {
            events.push(format!("{event:?}"));
        }
    }
    events
}

/// What was left behind by one decision.
struct Evidence {
    town: Town,
    decision: DecisionId,
    commands: Vec<CommandId>,
    /// When the first ballot was sent and the last one answered.
    voting: [jiff::Timestamp; 2],
    /// The whole log.
    log: Vec<Recorded>,
    /// Files before the decision was opened, after each ballot, and after it was closed.
    before: BTreeMap<PathBuf, Vec<u8>>,
    meanwhile: Vec<BTreeMap<PathBuf, Vec<u8>>>,
    after: BTreeMap<PathBuf, Vec<u8>>,
    /// What the server printed.
    printed: String,
    received: Vec<(Instant, String, Vec<u8>)>,
    started: Instant,
}

/// Holds the decision; what is answered meanwhile is checked here.
#[expect(clippy::too_many_lines, reason = "one story, in the order in which it happens")]
async fn hold(folder: &TempDir) -> Evidence {
    let (data, output) = (folder.path().join("data"), folder.path().join("output"));
    let received = Received::default();
    let collector = collect(Arc::clone(&received)).await;
    let started = Instant::now();
    let server = Server::start(&data, &output, |command| {
        command
            .env_remove("WEFT_LOG")
            .env("RUST_LOG", "trace")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector)
            .env("OTEL_METRIC_EXPORT_INTERVAL", "100")
            .env("OTEL_BSP_SCHEDULE_DELAY", "100");
    });
    let channel = server.connect().await;
    let town = Town::found(&data, &channel, "Old City", BALLOTS.len()).await;
    let before = files(&data);
    let decision = town.call(&channel).await;
    while page(&channel, &town.voters[0].1, decision).await.phase() != g::DecisionPhase::Open {
        sleep(LOOK).await;
    }
    let last = town.voters.len() - 1;
    // Who votes last sees, before voting, all that others did.
    let onlooker = town.voters[last].1.clone();
    let first_seen = seen_by(&channel, &town, &onlooker, decision).await;
    let operator_saw = history(&channel, &town, &town.operator).await;
    let mut decisions = DecisionServiceClient::new(channel.clone());
    let follow = g::StreamDecisionRequest { decision_id: decision.to_string() };
    let mut request = with(&onlooker, follow);
    request.set_timeout(Duration::from_mins(5));
    let mut following = decisions.stream_decision(request).await.unwrap().into_inner();
    following.next().await.unwrap().unwrap();

    let began = kernel::Clock::now(&SystemClock);
    let (mut commands, mut meanwhile, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for voter in 0..town.voters.len() {
        let id = fresh();
        let answer = vote(&server, &channel, (&town, voter), (decision, id)).await;
        answers.push(answer);
        commands.push(id);
        meanwhile.push(files(&data));
        if voter < last {
            let seen = seen_by(&channel, &town, &onlooker, decision).await;
            assert_eq!(seen, first_seen, "a member sees that somebody voted");
            let seen = history(&channel, &town, &town.operator).await;
            assert_eq!(seen, operator_saw, "the operator reads that somebody voted");
            let own = page(&channel, &town.voters[voter].1, decision).await;
            assert_eq!(own.my_ballot, None, "the server shows a voter their own ballot");
        }
    }
    let voting = [began, kernel::Clock::now(&SystemClock)];
    let silent = timeout(SILENCE, following.next()).await;
    assert!(silent.is_err(), "a follower is told that somebody voted");
    a_second_ballot_is_refused_without_a_word_about_the_first(&channel, &town, decision).await;
    the_answer_to_a_ballot_is_the_same_for_all_choices(&answers);

    town.close(&channel, decision).await;
    let (voter, token) = &town.voters[1];
    for token in [token, &town.operator] {
        let question =
            g::ListBallotsRequest { decision_id: decision.to_string(), ..Default::default() };
        let refused = decisions.list_ballots(with(token, question)).await.unwrap_err();
        let never = [Code::PermissionDenied, Code::NotFound];
        assert!(never.contains(&refused.code()), "ballots are listed by voter: {refused}");
    }
    let own = page(&channel, token, decision).await;
    assert_eq!((own.my_ballot, own.ballots), (None, 12), "{voter}");
    let page_of_first = page(&channel, &town.voters[0].1, decision).await;
    assert_eq!(page_of_first.ballots, 12);
    sleep(SILENCE).await;
    let after = files(&data);
    server.stop();
    let printed = printed(&output).map(|path| fs::read_to_string(path).unwrap()).concat();
    let log = whole_log(&data).await;
    let received = std::mem::take(&mut *received.lock().unwrap());
    Evidence {
        town,
        decision,
        commands,
        voting,
        log,
        before,
        meanwhile,
        after,
        printed,
        received,
        started,
    }
}

async fn whole_log(folder: &Path) -> Vec<Recorded> {
    let log = SqliteLog::open(folder, Options::default(), Arc::new(SystemClock)).unwrap();
    let (mut after, mut all) = (Position(0), Vec::new());
    loop {
        let page = log.read_all(after, Filter::default(), 4_096).await.unwrap();
        let Some(last) = page.events.last() else { return all };
        after = last.position;
        all.extend(page.events);
    }
}

async fn a_second_ballot_is_refused_without_a_word_about_the_first(
    channel: &Channel,
    town: &Town,
    decision: DecisionId,
) {
    let mut decisions = DecisionServiceClient::new(channel.clone());
    let mut refusals = HashSet::new();
    for option in 0..OPTIONS.len() {
        let again = with(&town.voters[0].1, ballot(decision, fresh(), option));
        let status = decisions.cast_ballot(again).await.unwrap_err();
        assert_eq!(status.code(), Code::AlreadyExists);
        refusals.insert((status.message().to_owned(), status.details().to_vec()));
    }
    assert_eq!(refusals.len(), 1, "the refusal depends on the choice: {refusals:?}");
}

fn the_answer_to_a_ballot_is_the_same_for_all_choices(answers: &[String]) {
    for answer in answers {
        let named = OPTIONS.iter().find(|option| answer.contains(**option));
        assert_eq!(named, None, "the answer is a receipt: {answer}");
    }
}

/// The only event of a type.
fn only<'e>(evidence: &'e Evidence, name: &str) -> &'e Recorded {
    let mut found = evidence.log.iter().filter(|event| event.name == name);
    let event = found.next().unwrap();
    assert!(found.next().is_none(), "{name} is recorded twice");
    event
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn no_event_of_anybody_lies_between_the_opening_and_the_end(evidence: &Evidence) {
    let (opened, closed) = (only(evidence, "DecisionOpened"), only(evidence, "DecisionClosed"));
    let between = evidence
        .log
        .iter()
        .filter(|event| opened.position < event.position && event.position < closed.position);
    let names: Vec<_> = between.map(|event| event.name.to_string()).collect();
    assert_eq!(names, [""; 0]);
    let [began, ended] = evidence.voting;
    let meanwhile = evidence.log.iter().filter(|event| {
        (began <= event.recorded_at && event.recorded_at <= ended)
            || (began <= event.effective_at && event.effective_at <= ended)
    });
    let names: Vec<_> = meanwhile.map(|event| event.name.to_string()).collect();
    assert_eq!(names, [""; 0], "recorded while people voted");
}

fn the_box_is_a_sorted_heap_without_ids_or_times(evidence: &Evidence) {
    let sealed = only(evidence, "BallotBoxSealed");
    let data = json_of(&sealed.data);
    let mut expected = BTreeMap::<&str, u64>::new();
    for option in BALLOTS {
        *expected.entry(OPTIONS[option]).or_default() += 1;
    }
    let ballots = data["ballots"].as_array().unwrap();
    let found: Vec<(String, u64)> = ballots
        .iter()
        .map(|alike| {
            let text = alike.to_string();
            let option = OPTIONS.iter().find(|option| text.contains(**option)).unwrap();
            ((*option).to_owned(), alike["count"].as_u64().unwrap())
        })
        .collect();
    let expected: Vec<(String, u64)> =
        expected.into_iter().map(|(option, count)| (option.to_owned(), count)).collect();
    assert_eq!(found, expected, "{data}");
    let mut fields: Vec<&str> = ballots
        .iter()
        .flat_map(|alike| alike.as_object().unwrap().keys())
        .map(String::as_str)
        .collect();
    fields.sort_unstable();
    fields.dedup();
    assert_eq!(fields, ["choice", "count", "weight"], "a ballot has fields of its own: {data}");
}

fn the_turnout_is_sorted_and_shares_only_the_end_of_voting_with_the_box(evidence: &Evidence) {
    let (sealed, turnout) = (only(evidence, "BallotBoxSealed"), only(evidence, "TurnoutRecorded"));
    assert_ne!(sealed.stream, turnout.stream);
    let data = json_of(&turnout.data);
    let voters: Vec<String> =
        data["voters"].as_array().unwrap().iter().map(ToString::to_string).collect();
    assert!(voters.is_sorted(), "{data}");
    assert_eq!(voters.len(), BALLOTS.len());
    let [one, other] = [sealed, turnout].map(|event| json_of(&event.metadata));
    // Both follow from the end of the voting, which is nobody's ballot.
    let closed = only(evidence, "DecisionClosed").event_id.to_string();
    for metadata in [&one, &other] {
        assert_eq!(metadata["causation_id"], closed, "{metadata}");
    }
    for (person, _) in &evidence.town.voters {
        let person = person.to_string();
        for metadata in [&one, &other] {
            assert!(!metadata.to_string().contains(&person), "a voter acted: {metadata}");
        }
        let box_event = String::from_utf8_lossy(&sealed.data);
        assert!(!box_event.contains(&person), "{box_event}");
    }
}

fn no_event_has_an_id_or_a_trace_that_came_with_a_ballot(evidence: &Evidence) {
    for event in &evidence.log {
        for part in [&event.metadata, &event.data] {
            for id in &evidence.commands {
                assert!(!contains(part, id.to_string().as_bytes()), "{event:?}");
            }
            assert!(!contains(part, VOTERS_TRACE.as_bytes()), "{event:?}");
        }
    }
}

fn nothing_that_was_printed_names_a_voter_a_choice_or_a_ballot(evidence: &Evidence) {
    let printed = &evidence.printed;
    assert!(printed.contains("TRACE") || printed.contains("DEBUG"), "it logs what it can");
    let people = evidence.town.voters.iter().map(|(person, _)| person.to_string());
    let commands = evidence.commands.iter().map(ToString::to_string);
    let options = OPTIONS.iter().map(ToString::to_string);
    let traces = [VOTERS_TRACE.to_owned(), OPERATION.to_owned()];
    let rpcs = ["CastBallot", "castBallot"].map(str::to_owned);
    let decision = evidence.decision.to_string();
    let tokens = evidence.town.voters.iter().map(|(_, token)| token.clone());
    let texts = people.chain(commands).chain(options).chain(traces).chain(rpcs).chain(tokens);
    for text in texts.chain([decision]) {
        let line = printed.lines().find(|line| line.contains(&text));
        assert_eq!(line, None, "the log has {text:?}");
    }
}

fn no_span_is_of_a_ballot(evidence: &Evidence) {
    let spans: Vec<u8> = evidence
        .received
        .iter()
        .filter(|(_, path, _)| path.contains("TraceService"))
        .flat_map(|(_, _, body)| body.clone())
        .collect();
    assert!(contains(&spans, b"GetDecision"), "spans reach the collector");
    assert!(contains(&spans, CONTROL.as_bytes()), "operations reach the collector");
    assert!(contains(&spans, &raw_trace(CONTROL_TRACE)), "traces reach the collector");
    let questions = BALLOTS.len() - GRAPHQL_FROM;
    assert_eq!(occurrences(&spans, b"POST /graphql"), questions, "spans of the route");
    for text in ["CastBallot", "castBallot", OPERATION, "mutation"] {
        assert!(!contains(&spans, text.as_bytes()), "a span has {text:?}");
    }
    for voter in 0..BALLOTS.len() {
        let trace = trace_of_voter(voter);
        assert!(!contains(&spans, &raw_trace(&trace)), "a span has the trace of voter {voter}");
    }
}

fn no_measurement_is_of_a_ballot_before_the_minute_is_over(evidence: &Evidence) {
    let early = evidence
        .received
        .iter()
        .filter(|(at, path, _)| path.contains("MetricsService") && *at < evidence.started + MINUTE);
    let early: Vec<_> = early.collect();
    assert!(early.iter().any(|(_, _, body)| contains(body, b"GetDecision")), "it measures");
    assert!(!early.iter().any(|(_, _, body)| contains(body, b"CastBallot")));
    for (_, _, body) in &evidence.received {
        for (person, token) in &evidence.town.voters {
            assert!(!contains(body, person.to_string().as_bytes()));
            assert!(!contains(body, token.as_bytes()));
        }
        for option in OPTIONS {
            assert!(!contains(body, option.as_bytes()));
        }
        assert!(!contains(body, evidence.decision.to_string().as_bytes()));
    }
}

fn only_the_box_changes_with_a_ballot_and_it_is_sealed(evidence: &Evidence) {
    let mut beside = 0;
    for pair in evidence.meanwhile.windows(2) {
        let changed = pair[1].iter().filter(|(path, bytes)| pair[0].get(*path) != Some(bytes));
        let changed: Vec<_> = changed.map(|(path, _)| path).collect();
        assert!(changed.iter().any(|path| is_of_ballots(path)), "the ballot is in no file");
        beside += usize::from(changed.iter().any(|path| !is_of_ballots(path)));
    }
    // The log and the views tidy up after themselves at times of their own.
    assert!(beside * 2 < evidence.meanwhile.len(), "another file changes with each ballot");
    for (path, bytes) in evidence.meanwhile.iter().flatten().filter(|it| is_of_ballots(it.0)) {
        for (person, _) in &evidence.town.voters {
            assert!(!contains(bytes, person.uuid().as_bytes()), "{}", path.display());
            assert!(!contains(bytes, person.to_string().as_bytes()), "{}", path.display());
        }
        for id in &evidence.commands {
            assert!(!contains(bytes, id.uuid().as_bytes()), "{}", path.display());
            assert!(!contains(bytes, id.to_string().as_bytes()), "{}", path.display());
        }
        for option in OPTIONS {
            assert!(!contains(bytes, option.as_bytes()), "{}", path.display());
        }
    }
}

/// The ballot file and what belongs to it.
fn of_ballots(files: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<u8> {
    let found = files.iter().filter(|(path, _)| is_of_ballots(path));
    found.flat_map(|(_, bytes)| bytes.clone()).collect()
}

fn one_copy_of_the_box_shows_it_once_and_of_one_size(evidence: &Evidence) {
    let copies: Vec<Vec<u8>> = evidence.meanwhile.iter().map(of_ballots).collect();
    let sizes: HashSet<usize> = copies.iter().map(Vec::len).collect();
    assert_eq!(sizes.len(), 1, "the file's size tells how many voted: {sizes:?}");
    for copies in copies.windows(3) {
        let sealed = pieces(&copies[1], &copies[0]);
        assert!(!sealed.is_empty(), "the box is sealed anew with each ballot");
        let left = copies[2].windows(PIECE_BYTES).find(|piece| sealed.contains(piece));
        assert_eq!(left, None, "a copy has the box as it was before");
    }
}

/// The pieces of `bytes` that look random, and of which no part is in `known`: a piece that is half
/// the key, which stays, may be found again by chance.
fn pieces<'b>(bytes: &'b [u8], known: &[u8]) -> HashSet<&'b [u8]> {
    let part = |part: &[u8]| u64::from_be_bytes(part.try_into().unwrap());
    let known: HashSet<u64> = known.windows(PART_BYTES).map(part).collect();
    let mut found = HashSet::new();
    // How many parts before this place are not known, without a gap.
    let mut unknown = 0;
    for (at, bytes_of_part) in bytes.windows(PART_BYTES).enumerate() {
        unknown = if known.contains(&part(bytes_of_part)) { 0 } else { unknown + 1 };
        if unknown > PIECE_BYTES - PART_BYTES {
            let piece = &bytes[at + PART_BYTES - PIECE_BYTES..at + PART_BYTES];
            let mut different = piece.to_vec();
            different.sort_unstable();
            different.dedup();
            if different.len() >= PIECE_VARIETY {
                found.insert(piece);
            }
        }
    }
    found
}

fn once_it_is_closed_no_piece_of_key_or_cipher_text_is_left_in_any_file(evidence: &Evidence) {
    let before = of_ballots(&evidence.before);
    let copies: Vec<Vec<u8>> = evidence.meanwhile.iter().map(of_ballots).collect();
    let mut secret = HashSet::new();
    for copy in &copies {
        secret.extend(pieces(copy, &before));
    }
    // That there was a box is known: its row has the decision's id for ever.
    let id = evidence.decision.uuid();
    secret.retain(|piece| !id.as_bytes().windows(4).any(|part| contains(piece, part)));
    assert!(secret.len() > 32 * copies.len(), "keys and boxes are found while people vote");
    // Most places can be told from the pieces by their first bytes.
    let place = |piece: &[u8]| {
        usize::from(piece[0]) << 16 | usize::from(piece[1]) << 8 | usize::from(piece[2])
    };
    let mut begins = vec![false; 1 << 24];
    for piece in &secret {
        begins[place(piece)] = true;
    }
    for (path, bytes) in &evidence.after {
        let mut all = bytes.windows(PIECE_BYTES);
        let left = all.find(|piece| begins[place(piece)] && secret.contains(piece));
        assert_eq!(left, None, "{} has a piece of the box", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_links_a_voter_to_a_secret_ballot() {
    let folder = tempfile::tempdir().unwrap();
    let mut evidence = hold(&folder).await;
    // One link does not hide another.
    let linked = ATTEMPTS.into_iter().filter(|(_, attempt, _)| finds(*attempt, &evidence));
    let linked: Vec<&str> = linked.map(|(by, _, _)| by).collect();
    assert_eq!(linked, [""; 0], "voters are linked to ballots by these");
    // And each attempt finds a link where there is one.
    for (by, attempt, give_away) in ATTEMPTS {
        give_away(&mut evidence);
        assert!(finds(attempt, &evidence), "{by} would not find a link");
    }
}

/// Something that fails where it finds a link, and what makes one for it to find.
type Attempt = (&'static str, fn(&Evidence), fn(&mut Evidence));

const ATTEMPTS: [Attempt; 10] = [
    ("events", no_event_of_anybody_lies_between_the_opening_and_the_end, |evidence| {
        let recorded_at = evidence.voting[0];
        let event = evidence.log[0].clone();
        evidence.log.push(Recorded { recorded_at, ..event });
    }),
    ("box", the_box_is_a_sorted_heap_without_ids_or_times, |evidence| {
        rewrite(evidence, "BallotBoxSealed", |data| data["ballots"][0]["at"] = 1.into());
    }),
    ("turnout", the_turnout_is_sorted_and_shares_only_the_end_of_voting_with_the_box, |evidence| {
        rewrite(evidence, "TurnoutRecorded", |data| {
            data["voters"].as_array_mut().unwrap().reverse();
        });
    }),
    ("ids", no_event_has_an_id_or_a_trace_that_came_with_a_ballot, |evidence| {
        let id = evidence.commands[0].to_string();
        rewrite(evidence, "TurnoutRecorded", |data| data["command"] = id.into());
    }),
    ("printed", nothing_that_was_printed_names_a_voter_a_choice_or_a_ballot, |evidence| {
        evidence.printed.push_str(OPTIONS[0]);
    }),
    ("spans", no_span_is_of_a_ballot, |evidence| {
        let span = (evidence.started, "TraceService".to_owned(), raw_trace(&trace_of_voter(3)));
        evidence.received.push(span);
    }),
    ("measurements", no_measurement_is_of_a_ballot_before_the_minute_is_over, |evidence| {
        let sent = (evidence.started, "MetricsService".to_owned(), b"CastBallot".to_vec());
        evidence.received.push(sent);
    }),
    ("files", only_the_box_changes_with_a_ballot_and_it_is_sealed, |evidence| {
        let person = evidence.town.voters[2].0.uuid().as_bytes().to_vec();
        evidence.meanwhile[4].insert(PathBuf::from("ballots.sqlite-wal"), person);
    }),
    ("copy", one_copy_of_the_box_shows_it_once_and_of_one_size, |evidence| {
        for copy in 1..evidence.meanwhile.len() {
            let before = of_ballots(&evidence.meanwhile[copy - 1]);
            evidence.meanwhile[copy].insert(PathBuf::from("ballots.sqlite-wal"), before);
        }
    }),
    ("remains", once_it_is_closed_no_piece_of_key_or_cipher_text_is_left_in_any_file, |evidence| {
        let left = of_ballots(&evidence.meanwhile[0]);
        evidence.after.insert(PathBuf::from("forgotten"), left);
    }),
];

/// Changes the data of the only event of a type.
fn rewrite(evidence: &mut Evidence, name: &str, change: impl FnOnce(&mut Value)) {
    let event = evidence.log.iter_mut().find(|event| event.name == name).unwrap();
    let mut data = json_of(&event.data);
    change(&mut data);
    event.data = data.to_string().into();
}

/// Whether an attempt finds a link. What it says goes to the test's output.
fn finds(attempt: fn(&Evidence), evidence: &Evidence) -> bool {
    catch_unwind(AssertUnwindSafe(|| attempt(evidence))).is_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_voted_is_told_to_nobody_when_too_few_did() {
    let folder = tempfile::tempdir().unwrap();
    let (data, output) = (folder.path().join("data"), folder.path().join("output"));
    let server = Server::start(&data, &output, |command| {
        command.env("WEFT_LOG", "warn");
    });
    let channel = server.connect().await;
    let town = Town::found(&data, &channel, "Two Houses", SHOWN_MIN - 1).await;
    let decision = town.call(&channel).await;
    while page(&channel, &town.voters[0].1, decision).await.phase() != g::DecisionPhase::Open {
        sleep(LOOK).await;
    }
    for voter in 0..town.voters.len() {
        vote(&server, &channel, (&town, voter), (decision, fresh())).await;
    }
    town.close(&channel, decision).await;
    for token in [&town.voters[0].1, &town.voters[1].1, &town.operator] {
        let list =
            g::ListParticipationRequest { network_id: town.network.clone(), ..Default::default() };
        let mut decisions = DecisionServiceClient::new(channel.clone());
        let listed = decisions.list_participation(with(token, list)).await.unwrap();
        for entry in listed.into_inner().participations {
            assert_eq!((entry.issued, entry.cast, entry.missed), (1, 0, 0), "{entry:?}");
        }
        let read =
            g::GetConcentrationRequest { network_id: town.network.clone(), ..Default::default() };
        let told = decisions.get_concentration(with(token, read)).await.unwrap().into_inner();
        let voting = told.concentrations.iter().find(|it| it.act() == g::CountedAct::Voting);
        let voting = voting.unwrap();
        assert_eq!((voting.parties, voting.acts, voting.gini), (0, 0, None));
    }
    server.stop();
    for event in whole_log(&data).await {
        if event.name == "TurnoutRecorded" {
            let data = json_of(&event.data);
            assert!(data["voters"].is_null(), "{data}");
            assert_eq!(data["voted"], SHOWN_MIN - 1);
            return;
        }
    }
    unreachable!("no turnout was recorded");
}
