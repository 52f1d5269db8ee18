//! A network of many founders under a charter that lets them vote at once, made through the public
//! API, and the decisions they vote on.

use std::{path::Path, time::Duration};

use access::{Caller, Issuer};
use host::RandomIdentities;
use kernel::{Identities as _, PersonId};
use tokio::time::sleep;
use tonic::transport::Channel;
use wire::weft::{
    governance::v1::{
        self as g, charter_service_client::CharterServiceClient,
        decision_service_client::DecisionServiceClient,
        proposal_service_client::ProposalServiceClient,
    },
    membership::v1::{
        FieldVisibility, FoundNetworkRequest, JoinAsFounderRequest, RegisterPersonRequest,
        network_service_client::NetworkServiceClient, person_service_client::PersonServiceClient,
    },
};

use crate::{
    Failure,
    scene::{Token, all, command, signed, token},
};

/// The charter to start from.
const TEMPLATE: &str = "majority_assembly";

/// The policy of that charter that decides on [`Secrecy::Open`] matters.
const OPEN_POLICY: &str = "everything else";

/// How often to see whether a decision has got further.
const LOOK: Duration = Duration::from_millis(10);

/// How many looks it gets: half a minute.
const LOOKS_MAX: u32 = 3_000;

/// Who learns how somebody voted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Secrecy {
    /// Everybody.
    Open,
    /// Nobody.
    Secret,
}

impl Secrecy {
    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Secrecy::Open => "open",
            Secrecy::Secret => "secret",
        }
    }

    /// What is decided on so.
    fn subject(self) -> g::Subject {
        match self {
            Secrecy::Open => g::Subject::Other,
            Secrecy::Secret => g::Subject::PracticeRecommend,
        }
    }
}

/// The network, whose members are all founders.
#[derive(Debug)]
pub(crate) struct Town {
    network_id: String,
    /// Their tokens; the first one proposes.
    pub(crate) voters: Vec<Token>,
    channel: Channel,
}

impl Town {
    /// Founds a network of so many on a system that has nothing yet, whose folder of data is
    /// `folder`, and ratifies its charter.
    pub(crate) async fn found(
        folder: &Path,
        channel: &Channel,
        members: usize,
    ) -> Result<Town, Failure> {
        let issuer = Issuer::open(folder)?;
        let operator = token(&issuer, Caller::Operator)?;
        let people = PersonServiceClient::new(channel.clone());
        let people = all(members, |number| {
            let (mut people, operator) = (people.clone(), operator.clone());
            async move {
                let request = RegisterPersonRequest {
                    command: Some(command(RandomIdentities.fresh())),
                    name: format!("Person {number}"),
                    name_visibility: FieldVisibility::Owner.into(),
                };
                let answer = people.register_person(signed(request, &operator)).await?;
                Ok(answer.into_inner().person_id)
            }
        })
        .await?;
        let mut voters = Vec::new();
        for person in &people {
            voters.push(token(&issuer, Caller::Person(PersonId::parse(person)?))?);
        }
        let mut networks = NetworkServiceClient::new(channel.clone());
        let founding = FoundNetworkRequest {
            command: Some(command(RandomIdentities.fresh())),
            name: "Bench".to_owned(),
            purpose: String::new(),
            founder_ids: people,
        };
        let founded = networks.found_network(signed(founding, &operator)).await?;
        let network_id = founded.into_inner().network_id;
        let town = Town { network_id, voters, channel: channel.clone() };
        all(members, |number| {
            let (mut networks, voter) = (networks.clone(), town.voters[number].clone());
            let network_id = town.network_id.clone();
            async move {
                let command = Some(command(RandomIdentities.fresh()));
                let request = JoinAsFounderRequest { command, network_id };
                networks.join_as_founder(signed(request, &voter)).await?;
                Ok(String::new())
            }
        })
        .await?;
        town.ratify().await?;
        Ok(town)
    }

    /// Gives the network its charter: everybody votes once, and a vote ends when all have.
    async fn ratify(&self) -> Result<(), Failure> {
        let mut charters = CharterServiceClient::new(self.channel.clone());
        let first = &self.voters[0];
        let network_id = || self.network_id.clone();
        let request = g::OpenCharterDraftRequest {
            command: Some(command(RandomIdentities.fresh())),
            network_id: network_id(),
            template: TEMPLATE.to_owned(),
        };
        charters.open_charter_draft(signed(request, first)).await?;
        let request =
            g::GetCharterRequest { network_id: network_id(), as_of: None, min_position: 0 };
        let draft = charters.get_charter(signed(request, first)).await?.into_inner().charter;
        let policies = draft.map(|draft| draft.policies).unwrap_or_default();
        let found = policies.into_iter().find(|policy| policy.name == OPEN_POLICY);
        let [open, secret] = policies_of(found.ok_or("the template has changed")?);
        for change in [
            g::charter_change::Change::ChangePolicy(open),
            g::charter_change::Change::DefinePolicy(secret),
        ] {
            let request = g::EditCharterDraftRequest {
                command: Some(command(RandomIdentities.fresh())),
                network_id: network_id(),
                change: Some(g::CharterChange { change: Some(change) }),
            };
            charters.edit_charter_draft(signed(request, first)).await?;
        }
        let request = g::SubmitCharterRequest {
            command: Some(command(RandomIdentities.fresh())),
            network_id: network_id(),
        };
        charters.submit_charter(signed(request, first)).await?;
        all(self.voters.len(), |number| {
            let (mut charters, voter) = (charters.clone(), self.voters[number].clone());
            let network_id = network_id();
            async move {
                let command = Some(command(RandomIdentities.fresh()));
                let snapshot_hash = String::new();
                let request = g::RatifyCharterRequest { command, network_id, snapshot_hash };
                charters.ratify_charter(signed(request, &voter)).await?;
                Ok(String::new())
            }
        })
        .await?;
        Ok(())
    }

    /// Brings a proposal to a decision on which everybody may vote, and gives its id.
    pub(crate) async fn call(&self, secrecy: Secrecy) -> Result<String, Failure> {
        let mut proposals = ProposalServiceClient::new(self.channel.clone());
        let author = &self.voters[0];
        let content = g::ProposalContent {
            title: "Shall we?".to_owned(),
            text: "We shall.".to_owned(),
            subject: secrecy.subject().into(),
            ..g::ProposalContent::default()
        };
        let request = g::DraftProposalRequest {
            command: Some(command(RandomIdentities.fresh())),
            network_id: self.network_id.clone(),
            content: Some(content),
        };
        let drafted = proposals.draft_proposal(signed(request, author)).await?;
        let proposal_id = drafted.into_inner().proposal_id;
        let request = g::SubmitProposalRequest {
            command: Some(command(RandomIdentities.fresh())),
            proposal_id: proposal_id.clone(),
        };
        proposals.submit_proposal(signed(request, author)).await?;
        let request = g::OpenDiscussionRequest {
            command: Some(command(RandomIdentities.fresh())),
            proposal_id: proposal_id.clone(),
        };
        proposals.open_discussion(signed(request, author)).await?;
        let request = g::CallDecisionRequest {
            command: Some(command(RandomIdentities.fresh())),
            proposal_id,
            opens_at: None,
            voting_hours: 0,
        };
        let called = proposals.call_decision(signed(request, author)).await?;
        let decision = called.into_inner().decision_id;
        self.reach(&decision, g::DecisionPhase::Open).await?;
        Ok(decision)
    }

    /// Ends the voting, once all have voted, and gives what it came to.
    pub(crate) async fn close(&self, decision: &str) -> Result<g::Decision, Failure> {
        let request = g::CloseDecisionRequest {
            command: Some(command(RandomIdentities.fresh())),
            decision_id: decision.to_owned(),
        };
        let mut decisions = DecisionServiceClient::new(self.channel.clone());
        decisions.close_decision(signed(request, &self.voters[0])).await?;
        self.reach(decision, g::DecisionPhase::Final).await
    }

    async fn reach(&self, decision: &str, phase: g::DecisionPhase) -> Result<g::Decision, Failure> {
        let mut decisions = DecisionServiceClient::new(self.channel.clone());
        for _ in 0..LOOKS_MAX {
            let request =
                g::GetDecisionRequest { decision_id: decision.to_owned(), min_position: 0 };
            // It is not found before it is scheduled, which follows from the call.
            let found = match decisions.get_decision(signed(request, &self.voters[0])).await {
                Ok(answer) => answer.into_inner().decision,
                Err(status) if status.code() == tonic::Code::NotFound => None,
                Err(status) => return Err(status.into()),
            };
            if let Some(found) = found.filter(|found| found.phase() == phase) {
                return Ok(found);
            }
            sleep(LOOK).await;
        }
        Err(format!("the decision did not become {}", phase.as_str_name()).into())
    }
}

/// A policy by which things are decided at once and in the open, and the same in secret.
fn policies_of(found: g::DecisionPolicy) -> [g::DecisionPolicy; 2] {
    let open = g::DecisionPolicy {
        sponsors_min: 0,
        discussion_hours_min: 0,
        delegation: None,
        ballot_change: g::BallotChange::Never.into(),
        early_close: g::EarlyClose::AllVoted.into(),
        ..found
    };
    let secret = g::DecisionPolicy {
        name: "in secret".to_owned(),
        subjects: vec![Secrecy::Secret.subject().into()],
        secrecy: g::Secrecy::Secret.into(),
        results: g::ResultsShown::AfterClose.into(),
        reasons: g::Reasons::None.into(),
        leavers: g::Leavers::Keep.into(),
        ..open.clone()
    };
    [open, secret]
}
