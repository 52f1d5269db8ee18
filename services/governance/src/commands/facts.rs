//! What commands need to know from many streams: founders, roles, rolls and representatives.

use std::collections::{BTreeMap, BTreeSet};

use events::{
    Constituency, DecisionPolicy, DecisionTerms, OrganisationEvent, RepresentationScope, RoleName,
    RollEntry, RollUnit, Weight,
};
use jiff::Timestamp;
use kernel::{
    DecisionId, DelegationId, Known, MandateId, NetworkId, OrganisationId, Party, PersonId,
};
use projector::AsOf;
use roster::{Following, Member};

use super::{Commands, Refused, refused};
use crate::{
    counting,
    mandate::HolderStanding,
    views::mandates::{MandateFilter, MandateStates},
};

impl Commands {
    /// The founders of a network who are members.
    pub(super) async fn founders(&self, network: NetworkId) -> Result<BTreeSet<PersonId>, Refused> {
        self.queries.founders(network, 0).await.map_err(refused)
    }

    /// The roles that a person holds a mandate for now.
    ///
    /// # Errors
    ///
    /// Returns why the register could not be read.
    pub async fn roles_of(
        &self,
        network: NetworkId,
        person: PersonId,
    ) -> Result<BTreeSet<RoleName>, Refused> {
        self.queries.roles_of(network, person, self.now()).await.map_err(refused)
    }

    /// Whether a party is an active member now.
    pub(super) async fn standing(
        &self,
        network: NetworkId,
        party: Party,
    ) -> Result<HolderStanding, Refused> {
        match self.roster.standing_fresh(network, party).await.map_err(refused)? {
            Some(_) => Ok(HolderStanding::Member),
            None => Ok(HolderStanding::Outsider),
        }
    }

    /// Who may vote on a decision, as of `at` and as far as known now; with the position of the log
    /// that this was read at.
    pub(super) async fn roll(
        &self,
        terms: &DecisionTerms,
        at: Timestamp,
    ) -> Result<(u64, Vec<RollEntry>), Refused> {
        let network = terms.network;
        let (position, members) = self.members(network, at).await?;
        let mut entries = entries_of(&terms.policy, &members);
        for entry in &mut entries {
            entry.representative = match entry.party {
                Party::Person(_) => None,
                Party::Organisation(organisation) => {
                    self.representative(network, organisation).await?
                }
            };
        }
        Ok((position, entries))
    }

    /// Who would stand on the roll of a decision under `policy` that is frozen now, without their
    /// representatives; with the position of the log that this was read at.
    ///
    /// # Errors
    ///
    /// Returns why the members could not be read.
    pub(crate) async fn roll_now(
        &self,
        network: NetworkId,
        policy: &DecisionPolicy,
    ) -> Result<(u64, Vec<RollEntry>), Refused> {
        let (position, members) = self.members(network, self.now()).await?;
        Ok((position, entries_of(policy, &members)))
    }

    /// All members of a network as of `at`, as far as known now, and the position that this is.
    async fn members(
        &self,
        network: NetworkId,
        at: Timestamp,
    ) -> Result<(u64, Vec<Member>), Refused> {
        self.roster.view().reach(self.head()).await.map_err(refused)?;
        let as_of = AsOf { effective: at, known: self.head() };
        let (mut members, mut after) = (Vec::new(), None);
        loop {
            let page = self.roster.members(network, as_of, after, roster::PAGE_MAX).await;
            let page = page.map_err(refused)?.value;
            after = page.members.last().map(Member::cursor);
            members.extend(page.members);
            match page.following {
                Following::More => {}
                Following::Nothing => return Ok((as_of.known.0, members)),
            }
        }
    }

    /// Who votes for an organisation in a network; `None` when nobody was authorised.
    pub(crate) async fn representative(
        &self,
        network: NetworkId,
        organisation: OrganisationId,
    ) -> Result<Option<PersonId>, Refused> {
        Ok(self.speakers(network, organisation).await?.representative)
    }

    /// Whether a person may act for an organisation in a network: as one of its stewards, or as its
    /// voting representative there.
    ///
    /// # Errors
    ///
    /// Returns why the log could not be read.
    pub async fn speaks_for(
        &self,
        network: NetworkId,
        organisation: OrganisationId,
        person: PersonId,
    ) -> Result<bool, Refused> {
        let speakers = self.speakers(network, organisation).await?;
        Ok(speakers.stewards.contains(&person) || speakers.representative == Some(person))
    }

    async fn speakers(
        &self,
        network: NetworkId,
        organisation: OrganisationId,
    ) -> Result<Speakers, Refused> {
        let id = organisation.uuid();
        let events = eventlog::events_of::<OrganisationEvent>(&*self.log, id).await;
        let mut speakers = Speakers::default();
        for (_, event) in events.map_err(refused)? {
            speakers.hear(network, event);
        }
        Ok(speakers)
    }
}

/// The entries that a policy gives to members, without their representatives.
fn entries_of(policy: &DecisionPolicy, members: &[Member]) -> Vec<RollEntry> {
    let electorate = &policy.electorate;
    let asked = counting::constituencies::are_asked(policy);
    let table: BTreeMap<Party, &Weight> = match &electorate.unit {
        RollUnit::Person {} | RollUnit::Organisation {} => BTreeMap::new(),
        RollUnit::Weighted { weights } => weights.iter().map(|row| (row.party, row)).collect(),
    };
    let entry = |member: &Member| {
        let of_class = || Some(Constituency(member.class.name().to_owned()));
        let (weight, constituency) = match (&electorate.unit, member.party) {
            (RollUnit::Person {}, Party::Person(_))
            | (RollUnit::Organisation {}, Party::Organisation(_)) => (1, of_class()),
            (RollUnit::Person {}, Party::Organisation(_))
            | (RollUnit::Organisation {}, Party::Person(_)) => return None,
            (RollUnit::Weighted { .. }, party) => {
                let row = table.get(&party)?;
                (row.weight, row.constituency.clone())
            }
        };
        let constituency = constituency.filter(|_| asked);
        Some(RollEntry { party: member.party, weight, representative: None, constituency })
    };
    let of_class = |member: &&Member| electorate.classes.contains(&member.class);
    members.iter().filter(of_class).filter_map(entry).collect()
}

/// Who speaks for an organisation.
#[derive(Default)]
struct Speakers {
    stewards: BTreeSet<PersonId>,
    representative: Option<PersonId>,
}

impl Speakers {
    fn hear(&mut self, of: NetworkId, event: OrganisationEvent) {
        match event {
            OrganisationEvent::OrganisationRegistered { steward: person, .. }
            | OrganisationEvent::StewardAppointed { person } => {
                self.stewards.insert(person);
            }
            OrganisationEvent::StewardRemoved { person } => {
                self.stewards.remove(&person);
            }
            OrganisationEvent::RepresentationAuthorised { person, network, scopes }
                if network == of && scopes.contains(&RepresentationScope::Vote) =>
            {
                self.representative = Some(person);
            }
            OrganisationEvent::RepresentationWithdrawn { person, network }
                if network == of && self.representative == Some(person) =>
            {
                self.representative = None;
            }
            OrganisationEvent::RepresentationAuthorised { .. }
            | OrganisationEvent::RepresentationWithdrawn { .. } => {}
        }
    }
}

/// What a party has a part in, for when it leaves.
impl Commands {
    /// The decisions of a network that are called or open and have `party` on their roll.
    pub(crate) async fn running_with(
        &self,
        network: NetworkId,
        party: Party,
    ) -> Result<Vec<DecisionId>, Refused> {
        self.queries.running_with(network, party).await.map_err(refused)
    }

    /// The mandates that `party` holds or was given in a network.
    pub(crate) async fn mandates_of(
        &self,
        network: NetworkId,
        party: Party,
    ) -> Result<Vec<MandateId>, Refused> {
        let Party::Person(holder) = party else { return Ok(vec![]) };
        let filter = MandateFilter { role: None, holder: Some(holder), states: MandateStates::Any };
        let moment = (None, Known::Now);
        let mandates = self.queries.all_mandates((network, filter), moment).await;
        Ok(mandates.map_err(refused)?.into_iter().map(|row| row.mandate).collect())
    }

    /// The delegations of a network that `party` gave or was given.
    pub(crate) async fn delegations_of(
        &self,
        network: NetworkId,
        party: Party,
    ) -> Result<Vec<DelegationId>, Refused> {
        let delegations = self.queries.all_delegations(network, party).await;
        Ok(delegations.map_err(refused)?.into_iter().map(|row| row.delegation).collect())
    }
}
