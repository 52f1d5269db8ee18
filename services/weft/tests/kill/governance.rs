//! SIGKILL while members vote, while voting ends, and while what was decided is counted and takes
//! effect.
//!
//! Each round starts two matters, one decided in the open and one in secret, goes on with those that
//! were interrupted, and kills the server somewhere in the stage that it aims at. Commands are
//! repeated under the same ids until they are answered. In the end every matter was decided: each
//! acknowledged ballot counts once, each effect happened once, and certificates are what they were.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use access::Caller;
use eventlog::Recorded;
use host::{RandomIdentities, SystemClock};
use kernel::{
    BallotBoxId, Clock as _, CommandId, DecisionId, EffectId, Identities as _, PersonId,
    ResolutionId, TurnoutId,
};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    task::JoinSet,
    time::{sleep, timeout},
};
use tonic::{Code, Status, transport::Channel};
use wire::weft::{
    common::v1::{Party, party},
    governance::v1::{
        self as g, charter_service_client::CharterServiceClient,
        decision_service_client::DecisionServiceClient, goal_service_client::GoalServiceClient,
        proposal_service_client::ProposalServiceClient,
        register_service_client::RegisterServiceClient,
    },
    membership::v1::{
        ApplyForMembershipRequest, MembershipClass, OpenMembershipRequest, RegisterPersonRequest,
        membership_service_client::MembershipServiceClient,
        network_service_client::NetworkServiceClient, person_service_client::PersonServiceClient,
    },
};

use super::{
    Tokens, no_panic,
    real::{Server, command, fresh, token, with},
    rebuilt_alike, recorded, rounds, see_everything,
    town::{self, Founded},
};

/// How many rounds there are when nobody says.
const ROUNDS: u32 = 20;

/// How many founders vote.
const VOTERS: usize = 6;

/// What they say, from another one on in each matter: enough to adopt it.
const BALLOTS: [&str; VOTERS] = ["agree", "agree", "disagree", "agree", "abstain", "agree"];

/// After how long voting opens where the scheduler is to open it.
const OPENS_AFTER: Duration = Duration::from_millis(150);

/// How often it is looked how far a matter is.
const LOOK: Duration = Duration::from_millis(5);

/// How often at most; about a minute.
const LOOKS_MAX: u32 = 6_000;

/// How long a round waits for the stage it aims at.
const AIM_MAX: Duration = Duration::from_secs(20);

/// The stages that are aimed at, and how long after their begin the server is killed at most.
const AIMS: [(Stage, u64); 3] = [(Stage::Voting, 25), (Stage::Closing, 15), (Stage::Counting, 80)];

/// How far a matter is, as its members know.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Stage {
    /// On its way to the vote.
    Preparing,
    /// The vote is open, or about to be.
    Voting,
    /// Everybody has voted.
    Closing,
    /// It is counted, and takes effect.
    Counting,
    /// It took effect, and the certificate was read.
    Done,
}

/// How a matter is decided, and what about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Somebody is admitted, which membership carries out.
    Open,
    /// A goal is adopted, which governance carries out.
    Secret,
}

/// Something to decide on.
#[derive(Debug)]
struct Matter {
    number: usize,
    kind: Kind,
    stage: Stage,
    /// Its commands have ids that follow from this one.
    root: CommandId,
    /// The call, and when it says that voting opens; the time may pass before it is heard.
    call: (CommandId, Option<jiff::Timestamp>),
    /// The person, or the goal.
    about: String,
    proposal: String,
    decision: String,
    /// Whose ballots were acknowledged.
    voted: BTreeSet<usize>,
    certificate: Vec<u8>,
}

/// Who decides.
#[derive(Debug)]
struct Town {
    folder: PathBuf,
    network: String,
    operator: String,
    /// Their ids and tokens; the first one writes proposals.
    founders: Vec<(PersonId, String)>,
}

/// Whom the members tell how far they are.
type Telling = UnboundedSender<Stage>;

impl Matter {
    fn new(number: usize, kind: Kind) -> Matter {
        let (about, proposal, decision) = (String::new(), String::new(), String::new());
        let (voted, certificate) = (BTreeSet::new(), Vec::new());
        let (stage, root, call) = (Stage::Preparing, fresh(), (fresh(), None));
        Matter { number, kind, stage, root, call, about, proposal, decision, voted, certificate }
    }

    fn id(&self, step: &str) -> Option<wire::weft::common::v1::Command> {
        command(self.root.follow_up(step))
    }

    fn decision_id(&self) -> DecisionId {
        DecisionId::parse(&self.decision).unwrap()
    }

    /// What a founder votes.
    fn ballot(&self, founder: usize) -> &'static str {
        BALLOTS[(founder + self.number) % VOTERS]
    }

    /// Whether the scheduler is to open the vote.
    fn opens_later(&self) -> bool {
        (self.number / 2).is_multiple_of(2)
    }

    /// Goes on until it took effect, or until an answer does not come.
    async fn pursue(
        &mut self,
        channel: &Channel,
        town: &Town,
        telling: &Telling,
    ) -> Result<(), Status> {
        if self.stage == Stage::Preparing {
            self.prepare(channel, town).await?;
            self.propose(channel, town).await?;
            self.stage = Stage::Voting;
        }
        if self.stage == Stage::Voting {
            self.await_opening(channel, town).await?;
            telling.send(self.stage).unwrap();
            self.vote(channel, town).await?;
            self.stage = Stage::Closing;
        }
        if self.stage == Stage::Closing {
            telling.send(self.stage).unwrap();
            let decision_id = self.decision.clone();
            let request = g::CloseDecisionRequest { command: self.id("close"), decision_id };
            let mut decisions = DecisionServiceClient::new(channel.clone());
            decisions.close_decision(with(&town.founders[0].1, request)).await?;
            self.stage = Stage::Counting;
        }
        if self.stage == Stage::Counting {
            telling.send(self.stage).unwrap();
            self.await_effect(channel, town).await?;
            self.certificate = certificate(channel, town, &self.decision).await?;
            self.stage = Stage::Done;
        }
        Ok(())
    }

    /// Somebody applies, or a goal is written down.
    async fn prepare(&mut self, channel: &Channel, town: &Town) -> Result<(), Status> {
        let network_id = town.network.clone();
        match self.kind {
            Kind::Open => {
                let register = RegisterPersonRequest {
                    command: self.id("register"),
                    name: format!("Applicant {}", self.number),
                    ..RegisterPersonRequest::default()
                };
                let mut people = PersonServiceClient::new(channel.clone());
                let registered = people.register_person(with(&town.operator, register)).await?;
                self.about = registered.into_inner().person_id;
                let person = PersonId::parse(&self.about).unwrap();
                let command = self.id("apply");
                let apply =
                    ApplyForMembershipRequest { command, network_id, statement: String::new() };
                let applicant = town.token_of(person);
                let mut members = MembershipServiceClient::new(channel.clone());
                members.apply_for_membership(with(&applicant, apply)).await?;
            }
            Kind::Secret => {
                let text = format!("Goal {}", self.number);
                let draft = g::DraftGoalRequest { command: self.id("goal"), network_id, text };
                let mut goals = GoalServiceClient::new(channel.clone());
                let drafted = goals.draft_goal(with(&town.founders[1].1, draft)).await?;
                self.about = drafted.into_inner().goal_id;
            }
        }
        Ok(())
    }

    /// Brings it from the draft to the call.
    async fn propose(&mut self, channel: &Channel, town: &Town) -> Result<(), Status> {
        let mut proposals = ProposalServiceClient::new(channel.clone());
        let author = &town.founders[0].1;
        let (subject, effect) = match self.kind {
            Kind::Open => {
                let applicant = party::Party::PersonId(self.about.clone());
                let applicant = Party { party: Some(applicant) };
                (g::Subject::MembershipAdmit, g::effect::Effect::AdmitMember(applicant))
            }
            Kind::Secret => {
                (g::Subject::GoalAdopt, g::effect::Effect::AdoptGoal(self.about.clone()))
            }
        };
        let content = g::ProposalContent {
            title: format!("Matter {}", self.number),
            text: "We do it.".to_owned(),
            subject: subject.into(),
            effects: vec![g::Effect { effect: Some(effect) }],
            ..g::ProposalContent::default()
        };
        let draft = g::DraftProposalRequest {
            command: self.id("draft"),
            network_id: town.network.clone(),
            content: Some(content),
        };
        let drafted = proposals.draft_proposal(with(author, draft)).await?.into_inner();
        self.proposal = drafted.proposal_id;
        let proposal_id = || self.proposal.clone();
        let submit =
            g::SubmitProposalRequest { command: self.id("submit"), proposal_id: proposal_id() };
        proposals.submit_proposal(with(author, submit)).await?;
        let discuss =
            g::OpenDiscussionRequest { command: self.id("discuss"), proposal_id: proposal_id() };
        proposals.open_discussion(with(author, discuss)).await?;
        let called = match self.call(&mut proposals, author).await {
            // The time was over when it was heard first.
            Err(status) if !status.details().is_empty() && self.call.1.is_some() => {
                self.call = (fresh(), None);
                self.call(&mut proposals, author).await?
            }
            called => called?,
        };
        self.decision = called;
        Ok(())
    }

    async fn call(
        &mut self,
        proposals: &mut ProposalServiceClient<Channel>,
        author: &str,
    ) -> Result<String, Status> {
        if self.opens_later() && self.call.1.is_none() {
            self.call.1 = Some(SystemClock.now() + OPENS_AFTER);
        }
        let (id, opens_at) = self.call;
        let call = g::CallDecisionRequest {
            command: command(id),
            proposal_id: self.proposal.clone(),
            opens_at: opens_at.map(wire::read::timestamp),
            voting_hours: 0,
        };
        let called = proposals.call_decision(with(author, call)).await?;
        Ok(called.into_inner().decision_id)
    }

    async fn await_opening(&self, channel: &Channel, town: &Town) -> Result<(), Status> {
        let mut decisions = DecisionServiceClient::new(channel.clone());
        for _ in 0..LOOKS_MAX {
            let decision_id = self.decision.clone();
            let read = g::GetDecisionRequest { decision_id, min_position: 0 };
            let found = decisions.get_decision(with(&town.founders[0].1, read)).await?;
            let phase = found.into_inner().decision.unwrap_or_default().phase();
            if phase == g::DecisionPhase::Open {
                return Ok(());
            }
            assert_eq!(phase, g::DecisionPhase::Scheduled, "matter {} before voting", self.number);
            sleep(LOOK).await;
        }
        unreachable!("matter {} was not opened", self.number)
    }

    /// Everybody votes at once. Who was answered before votes again, the same way and another way.
    async fn vote(&mut self, channel: &Channel, town: &Town) -> Result<(), Status> {
        for founder in self.voted.clone() {
            let again = self.ballot_request(founder, self.root.follow_up(&format!("{founder}")));
            let mut decisions = DecisionServiceClient::new(channel.clone());
            let token = &town.founders[founder].1;
            let answer = decisions.cast_ballot(with(token, again)).await?.into_inner();
            let number = self.number;
            assert!(answer.receipt.unwrap().recalled, "{number}: {founder} had voted before");
            let says = if self.ballot(founder) == "agree" { "disagree" } else { "agree" };
            let other = g::CastBallotRequest {
                choice: option(says),
                ..self.ballot_request(founder, fresh())
            };
            match decisions.cast_ballot(with(token, other)).await {
                Err(status) if status.details().is_empty() => return Err(status),
                Err(status) => assert_eq!(status.code(), Code::AlreadyExists, "{status}"),
                Ok(_) => unreachable!("{number}: {founder} voted twice"),
            }
        }
        let mut voting = JoinSet::new();
        for founder in (0..VOTERS).filter(|founder| !self.voted.contains(founder)) {
            let id = self.root.follow_up(&format!("{founder}"));
            let request = with(&town.founders[founder].1, self.ballot_request(founder, id));
            let mut decisions = DecisionServiceClient::new(channel.clone());
            voting.spawn(async move { (founder, decisions.cast_ballot(request).await) });
        }
        let mut unanswered = Ok(());
        while let Some(voted) = voting.join_next().await {
            match voted.unwrap() {
                (founder, Ok(_)) => {
                    self.voted.insert(founder);
                }
                (_, Err(status)) => unanswered = Err(status),
            }
        }
        unanswered
    }

    fn ballot_request(&self, founder: usize, id: CommandId) -> g::CastBallotRequest {
        g::CastBallotRequest {
            command: command(id),
            decision_id: self.decision.clone(),
            choice: option(self.ballot(founder)),
            reason: String::new(),
        }
    }

    /// Nobody does anything: counting and effects follow.
    async fn await_effect(&self, channel: &Channel, town: &Town) -> Result<(), Status> {
        let mut register = RegisterServiceClient::new(channel.clone());
        for _ in 0..LOOKS_MAX {
            let resolution_id = ResolutionId::of(self.decision_id()).to_string();
            let read = g::GetResolutionRequest { resolution_id, ..Default::default() };
            match register.get_resolution(with(&town.founders[0].1, read)).await {
                Ok(found) => {
                    let found = found.into_inner().resolution.unwrap();
                    if found.implementation() == g::Implementation::Done {
                        return Ok(());
                    }
                    assert_eq!(found.implementation(), g::Implementation::Pending, "{found:?}");
                }
                Err(status) if status.code() == Code::NotFound => {}
                Err(status) => return Err(status),
            }
            sleep(LOOK).await;
        }
        unreachable!("matter {} took no effect", self.number)
    }

    /// How many ballots say what, in the order of the words.
    fn expected(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for founder in 0..VOTERS {
            *counts.entry(self.ballot(founder)).or_default() += 1;
        }
        counts
    }
}

/// A ballot of one of [`BALLOTS`].
#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
fn option(says: &str) -> Option<g::Choice> {
    let choice = match says {
        "abstain" => g::choice::Choice::Abstain(g::choice::Nothing {}),
        option => g::choice::Choice::Option(option.to_owned()),
    };
    Some(g::Choice { choice: Some(choice) })
}

async fn certificate(channel: &Channel, town: &Town, decision: &str) -> Result<Vec<u8>, Status> {
    let mut decisions = DecisionServiceClient::new(channel.clone());
    let decision_id = decision.to_owned();
    let read = g::GetCertificateRequest { decision_id, ..Default::default() };
    let answer = decisions.get_certificate(with(&town.founders[1].1, read)).await?;
    Ok(answer.into_inner().bundle)
}

impl Town {
    /// Founds a network whose founders admit by majority and adopt goals in secret, each vote over
    /// as soon as all have voted.
    async fn found(folder: &Path, channel: &Channel) -> Town {
        let founded = town::found(folder, channel, "Old City", VOTERS).await;
        let mut networks = NetworkServiceClient::new(channel.clone());
        for (_, token) in &founded.founders {
            let open = OpenMembershipRequest {
                command: command(fresh()),
                network_id: founded.network.clone(),
            };
            networks.open_membership(with(token, open)).await.unwrap();
        }
        town::ratify(channel, &founded, Town::charter).await;
        let Founded { network, operator, founders } = founded;
        Town { folder: folder.to_owned(), network, operator, founders }
    }

    fn token_of(&self, person: PersonId) -> String {
        token(&self.folder, Caller::Person(person))
    }

    fn charter(mut policies: Vec<g::DecisionPolicy>) -> Vec<g::charter_change::Change> {
        policies.retain(|policy| policy.name == "admission");
        let mut electorate = policies[0].electorate.clone().unwrap();
        electorate.classes = vec![MembershipClass::Founder.into()];
        let admission = g::DecisionPolicy {
            discussion_hours_min: 0,
            electorate: Some(electorate),
            ballot_change: g::BallotChange::Never.into(),
            early_close: g::EarlyClose::AllVoted.into(),
            ..policies.remove(0)
        };
        let goals = g::DecisionPolicy {
            name: "goals".to_owned(),
            subjects: vec![g::Subject::GoalAdopt.into()],
            secrecy: g::Secrecy::Secret.into(),
            results: g::ResultsShown::AfterClose.into(),
            reasons: g::Reasons::None.into(),
            leavers: g::Leavers::Keep.into(),
            ..admission.clone()
        };
        vec![
            g::charter_change::Change::ChangePolicy(admission),
            g::charter_change::Change::DefinePolicy(goals),
        ]
    }
}

/// Goes on with a matter until it is done or the server is gone, and gives it back.
async fn go_on(channel: Channel, town: Arc<Town>, mut matter: Matter, telling: Telling) -> Matter {
    if let Err(status) = matter.pursue(&channel, &town, &telling).await {
        // Who was killed answers nothing; a refusal says which rule it is.
        assert!(status.details().is_empty(), "{matter:?}: {status}");
    }
    matter
}

/// Starts going on with all of them.
async fn all_go_on(
    server: &Server,
    town: &Arc<Town>,
    matters: Vec<Matter>,
    telling: &Telling,
) -> JoinSet<Matter> {
    let mut running = JoinSet::new();
    for matter in matters {
        let channel = server.connect().await;
        running.spawn(go_on(channel, Arc::clone(town), matter, telling.clone()));
    }
    running
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_members_decide_is_counted_and_done_once_though_the_server_was_killed_at_any_moment() {
    let (folder, output) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = folder.path();
    let start = || Server::start(folder, output.path(), |_| ());
    let server = start();
    let town = Arc::new(Town::found(folder, &server.connect().await).await);
    server.stop();

    let (mut interrupted, mut done) = (Vec::new(), Vec::new());
    let mut killed: BTreeMap<Stage, u32> = BTreeMap::new();
    for round in 0..rounds(ROUNDS) {
        for kind in [Kind::Open, Kind::Secret] {
            interrupted.push(Matter::new(done.len() + interrupted.len(), kind));
        }
        let server = start();
        let (telling, mut told) = unbounded_channel();
        let running = all_go_on(&server, &town, interrupted, &telling).await;
        let (aim, life_max_ms) = AIMS[round as usize % AIMS.len()];
        let reached = async {
            while let Some(stage) = told.recv().await {
                if stage == aim {
                    return;
                }
            }
        };
        timeout(AIM_MAX, reached).await.expect("a stage is reached");
        let life = u64::from(RandomIdentities.fresh().as_fields().0) % life_max_ms;
        sleep(Duration::from_millis(life)).await;
        drop(server);
        let matters = running.join_all().await;
        no_panic(output.path());
        (interrupted, done) = matters.into_iter().fold((Vec::new(), done), |mut both, matter| {
            if matter.stage == Stage::Done {
                both.1.push(matter);
            } else {
                *killed.entry(matter.stage).or_default() += 1;
                both.0.push(matter);
            }
            both
        });
    }
    println!("interrupted while {killed:?}");
    assert!(killed.contains_key(&Stage::Voting), "no vote was interrupted: nothing was tested");
    let after = [Stage::Closing, Stage::Counting].map(|stage| killed.contains_key(&stage));
    assert!(after.contains(&true), "nothing was interrupted after a vote");

    let server = start();
    let (telling, _told) = unbounded_channel();
    done.extend(all_go_on(&server, &town, interrupted, &telling).await.join_all().await);
    no_panic(output.path());
    for matter in &done {
        assert_eq!(matter.stage, Stage::Done, "{matter:?}");
    }
    same_certificates(&server, &town, &done).await;
    see_all(&server, &town).await;
    server.stop();
    rebuilt_alike(folder).await;

    let events = recorded(folder).await;
    println!("{} matters decided, {} events", done.len(), events.len());
    let log = Log::of(&events);
    log.has(("decision", None, "DecisionScheduled"), done.len());
    for matter in &done {
        counted_once(&log, matter);
        done_once(&log, matter);
    }

    // The views are new now, and so is the process.
    let server = start();
    same_certificates(&server, &town, &done).await;
    for matter in &done {
        recounted(&server, &town, matter);
    }
    server.stop();
}

/// Every certificate reads as it did when it was first read.
async fn same_certificates(server: &Server, town: &Town, matters: &[Matter]) {
    let channel = server.connect().await;
    for matter in matters {
        let now = certificate(&channel, town, &matter.decision).await.unwrap();
        assert!(now == matter.certificate, "the certificate of {} differs", matter.number);
    }
}

/// Asks every view, each of which answers only once it has seen everything recorded.
async fn see_all(server: &Server, town: &Town) {
    let (anna, token) = town.founders[0].clone();
    let tokens = Tokens { operator: town.operator.clone(), anna: token.clone() };
    see_everything(server, &tokens, anna).await;
    let (channel, network_id) = (server.connect().await, town.network.clone());
    let id = || network_id.clone();
    let read = g::GetCharterRequest { network_id: id(), ..Default::default() };
    CharterServiceClient::new(channel.clone()).get_charter(with(&token, read)).await.unwrap();
    let read = g::ListProposalsRequest { network_id: id(), ..Default::default() };
    ProposalServiceClient::new(channel.clone()).list_proposals(with(&token, read)).await.unwrap();
    let read = g::ListResolutionsRequest { network_id: id(), ..Default::default() };
    let mut register = RegisterServiceClient::new(channel.clone());
    register.list_resolutions(with(&token, read)).await.unwrap();
    let mut decisions = DecisionServiceClient::new(channel);
    let read = g::ListDecisionsRequest { network_id: id(), ..Default::default() };
    decisions.list_decisions(with(&token, read)).await.unwrap();
    let read = g::ListParticipationRequest { network_id: id(), ..Default::default() };
    decisions.list_participation(with(&token, read)).await.unwrap();
}

/// The events of a log by kind of stream, stream and type.
struct Log(BTreeMap<(String, String, String), Vec<Value>>);

impl Log {
    fn of(events: &[Recorded]) -> Log {
        let mut log: BTreeMap<_, Vec<Value>> = BTreeMap::new();
        for event in events {
            let (category, id) = (event.stream.category().to_owned(), event.stream.id());
            let key = (category, id.to_string(), event.name.to_string());
            let data: Value = serde_json::from_slice(&event.data).unwrap();
            let metadata: Value = serde_json::from_slice(&event.metadata).unwrap();
            log.entry(key).or_default().push(json!({ "data": data, "metadata": metadata }));
        }
        Log(log)
    }

    /// The events of a type in a stream, or in all streams of its kind.
    fn all<'l>(
        &'l self,
        (category, id, name): (&str, Option<&str>, &str),
    ) -> impl Iterator<Item = &'l Value> {
        let found = self.0.iter().filter(move |((one, stream, other), _)| {
            (one.as_str(), other.as_str()) == (category, name)
                && id.is_none_or(|id| id == stream.as_str())
        });
        found.flat_map(|(_, events)| events).collect::<Vec<_>>().into_iter()
    }

    /// So many events are there, of this type and in this stream.
    #[track_caller]
    fn has(&self, what: (&str, Option<&str>, &str), times: usize) {
        assert_eq!(self.all(what).count(), times, "{what:?}");
    }

    /// The one event that there is of this type in this stream.
    #[track_caller]
    fn one(&self, category: &str, id: &str, name: &str) -> Value {
        self.has((category, Some(id), name), 1);
        self.all((category, Some(id), name)).next().unwrap()["data"].clone()
    }
}

/// Every founder's ballot is recorded once, as it was cast, and counts once.
fn counted_once(log: &Log, matter: &Matter) {
    let decision = matter.decision.as_str();
    for name in ["RollFrozen", "DecisionOpened", "DecisionClosed", "DecisionTallied"] {
        log.one("decision", decision, name);
    }
    log.one("decision", decision, "DecisionCertified");
    log.one("decision", decision, "DecisionFinalised");
    let says = |choice: &Value| match choice["option"].as_str() {
        Some(option) => option.to_owned(),
        None => choice.as_object().unwrap().keys().next().unwrap().clone(),
    };
    let expected = matter.expected();
    let mut recorded: BTreeMap<String, u64> = BTreeMap::new();
    let cast = ("decision", Some(decision), "BallotCast");
    match matter.kind {
        Kind::Open => {
            let mut voters = BTreeSet::new();
            for ballot in log.all(cast) {
                let voter = ballot["data"]["voter"]["person"].as_str().unwrap();
                assert!(voters.insert(voter), "{voter} has two ballots");
                *recorded.entry(says(&ballot["data"]["choice"])).or_default() += 1;
            }
        }
        Kind::Secret => {
            log.has(cast, 0);
            let id = matter.decision_id();
            let sealed = log.one("ballot_box", &BallotBoxId::of(id).to_string(), "BallotBoxSealed");
            for alike in sealed["ballots"].as_array().unwrap() {
                *recorded.entry(says(&alike["choice"])).or_default() +=
                    alike["count"].as_u64().unwrap();
            }
            let turnout = log.one("turnout", &TurnoutId::of(id).to_string(), "TurnoutRecorded");
            assert_eq!(turnout["voted"], VOTERS);
            assert_eq!(turnout["voters"].as_array().unwrap().len(), VOTERS);
        }
    }
    let recorded: BTreeMap<_, _> = recorded.iter().map(|(key, n)| (key.as_str(), *n)).collect();
    assert_eq!(recorded, expected, "what was recorded of {matter:?}");
    let bundle: Value = serde_json::from_slice(&matter.certificate).unwrap();
    let figures = &bundle["figures"];
    let mut counted = BTreeMap::from([("abstain", figures["abstained_units"].as_u64().unwrap())]);
    for option in figures["options"].as_array().unwrap() {
        counted.insert(option["option"].as_str().unwrap(), option["units"].as_u64().unwrap());
    }
    assert_eq!(counted, expected, "what was counted of {matter:?}");
}

/// It is in the register once, and what it was to do happened once, on its authority.
fn done_once(log: &Log, matter: &Matter) {
    let id = matter.decision_id();
    let resolution = ResolutionId::of(id).to_string();
    log.one("resolution", &resolution, "ResolutionEntered");
    log.one("resolution", &resolution, "EffectIssued");
    log.one("resolution", &resolution, "EffectConfirmed");
    log.has(("resolution", Some(&resolution), "EffectFailed"), 0);
    log.one("effect", &EffectId::of(id, 0).to_string(), "EffectApplied");
    match matter.kind {
        Kind::Open => {
            let applicant = json!({ "person": matter.about });
            let admitted: Vec<_> = log
                .all(("membership", None, "MemberAdmitted"))
                .filter(|event| event["data"]["party"] == applicant)
                .collect();
            assert_eq!(admitted.len(), 1, "{} was admitted", matter.about);
            let authority = admitted[0]["metadata"]["authority"].as_str().unwrap();
            assert!(authority.contains(&matter.decision), "{authority}");
        }
        Kind::Secret => {
            let adopted = log.one("goal", &matter.about, "GoalAdopted");
            assert_eq!(adopted["decision"], matter.decision);
        }
    }
}

/// `weft certificate` prints what the server gave, and `weft certificate verify` finds it right.
fn recounted(server: &Server, town: &Town, matter: &Matter) {
    let weft = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
        command.arg("certificate").stdin(Stdio::piped()).stdout(Stdio::piped());
        command
    };
    let printed = weft()
        .args(["--decision", &matter.decision, "--server", &server.address])
        .args(["--token", &town.founders[1].1])
        .output()
        .unwrap();
    assert!(printed.status.success(), "matter {}", matter.number);
    assert!(printed.stdout == matter.certificate, "matter {} is printed otherwise", matter.number);
    let mut verifying = weft().args(["verify", "-"]).spawn().unwrap();
    verifying.stdin.take().unwrap().write_all(&printed.stdout).unwrap();
    let verified = verifying.wait_with_output().unwrap();
    assert!(verified.status.success(), "matter {} is not valid", matter.number);
    assert!(verified.stdout.starts_with(b"valid\n"), "matter {}", matter.number);
}
