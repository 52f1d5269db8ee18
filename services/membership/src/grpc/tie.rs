//! Ties over gRPC.

use eventlog::Receipt;
use kernel::{Decider as _, Personal, TieId};
use tonic::{Request, Response, Status};
use wire::{
    Outcome, page, read,
    weft::membership::v1::{self as message, tie_service_server::TieService},
};

use super::{Call, MembershipGrpc, network_id, receipt, to_status, values};
use crate::{
    tie::{Declaration, Tie, TieCommand},
    views::ties::TieRow,
};

#[tonic::async_trait]
impl TieService for MembershipGrpc {
    async fn declare_tie(
        &self,
        request: Request<message::DeclareTieRequest>,
    ) -> Outcome<message::DeclareTieResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        self.commands.changeable(network).await.map_err(to_status)?;
        let by = call.person()?;
        let since = call.context.effective_at.unwrap_or_else(|| self.commands.now());
        let note = read::optional_text(&call.message.note, "note")?;
        let declaration = Declaration {
            network,
            source: call.party()?,
            target: read::party(call.message.target.clone(), "target")?,
            kind: values::tie_kind(call.message.kind)?,
            basis: values::tie_basis(call.message.basis)?,
            visibility: values::tie_visibility(call.message.visibility)?,
            since,
            note: note.map(|note| Personal::open(by, note)),
        };
        let declared = self.commands.declare_tie(declaration, &call.effective(since)).await;
        let (tie, declared) = declared.map_err(to_status)?;
        Ok(Response::new(message::DeclareTieResponse {
            receipt: receipt(declared),
            tie_id: tie.to_string(),
        }))
    }

    async fn acknowledge_tie(
        &self,
        request: Request<message::AcknowledgeTieRequest>,
    ) -> Outcome<message::AcknowledgeTieResponse> {
        let tie = tie_id(&request.get_ref().tie_id)?;
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let command = TieCommand::AcknowledgeTie { by: call.party()? };
        let receipt = receipt(self.tie(tie, &command, &call).await?);
        Ok(Response::new(message::AcknowledgeTieResponse { receipt }))
    }

    async fn assess_tie(
        &self,
        request: Request<message::AssessTieRequest>,
    ) -> Outcome<message::AssessTieResponse> {
        let tie = tie_id(&request.get_ref().tie_id)?;
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let command = TieCommand::AssessTie {
            by: call.party()?,
            ratings: Personal::open(call.person()?, values::ratings(call.message.ratings)),
            intensity: values::intensity(call.message.intensity)?,
        };
        let receipt = receipt(self.tie(tie, &command, &call).await?);
        Ok(Response::new(message::AssessTieResponse { receipt }))
    }

    async fn withdraw_tie(
        &self,
        request: Request<message::WithdrawTieRequest>,
    ) -> Outcome<message::WithdrawTieResponse> {
        let tie = tie_id(&request.get_ref().tie_id)?;
        let mut call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let until = call.context.effective_at.unwrap_or_else(|| self.commands.now());
        call.context = call.effective(until);
        let command = TieCommand::WithdrawTie { by: call.party()?, until };
        let receipt = receipt(self.tie(tie, &command, &call).await?);
        Ok(Response::new(message::WithdrawTieResponse { receipt }))
    }

    async fn list_ties(
        &self,
        request: Request<message::ListTiesRequest>,
    ) -> Outcome<message::ListTiesResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let caller = self.access.admit(&request, Some(network)).await?;
        let message = request.into_inner();
        let party = message.party.clone().map(|party| read::party(Some(party), "party"));
        let party = party.transpose()?;
        let asked = format!("ties {network} {caller:?} {party:?} {:?}", message.as_of);
        let page = page::page(message.page.as_ref(), &asked)?;
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let asked = (network, party, caller);
        let listed = self.queries.ties(asked, moment, &page, message.min_position).await;
        let listed = listed.map_err(to_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let ties = listed.value.items.into_iter().map(tie_message).collect();
        Ok(Response::new(message::ListTiesResponse { ties, page: Some(info) }))
    }
}

impl MembershipGrpc {
    async fn tie<M: Sync>(
        &self,
        tie: TieId,
        command: &TieCommand,
        call: &Call<M>,
    ) -> Result<Receipt, Status> {
        // A withdrawn tie has no network any more; its rejection, or the first answer, follows.
        let context = match self.commands.network_of_tie(tie).await {
            Ok(network) => {
                // Whoever is refused anyhow does not learn how far the network has come.
                let state = self.commands.load::<Tie>(tie.uuid()).await.map_err(to_status)?;
                if state.decide(command).is_ok() {
                    self.commands.changeable(network).await.map_err(to_status)?;
                }
                call.within(network)
            }
            Err(_) => call.context.clone(),
        };
        self.commands.execute::<Tie>(tie.uuid(), command, &context).await.map_err(to_status)
    }
}

fn tie_id(text: &str) -> Result<TieId, Status> {
    read::id(text, "tie_id")
}

fn tie_message(row: TieRow) -> message::Tie {
    message::Tie {
        tie_id: row.tie.to_string(),
        source: Some(read::party_message(row.source)),
        target: Some(read::party_message(row.target)),
        kind: values::tie_kind_message(row.kind).into(),
        basis: values::tie_basis_message(row.basis).into(),
        visibility: values::tie_visibility_message(row.visibility).into(),
        since: Some(read::timestamp(row.since)),
        acknowledged: row.acknowledged,
    }
}
