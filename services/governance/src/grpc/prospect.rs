//! What a policy would take, over gRPC.

use std::collections::BTreeSet;

use eventlog::Position;
use events::{Constituency, DecisionPolicy, Icon, PolicyName};
use kernel::{ErrorCode, NetworkId};
use tonic::Status;
use wire::{
    read,
    weft::governance::v1::{self as message, what_would_it_take_request as asking},
};

use super::{
    GovernanceGrpc,
    decision::{figures_message, lacking_message},
    policies, query_status, to_status, words,
};
use crate::{
    charter::CharterRejection,
    counting::{
        Upshot,
        prospect::{Assumed, AssumedPart, AssumedRoll, AssumedVotes, Prospect, Says, prospect},
    },
    policy::{self, PolicyFault},
};

/// A policy that is asked about.
struct Asked {
    policy: DecisionPolicy,
    /// Of the charter; 0 for a draft.
    charter_version: u32,
    /// Where it was read; `None` for one that came with the question.
    position: Option<Position>,
}

impl GovernanceGrpc {
    /// Answers what a policy of a network would take.
    ///
    /// # Errors
    ///
    /// Says that there is no such policy, or how what is assumed contradicts it or itself.
    pub(super) async fn prospect(
        &self,
        network: NetworkId,
        request: message::WhatWouldItTakeRequest,
    ) -> Result<message::WhatWouldItTakeResponse, Status> {
        let message::WhatWouldItTakeRequest {
            policy: by,
            roll,
            votes,
            objections_standing: objections,
            min_position,
            ..
        } = request;
        let by = by.ok_or_else(|| read::missing("policy"))?;
        let parts = policies::bounded(roll, "roll")?.into_iter().map(part);
        let parts = parts.collect::<Result<Vec<AssumedPart>, _>>()?;
        let votes = policies::bounded(votes, "votes")?.into_iter().map(assumed_votes);
        let assumed = Assumed { votes: votes.collect::<Result<_, _>>()?, objections };
        let Asked { policy, charter_version, position } =
            self.asked(network, by, min_position).await?;
        let (roll, head) = if parts.is_empty() {
            let (head, entries) =
                self.commands.roll_now(network, &policy).await.map_err(to_status)?;
            (AssumedRoll::of_entries(&policy, &entries), Some(Position(head)))
        } else {
            let roll = AssumedRoll::of_parts(&policy, &parts);
            (roll.map_err(|contradiction| wire::refuse(&contradiction))?, None)
        };
        let found = prospect(&policy, &roll, &assumed);
        let found = found.map_err(|contradiction| wire::refuse(&contradiction))?;
        let position = [position, head].into_iter().flatten().min();
        Ok(message::WhatWouldItTakeResponse {
            prospect: Some(prospect_message(&policy, charter_version, &found)),
            position: position.map_or(0, |position| position.0),
        })
    }

    async fn asked(
        &self,
        network: NetworkId,
        by: asking::Policy,
        min_position: u64,
    ) -> Result<Asked, Status> {
        match by {
            asking::Policy::InForce(asking::InForce { subject, as_of }) => {
                let subject = words::subject(subject, "in_force.subject")?;
                let moment = read::as_of(as_of.as_ref(), "in_force.as_of")?;
                let found =
                    self.queries.policy_in_force(network, subject, moment, min_position).await;
                let found = found.map_err(query_status)?;
                let row = found.value.ok_or_else(|| wire::refuse(&CharterRejection::NotInForce))?;
                let (policy, charter_version) = (row.policy, row.version);
                Ok(Asked { policy, charter_version, position: Some(found.position) })
            }
            asking::Policy::Drafted(name) => {
                let name = PolicyName(policies::name(&name, "drafted")?);
                let found = self.queries.policy_drafted(network, name.clone(), min_position).await;
                let found = found.map_err(query_status)?;
                let missing = || {
                    let message = format!(
                        "no draft of the charter has a policy named {name}; one that is in force \
                         is asked for by what it decides on"
                    );
                    let field = Some("drafted");
                    wire::status(ErrorCode::NotFound, "POLICY_NOT_FOUND", field, &message)
                };
                let policy = found.value.ok_or_else(missing)?;
                Ok(Asked { policy, charter_version: 0, position: Some(found.position) })
            }
            asking::Policy::Written(written) => {
                let policy = policies::policy(written)?;
                // Which roles there are says nothing of how votes are counted.
                match policy::fault(&policy, &BTreeSet::new()) {
                    None | Some(PolicyFault::RoleUnknown(_)) => {}
                    Some(fault) => {
                        let policy = policy.name;
                        let rejection = CharterRejection::PolicyContradictsItself { policy, fault };
                        return Err(wire::refuse(&rejection));
                    }
                }
                Ok(Asked { policy, charter_version: 0, position: None })
            }
        }
    }
}

fn constituency(text: &str, field: &str) -> Result<Option<Constituency>, Status> {
    Ok(read::optional_text(text, field)?.map(Constituency))
}

fn part(part: message::AssumedPart) -> Result<AssumedPart, Status> {
    let message::AssumedPart { constituency: name, units, weight } = part;
    Ok(AssumedPart { constituency: constituency(&name, "roll.constituency")?, units, weight })
}

fn assumed_votes(votes: message::AssumedVotes) -> Result<AssumedVotes, Status> {
    let message::AssumedVotes { choice, constituency: name, units, weight } = votes;
    let says = read::value(choice, &SAYS, says_message, "votes.choice")?;
    let constituency = constituency(&name, "votes.constituency")?;
    Ok(AssumedVotes { says, constituency, units, weight })
}

const SAYS: [Says; 8] = [
    Says::Option(Icon::Agree),
    Says::Option(Icon::Disagree),
    Says::Option(Icon::StandAside),
    Says::Option(Icon::Block),
    Says::Option(Icon::Consent),
    Says::Option(Icon::Item),
    Says::Abstain,
    Says::Blank,
];

fn says_message(says: Says) -> message::AssumedChoice {
    match says {
        Says::Option(Icon::Agree) => message::AssumedChoice::Agree,
        Says::Option(Icon::Disagree) => message::AssumedChoice::Disagree,
        Says::Option(Icon::StandAside) => message::AssumedChoice::StandAside,
        Says::Option(Icon::Block) => message::AssumedChoice::Block,
        Says::Option(Icon::Consent) => message::AssumedChoice::Consent,
        Says::Option(Icon::Item) => message::AssumedChoice::Item,
        Says::Abstain => message::AssumedChoice::Abstain,
        Says::Blank => message::AssumedChoice::Blank,
    }
}

fn upshot_message(upshot: Upshot) -> message::Upshot {
    match upshot {
        Upshot::Adopted => message::Upshot::Adopted,
        Upshot::NotAdopted => message::Upshot::NotAdopted,
        Upshot::Tied => message::Upshot::Tied,
        Upshot::Inquorate => message::Upshot::Inquorate,
        Upshot::Advised => message::Upshot::Advised,
        Upshot::Chosen => message::Upshot::Chosen,
    }
}

fn prospect_message(
    policy: &DecisionPolicy,
    charter_version: u32,
    found: &Prospect,
) -> message::Prospect {
    let requirements = policy.requirements.iter().zip(&found.figures.requirements);
    let requirements = requirements.map(|(requirement, it)| message::RequirementProspect {
        requirement: Some(policies::requirement_message(requirement)),
        weight: it.weight,
        base: it.base,
        met: it.met,
    });
    message::Prospect {
        policy: Some(policies::policy_message(policy)),
        charter_version,
        figures: Some(figures_message(&found.figures)),
        upshot: upshot_message(found.upshot).into(),
        requirements: requirements.collect(),
        quorum_units_missing: found.quorum_units_missing,
        opposed_max: found.opposed_max,
        objections_max: found.objections_max,
        seats: found.seats,
        quota: found.quota,
        lacking: found.lacking.map(lacking_message),
    }
}
