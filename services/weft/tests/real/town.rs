//! People who found a network and give it a charter, over gRPC.

use std::path::Path;

use access::Caller;
use kernel::PersonId;
use tonic::transport::Channel;
use wire::weft::{
    governance::v1::{
        self as g, charter_change::Change, charter_service_client::CharterServiceClient,
    },
    membership::v1::{
        FoundNetworkRequest, JoinAsFounderRequest, RegisterPersonRequest,
        network_service_client::NetworkServiceClient, person_service_client::PersonServiceClient,
    },
};

use crate::real::{command, fresh, token, with};

/// A network that is forming.
#[derive(Debug)]
pub(crate) struct Founded {
    /// Its id.
    pub(crate) network: String,
    /// The operator's token.
    pub(crate) operator: String,
    /// Its founders' ids and tokens, in the order in which they joined.
    pub(crate) founders: Vec<(PersonId, String)>,
}

/// Founds a network called `name`, which so many people join.
pub(crate) async fn found(
    folder: &Path,
    channel: &Channel,
    name: &str,
    founders_count: usize,
) -> Founded {
    let operator = token(folder, Caller::Operator);
    let mut people = PersonServiceClient::new(channel.clone());
    let mut founders = Vec::new();
    for number in 0..founders_count {
        let register = RegisterPersonRequest {
            command: command(fresh()),
            name: format!("{name} {number}"),
            ..RegisterPersonRequest::default()
        };
        let registered = people.register_person(with(&operator, register)).await.unwrap();
        let person = PersonId::parse(&registered.into_inner().person_id).unwrap();
        founders.push((person, token(folder, Caller::Person(person))));
    }
    let mut networks = NetworkServiceClient::new(channel.clone());
    let found = FoundNetworkRequest {
        command: command(fresh()),
        name: name.to_owned(),
        purpose: String::new(),
        founder_ids: founders.iter().map(|(person, _)| person.to_string()).collect(),
    };
    let founded = networks.found_network(with(&operator, found)).await.unwrap();
    let network = founded.into_inner().network_id;
    for (_, token) in &founders {
        let join = JoinAsFounderRequest { command: command(fresh()), network_id: network.clone() };
        networks.join_as_founder(with(token, join)).await.unwrap();
    }
    Founded { network, operator, founders }
}

/// Gives a network the charter of a majority assembly with the changes that `changes` makes of its
/// policies; every founder consents.
pub(crate) async fn ratify(
    channel: &Channel,
    town: &Founded,
    changes: impl FnOnce(Vec<g::DecisionPolicy>) -> Vec<Change>,
) {
    let mut charters = CharterServiceClient::new(channel.clone());
    let network_id = || town.network.clone();
    let first = &town.founders[0].1;
    let open = g::OpenCharterDraftRequest {
        command: command(fresh()),
        network_id: network_id(),
        template: "majority_assembly".to_owned(),
    };
    charters.open_charter_draft(with(first, open)).await.unwrap();
    let read = g::GetCharterRequest { network_id: network_id(), as_of: None, min_position: 0 };
    let draft = charters.get_charter(with(first, read)).await.unwrap().into_inner();
    for change in changes(draft.charter.unwrap().policies) {
        let edit = g::EditCharterDraftRequest {
            command: command(fresh()),
            network_id: network_id(),
            change: Some(g::CharterChange { change: Some(change) }),
        };
        charters.edit_charter_draft(with(first, edit)).await.unwrap();
    }
    let submit = g::SubmitCharterRequest { command: command(fresh()), network_id: network_id() };
    charters.submit_charter(with(first, submit)).await.unwrap();
    for (_, token) in &town.founders {
        let ratify = g::RatifyCharterRequest {
            command: command(fresh()),
            network_id: network_id(),
            snapshot_hash: String::new(),
        };
        charters.ratify_charter(with(token, ratify)).await.unwrap();
    }
}
