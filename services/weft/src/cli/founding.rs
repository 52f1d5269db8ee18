//! The story of `weft demo --story founding`: five people found a network, give it a charter, and
//! live by it for a year. Told through the public API, against the server that was started.

use std::{
    fmt,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use access::{Caller, Issuer};
use governance::certificate;
use host::{RandomIdentities, SystemClock};
use jiff::{SignedDuration, Timestamp};
use kernel::{Clock, Identities as _, PersonId};
use tokio::time::sleep;
use wire::weft::{
    common::v1::{Command, Party, party},
    governance::v1 as g,
    membership::v1 as m,
};

use super::{Failure, client::Server, out};

/// How often to see whether the scheduler has done what is due.
const LOOK: Duration = Duration::from_millis(100);

/// How many looks it gets.
const LOOKS_MAX: u32 = 300;

/// How long a token is good.
const TOKEN_LIFETIME: Duration = Duration::from_hours(12);

/// What the network is called.
pub(crate) const NETWORK: &str = "Old City";

/// A clock that goes as the machine's does, and can be moved forward.
#[derive(Default, Debug)]
pub(crate) struct MovedClock {
    ahead_s: AtomicI64,
}

impl MovedClock {
    fn forward(&self, hours: u32) {
        self.ahead_s.fetch_add(i64::from(hours) * 3_600, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead_s.load(Ordering::SeqCst));
        let now = SystemClock.now();
        now.checked_add(ahead).unwrap_or(now)
    }
}

/// Whom the story is about, and through what it is told.
struct Story<'s> {
    server: &'s Server,
    issuer: &'s Issuer,
    clock: &'s MovedClock,
    network: String,
    people: Vec<(&'static str, String)>,
}

const FOUNDERS: [&str; 5] = ["Anna", "Ben", "Chloe", "Dora", "Erin"];

/// Tells the whole story, each step as it happens; gives the id of one of the founders.
///
/// # Errors
///
/// Says which step the server refused.
pub(crate) async fn tell(
    server: &Server,
    issuer: &Issuer,
    clock: &MovedClock,
) -> Result<PersonId, Failure> {
    let (network, people) = (String::new(), Vec::new());
    let mut story = Story { server, issuer, clock, network, people };
    story.found().await?;
    story.ratify().await?;
    let mut decisions = vec![story.admit().await?];
    decisions.push(story.lend().await?);
    decisions.push(story.elect().await?);
    decisions.extend(story.amend().await?);
    decisions.push(story.review().await?);
    story.erase(&decisions).await?;
    let anna = story.id("Anna")?;
    PersonId::parse(&anna).map_err(|_| Failure::said("the server gave an id that is none"))
}

#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
fn command() -> Option<Command> {
    let command_id = RandomIdentities.fresh().to_string();
    Some(Command { command_id, effective_at: None, on_behalf_of: String::new() })
}

fn said(text: impl fmt::Display) -> Result<(), Failure> {
    out::line(format_args!("    {text}"))
}

fn step(number: u8, title: &str) -> Result<(), Failure> {
    out::line(format_args!("\n{number}. {title}"))
}

fn lacking<T>(value: Option<T>) -> Result<T, Failure> {
    value.ok_or_else(|| Failure::said("the server's answer lacks what its contract promises"))
}

fn option(key: &str) -> g::Choice {
    g::Choice { choice: Some(g::choice::Choice::Option(key.to_owned())) }
}

fn content(subject: g::Subject, title: &str, text: &str) -> g::ProposalContent {
    g::ProposalContent {
        title: title.to_owned(),
        text: text.to_owned(),
        subject: subject.into(),
        ..g::ProposalContent::default()
    }
}

fn effect(effect: g::effect::Effect) -> Vec<g::Effect> {
    vec![g::Effect { effect: Some(effect) }]
}

fn changing(policy: g::DecisionPolicy) -> g::CharterChange {
    g::CharterChange { change: Some(g::charter_change::Change::ChangePolicy(policy)) }
}

fn by_majority(policy: g::DecisionPolicy, bound: g::Bound, share: g::Share) -> g::DecisionPolicy {
    let majority = g::method::Method::Majority(g::method::Majority {});
    let requirement = g::Requirement {
        icon: g::Icon::Agree.into(),
        bound: bound.into(),
        share: Some(share),
        base: g::Base::CastWithoutAbstentions.into(),
    };
    g::DecisionPolicy {
        method: Some(g::Method { method: Some(majority) }),
        objections: None,
        requirements: vec![requirement],
        ..policy
    }
}

fn policy_of(charter: &g::Charter, name: &str) -> Result<g::DecisionPolicy, Failure> {
    lacking(charter.policies.iter().find(|policy| policy.name == name).cloned())
}

impl Story<'_> {
    fn id(&self, name: &str) -> Result<String, Failure> {
        lacking(self.people.iter().find(|(found, _)| *found == name).map(|(_, id)| id.clone()))
    }

    fn name(&self, id: &str) -> String {
        let found = self.people.iter().find(|(_, found)| found == id);
        found.map_or_else(|| id.to_owned(), |(name, _)| (*name).to_owned())
    }

    /// The server, asked by a person.
    fn by(&self, name: &str) -> Result<Server, Failure> {
        let person = PersonId::parse(&self.id(name)?)
            .map_err(|_| Failure::said("the server gave an id that is none"))?;
        self.caller(Caller::Person(person))
    }

    fn caller(&self, caller: Caller) -> Result<Server, Failure> {
        let id = RandomIdentities.fresh();
        // Tokens are dated by the server's clock, which is ahead of the machine's.
        self.server.with_token(&self.issuer.issue(caller, self.clock.now(), TOKEN_LIFETIME, id))
    }

    fn forward(&self, hours: u32) -> Result<(), Failure> {
        self.clock.forward(hours);
        let (days, rest) = (hours / 24, hours % 24);
        let rest = if rest == 0 { String::new() } else { format!(" and {rest} hours") };
        let now = self.clock.now();
        said(format_args!("[the demo's clock is moved forward by {days} days{rest}, to {now:.0}]"))
    }

    async fn found(&mut self) -> Result<(), Failure> {
        step(1, "Five people found a network")?;
        for name in FOUNDERS.into_iter().chain(["Finn"]) {
            let request = m::RegisterPersonRequest {
                command: command(),
                name: name.to_owned(),
                name_visibility: m::FieldVisibility::Network.into(),
            };
            let mut persons = self.caller(Caller::Operator)?.persons();
            let answer = persons.register_person(request).await.map_err(Failure::of)?;
            self.people.push((name, answer.into_inner().person_id));
        }
        let founder_ids = FOUNDERS.iter().map(|name| self.id(name)).collect::<Result<_, _>>()?;
        let request = m::FoundNetworkRequest {
            command: command(),
            name: NETWORK.to_owned(),
            purpose: "To keep the old city alive".to_owned(),
            founder_ids,
        };
        let answer = self.by("Anna")?.networks().found_network(request).await;
        self.network = answer.map_err(Failure::of)?.into_inner().network_id;
        for name in &FOUNDERS[1..] {
            let request =
                m::JoinAsFounderRequest { command: command(), network_id: self.network.clone() };
            let mut networks = self.by(name)?.networks();
            networks.join_as_founder(request).await.map_err(Failure::of)?;
        }
        for name in FOUNDERS {
            let request =
                m::OpenMembershipRequest { command: command(), network_id: self.network.clone() };
            let mut networks = self.by(name)?.networks();
            networks.open_membership(request).await.map_err(Failure::of)?;
        }
        said("Anna, Ben, Chloe, Dora and Erin have joined as founders. The network is forming:")?;
        said("what they do takes the consent of all five. Together they let anybody apply.")
    }

    async fn edit(&self, change: g::CharterChange) -> Result<(), Failure> {
        let request = g::EditCharterDraftRequest {
            command: command(),
            network_id: self.network.clone(),
            change: Some(change),
        };
        self.by("Ben")?.charters().edit_charter_draft(request).await.map_err(Failure::of)?;
        Ok(())
    }

    async fn ratify(&self) -> Result<(), Failure> {
        let network_id = || self.network.clone();
        let template = "consent_circle".to_owned();
        let request =
            g::OpenCharterDraftRequest { command: command(), network_id: network_id(), template };
        self.by("Anna")?.charters().open_charter_draft(request).await.map_err(Failure::of)?;
        said(
            "Anna opens the draft of a charter from the template consent_circle: eight sections,",
        )?;
        said("five decision policies, three offices.")?;
        let drafted = self.charter().await?;
        let constitution = policy_of(&drafted, "constitution")?;
        let two_thirds = g::Share { numerator: 2, denominator: 3 };
        let half = g::Share { numerator: 1, denominator: 2 };
        let mut amendments = by_majority(constitution.clone(), g::Bound::AtLeast, two_thirds);
        amendments.subjects.retain(|subject| *subject != i32::from(g::Subject::PolicyAmend));
        self.edit(changing(amendments)).await?;
        let rules = g::DecisionPolicy {
            name: "rules".to_owned(),
            subjects: vec![g::Subject::PolicyAmend.into()],
            sponsors_min: 0,
            ..by_majority(constitution, g::Bound::MoreThan, half)
        };
        let define = g::charter_change::Change::DefinePolicy(rules);
        self.edit(g::CharterChange { change: Some(define) }).await?;
        let rest = policy_of(&drafted, "everything else")?;
        self.edit(changing(by_majority(rest, g::Bound::MoreThan, half))).await?;
        said("Ben edits it: the charter changes with two thirds of the votes, its policies with")?;
        said("more than half, and so does everything that no other policy is about.")?;
        let request = g::SubmitCharterRequest { command: command(), network_id: network_id() };
        self.by("Chloe")?.charters().submit_charter(request).await.map_err(Failure::of)?;
        let hash = self.charter().await?.snapshot_hash;
        for name in FOUNDERS {
            let request = g::RatifyCharterRequest {
                command: command(),
                network_id: network_id(),
                snapshot_hash: hash.clone(),
            };
            self.by(name)?.charters().ratify_charter(request).await.map_err(Failure::of)?;
        }
        let charter = self.charter().await?;
        said(format_args!(
            "All five consent to the text with the hash {}…: version {} is in force, the network",
            hash.get(..12).unwrap_or(&hash),
            charter.version
        ))?;
        said("active. From now on no founder, and no operator, changes any of it.")
    }

    async fn charter(&self) -> Result<g::Charter, Failure> {
        let network_id = self.network.clone();
        let request = g::GetCharterRequest { network_id, as_of: None, min_position: 0 };
        let answer = self.by("Anna")?.charters().get_charter(request).await;
        lacking(answer.map_err(Failure::of)?.into_inner().charter)
    }

    /// Brings a proposal to a decision that is open.
    async fn bring(
        &self,
        (author, sponsor): (&str, Option<&str>),
        content: g::ProposalContent,
        hours: u32,
    ) -> Result<String, Failure> {
        let title = content.title.clone();
        let request = g::DraftProposalRequest {
            command: command(),
            network_id: self.network.clone(),
            content: Some(content),
        };
        let answer = self.by(author)?.proposals().draft_proposal(request).await;
        let proposal_id = answer.map_err(Failure::of)?.into_inner().proposal_id;
        let id = || proposal_id.clone();
        let request = g::SubmitProposalRequest { command: command(), proposal_id: id() };
        self.by(author)?.proposals().submit_proposal(request).await.map_err(Failure::of)?;
        if let Some(sponsor) = sponsor {
            let request = g::SponsorProposalRequest { command: command(), proposal_id: id() };
            self.by(sponsor)?.proposals().sponsor_proposal(request).await.map_err(Failure::of)?;
        }
        let request = g::OpenDiscussionRequest { command: command(), proposal_id: id() };
        self.by(author)?.proposals().open_discussion(request).await.map_err(Failure::of)?;
        said(format_args!(
            "{author} proposes {title:?}; it is discussed for as long as it must be."
        ))?;
        self.forward(hours)?;
        let request = g::CallDecisionRequest {
            command: command(),
            proposal_id: id(),
            opens_at: None,
            voting_hours: 0,
        };
        let answer = self.by(author)?.proposals().call_decision(request).await;
        let decision = answer.map_err(Failure::of)?.into_inner().decision_id;
        let seen = self.decision(&decision).await?;
        let roll = seen.roll_units;
        let needed = match seen.quorum_units_missing {
            Some(missing) => format!("{missing} needed"),
            None => "in secret".to_owned(),
        };
        said(format_args!("{author} calls the decision: {roll} votes on the roll, {needed}."))?;
        Ok(decision)
    }

    async fn vote(&self, decision: &str, name: &str, choice: g::Choice) -> Result<(), Failure> {
        let request = g::CastBallotRequest {
            command: command(),
            decision_id: decision.to_owned(),
            choice: Some(choice),
            reason: String::new(),
        };
        self.by(name)?.decisions().cast_ballot(request).await.map_err(Failure::of)?;
        Ok(())
    }

    async fn votes(&self, decision: &str, votes: &[(&str, &str)]) -> Result<(), Failure> {
        for (name, key) in votes {
            self.vote(decision, name, option(key)).await?;
        }
        let told: Vec<String> = votes.iter().map(|(name, key)| format!("{name} {key}")).collect();
        said(format_args!("Votes: {}.", told.join(", ")))
    }

    async fn decision(&self, decision: &str) -> Result<g::Decision, Failure> {
        let decision_id = decision.to_owned();
        let request = g::GetDecisionRequest { decision_id, min_position: 0 };
        let answer = self.by("Anna")?.decisions().get_decision(request).await;
        lacking(answer.map_err(Failure::of)?.into_inner().decision)
    }

    /// Moves the clock over the end of the voting, and waits for the scheduler.
    async fn close(&self, decision: &str, hours: u32) -> Result<g::Decision, Failure> {
        self.forward(hours)?;
        for _ in 0..LOOKS_MAX {
            let seen = self.decision(decision).await?;
            if seen.phase() == g::DecisionPhase::Final {
                let outcome = seen.outcome.clone().unwrap_or_default();
                let kind = outcome.kind().as_str_name().trim_start_matches("OUTCOME_KIND_");
                let names: Vec<String> = outcome.options.iter().map(|id| self.name(id)).collect();
                said(format_args!(
                    "The scheduler closes it as of its due time: {}{}{}.",
                    kind.to_lowercase().replace('_', " "),
                    if names.is_empty() { "" } else { " " },
                    names.join(" and ")
                ))?;
                return Ok(seen);
            }
            sleep(LOOK).await;
        }
        Err(Failure::said("the scheduler did not close a decision whose time had come"))
    }

    /// Waits until a resolution has the effects that it is to have; gives it.
    async fn carried_out(&self, decision: &str) -> Result<g::Resolution, Failure> {
        for _ in 0..LOOKS_MAX {
            let register = self.register().await?;
            let found = register.into_iter().find(|it| it.decision_id == decision);
            let pending = |it: &g::IssuedEffect| it.status() == g::EffectStatus::Issued;
            match found {
                Some(found) if !found.effects.iter().any(pending) => return Ok(found),
                Some(_) | None => sleep(LOOK).await,
            }
        }
        Err(Failure::said("an effect of a decision was not carried out"))
    }

    async fn register(&self) -> Result<Vec<g::Resolution>, Failure> {
        let request = g::ListResolutionsRequest {
            network_id: self.network.clone(),
            status: 0,
            review_by: None,
            as_of: None,
            page: None,
            min_position: 0,
        };
        let answer = self.by("Anna")?.register().list_resolutions(request).await;
        Ok(answer.map_err(Failure::of)?.into_inner().resolutions)
    }

    async fn mandates(&self) -> Result<Vec<g::Mandate>, Failure> {
        let request = g::ListMandatesRequest {
            network_id: self.network.clone(),
            role: String::new(),
            as_of: None,
            page: None,
            min_position: 0,
        };
        let answer = self.by("Anna")?.register().list_mandates(request).await;
        Ok(answer.map_err(Failure::of)?.into_inner().mandates)
    }

    async fn admit(&self) -> Result<String, Failure> {
        step(2, "Somebody applies and is admitted by consent")?;
        let request = m::ApplyForMembershipRequest {
            command: command(),
            network_id: self.network.clone(),
            statement: "I mend roofs".to_owned(),
        };
        let mut memberships = self.by("Finn")?.memberships();
        memberships.apply_for_membership(request).await.map_err(Failure::of)?;
        said("Finn applies. The charter says: by consent, with half of the members taking part.")?;
        let party = Party { party: Some(party::Party::PersonId(self.id("Finn")?)) };
        let text = g::ProposalContent {
            effects: effect(g::effect::Effect::AdmitMember(party)),
            ..content(g::Subject::MembershipAdmit, "Finn joins us", "Finn mends roofs.")
        };
        let decision = self.bring(("Anna", None), text, 48).await?;
        self.votes(&decision, &[("Anna", "consent"), ("Ben", "consent"), ("Chloe", "consent")])
            .await?;
        let id = || decision.clone();
        let argument = "We do not know Finn".to_owned();
        let request = g::RaiseObjectionRequest { command: command(), decision_id: id(), argument };
        let answer = self.by("Dora")?.decisions().raise_objection(request).await;
        let number = answer.map_err(Failure::of)?.into_inner().number;
        let request = g::AnswerObjectionRequest {
            command: command(),
            decision_id: id(),
            number,
            answer: "I have known Finn for ten years".to_owned(),
        };
        self.by("Chloe")?.decisions().answer_objection(request).await.map_err(Failure::of)?;
        let request = g::JudgeObjectionRequest {
            command: command(),
            decision_id: id(),
            number,
            validity: g::Validity::NotValid.into(),
        };
        self.by("Erin")?.decisions().judge_objection(request).await.map_err(Failure::of)?;
        said("Dora objects, Chloe answers, Erin judges the objection not valid.")?;
        self.close(&decision, 80).await?;
        self.carried_out(&decision).await?;
        said(format_args!("Finn is a member, by the authority decision/{decision}."))?;
        Ok(decision)
    }

    async fn lend(&self) -> Result<String, Failure> {
        step(3, "Votes are lent on a topic, and one lender votes all the same")?;
        let delegate = Party { party: Some(party::Party::PersonId(self.id("Chloe")?)) };
        for name in ["Ben", "Dora"] {
            let topic = g::delegation_scope::Scope::Topic("roofs".to_owned());
            let request = g::GrantDelegationRequest {
                command: command(),
                network_id: self.network.clone(),
                delegate: Some(delegate.clone()),
                scope: Some(g::DelegationScope { scope: Some(topic) }),
                until: None,
                shown_to_network: true,
            };
            let answer = self.by(name)?.delegations().grant_delegation(request).await;
            let delegation_id = answer.map_err(Failure::of)?.into_inner().delegation_id;
            let request = g::AcceptDelegationRequest { command: command(), delegation_id };
            let mut delegations = self.by("Chloe")?.delegations();
            delegations.accept_delegation(request).await.map_err(Failure::of)?;
        }
        said("Ben and Dora lend Chloe their votes on the topic \"roofs\"; Chloe accepts.")?;
        let text = g::ProposalContent {
            topic: "roofs".to_owned(),
            ..content(g::Subject::Other, "Tiles from the quarry", "They last a century.")
        };
        let decision = self.bring(("Anna", None), text, 48).await?;
        let votes = [("Anna", "agree"), ("Chloe", "agree"), ("Dora", "disagree")];
        self.votes(&decision, &votes).await?;
        let seen = self.close(&decision, 80).await?;
        for lent in &seen.delegations {
            let name = |party: &Option<Party>| match party.as_ref().and_then(|it| it.party.as_ref())
            {
                Some(party::Party::PersonId(id) | party::Party::OrganisationId(id)) => {
                    self.name(id)
                }
                None => String::new(),
            };
            let path: Vec<String> = lent.path.iter().map(|it| name(&Some(it.clone()))).collect();
            said(format_args!(
                "The certificate says: {}'s vote went to {}. Dora voted herself.",
                name(&lent.delegator),
                path.join(", then ")
            ))?;
        }
        self.carried_out(&decision).await?;
        Ok(decision)
    }

    async fn elect(&self) -> Result<String, Failure> {
        step(4, "Two coordinators are elected in secret, by Scottish STV")?;
        let standing = ["Anna", "Ben", "Chloe"];
        let options = standing.iter().map(|name| {
            let candidate_id = self.id(name)?;
            let (key, icon) = (candidate_id.clone(), g::Icon::Item.into());
            Ok(g::DecisionOption { key, icon, label: String::new(), candidate_id })
        });
        let confer =
            g::effect::ConferMandate { role: "coordinator".to_owned(), holder_id: String::new() };
        let text = g::ProposalContent {
            effects: effect(g::effect::Effect::ConferMandate(confer)),
            options: options.collect::<Result<_, Failure>>()?,
            ..content(g::Subject::MandateConfer, "Who is to coordinate", "For a year.")
        };
        let decision = self.bring(("Dora", None), text, 48).await?;
        let orders: [(&str, &[&str]); 6] = [
            ("Anna", &["Anna", "Chloe"]),
            ("Ben", &["Ben"]),
            ("Chloe", &["Chloe", "Anna"]),
            ("Dora", &["Anna", "Chloe"]),
            ("Erin", &["Ben", "Anna"]),
            ("Finn", &["Anna"]),
        ];
        for (name, order) in orders {
            let keys = order.iter().map(|name| self.id(name)).collect::<Result<_, _>>()?;
            let ranking = g::choice::Choice::Ranking(g::choice::Keys { keys });
            self.vote(&decision, name, g::Choice { choice: Some(ranking) }).await?;
        }
        said(
            "All six vote. Until voting is over, nothing of a secret ballot is recorded; then the",
        )?;
        said("box is opened: a sorted heap of ballots, and apart from it, who voted.")?;
        self.close(&decision, 80).await?;
        self.carried_out(&decision).await?;
        for mandate in self.mandates().await? {
            let holder = self.name(&mandate.holder_id);
            let mandate_id = mandate.mandate_id.clone();
            let request = g::AcceptMandateRequest { command: command(), mandate_id };
            self.by(&holder)?.register().accept_mandate(request).await.map_err(Failure::of)?;
            said(format_args!("{holder} accepts the office of {}, for a year.", mandate.role))?;
        }
        Ok(decision)
    }

    async fn amend(&self) -> Result<[String; 2], Failure> {
        step(5, "The charter is amended by its own rule, which fewer cannot weaken")?;
        let charter = self.charter().await?;
        let mut longer = policy_of(&charter, "everything else")?;
        longer.voting_hours_min = 120;
        let changes = g::effect::Changes { changes: vec![changing(longer)] };
        let text = g::ProposalContent {
            effects: effect(g::effect::Effect::AmendCharter(changes)),
            ..content(g::Subject::CharterAmend, "Five days to vote", "Three are too few.")
        };
        let adopted = self.bring(("Anna", Some("Ben")), text, 168).await?;
        let votes = [
            ("Anna", "agree"),
            ("Ben", "agree"),
            ("Chloe", "agree"),
            ("Dora", "agree"),
            ("Erin", "disagree"),
        ];
        self.votes(&adopted, &votes).await?;
        self.close(&adopted, 170).await?;
        self.carried_out(&adopted).await?;
        let charter = self.charter().await?;
        said(format_args!("Version {} of the charter is in force.", charter.version))?;
        let half = g::Share { numerator: 1, denominator: 2 };
        let weaker = policy_of(&charter, "constitution")?;
        let weaker = by_majority(weaker, g::Bound::AtLeast, half);
        let changes = g::effect::Changes { changes: vec![changing(weaker)] };
        let text = g::ProposalContent {
            effects: effect(g::effect::Effect::ChangePolicies(changes)),
            ..content(g::Subject::PolicyAmend, "Half is enough", "For charters too.")
        };
        let attempt = self.bring(("Chloe", None), text, 168).await?;
        let votes = [
            ("Chloe", "agree"),
            ("Dora", "agree"),
            ("Erin", "agree"),
            ("Anna", "disagree"),
            ("Ben", "disagree"),
        ];
        self.votes(&attempt, &votes).await?;
        self.close(&attempt, 170).await?;
        let entry = self.carried_out(&attempt).await?;
        for effect in &entry.effects {
            said(format_args!(
                "Three of five may change policies, but not the rule that asks for two thirds: the \
                 effect\n    failed with {}.",
                effect.reason
            ))?;
        }
        said(format_args!("Version {} is still in force.", self.charter().await?.version))?;
        Ok([adopted, attempt])
    }

    async fn review(&self) -> Result<String, Failure> {
        step(6, "A year later: offices end, and a decision is reviewed and superseded")?;
        self.forward(370 * 24)?;
        let mut entry = None;
        for _ in 0..LOOKS_MAX {
            let register = self.register().await?;
            let due = register.into_iter().find(|it| it.review_due);
            let held = self.mandates().await?;
            let over = |it: &g::Mandate| it.status() == g::MandateStatus::Expired;
            if due.is_some() && held.iter().all(over) {
                entry = due;
                break;
            }
            sleep(LOOK).await;
        }
        let entry = entry.ok_or_else(|| Failure::said("no review fell due after a year"))?;
        said("The mandates of Anna and Ben have expired as of the end of their terms.")?;
        said(format_args!("{:?} is due for review.", entry.title))?;
        let request = g::HoldReviewRequest {
            command: command(),
            resolution_id: entry.resolution_id.clone(),
            finding: g::ReviewFinding::Amend.into(),
        };
        self.by("Anna")?.register().hold_review(request).await.map_err(Failure::of)?;
        let text = g::ProposalContent {
            supersedes_resolution_id: entry.resolution_id.clone(),
            ..content(g::Subject::Other, "Tiles from the kiln", "The quarry is closed.")
        };
        let decision = self.bring(("Anna", None), text, 48).await?;
        let votes = [("Anna", "agree"), ("Chloe", "agree"), ("Erin", "agree"), ("Finn", "agree")];
        self.votes(&decision, &votes).await?;
        self.close(&decision, 125).await?;
        self.carried_out(&decision).await?;
        said("The register:")?;
        for _ in 0..LOOKS_MAX {
            let register = self.register().await?;
            let linked = |it: &g::Resolution| it.status() == g::ResolutionStatus::Superseded;
            if !register.iter().any(linked) {
                sleep(LOOK).await;
                continue;
            }
            for entry in &register {
                let status = entry.status().as_str_name();
                let status = status.trim_start_matches("RESOLUTION_STATUS_").to_lowercase();
                let older = register.iter().find(|it| it.resolution_id == entry.supersedes_id);
                let lineage = older.map(|it| format!(", in the place of {:?}", it.title));
                let failed = entry.implementation() == g::Implementation::Failed;
                said(format_args!(
                    "  {:<11} {}{}{}",
                    status.replace('_', " "),
                    entry.title,
                    lineage.unwrap_or_default(),
                    if failed { ", which could not be carried out" } else { "" }
                ))?;
            }
            return Ok(decision);
        }
        Err(Failure::said("the older resolution was not superseded"))
    }

    async fn certificates(&self, decisions: &[String]) -> Result<Vec<Vec<u8>>, Failure> {
        let mut bundles = Vec::new();
        for decision in decisions {
            let decision_id = decision.clone();
            let request = g::GetCertificateRequest { decision_id, ..Default::default() };
            let answer = self.by("Anna")?.decisions().get_certificate(request).await;
            let bundle = answer.map_err(Failure::of)?.into_inner().bundle;
            certificate::verify_json(&bundle).map_err(|differences| {
                let first = differences.first().map(ToString::to_string).unwrap_or_default();
                Failure::said(format!("the certificate of {decision} is not valid: {first}"))
            })?;
            bundles.push(bundle);
        }
        Ok(bundles)
    }

    async fn erase(&self, decisions: &[String]) -> Result<(), Failure> {
        step(7, "A member is erased, and every count stays")?;
        let before = self.certificates(decisions).await?;
        said(format_args!("{} certificates are recounted: all valid.", before.len()))?;
        let request = m::ErasePersonRequest { command: command(), person_id: self.id("Dora")? };
        self.by("Dora")?.persons().erase_person(request).await.map_err(Failure::of)?;
        if self.certificates(decisions).await? != before {
            return Err(Failure::said("a certificate changed when a member was erased"));
        }
        said("Dora's name and words are gone; every certificate is byte for byte what it was.")?;
        if let Some(last) = decisions.last() {
            said(format_args!("To check one yourself: weft certificate --decision {last}"))?;
        }
        Ok(())
    }
}
