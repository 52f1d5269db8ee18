//! Charters, agendas and goals: what founders and members do about them.

use std::collections::BTreeSet;

use eventlog::{CommandContext, Receipt};
use events::{CharterChange, CharterSection, PolicyName, Subject};
use kernel::{
    AgendaId, AgendaItemId, CharterId, GatheringId, GoalId, NetworkId, PersonId, Personal,
};

use super::{Commands, Refused, refused};
use crate::{
    agenda::{Agenda, AgendaCommand, Standing},
    charter::{Charter, CharterCommand, CharterRejection, Founder},
    goal::{Goal, GoalCommand, GoalRejection},
    templates::Template,
};

/// How many founders a charter needs, as a network does.
const FOUNDERS_MIN: usize = 2;

/// Why founders cannot draft a charter so, or put it to each other.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum DraftRejection {
    /// A network is founded by two at least.
    #[error("only {0} founder has joined; a charter is ratified by {FOUNDERS_MIN} at least")]
    FoundersTooFew(usize),
    /// Nobody could ever change it.
    #[error(
        "no member stands on the roll of the policy {0}, by which this charter is amended, so it \
         could never be changed; admit such members first, or name others there"
    )]
    NobodyAmends(PolicyName),
    /// There is no such template.
    #[error("there is no template {0:?}; there are {names}", names = template_names())]
    TemplateUnknown(String),
}

fn template_names() -> String {
    Template::ALL.map(Template::name).join(", ")
}

impl kernel::Rejection for DraftRejection {
    fn code(&self) -> kernel::ErrorCode {
        match self {
            DraftRejection::FoundersTooFew(_) | DraftRejection::NobodyAmends(_) => {
                kernel::ErrorCode::Precondition
            }
            DraftRejection::TemplateUnknown(_) => kernel::ErrorCode::Invalid,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            DraftRejection::FoundersTooFew(_) => "CHARTER_FOUNDERS_TOO_FEW",
            DraftRejection::NobodyAmends(_) => "CHARTER_NOBODY_AMENDS",
            DraftRejection::TemplateUnknown(_) => "CHARTER_TEMPLATE_UNKNOWN",
        }
    }
}

impl Commands {
    /// Opens the draft of a network's charter, from a template if one is named.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn open_charter_draft(
        &self,
        network: NetworkId,
        by: PersonId,
        template: Option<&str>,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let template = template
            .map(|name| {
                Template::named(name)
                    .ok_or_else(|| DraftRejection::TemplateUnknown(name.to_owned()))
            })
            .transpose()
            .map_err(refused)?;
        let by = self.founder(network, by).await?;
        let id = CharterId::of(network).uuid();
        let changes = template.map(|template| template.text().changes()).unwrap_or_default();
        let command = CharterCommand::OpenCharterDraft { network, by, changes };
        self.execute::<Charter>(id, &command, context).await
    }

    /// Changes the draft of a network's charter.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn edit_charter_draft(
        &self,
        network: NetworkId,
        by: PersonId,
        change: CharterChange,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let by = self.founder(network, by).await?;
        self.execute::<Charter>(CharterId::of(network).uuid(), &edit(by, change), context).await
    }

    /// Puts the draft to the founders.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn submit_charter(
        &self,
        network: NetworkId,
        by: PersonId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let by = self.founder(network, by).await?;
        if by.among.contains(&by.person) && by.among.len() < FOUNDERS_MIN {
            return Err(refused(DraftRejection::FoundersTooFew(by.among.len())));
        }
        let draft = self.load::<Charter>(CharterId::of(network).uuid()).await?;
        if let Charter::Drafting { text, .. } = &draft
            && let Some(policy) = text.policy_for(Subject::CharterAmend)
            && self.roll_now(network, policy).await?.1.is_empty()
        {
            return Err(refused(DraftRejection::NobodyAmends(policy.name.clone())));
        }
        let command = CharterCommand::SubmitForRatification { by };
        self.execute::<Charter>(CharterId::of(network).uuid(), &command, context).await
    }

    /// Takes the draft up again.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn reopen_charter_draft(
        &self,
        network: NetworkId,
        by: PersonId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let by = self.founder(network, by).await?;
        let command = CharterCommand::ReopenCharterDraft { by };
        self.execute::<Charter>(CharterId::of(network).uuid(), &command, context).await
    }

    /// Consents to the submitted draft of this hash, or to whatever is submitted.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn ratify_charter(
        &self,
        network: NetworkId,
        by: PersonId,
        snapshot_hash: Option<String>,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let by = self.founder(network, by).await?;
        let id = CharterId::of(network).uuid();
        let snapshot_hash = match (snapshot_hash, self.load::<Charter>(id).await?) {
            (Some(given), _) => given,
            (None, Charter::PutToRatification { snapshot_hash, .. }) => snapshot_hash,
            // The charter says what is wrong.
            (None, _) => String::new(),
        };
        let at = context.effective_at.unwrap_or_else(|| self.now());
        let command = CharterCommand::RatifyCharter { by, snapshot_hash, at };
        self.execute::<Charter>(id, &command, context).await
    }

    /// Notes something beside a section.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn annotate_charter(
        &self,
        network: NetworkId,
        section: CharterSection,
        note: Personal<String>,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let command = CharterCommand::AnnotateSection { section, note };
        self.execute::<Charter>(CharterId::of(network).uuid(), &command, context).await
    }

    /// The charter of a network that is in force.
    ///
    /// # Errors
    ///
    /// Says that none is in force.
    pub(super) async fn charter_in_force(&self, network: NetworkId) -> Result<Charter, Refused> {
        let charter = self.load::<Charter>(CharterId::of(network).uuid()).await?;
        match charter {
            Charter::Unopened => Err(refused(CharterRejection::NotDrafted)),
            Charter::Drafting { .. } | Charter::PutToRatification { .. } => {
                Err(refused(CharterRejection::NotInForce))
            }
            Charter::InForce { .. } => Ok(charter),
        }
    }

    async fn founder(&self, network: NetworkId, person: PersonId) -> Result<Founder, Refused> {
        let among: BTreeSet<PersonId> = self.founders(network).await?;
        Ok(Founder { person, among })
    }

    /// Raises something; answers with the new item.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn raise_item(
        &self,
        network: NetworkId,
        by: PersonId,
        title: String,
        context: &CommandContext,
    ) -> Result<(AgendaItemId, Receipt), Refused> {
        let item = context.command_id.creates();
        let command = AgendaCommand::RaiseItem { network, item, by, title };
        let receipt = self.agenda(network, &command, context).await?;
        Ok((item, receipt))
    }

    /// Carries out a command about an agenda.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn agenda(
        &self,
        network: NetworkId,
        command: &AgendaCommand,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        self.execute::<Agenda>(AgendaId::of(network).uuid(), command, context).await
    }

    /// Puts an item on a gathering's programme.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn schedule_item(
        &self,
        network: NetworkId,
        (item, gathering): (AgendaItemId, GatheringId),
        by: PersonId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let by = self.agenda_standing(network, by).await?;
        let command = AgendaCommand::ScheduleItem { item, gathering, by };
        self.agenda(network, &command, context).await
    }

    /// As what a person acts on items: whoever holds any mandate sees to all of them.
    ///
    /// # Errors
    ///
    /// Returns why the register could not be read.
    pub async fn agenda_standing(
        &self,
        network: NetworkId,
        by: PersonId,
    ) -> Result<Standing, Refused> {
        let roles = self.roles_of(network, by).await?;
        Ok(if roles.is_empty() { Standing::Member(by) } else { Standing::MandateHolder(by) })
    }

    /// Writes a goal down; answers with its id.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn draft_goal(
        &self,
        network: NetworkId,
        by: PersonId,
        text: String,
        context: &CommandContext,
    ) -> Result<(GoalId, Receipt), Refused> {
        let goal: GoalId = context.command_id.creates();
        let command = GoalCommand::DraftGoal { network, by, text };
        let receipt = self.execute::<Goal>(goal.uuid(), &command, context).await?;
        Ok((goal, receipt))
    }

    /// The network of a goal.
    ///
    /// # Errors
    ///
    /// Says that there is no such goal.
    pub async fn network_of_goal(&self, goal: GoalId) -> Result<NetworkId, Refused> {
        match self.load::<Goal>(goal.uuid()).await? {
            Goal::Undrafted => Err(refused(GoalRejection::NotDrafted)),
            Goal::Drafted { network, .. } => Ok(network),
        }
    }
}

fn edit(by: Founder, change: CharterChange) -> CharterCommand {
    match change {
        CharterChange::EditSection { section, text } => {
            CharterCommand::EditSection { by, section, text }
        }
        CharterChange::DefinePolicy(policy) => CharterCommand::DefinePolicy { by, policy },
        CharterChange::ChangePolicy(policy) => CharterCommand::ChangePolicy { by, policy },
        CharterChange::RetirePolicy(policy) => CharterCommand::RetirePolicy { by, policy },
        CharterChange::DefineRole(role) => CharterCommand::DefineRole { by, role },
        CharterChange::ChangeRole(role) => CharterCommand::ChangeRole { by, role },
    }
}
