//! Delegations, mandates and resolutions: what members do about them.

use eventlog::{CommandContext, Receipt};
use events::{DelegationScope, DelegatorShown};
use jiff::Timestamp;
use kernel::{DelegationId, MandateId, NetworkId, Party, PersonId, ResolutionId};

use super::{Commands, Refused, refused};
use crate::{
    delegation::{
        Circle, Delegation, DelegationCommand, DelegationRejection, Electors, would_circle,
    },
    mandate::{HolderStanding, Mandate, MandateCommand, MandateRejection, Office},
    resolution::{Entered, Resolution, ResolutionCommand, ResolutionRejection},
    views::mandates::MandateStatus,
};

/// A vote that somebody wants to lend.
#[derive(Clone, PartialEq, Debug)]
pub struct Lending {
    /// The network.
    pub network: NetworkId,
    /// Who lends.
    pub delegator: Party,
    /// To whom.
    pub delegate: Party,
    /// For what.
    pub scope: DelegationScope,
    /// Until when; `None` is until it is revoked.
    pub until: Option<Timestamp>,
    /// Who may know.
    pub shown: DelegatorShown,
}

impl Commands {
    /// Lends a vote; answers with the delegation.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn grant_delegation(
        &self,
        lending: Lending,
        context: &CommandContext,
    ) -> Result<(DelegationId, Receipt), Refused> {
        let Lending { network, delegator, delegate, scope, until, shown } = lending;
        let id = DelegationId::between(network, delegator, &scope.to_string());
        let electors = match (
            self.standing(network, delegator).await?,
            self.standing(network, delegate).await?,
        ) {
            (HolderStanding::Member, HolderStanding::Member) => Electors::Both,
            (HolderStanding::Outsider, _) => Electors::NotTheDelegator,
            (HolderStanding::Member, HolderStanding::Outsider) => Electors::NotTheDelegate,
        };
        let circle = self.circle(network, (delegator, delegate), &scope).await?;
        let at = self.now();
        let command = DelegationCommand::GrantDelegation {
            network,
            delegator,
            delegate,
            scope,
            until,
            shown,
            at,
            electors,
            circle,
        };
        let receipt = self.execute::<Delegation>(id.uuid(), &command, context).await?;
        Ok((id, receipt))
    }

    /// Takes a vote that is lent.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn accept_delegation(
        &self,
        delegation: DelegationId,
        by: Party,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let (grant, _) = self.load::<Delegation>(delegation.uuid()).await?.last.ok_or_else(gone)?;
        let between = (grant.delegator, grant.delegate);
        let circle = self.circle(grant.network, between, &grant.scope).await?;
        let command = DelegationCommand::AcceptDelegation { by, at: self.now(), circle };
        self.execute::<Delegation>(delegation.uuid(), &command, context).await
    }

    async fn circle(
        &self,
        network: NetworkId,
        (delegator, delegate): (Party, Party),
        scope: &DelegationScope,
    ) -> Result<Circle, Refused> {
        let lent = self.queries.lent_at(network, self.now()).await.map_err(refused)?;
        Ok(would_circle(&lent, (delegator, delegate), scope))
    }

    /// The network of a delegation.
    ///
    /// # Errors
    ///
    /// Says that there is no such delegation.
    pub async fn network_of_delegation(
        &self,
        delegation: DelegationId,
    ) -> Result<NetworkId, Refused> {
        let (grant, _) = self.load::<Delegation>(delegation.uuid()).await?.last.ok_or_else(gone)?;
        Ok(grant.network)
    }

    /// The network of a mandate.
    ///
    /// # Errors
    ///
    /// Says that there is no such mandate.
    pub async fn network_of_mandate(&self, mandate: MandateId) -> Result<NetworkId, Refused> {
        match self.load::<Mandate>(mandate.uuid()).await? {
            Mandate::None => Err(refused(MandateRejection::NotConferred)),
            Mandate::Given(given) => Ok(given.network),
        }
    }

    /// A resolution in the register.
    ///
    /// # Errors
    ///
    /// Says that there is no such resolution.
    pub async fn entered(&self, resolution: ResolutionId) -> Result<Entered, Refused> {
        match self.load::<Resolution>(resolution.uuid()).await? {
            Resolution::None => Err(refused(ResolutionRejection::NotEntered)),
            Resolution::Entered(entered) => Ok(*entered),
        }
    }

    /// Carries out a command about a resolution.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn resolution(
        &self,
        resolution: ResolutionId,
        command: &ResolutionCommand,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        self.execute::<Resolution>(resolution.uuid(), command, context).await
    }

    /// Carries out a command about a mandate.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn mandate(
        &self,
        mandate: MandateId,
        command: &MandateCommand,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        self.execute::<Mandate>(mandate.uuid(), command, context).await
    }

    /// Hands an office over.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn hand_over_mandate(
        &self,
        mandate: MandateId,
        (by, to): (PersonId, PersonId),
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let network = self.network_of_mandate(mandate).await?;
        let standing = self.standing(network, Party::Person(to)).await?;
        let command = MandateCommand::HandOverMandate { by, to, standing };
        self.mandate(mandate, &command, context).await
    }

    /// Gives an office up.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn resign_mandate(
        &self,
        mandate: MandateId,
        by: PersonId,
        vacancy: Vacancy,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let Mandate::Given(given) = self.load::<Mandate>(mandate.uuid()).await? else {
            return Err(refused(MandateRejection::NotConferred));
        };
        let charter = self.charter_in_force(given.network).await?;
        let required = charter.role(&given.role).is_some_and(|role| role.required);
        let now = self.now();
        let holding = self.queries.mandates_holding(given.network, given.role.clone(), now).await;
        let others = holding.map_err(refused)?.into_iter().any(|row| {
            row.mandate != mandate && row.status == MandateStatus::Accepted && row.begins_at <= now
        });
        let office = match (required, others, vacancy) {
            (false, _, _) => Office::NotRequired,
            (true, true, _) => Office::HeldByOthers,
            (true, false, Vacancy::Accepted) => Office::VacancyLogged,
            (true, false, Vacancy::NotAccepted) => Office::LastHolder,
        };
        self.mandate(mandate, &MandateCommand::ResignMandate { by, office }, context).await
    }

    /// Says that only a mandate holder, or whoever called the decision, may do something about a
    /// resolution.
    ///
    /// # Errors
    ///
    /// Says so when `by` is neither.
    pub async fn sees_to_reviews(&self, entered: &Entered, by: PersonId) -> Result<(), Refused> {
        let called_by = self.terms(entered.decision).await?.called_by;
        if called_by == by || !self.roles_of(entered.network, by).await?.is_empty() {
            return Ok(());
        }
        Err(refused(NotTheReviewer))
    }
}

fn gone() -> Refused {
    refused(DelegationRejection::NoDelegation)
}

/// Whether the holder accepts that an office falls vacant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Vacancy {
    /// They do, and it is on record.
    Accepted,
    /// They did not say so.
    NotAccepted,
}

/// Somebody else sees to reviews.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("only a mandate holder, or whoever called the decision, sees to its review")]
pub(crate) struct NotTheReviewer;

impl kernel::Rejection for NotTheReviewer {
    fn code(&self) -> kernel::ErrorCode {
        kernel::ErrorCode::Forbidden
    }

    fn reason(&self) -> &'static str {
        "NOT_THE_REVIEWER"
    }
}
