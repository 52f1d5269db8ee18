//! Five founders, somebody who applies, and the words of proposals and ballots.

use kernel::{DecisionId, NetworkId, Party, PersonId};
use stories::World;
use wire::{
    read,
    weft::governance::v1::{
        Base, Bound, CharterChange, CharterSection, Choice, DecisionOption, DecisionPolicy,
        DelegationRule, DelegationScope, Effect, Icon, Method, ProposalContent, Requirement, Share,
        Subject, charter_change, choice, delegation_rule, delegation_scope, effect, method,
    },
};

/// How many events of a network a story reads at most.
const EVENTS_MAX: u32 = 2_000;

/// A network that is being founded by five, with the policies that its charter is to have.
pub(crate) struct Town {
    /// The network.
    pub(crate) network: NetworkId,
    /// Founders.
    pub(crate) anna: PersonId,
    pub(crate) ben: PersonId,
    pub(crate) chloe: PersonId,
    pub(crate) dora: PersonId,
    pub(crate) erin: PersonId,
    /// Wants to join.
    pub(crate) finn: PersonId,
    policies: Vec<DecisionPolicy>,
}

impl Town {
    /// Founds the network: all five have joined, and anybody may apply.
    pub(crate) async fn found(world: &World) -> Town {
        Town::found_as(world, "Old City").await
    }

    /// As [`Town::found`], under another name.
    pub(crate) async fn found_as(world: &World, name: &str) -> Town {
        let register = async |name| world.operator().register(name).await.unwrap();
        let (anna, ben) = (register("Anna Alder").await, register("Ben Birch").await);
        let (chloe, dora) = (register("Chloe Cedar").await, register("Dora Dogwood").await);
        let (erin, finn) = (register("Erin Elm").await, register("Finn Fir").await);
        let founders = [anna, ben, chloe, dora, erin];
        let (network, _) = world.person(anna).found_network(name, &founders).await.unwrap();
        for founder in &founders[1..] {
            world.person(*founder).join_as_founder(network).await.unwrap();
        }
        for founder in founders {
            world.person(founder).open_membership(network).await.unwrap();
        }
        let policies = world.person(anna).template("consent_circle").await.unwrap();
        Town { network, anna, ben, chloe, dora, erin, finn, policies: adapted(policies) }
    }

    /// The founders, in the order of the alphabet.
    pub(crate) fn founders(&self) -> [PersonId; 5] {
        [self.anna, self.ben, self.chloe, self.dora, self.erin]
    }

    /// Drafts the charter: a template, with other rules for the constitution, for rules, and for
    /// everything else.
    pub(crate) async fn draft(&self, world: &World) {
        let anna = world.person(self.anna);
        anna.open_charter_draft(self.network, "consent_circle").await.unwrap();
        for name in ["constitution", "everything else"] {
            let change = changing(self.policy(name, |_| {}));
            world.person(self.ben).edit_charter(self.network, change).await.unwrap();
        }
        let rules = charter_change::Change::DefinePolicy(self.policy("rules", |_| {}));
        let change = CharterChange { change: Some(rules) };
        world.person(self.ben).edit_charter(self.network, change).await.unwrap();
        let purpose = purpose("To keep the old city alive");
        world.person(self.chloe).edit_charter(self.network, purpose).await.unwrap();
    }

    /// Ratifies the charter as it is drafted.
    pub(crate) async fn ratify(&self, world: &World) {
        self.draft(world).await;
        world.person(self.anna).submit_charter(self.network).await.unwrap();
        for founder in self.founders() {
            world.person(founder).ratify_charter(self.network, "").await.unwrap();
        }
        world.settle().await;
    }

    /// The policy of this name, otherwise than it is.
    pub(crate) fn policy(
        &self,
        name: &str,
        change: impl FnOnce(&mut DecisionPolicy),
    ) -> DecisionPolicy {
        let found = self.policies.iter().find(|policy| policy.name == name);
        let mut policy = found.unwrap().clone();
        change(&mut policy);
        policy
    }

    /// Brings a text from the draft to an open decision, once it was discussed for long enough.
    pub(crate) async fn bring(
        &self,
        world: &World,
        author: PersonId,
        content: ProposalContent,
        sponsors: &[PersonId],
    ) -> DecisionId {
        let subject = content.subject();
        let decides = |policy: &&DecisionPolicy| policy.subjects().any(|it| it == subject);
        let hours = self.policies.iter().find(decides).unwrap().discussion_hours_min;
        self.bring_with(world, author, (content, sponsors), hours.into()).await
    }

    /// As [`Town::bring`], without sponsors and after this many hours of discussion.
    pub(crate) async fn bring_after(
        &self,
        world: &World,
        author: PersonId,
        content: ProposalContent,
        hours: i64,
    ) -> DecisionId {
        self.bring_with(world, author, (content, &[]), hours).await
    }

    async fn bring_with(
        &self,
        world: &World,
        author: PersonId,
        (content, sponsors): (ProposalContent, &[PersonId]),
        hours: i64,
    ) -> DecisionId {
        let voice = || world.person(author);
        let proposal = voice().draft_proposal(self.network, content).await.unwrap();
        voice().submit_proposal(proposal).await.unwrap();
        for sponsor in sponsors {
            world.person(*sponsor).sponsor_proposal(proposal).await.unwrap();
        }
        voice().open_discussion(proposal).await.unwrap();
        world.pass(hours).await;
        voice().call_decision(proposal).await.unwrap()
    }
}

/// The policies of the consent circle, with majorities for the constitution, for rules and for
/// everything else, and votes that can be lent.
fn adapted(mut policies: Vec<DecisionPolicy>) -> Vec<DecisionPolicy> {
    let majority = |bound: Bound, share| Requirement {
        icon: Icon::Agree.into(),
        bound: bound.into(),
        share: Some(share),
        base: Base::CastWithoutAbstentions.into(),
    };
    let by_majority =
        || Some(Method { method: Some(method::Method::Majority(method::Majority {})) });
    let half = Share { numerator: 1, denominator: 2 };
    for policy in &mut policies {
        match policy.name.as_str() {
            "constitution" => {
                policy.subjects.retain(|subject| *subject != i32::from(Subject::PolicyAmend));
                policy.method = by_majority();
                policy.objections = None;
                let share = Share { numerator: 2, denominator: 3 };
                policy.requirements = vec![majority(Bound::AtLeast, share)];
            }
            "everything else" => {
                policy.method = by_majority();
                policy.objections = None;
                policy.requirements = vec![majority(Bound::MoreThan, half)];
                let rule = delegation_rule::Transitive { steps_max: 2, carried_max: 2 };
                let rule = Some(delegation_rule::Rule::Transitive(rule));
                policy.delegation = Some(DelegationRule { rule });
            }
            _ => {}
        }
    }
    let constitution = policies.iter().find(|policy| policy.name == "constitution");
    let mut rules = constitution.unwrap().clone();
    "rules".clone_into(&mut rules.name);
    rules.subjects = vec![Subject::PolicyAmend.into()];
    rules.sponsors_min = 0;
    rules.requirements = vec![majority(Bound::MoreThan, half)];
    policies.push(rules);
    policies
}

/// A proposal on a subject.
pub(crate) fn content(subject: Subject, title: &str) -> ProposalContent {
    ProposalContent {
        title: title.to_owned(),
        text: format!("{title}: say yes."),
        subject: subject.into(),
        ..ProposalContent::default()
    }
}

/// The same proposal on a topic.
pub(crate) fn on_topic(content: ProposalContent, topic: &str) -> ProposalContent {
    ProposalContent { topic: topic.to_owned(), ..content }
}

fn with(effect: effect::Effect, content: ProposalContent) -> ProposalContent {
    ProposalContent { effects: vec![Effect { effect: Some(effect) }], ..content }
}

/// To admit somebody.
pub(crate) fn admission(party: Party) -> ProposalContent {
    let effect = effect::Effect::AdmitMember(read::party_message(party));
    with(effect, content(Subject::MembershipAdmit, "A new member"))
}

/// To elect people to a role.
pub(crate) fn conferral(role: &str, standing: &[PersonId]) -> ProposalContent {
    let option = |person: &PersonId| DecisionOption {
        key: person.to_string(),
        icon: Icon::Item.into(),
        label: String::new(),
        candidate_id: person.to_string(),
    };
    let effect = effect::ConferMandate { role: role.to_owned(), holder_id: String::new() };
    let options = standing.iter().map(option).collect();
    let text = content(Subject::MandateConfer, &format!("Who is to be {role}"));
    with(effect::Effect::ConferMandate(effect), ProposalContent { options, ..text })
}

/// To change the charter, or its policies only.
pub(crate) fn amending(subject: Subject, changes: Vec<CharterChange>) -> ProposalContent {
    let changes = effect::Changes { changes };
    let effect = if subject == Subject::PolicyAmend {
        effect::Effect::ChangePolicies(changes)
    } else {
        effect::Effect::AmendCharter(changes)
    };
    with(effect, content(subject, "Other rules"))
}

/// Another text for the purpose.
pub(crate) fn purpose(text: &str) -> CharterChange {
    let section = CharterSection::Purpose.into();
    let edit = charter_change::EditSection { section, text: text.to_owned() };
    CharterChange { change: Some(charter_change::Change::EditSection(edit)) }
}

/// Another policy of the same name.
pub(crate) fn changing(policy: DecisionPolicy) -> CharterChange {
    CharterChange { change: Some(charter_change::Change::ChangePolicy(policy)) }
}

/// A ballot for one option.
pub(crate) fn option(key: &str) -> Choice {
    Choice { choice: Some(choice::Choice::Option(key.to_owned())) }
}

/// A ballot without a say.
pub(crate) fn abstain() -> Choice {
    Choice { choice: Some(choice::Choice::Abstain(choice::Nothing {})) }
}

/// A ballot that ranks people.
pub(crate) fn ranking(order: &[PersonId]) -> Choice {
    let keys = order.iter().map(PersonId::to_string).collect();
    Choice { choice: Some(choice::Choice::Ranking(choice::Keys { keys })) }
}

/// For a topic.
pub(crate) fn topic(topic: &str) -> DelegationScope {
    DelegationScope { scope: Some(delegation_scope::Scope::Topic(topic.to_owned())) }
}

/// The events of a network, in the order of recording.
pub(crate) async fn events_of(world: &World, network: NetworkId) -> Vec<eventlog::Recorded> {
    let filter = eventlog::Filter { network: Some(network), categories: &[] };
    let log = world.system().log();
    let page = log.read_all(eventlog::Position(0), filter, EVENTS_MAX).await.unwrap();
    assert!(u32::try_from(page.events.len()).unwrap() < EVENTS_MAX);
    page.events
}
