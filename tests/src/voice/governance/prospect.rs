//! Asking what a policy would take.

use kernel::NetworkId;
use serde_json::{Value, json};
use wire::weft::governance::v1::{
    self as message, AssumedPart, AssumedVotes, Upshot,
    charter_service_client::CharterServiceClient, what_would_it_take_request::Policy,
};

use super::{
    super::{
        Voice,
        graphql::{enum_name, global},
        seen,
    },
    Figures, Lacking,
    reads::{
        all, big, figures_of, figures_seen, known, lacking_of, lacking_seen, maybe, small, text,
    },
    taken,
    values::policy_input,
};
use crate::{Moment, Protocol, Refusal};

/// What is asked of a policy, and what is assumed.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// Which policy; one in force is asked for as of [`Question::moment`].
    pub policy: Policy,
    /// When it was in force.
    pub moment: Moment,
    /// How many votes there are; empty is the roll that there would be.
    pub roll: Vec<AssumedPart>,
    /// What was cast.
    pub votes: Vec<AssumedVotes>,
    /// How many objections stand.
    pub objections: u32,
}

impl Question {
    /// About a policy, as it is now and of nobody's vote.
    pub fn of(policy: Policy) -> Question {
        Question { policy, moment: Moment::NOW, roll: vec![], votes: vec![], objections: 0 }
    }
}

/// What a policy would make of assumed votes, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prospect {
    /// The name of the policy.
    pub policy: String,
    /// Of which version of the charter; 0 for none.
    pub charter_version: u32,
    /// What was assumed, added up.
    pub figures: Figures,
    /// What it comes to.
    pub upshot: Upshot,
    /// The share that each requirement asks for.
    pub shares: Vec<(u32, u32)>,
    /// What there is of it, of what, and whether that is enough; in the same order.
    pub requirements: Vec<(u64, u64, bool)>,
    /// How many more people are needed for the quorum.
    pub quorum_units_missing: Option<u32>,
    /// How many may oppose.
    pub opposed_max: Option<u32>,
    /// How many objections may stand.
    pub objections_max: Option<u32>,
    /// How many win.
    pub seats: Option<u32>,
    /// What elects for certain.
    pub quota: Option<u64>,
    /// What would adopt it.
    pub lacking: Option<Lacking>,
}

const PROSPECT: &str = "policy { name } charterVersion upshot
    figures {
        directUnits delegatedUnits presentUnits quorumUnits quorate options { option units weight }
        rollUnits rollWeight abstainedUnits objectionsStanding requirements { weight base met }
        constituencies { constituency rollUnits presentUnits quorumUnits quorate }
    }
    requirements { requirement { share { numerator denominator } } weight base met }
    quorumUnitsMissing opposedMax objectionsMax seats quota
    lacking { quorumUnits agreeingWeight opposedUnits objections }";

impl Voice<'_> {
    /// Asks what a policy would take.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn what_would_it_take(
        &self,
        network: NetworkId,
        question: Question,
    ) -> Result<Prospect, Refusal> {
        let Question { mut policy, moment, roll, votes, objections } = question;
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let read = !matches!(policy, Policy::Written(_)) || roll.is_empty();
                if let Policy::InForce(in_force) = &mut policy {
                    in_force.as_of = Some(moment.message());
                }
                let request = message::WhatWouldItTakeRequest {
                    network_id: network.to_string(),
                    policy: Some(policy),
                    roll,
                    votes,
                    objections_standing: objections,
                    min_position,
                };
                let answer =
                    CharterServiceClient::new(self.line()).what_would_it_take(request).await;
                let answer = taken(answer)?;
                seen(if read { min_position } else { 0 }, answer.position);
                Ok(prospect_seen(answer.prospect.unwrap()))
            }
            Protocol::GraphQl => {
                let policy = match &policy {
                    Policy::InForce(in_force) => json!({ "inForce": {
                        "subject": enum_name(in_force.subject().as_str_name(), "SUBJECT_"),
                        "asOf": moment.input(),
                    } }),
                    Policy::Drafted(name) => json!({ "drafted": name }),
                    Policy::Written(policy) => json!({ "written": policy_input(policy) }),
                };
                let part = |it: &AssumedPart| {
                    json!({ "constituency": it.constituency, "units": it.units,
                        "weight": it.weight })
                };
                let alike = |it: &AssumedVotes| {
                    let choice = enum_name(it.choice().as_str_name(), "ASSUMED_CHOICE_");
                    json!({ "choice": choice, "constituency": it.constituency,
                        "units": it.units, "weight": it.weight })
                };
                let query = format!(
                    "query($id: ID!, $policy: ProspectPolicyInput!, $roll: [AssumedPartInput!]!,
                        $votes: [AssumedVotesInput!]!, $objections: Int!) {{
                        network(id: $id) {{
                            whatWouldItTake(policy: $policy, roll: $roll, votes: $votes,
                                objectionsStanding: $objections) {{ {PROSPECT} }}
                        }}
                    }}"
                );
                let variables = json!({
                    "id": global(network), "policy": policy, "objections": objections,
                    "roll": roll.iter().map(part).collect::<Vec<_>>(),
                    "votes": votes.iter().map(alike).collect::<Vec<_>>(),
                });
                let data = self.ask(&query, variables).await?;
                Ok(prospect_of(&data["network"]["whatWouldItTake"]))
            }
        }
    }
}

fn prospect_seen(it: message::Prospect) -> Prospect {
    let shares = it.requirements.iter().map(|it| {
        let share = it.requirement.as_ref().unwrap().share.unwrap();
        (share.numerator, share.denominator)
    });
    let requirements = it.requirements.iter().map(|it| (it.weight, it.base, it.met));
    Prospect {
        shares: shares.collect(),
        requirements: requirements.collect(),
        upshot: it.upshot(),
        policy: it.policy.unwrap().name,
        charter_version: it.charter_version,
        figures: figures_seen(&it.figures.unwrap()),
        quorum_units_missing: it.quorum_units_missing,
        opposed_max: it.opposed_max,
        objections_max: it.objections_max,
        seats: it.seats,
        quota: it.quota,
        lacking: it.lacking.map(lacking_seen),
    }
}

fn prospect_of(it: &Value) -> Prospect {
    let share = |it: &Value| {
        let share = &it["requirement"]["share"];
        (small(&share["numerator"]), small(&share["denominator"]))
    };
    let requirement =
        |it: &Value| (big(&it["weight"]), big(&it["base"]), it["met"].as_bool().unwrap());
    Prospect {
        policy: text(&it["policy"]["name"]),
        charter_version: small(&it["charterVersion"]),
        figures: figures_of(&it["figures"]),
        upshot: known(&it["upshot"], "UPSHOT_", Upshot::from_str_name),
        shares: all(&it["requirements"], share),
        requirements: all(&it["requirements"], requirement),
        quorum_units_missing: maybe(&it["quorumUnitsMissing"], small),
        opposed_max: maybe(&it["opposedMax"], small),
        objections_max: maybe(&it["objectionsMax"], small),
        seats: maybe(&it["seats"], small),
        quota: maybe(&it["quota"], big),
        lacking: maybe(&it["lacking"], lacking_of),
    }
}
