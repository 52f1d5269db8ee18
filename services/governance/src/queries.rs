//! Where questions meet the views: wait until the view has seen enough, then read.
//!
//! A question about many things at once is one read of one view, so that a page costs as many reads
//! as it has kinds of things, whatever its length. What a caller may see of a vote is decided in
//! [`crate::views::sight`]; whether they may ask about a network at all is decided before.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use access::Caller;
use eventlog::{EventLog, LogError, Position, known_position};
use events::{
    AlikeBallots, CharterChange, DecisionPolicy, MembershipClass, PolicyName, RoleName, Subject,
};
use jiff::Timestamp;
use kernel::{
    AgendaItemId, Clock, DecisionId, DelegationId, ErrorCode, GoalId, Known, MandateId, NetworkId,
    Party, PersonId, Personal, PersonalField as _, Place, ProposalId, Rejection, ResolutionId,
    SealError, Sealer,
};
use projector::{AsOf, Reflected, Store, View, ViewError};
use roster::Roster;
use rusqlite::Connection;
use wire::page::Page;

use crate::{
    charter::CharterText,
    concentration::{self, Concentration, Evidence},
    counting::{Inputs, Lent, Uncountable},
    views::{
        Listed, Part, Text, Tracked,
        agenda::{self, ItemRow, ItemStatus},
        charters::{self, CharterPhase, CharterRow, ChartersView, NoteRow, PolicyRow, VersionRow},
        decisions::{
            self, BallotRow, ChallengeRow, ContestRow, DecisionPhase, DecisionRow, DecisionsView,
            EntryRow, ObjectionRow,
        },
        delegations::{self, CarrierRow, DelegationRow},
        each, figures,
        goals::{self, GoalRow, GoalStatus},
        mandates::{self, MandateFilter, MandateRow},
        participation::{
            self, ParticipationOrder, ParticipationRow, ParticipationView, ProposerRow,
        },
        proposals::{self, ConcernRow, ProposalRow, ProposalStatus, ProposalsView, Workspace},
        register::{self, RegisterView, ResolutionHistory, ResolutionRow, ReviewRow, Standing},
        votes::{self, VoteSeen},
    },
};

#[cfg(test)]
mod tests;

/// Answers questions.
#[derive(Clone, Debug)]
pub struct Queries {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    sealer: Arc<dyn Sealer>,
    roster: Roster,
    charters: View,
    proposals: View,
    decisions: View,
    register: View,
    participation: View,
}

/// A moment as callers give it: when in the world (`None` is now), and as far as known.
pub type Moment = (Option<Timestamp>, Known);

/// Things by their ids; those that there are not are left out.
pub type Found<K, T> = Reflected<BTreeMap<K, T>>;

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// A view is behind, or failed.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A personal text could not be opened.
    #[error("a personal text could not be opened")]
    Vault(#[from] SealError),
    /// What was recorded of a vote cannot be counted.
    #[error("what was recorded of a vote cannot be counted")]
    Uncountable(#[from] Uncountable),
}

impl Rejection for QueryError {
    fn code(&self) -> ErrorCode {
        match self {
            QueryError::View(error) => error.code(),
            QueryError::Log(error) => error.code(),
            QueryError::Vault(_) | QueryError::Uncountable(_) => ErrorCode::Internal,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            QueryError::View(error) => error.reason(),
            QueryError::Log(error) => error.reason(),
            QueryError::Vault(_) => "VAULT_FAILED",
            QueryError::Uncountable(_) => "VOTE_UNCOUNTABLE",
        }
    }
}

/// A charter, and whose consent it waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CharterSeen {
    /// The charter as it stands.
    pub charter: CharterRow,
    /// The founders who are members and have not consented; empty once it is in force.
    pub consents_missing: BTreeSet<PersonId>,
}

/// Something whose network is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Thing {
    /// An agenda item.
    Item(AgendaItemId),
    /// A goal.
    Goal(GoalId),
    /// A proposal.
    Proposal(ProposalId),
    /// A decision.
    Decision(DecisionId),
    /// A delegation.
    Delegation(DelegationId),
    /// A resolution.
    Resolution(ResolutionId),
    /// A mandate.
    Mandate(MandateId),
}

impl Queries {
    /// Opens the views of governance in `store` and answers from them.
    ///
    /// # Errors
    ///
    /// Returns why a view could not be opened.
    pub async fn open(
        log: Arc<dyn EventLog>,
        store: &Store,
        roster: Roster,
        sealer: Arc<dyn Sealer>,
        clock: Arc<dyn Clock>,
    ) -> Result<Queries, ViewError> {
        Ok(Queries {
            charters: View::open::<ChartersView>(Arc::clone(&log), store).await?,
            proposals: View::open::<ProposalsView>(Arc::clone(&log), store).await?,
            decisions: View::open::<DecisionsView>(Arc::clone(&log), store).await?,
            register: View::open::<RegisterView>(Arc::clone(&log), store).await?,
            participation: View::open::<ParticipationView>(Arc::clone(&log), store).await?,
            log,
            clock,
            sealer,
            roster,
        })
    }

    /// The views, for health and metrics.
    pub fn views(&self) -> [&View; 5] {
        [&self.charters, &self.proposals, &self.decisions, &self.register, &self.participation]
    }
}

/// Charters and policies.
impl Queries {
    /// The charter of a network as it stands, draft or not; `None` when none was begun.
    ///
    /// # Errors
    ///
    /// Says that a view is behind or failed.
    pub async fn charter(
        &self,
        network: NetworkId,
        min_position: u64,
    ) -> Result<Reflected<Option<CharterSeen>>, QueryError> {
        let read = move |connection: &_| charters::charter(connection, network);
        let Reflected { position, value } = fresh(&self.charters, min_position, read).await?;
        let Some(charter) = value else { return Ok(Reflected { position, value: None }) };
        let consents_missing = match charter.phase {
            CharterPhase::InForce => BTreeSet::new(),
            CharterPhase::Drafting | CharterPhase::PutToRatification => {
                let founders = self.founders(network, min_position).await?;
                founders.difference(&charter.consents).copied().collect()
            }
        };
        Ok(Reflected { position, value: Some(CharterSeen { charter, consents_missing }) })
    }

    /// The version of a charter that was in force at a moment; `None` when none was.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn charter_as_of(
        &self,
        network: NetworkId,
        moment: Moment,
        min_position: u64,
    ) -> Result<Reflected<Option<VersionRow>>, QueryError> {
        let as_of = self.as_of(moment, None).await?;
        let read = move |connection: &_| charters::version_as_of(connection, network, as_of);
        Ok(fresh(&self.charters, min_position, read).await?)
    }

    /// One version of a charter by its number; `None` when there is none.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn charter_version(
        &self,
        network: NetworkId,
        version: u32,
        min_position: u64,
    ) -> Result<Reflected<Option<VersionRow>>, QueryError> {
        let read = move |connection: &_| charters::version(connection, network, version);
        Ok(fresh(&self.charters, min_position, read).await?)
    }

    /// The versions of a charter, the newest first.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn charter_versions(
        &self,
        network: NetworkId,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<VersionRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| charters::versions(connection, network, part);
        Ok(fresh(&self.charters, min_position, read).await?)
    }

    /// The changes that lead from one version of a charter to another, whichever is the older;
    /// version 0 says nothing at all. `None` when there is no such version.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn charter_difference(
        &self,
        network: NetworkId,
        (from, to): (u32, u32),
        min_position: u64,
    ) -> Result<Reflected<Option<Vec<CharterChange>>>, QueryError> {
        let read = move |connection: &Connection| {
            let text = |version| match version {
                0 => Ok(Some(CharterText::default())),
                _ => charters::version(connection, network, version)
                    .map(|found| found.map(|version| version.content)),
            };
            let both = text(from)?.zip(text(to)?);
            Ok(both.map(|(from, to)| charters::difference(&from, &to)))
        };
        Ok(fresh(&self.charters, min_position, read).await?)
    }

    /// The policy that decided on `subject` at a moment; `None` when no charter was in force.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn policy_in_force(
        &self,
        network: NetworkId,
        subject: Subject,
        moment: Moment,
        min_position: u64,
    ) -> Result<Reflected<Option<PolicyRow>>, QueryError> {
        let as_of = self.as_of(moment, None).await?;
        let read =
            move |connection: &_| charters::policy_as_of(connection, (network, subject), as_of);
        Ok(fresh(&self.charters, min_position, read).await?)
    }

    /// The policy of this name in the draft of a charter; `None` when there is none, or no draft.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn policy_drafted(
        &self,
        network: NetworkId,
        name: PolicyName,
        min_position: u64,
    ) -> Result<Reflected<Option<DecisionPolicy>>, QueryError> {
        let read = move |connection: &_| {
            let charter = charters::charter(connection, network)?;
            let mut draft = charter.filter(|charter| charter.phase != CharterPhase::InForce);
            Ok(draft.as_mut().and_then(|charter| charter.content.policies.remove(&name)))
        };
        Ok(fresh(&self.charters, min_position, read).await?)
    }

    /// What members noted beside the sections of a charter.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed, or the vault.
    pub async fn charter_notes(
        &self,
        network: NetworkId,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<NoteRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| charters::notes(connection, network, part);
        let mut found = fresh(&self.charters, min_position, read).await?;
        self.unseal(found.value.items.iter_mut().map(|note| &mut note.note))?;
        Ok(found)
    }
}

/// Agendas, goals and proposals.
impl Queries {
    /// Agenda items by their ids.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn items_of(
        &self,
        ids: Vec<AgendaItemId>,
        min_position: u64,
    ) -> Result<Found<AgendaItemId, ItemRow>, QueryError> {
        let read = move |connection: &_| each(connection, &ids, agenda::item);
        Ok(fresh(&self.proposals, min_position, read).await?)
    }

    /// The items of a network's agenda in the order in which they are dealt with, those of one
    /// status when it is named.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn agenda(
        &self,
        (network, status): (NetworkId, Option<ItemStatus>),
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<ItemRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| agenda::items(connection, (network, status), part);
        Ok(fresh(&self.proposals, min_position, read).await?)
    }

    /// Goals by their ids.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn goals_of(
        &self,
        ids: Vec<GoalId>,
        min_position: u64,
    ) -> Result<Found<GoalId, GoalRow>, QueryError> {
        let read = move |connection: &_| each(connection, &ids, goals::goal);
        Ok(fresh(&self.proposals, min_position, read).await?)
    }

    /// A network's goals, those of one status when it is named.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn goals(
        &self,
        (network, status): (NetworkId, Option<GoalStatus>),
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<GoalRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| goals::goals(connection, (network, status), part);
        Ok(fresh(&self.proposals, min_position, read).await?)
    }

    /// Proposals by their ids.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn proposals_of(
        &self,
        ids: Vec<ProposalId>,
        min_position: u64,
    ) -> Result<Found<ProposalId, ProposalRow>, QueryError> {
        let read = move |connection: &_| each(connection, &ids, proposals::proposal);
        Ok(fresh(&self.proposals, min_position, read).await?)
    }

    /// A network's proposals, those of one status when it is named, the newest first.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn proposals(
        &self,
        (network, status): (NetworkId, Option<ProposalStatus>),
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<ProposalRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| proposals::proposals(connection, (network, status), part);
        Ok(fresh(&self.proposals, min_position, read).await?)
    }

    /// The concerns about a network's proposals, the longest raised first.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed, or the vault.
    pub async fn concerns(
        &self,
        (network, tracked): (NetworkId, Tracked),
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<ConcernRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| proposals::concerns(connection, (network, tracked), part);
        let mut found = fresh(&self.proposals, min_position, read).await?;
        self.unseal(found.value.items.iter_mut().flat_map(ConcernRow::texts))?;
        Ok(found)
    }

    /// The revisions, concerns and amendments of proposals, by the proposals' ids.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed, or the vault.
    pub async fn workspaces_of(
        &self,
        ids: Vec<ProposalId>,
        min_position: u64,
    ) -> Result<Found<ProposalId, Workspace>, QueryError> {
        let read = move |connection: &_| {
            each(connection, &ids, |connection, id| proposals::workspace(connection, id).map(Some))
        };
        let mut found = fresh(&self.proposals, min_position, read).await?;
        let concerns = found.value.values_mut().flat_map(|workspace| &mut workspace.concerns);
        self.unseal(concerns.flat_map(ConcernRow::texts))?;
        Ok(found)
    }
}

/// Decisions and delegations.
impl Queries {
    /// Decisions by their ids.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn decisions_of(
        &self,
        ids: Vec<DecisionId>,
        min_position: u64,
    ) -> Result<Found<DecisionId, DecisionRow>, QueryError> {
        let read = move |connection: &_| each(connection, &ids, decisions::decision);
        Ok(fresh(&self.decisions, min_position, read).await?)
    }

    /// A network's decisions, those in one phase when it is named, the last to open first.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn decisions(
        &self,
        (network, phase): (NetworkId, Option<DecisionPhase>),
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<DecisionRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| decisions::decisions(connection, (network, phase), part);
        Ok(fresh(&self.decisions, min_position, read).await?)
    }

    /// The decisions of a network in which a person may vote and has not, those that close soonest first.
    ///
    /// The secret ones are listed until `voted_in_secret` names them: only the box knows who voted
    /// in them. See [`Queries::secret_open_decisions`].
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn open_decisions(
        &self,
        (network, person, voted_in_secret): (NetworkId, PersonId, Vec<DecisionId>),
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<DecisionRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| {
            decisions::open_for(connection, (network, person), &voted_in_secret, part)
        };
        Ok(fresh(&self.decisions, min_position, read).await?)
    }

    /// The secret decisions that are open and in which a person may vote, whether they did or not.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn secret_open_decisions(
        &self,
        person: PersonId,
        min_position: u64,
    ) -> Result<Vec<DecisionId>, QueryError> {
        let read = move |connection: &_| decisions::secret_open_for(connection, person);
        Ok(fresh(&self.decisions, min_position, read).await?.value)
    }

    /// What `caller` sees of votes, by the decisions' ids: turnout, figures, and their own part.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed, or the vault, or that a vote cannot be counted.
    pub async fn votes_of(
        &self,
        ids: Vec<DecisionId>,
        caller: Caller,
        min_position: u64,
    ) -> Result<Found<DecisionId, VoteSeen>, QueryError> {
        let (viewer, at) = (caller.person(), self.clock.now());
        let read = move |connection: &_| {
            each(connection, &ids, |connection, id| {
                let row = decisions::decision(connection, id)?;
                row.map(|row| votes::vote(connection, &row, viewer, at)).transpose()
            })
        };
        let Reflected { position, value } = fresh(&self.decisions, min_position, read).await?;
        let mut value = value
            .into_iter()
            .map(|(id, vote)| Ok((id, vote?)))
            .collect::<Result<BTreeMap<_, _>, Uncountable>>()?;
        let own = value.values_mut().flat_map(|vote| &mut vote.own_ballots);
        self.unseal(own.filter_map(|ballot| ballot.text.as_mut()))?;
        Ok(Reflected { position, value })
    }

    /// The ballots of a decision; `None` when `caller` may not see them, or there is no decision.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed, or the vault.
    pub async fn ballots(
        &self,
        decision: DecisionId,
        caller: Caller,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Option<Listed<BallotRow>>>, QueryError> {
        let (viewer, part) = (caller.person(), part(page));
        let read = move |connection: &_| votes::ballots(connection, decision, viewer, part);
        let mut found = fresh(&self.decisions, min_position, read).await?;
        let ballots = found.value.iter_mut().flat_map(|listed| &mut listed.items);
        self.unseal(ballots.filter_map(|ballot| ballot.text.as_mut()))?;
        Ok(found)
    }

    /// What was in the box of a secret decision; `None` before it was opened.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn opened_box(
        &self,
        decision: DecisionId,
        min_position: u64,
    ) -> Result<Reflected<Option<Vec<AlikeBallots>>>, QueryError> {
        let read = move |connection: &_| decisions::opened_box(connection, decision);
        Ok(fresh(&self.decisions, min_position, read).await?)
    }

    /// The roll of a decision.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn roll(
        &self,
        decision: DecisionId,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<EntryRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| decisions::entries(connection, decision, part);
        Ok(fresh(&self.decisions, min_position, read).await?)
    }

    /// The objections to decisions, by the decisions' ids.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed, or the vault.
    pub async fn objections_of(
        &self,
        ids: Vec<DecisionId>,
        min_position: u64,
    ) -> Result<Found<DecisionId, Vec<ObjectionRow>>, QueryError> {
        let read = move |connection: &_| {
            each(connection, &ids, |connection, id| decisions::objections(connection, id).map(Some))
        };
        let mut found = fresh(&self.decisions, min_position, read).await?;
        self.unseal(found.value.values_mut().flatten().flat_map(ObjectionRow::texts))?;
        Ok(found)
    }

    /// The objections to a network's decisions, the longest raised first.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed, or the vault.
    pub async fn objections(
        &self,
        (network, tracked): (NetworkId, Tracked),
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<ObjectionRow>>, QueryError> {
        let part = part(page);
        let read =
            move |connection: &_| decisions::objections_in(connection, (network, tracked), part);
        let mut found = fresh(&self.decisions, min_position, read).await?;
        self.unseal(found.value.items.iter_mut().flat_map(ObjectionRow::texts))?;
        Ok(found)
    }

    /// The challenges of results, by the decisions' ids.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed, or the vault.
    pub async fn challenges_of(
        &self,
        ids: Vec<DecisionId>,
        min_position: u64,
    ) -> Result<Found<DecisionId, Vec<ChallengeRow>>, QueryError> {
        let read = move |connection: &_| {
            each(connection, &ids, |connection, id| decisions::challenges(connection, id).map(Some))
        };
        let mut found = fresh(&self.decisions, min_position, read).await?;
        let challenges = found.value.values_mut().flatten();
        self.unseal(challenges.map(|challenge| &mut challenge.grounds))?;
        Ok(found)
    }

    /// What was said to be wrong with the rolls of decisions, by the decisions' ids.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed, or the vault.
    pub async fn contests_of(
        &self,
        ids: Vec<DecisionId>,
        min_position: u64,
    ) -> Result<Found<DecisionId, Vec<ContestRow>>, QueryError> {
        let read = move |connection: &_| {
            each(connection, &ids, |connection, id| decisions::contests(connection, id).map(Some))
        };
        let mut found = fresh(&self.decisions, min_position, read).await?;
        let contests = found.value.values_mut().flatten();
        self.unseal(contests.map(|contest| &mut contest.reason))?;
        Ok(found)
    }

    /// All that a decision was counted from, for those who count it again; `None` before it is
    /// counted, and when there is no such decision.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn recount(
        &self,
        decision: DecisionId,
        min_position: u64,
    ) -> Result<Reflected<Option<(DecisionRow, Inputs)>>, QueryError> {
        let at = self.clock.now();
        let read = move |connection: &Connection| {
            let row = decisions::decision(connection, decision)?;
            let Some(row) = row.filter(votes::is_open_to_recount) else { return Ok(None) };
            Ok(figures::inputs(connection, &row, at)?.map(|inputs| (row, inputs)))
        };
        Ok(fresh(&self.decisions, min_position, read).await?)
    }

    /// Delegations by their ids, as they stand, over or not; those that somebody who acts for
    /// `viewer` may not know of are left out.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn delegations_of(
        &self,
        ids: Vec<DelegationId>,
        viewer: Vec<Party>,
        min_position: u64,
    ) -> Result<Found<DelegationId, DelegationRow>, QueryError> {
        let read = move |connection: &_| {
            each(connection, &ids, |connection, id| {
                let row = delegations::delegation(connection, id)?;
                Ok(row.filter(|row| row.is_shown_to(&viewer)))
            })
        };
        Ok(fresh(&self.decisions, min_position, read).await?)
    }

    /// The delegations that waited, counted or were suspended at a moment and that somebody who acts
    /// for `viewer` may know of; those of `party` only, when one is named.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn delegations(
        &self,
        (network, party, viewer): (NetworkId, Option<Party>, Vec<Party>),
        moment: Moment,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<DelegationRow>>, QueryError> {
        let (as_of, part) = (self.as_of(moment, page.known).await?, part(page));
        let read = move |connection: &_| {
            delegations::delegations(connection, (network, party), &viewer, as_of, part)
        };
        Ok(fresh(&self.decisions, min_position, read).await?)
    }

    /// Who carried how many votes of others at a moment, and whose, as far as somebody who acts for
    /// `viewer` may know.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn carriers(
        &self,
        network: NetworkId,
        viewer: Vec<Party>,
        moment: Moment,
        min_position: u64,
    ) -> Result<Reflected<Vec<CarrierRow>>, QueryError> {
        let as_of = self.as_of(moment, None).await?;
        let read = move |connection: &_| delegations::carriers(connection, network, &viewer, as_of);
        Ok(fresh(&self.decisions, min_position, read).await?)
    }
}

/// The register, mandates and participation.
impl Queries {
    /// Resolutions by their ids, as they stand.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn resolutions_of(
        &self,
        ids: Vec<ResolutionId>,
        min_position: u64,
    ) -> Result<Found<ResolutionId, ResolutionRow>, QueryError> {
        let read = move |connection: &_| each(connection, &ids, register::resolution);
        Ok(fresh(&self.register, min_position, read).await?)
    }

    /// A network's register as of a moment, those about one subject when it is named.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn resolutions(
        &self,
        of: (NetworkId, Option<Subject>, Standing),
        moment: Moment,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<ResolutionRow>>, QueryError> {
        let (as_of, part) = (self.as_of(moment, page.known).await?, part(page));
        let read = move |connection: &_| register::resolutions(connection, of, as_of, part);
        Ok(fresh(&self.register, min_position, read).await?)
    }

    /// What happened to resolutions, by their ids: effects, reports and reviews.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed, or the vault.
    pub async fn histories_of(
        &self,
        ids: Vec<ResolutionId>,
        min_position: u64,
    ) -> Result<Found<ResolutionId, ResolutionHistory>, QueryError> {
        let read = move |connection: &_| {
            each(connection, &ids, |connection, id| register::history(connection, id).map(Some))
        };
        let mut found = fresh(&self.register, min_position, read).await?;
        let reports = found.value.values_mut().flat_map(|history| &mut history.reports);
        self.unseal(reports.filter_map(|report| report.note.as_mut()))?;
        Ok(found)
    }

    /// The line of resolutions that took each other's places, by the id of any in it, the oldest
    /// first.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn lineages_of(
        &self,
        ids: Vec<ResolutionId>,
        min_position: u64,
    ) -> Result<Found<ResolutionId, Vec<ResolutionRow>>, QueryError> {
        let read = move |connection: &_| {
            each(connection, &ids, |connection, id| register::lineage(connection, id).map(Some))
        };
        Ok(fresh(&self.register, min_position, read).await?)
    }

    /// The reviews of a network that are planned or due up to `until`, the earliest first.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn reviews(
        &self,
        network: NetworkId,
        until: Timestamp,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<ReviewRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| register::reviews(connection, network, until, part);
        Ok(fresh(&self.register, min_position, read).await?)
    }

    /// Mandates by their ids, as they stand.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn mandates_of(
        &self,
        ids: Vec<MandateId>,
        min_position: u64,
    ) -> Result<Found<MandateId, MandateRow>, QueryError> {
        let read = move |connection: &_| each(connection, &ids, mandates::mandate);
        Ok(fresh(&self.register, min_position, read).await?)
    }

    /// A network's mandates as of a moment.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn mandates(
        &self,
        (network, filter): (NetworkId, MandateFilter),
        moment: Moment,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<MandateRow>>, QueryError> {
        let (as_of, part) = (self.as_of(moment, page.known).await?, part(page));
        let read =
            move |connection: &_| mandates::mandates(connection, (network, &filter), as_of, part);
        Ok(fresh(&self.register, min_position, read).await?)
    }

    /// A network's mandates whose terms end after `from` and not after `until`.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn mandates_ending(
        &self,
        network: NetworkId,
        (from, until): (Timestamp, Timestamp),
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<MandateRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| mandates::ending(connection, network, (from, until), part);
        Ok(fresh(&self.register, min_position, read).await?)
    }

    /// How the parties of a network took part in its decisions.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn participation(
        &self,
        of: (NetworkId, ParticipationOrder),
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<ParticipationRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| participation::participation(connection, of, part);
        Ok(fresh(&self.participation, min_position, read).await?)
    }

    /// How far the acts of a network's members lie in few hands, one figure for each act.
    ///
    /// # Errors
    ///
    /// Says that a view is behind or failed.
    pub async fn concentration(
        &self,
        network: NetworkId,
        min_position: u64,
    ) -> Result<Reflected<Vec<Concentration>>, QueryError> {
        let (everybody, order) = (Part::first(u32::MAX), ParticipationOrder::Party);
        let read = move |connection: &_| {
            let records = participation::participation(connection, (network, order), everybody)?;
            let proposers = participation::proposers(connection, network, everybody)?;
            Ok((records.items, proposers.items))
        };
        let Reflected { position, value } = fresh(&self.participation, min_position, read).await?;
        let read = move |connection: &_| mandates::accepted(connection, network);
        let accepted = fresh(&self.register, position.0, read).await?.value;
        let members = self.members(network, position.0).await?;
        let evidence = Evidence {
            members: members.iter().filter_map(|member| member.party.person()).collect(),
            records: value.0,
            proposers: value.1,
            accepted,
        };
        Ok(Reflected { position, value: concentration::of(&evidence) })
    }

    /// How one party took part; `None` when no counted decision had them on the roll.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn participation_of(
        &self,
        network: NetworkId,
        party: Party,
        min_position: u64,
    ) -> Result<Reflected<Option<ParticipationRow>>, QueryError> {
        let read = move |connection: &_| participation::record_of(connection, network, party);
        Ok(fresh(&self.participation, min_position, read).await?)
    }

    /// Who proposes in a network, who had most called to a decision first.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn proposers(
        &self,
        network: NetworkId,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<ProposerRow>>, QueryError> {
        let part = part(page);
        let read = move |connection: &_| participation::proposers(connection, network, part);
        Ok(fresh(&self.participation, min_position, read).await?)
    }
}

/// All of a kind, where a page is no part of the question.
impl Queries {
    /// Who proposes in a network, all of them.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn all_proposers(
        &self,
        network: NetworkId,
        min_position: u64,
    ) -> Result<Vec<ProposerRow>, QueryError> {
        let read = move |connection: &_| {
            participation::proposers(connection, network, Part::first(u32::MAX))
        };
        Ok(fresh(&self.participation, min_position, read).await?.value.items)
    }
}

/// What commands need to know, from everything that was recorded before the call.
impl Queries {
    /// The network that a thing belongs to; `None` when there is no such thing.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn network_of(&self, thing: Thing) -> Result<Option<NetworkId>, QueryError> {
        let view = match thing {
            Thing::Item(_) | Thing::Goal(_) | Thing::Proposal(_) => &self.proposals,
            Thing::Decision(_) | Thing::Delegation(_) => &self.decisions,
            Thing::Resolution(_) | Thing::Mandate(_) => &self.register,
        };
        let read = move |connection: &Connection| match thing {
            Thing::Item(item) => agenda::network_of(connection, item),
            Thing::Goal(goal) => goals::network_of(connection, goal),
            Thing::Proposal(proposal) => proposals::network_of(connection, proposal),
            Thing::Decision(decision) => decisions::subject_of(connection, decision)
                .map(|found| found.map(|(network, _)| network)),
            Thing::Delegation(delegation) => delegations::delegation(connection, delegation)
                .map(|found| found.map(|row| row.network)),
            Thing::Resolution(resolution) => register::network_of(connection, resolution),
            Thing::Mandate(mandate) => mandates::network_of(connection, mandate),
        };
        // What a view knows of a network never changes: only what it does not know may be late.
        if let Some(network) = view.read(read).await?.value {
            return Ok(Some(network));
        }
        Ok(fresh(view, 0, read).await?.value)
    }

    /// The proposal that a decision is about; `None` when there is no such decision.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn proposal_of(
        &self,
        decision: DecisionId,
    ) -> Result<Option<ProposalId>, QueryError> {
        let read = move |connection: &_| decisions::subject_of(connection, decision);
        let found = fresh(&self.decisions, 0, read).await?.value;
        Ok(found.map(|(_, proposal)| proposal))
    }

    /// The roles that a person holds in a network at `at`.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn roles_of(
        &self,
        network: NetworkId,
        person: PersonId,
        at: Timestamp,
    ) -> Result<BTreeSet<RoleName>, QueryError> {
        let read = move |connection: &_| mandates::roles_of(connection, (network, person), at);
        Ok(fresh(&self.register, 0, read).await?.value)
    }

    /// The mandates for a role that wait or were taken, and whose terms are not over at `at`.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn mandates_holding(
        &self,
        network: NetworkId,
        role: RoleName,
        at: Timestamp,
    ) -> Result<Vec<MandateRow>, QueryError> {
        let read = move |connection: &_| mandates::holding(connection, (network, &role), at);
        Ok(fresh(&self.register, 0, read).await?.value)
    }

    /// The terms of a person in a role, whatever became of them, the last one first.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn terms_of(
        &self,
        network: NetworkId,
        role: RoleName,
        person: PersonId,
    ) -> Result<Vec<MandateRow>, QueryError> {
        let read = move |connection: &_| mandates::terms_of(connection, (network, &role), person);
        Ok(fresh(&self.register, 0, read).await?.value)
    }

    /// The resolution in force on a question that only one may answer; `None` when there is none.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn resolution_in_force_on(
        &self,
        network: NetworkId,
        exclusive: String,
    ) -> Result<Option<ResolutionId>, QueryError> {
        let read = move |connection: &_| register::in_force_on(connection, network, &exclusive);
        Ok(fresh(&self.register, 0, read).await?.value)
    }

    /// When a network last rejected the content of this hash; `None` when it never did.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn last_rejected(
        &self,
        network: NetworkId,
        content_hash: String,
    ) -> Result<Option<Timestamp>, QueryError> {
        let read =
            move |connection: &_| proposals::last_rejected(connection, network, &content_hash);
        Ok(fresh(&self.proposals, 0, read).await?.value)
    }

    /// The votes that are lent in a network at `at`, as the count takes them.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn lent_at(
        &self,
        network: NetworkId,
        at: Timestamp,
    ) -> Result<Vec<Lent>, QueryError> {
        let as_of = AsOf::known_now(at);
        let read = move |connection: &_| delegations::in_force(connection, network, as_of);
        Ok(figures::lent(fresh(&self.decisions, 0, read).await?.value))
    }

    /// The votes that were lent in a network when voting ended at `at`, as far as was recorded then:
    /// what somebody lent or took back later does not count, whatever time they say it is of.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn lent_when_over(
        &self,
        network: NetworkId,
        at: Timestamp,
    ) -> Result<Vec<Lent>, QueryError> {
        let as_of = self.as_of((Some(at), Known::Time(at)), None).await?;
        let read = move |connection: &_| delegations::in_force(connection, network, as_of);
        Ok(figures::lent(fresh(&self.decisions, 0, read).await?.value))
    }

    /// The mandates of a network that `filter` admits, all of them.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn all_mandates(
        &self,
        (network, filter): (NetworkId, MandateFilter),
        moment: Moment,
    ) -> Result<Vec<MandateRow>, QueryError> {
        let as_of = self.as_of(moment, None).await?;
        let read = move |connection: &_| {
            mandates::mandates(connection, (network, &filter), as_of, Part::first(u32::MAX))
        };
        Ok(fresh(&self.register, 0, read).await?.value.items)
    }

    /// The delegations that `party` gave or was given in a network and that are not over.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn all_delegations(
        &self,
        network: NetworkId,
        party: Party,
    ) -> Result<Vec<DelegationRow>, QueryError> {
        let as_of = self.as_of((None, Known::Now), None).await?;
        let of = (network, Some(party));
        let read = move |connection: &_| {
            delegations::delegations(connection, of, &[party], as_of, Part::first(u32::MAX))
        };
        Ok(fresh(&self.decisions, 0, read).await?.value.items)
    }

    /// The decisions of a network that are called or open and have `party` on their roll.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn running_with(
        &self,
        network: NetworkId,
        party: Party,
    ) -> Result<Vec<DecisionId>, QueryError> {
        let read = move |connection: &_| decisions::running_with(connection, network, party);
        Ok(fresh(&self.decisions, 0, read).await?.value)
    }
}

impl Queries {
    /// Fixes a moment: further pages are read as known when the first one was.
    async fn as_of(
        &self,
        (effective, known): Moment,
        first_page: Option<u64>,
    ) -> Result<AsOf, LogError> {
        let known = match (known, first_page) {
            (Known::Now, Some(position)) => Position(position),
            (known, _) => known_position(self.log.as_ref(), known).await?,
        };
        Ok(AsOf { effective: effective.unwrap_or_else(|| self.clock.now()), known })
    }

    /// The founders of a network who are members.
    pub(crate) async fn founders(
        &self,
        network: NetworkId,
        min_position: u64,
    ) -> Result<BTreeSet<PersonId>, ViewError> {
        let members = self.members(network, min_position).await?;
        let of_class = members.iter().filter(|member| match member.class {
            MembershipClass::Founder => true,
            MembershipClass::Member => false,
        });
        Ok(of_class.filter_map(|member| member.party.person()).collect())
    }

    /// All active members of a network now.
    async fn members(
        &self,
        network: NetworkId,
        min_position: u64,
    ) -> Result<Vec<roster::Member>, ViewError> {
        self.roster.view().reach(Position(min_position)).await?;
        let as_of = AsOf::known_now(self.clock.now());
        let (mut members, mut after) = (Vec::new(), None);
        loop {
            let page = self.roster.members(network, as_of, after, roster::PAGE_MAX).await?.value;
            after = page.members.last().map(roster::Member::cursor);
            members.extend(page.members);
            match page.following {
                roster::Following::More => {}
                roster::Following::Nothing => return Ok(members),
            }
        }
    }

    /// Opens personal texts in their places; those of erased persons become so.
    fn unseal<'a>(&self, texts: impl Iterator<Item = &'a mut Text>) -> Result<(), SealError> {
        for Text { event_id, field, value } in texts {
            let Personal::Sealed { subject, bytes } = &*value else { continue };
            let place = Place { event_id: *event_id, field };
            let opened = self.sealer.unseal(*subject, place, bytes)?;
            value.unseal(opened.as_deref());
        }
        Ok(())
    }
}

/// Reads a view once it has seen everything recorded before, and `min_position`.
async fn fresh<T: Send + 'static>(
    view: &View,
    min_position: u64,
    query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<Reflected<T>, ViewError> {
    view.reach(Position(min_position)).await?;
    view.read(query).await
}

fn part(page: &Page) -> Part {
    Part { offset: page.offset, limit: page.limit }
}
